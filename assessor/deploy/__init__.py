"""What runs the assessor on AWS every night: templates, the state machine, and the package of the functions."""
