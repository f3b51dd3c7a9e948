"""What a run is asked to do: one frozen request, made by the command line or the Lambda handler."""

from dataclasses import dataclass

from assessor.model.operation import Operation

ALL_REGIONS = "all"


@dataclass(frozen=True, slots=True)
class Target:
    """One account to read, and the credentials to read it with.

    profile: a named profile; empty means the usual chain (``AWS_PROFILE``, environment, SSO, instance role).
    role_arn: a role to assume with those credentials; external_id: what its trust policy asks for.
    session_name: the name CloudTrail shows for the role session.
    regions: the Regions to read in this account, where they differ from the request's.
    """

    profile: str = ""
    role_arn: str = ""
    external_id: str = ""
    session_name: str = "genai-readiness-assessor"
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectRequest:
    """Everything a run needs to know.

    operations: what the chosen controls read; parents are added.
    regions: names, or ``("all",)`` for every enabled Region; empty means the environment's Region
        (AWS_REGION, then AWS_DEFAULT_REGION, then the profile's).
    profile, role_arn, external_id: the one account to read, unless ``accounts`` names several.
    timeout: seconds for the whole run; what is then unanswered is recorded as TIMED_OUT. None: no limit.
    scope: ``workload`` or ``account``.
    max_workers: most requests under way at once.
    endpoint_url: where every service answers, for stand-ins; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_<SERVICE> are
        honoured without it.
    observed, observe_for: operations that are read last and for so many seconds at most, because their listings have
        no end worth waiting for; what is read of them by then counts.
    run_id, assessed_at: set by an orchestrator that runs many shards as one run; made here when empty.
    """

    operations: tuple[Operation, ...]
    regions: tuple[str, ...] = ()
    profile: str = ""
    role_arn: str = ""
    external_id: str = ""
    timeout: float | None = None
    scope: str = "workload"
    max_workers: int = 64
    endpoint_url: str = ""
    accounts: tuple[Target, ...] = ()
    run_id: str = ""
    assessed_at: str = ""
    observed: tuple[Operation, ...] = ()
    observe_for: float = 0.0

    @property
    def targets(self) -> tuple[Target, ...]:
        """The accounts to read."""
        return self.accounts or (Target(self.profile, self.role_arn, self.external_id),)


class CannotStartError(Exception):
    """The run cannot start: no credentials, no such profile or Region, no connection. The message says what to do."""


__all__ = ["ALL_REGIONS", "CannotStartError", "CollectRequest", "Target"]
