"""People: user pools, identity pools, and the rules that tell one user from another."""
