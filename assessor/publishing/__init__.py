"""Findings sent to AWS services, and summaries of earlier runs read from a bucket, only where a person asks for it.

The only package that writes to AWS. Nothing of the account that is assessed is read here.
"""
