"""Statuses, reasons and resources in words."""

from collections.abc import Mapping

from assessor.model.reading import Why
from assessor.model.verdict import Status

COUNT_WORDS: Mapping[Status, str] = {
    Status.FAIL: "failed",
    Status.NOT_ASSESSED: "not assessed",
    Status.MANUAL: "to answer",
    Status.PASS: "passed",
    Status.ATTESTED: "attested",
    Status.WAIVED: "waived",
    Status.NOT_APPLICABLE: "not applicable",
    Status.INFO: "informative",
}
"""In the order of every report: what needs work first."""

REASON_WORDS: Mapping[str, str] = {
    Why.DENIED: "the caller lacks a permission",
    Why.GATED: "AWS keeps this account out of the operation; no permission helps",
    Why.UNSUPPORTED: "the service or operation is not offered in the Region, or the Region is not enabled",
    Why.THROTTLED: "AWS refused for the request rate until the end; run again with a longer --timeout",
    Why.TIMED_OUT: "the answer did not come before the deadline; run again with a longer --timeout",
    Why.ERROR: "the call failed; run again",
    Why.OPERATION_UNAVAILABLE: "the snapshot or the installed SDK does not hold the call; update and scan again",
    Why.PARAMETER_MISSING: "only you can say what is allowed; set the parameter",
    Why.LINK_UNKNOWN: "a hop on the way to a model could not be seen",
    Why.CROSS_ACCOUNT: "the trail leads into another account",
    Why.PARTIAL_PAGE: "a listing broke off; run again",
    Why.UNSUPPORTED_POLICY_CONSTRUCT: "a policy could not be decided with certainty; look at it",
    Why.ORG_LAYER_UNKNOWN: "the organization's policies could not be seen",
    Why.OUTSIDE_AWS: "the answer lies outside AWS",
}


def counts_in_words(counts: Mapping[str, int]) -> str:
    """``3 failed, 2 not assessed, 5 passed``: only what there is, in a fixed order."""
    said = [f"{counts[status]} {word}" for status, word in COUNT_WORDS.items() if counts.get(status)]
    return ", ".join(said) or "not asked"


def interval(low: float | None, high: float | None) -> str:
    """``[40.0-75.0]``, or a dash where nothing applies."""
    return "-" if low is None or high is None else f"[{low:.1f}-{high:.1f}]"


def percent(value: float | None) -> str:
    """``87.5 %``, or a dash where nothing was asked."""
    return "-" if value is None else f"{value:.1f} %"


def resource_name(arn: str) -> str:
    """What follows the account in an ARN; an account's own ARN reads ``account 111122223333``."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or not parts[5]:
        return arn
    return f"account {parts[4]}" if parts[5] == "root" and parts[2] == "iam" else parts[5]


def plural(count: int, one: str, many: str = "") -> str:
    """``1 finding``, ``2 findings``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
