"""The only package that calls AWS: sessions, the scheduler, error classes, redaction."""
