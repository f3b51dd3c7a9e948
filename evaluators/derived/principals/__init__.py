"""Users and roles: what they may do, who may become them, and what binds them from above."""
