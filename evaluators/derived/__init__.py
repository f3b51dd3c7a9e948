"""Sets that several controls rest on, each written once: active Regions, guardrails in use, RAG buckets, doors."""
