"""What a resource's own policy opens to outsiders and to AWS services."""
