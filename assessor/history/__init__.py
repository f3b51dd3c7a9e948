"""Runs over time: what changed between two of them, and how a folder of them developed. No network, no SDK."""
