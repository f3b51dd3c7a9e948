"""Sending findings to an AWS service. The only package that writes to AWS, and only where a person asks for it."""
