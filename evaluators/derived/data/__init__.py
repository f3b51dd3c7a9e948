"""What retrieval and logs rest on: buckets, keys, vector stores."""
