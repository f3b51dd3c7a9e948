"""Where an AWS account stands against the generative AI security readiness checklist, read-only."""

__version__ = "0.1.0"
