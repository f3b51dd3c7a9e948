"""Sets that several controls rest on, each written once, in packages by what is asked about."""
