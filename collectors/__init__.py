"""One module per AWS service: declarations of operations, nothing else."""
