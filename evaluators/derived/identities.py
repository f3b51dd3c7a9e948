"""The principals of the account with the policies that bind them, as `assessor.workload.principals` builds them."""

from assessor.workload.principals import READS, Identities, identities

__all__ = ["READS", "Identities", "identities"]
