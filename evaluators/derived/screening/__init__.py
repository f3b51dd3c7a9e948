"""Guardrails: in use, enforced, demanded by policy, and what they filter."""
