"""Amazon Inspector: which scans an account has switched on in a Region, and which resources they cover.

https://docs.aws.amazon.com/inspector/latest/user/assessing-coverage.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Severity
from assessor.model.view import Answer, Gathered, View, gather
from assessor.workload import names
from collectors import inspector2
from evaluators.derived.compute.images import Image
from evaluators.derived.weighing import Problem

READS: tuple[Operation, ...] = (inspector2.BATCH_GET_ACCOUNT_STATUS, inspector2.LIST_COVERAGE)

PACKAGES = "PACKAGE"
CODE = "CODE"

_SCANS = {
    "lambda": "Lambda standard scanning",
    "lambdaCode": "Lambda code scanning",
    "ecr": "ECR scanning",
}
_ON = "ENABLED"
_LATEST = ":$LATEST"
_FINE = frozenset({"", "SUCCESSFUL"})


@dataclass(frozen=True, slots=True)
class Covered:
    """One line of the coverage: what Inspector says of one scan of one resource."""

    resource: str
    scan: str
    status: str
    reason: str
    tags: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """The status in words, with the reason where it says more."""
        return f"{self.status or 'no status'}{'' if self.reason in _FINE else f' ({self.reason})'}"


def switched(aws: View, kind: str) -> Problem | str:
    """Whether a scan (``lambda``, ``lambdaCode``, ``ecr``) is on for the account in the Region of the view.

    Raises UnseenError: CROSS_ACCOUNT where Inspector tells the account nothing about itself, since another account
    administers it.
    """
    answer = aws.get(inspector2.BATCH_GET_ACCOUNT_STATUS) or {}
    own = next((one for one in answer.get("accounts") or () if one.get("accountId") == aws.account_id), None)
    if own is None:
        raise _untold(aws, answer)
    state = first(own, f"resourceState.{kind}") or {}
    status = str(state.get("status") or "")
    scan = f"{_SCANS[kind]} in {aws.region}"
    if not status:
        # A member that is missing belongs to a scan that the Region may not have.
        raise UnseenError(Why.UNSUPPORTED, f"Inspector states no status for {scan}")
    if status == _ON:
        return f"{scan} is {status}"
    code = str(state.get("errorCode") or "")
    return Problem(Severity.MEDIUM, f"{scan} is {status}{f' ({code})' if code in _TELLING else ''}")


_TELLING = frozenset({"BLOCKED_BY_ORGANIZATION_POLICY", "ACCOUNT_IS_ISOLATED", "SUSPEND_IN_PROGRESS"})
"""Error codes that say why a scan is off; others tell of what was tried, on whatever day."""


def _untold(aws: View, answer: Answer) -> UnseenError:
    failed = next(
        (one for one in answer.get("failedAccounts") or () if one.get("accountId") == aws.account_id), None
    )
    if failed is None:
        return UnseenError(Why.LINK_UNKNOWN, f"Inspector states nothing of this account in {aws.region}")
    return UnseenError(
        Why.CROSS_ACCOUNT,
        f"Inspector does not tell this account about itself in {aws.region} ({failed.get('errorCode') or 'no code'}): "
        "its delegated administrator would know",
    )


def functions_covered(aws: View) -> Gathered[Covered]:
    """The coverage of Lambda functions in the Region."""
    return gather(_coverage(aws, inspector2.FUNCTIONS))


def images_covered(aws: View) -> Gathered[Covered]:
    """The coverage of images in ECR in the Region."""
    return gather(_coverage(aws, inspector2.IMAGES))


def _coverage(aws: View, ask: Mapping[str, Any]) -> Iterator[Covered]:
    for one in aws.items(inspector2.LIST_COVERAGE, **ask):
        yield Covered(
            str(one.get("resourceId") or ""),
            str(one.get("scanType") or ""),
            str(first(one, "scanStatus.statusCode") or ""),
            str(first(one, "scanStatus.reason") or ""),
            tuple(map(str, values(one, "resourceMetadata.ecrImage.tags[]"))),
        )


def function_scanned(aws: View, arn: str, scan: str, untold: UnseenError | None = None) -> Problem | str:
    """Whether one scan covers a function. Raises UnseenError where its line may be among what was not read.

    untold: why the status of the account is not known; then a line that is missing shows nothing.
    """
    found = aws.derive(functions_covered)
    plain = names.qualifier(arn)[0]
    lines = [one for one in found.known if one.scan == scan and names.qualifier(one.resource)[0] == plain]
    # Inspector names the function with $LATEST. What it says of a published version counts where it says nothing else.
    own = [one for one in lines if one.resource in (plain, plain + _LATEST)]
    failure = untold or found.unseen
    if not own and failure is not None:
        raise failure
    return _judged(next(iter(own or lines), None), f"{scan} coverage of the function")


def image_scanned(aws: View, image: Image, untold: UnseenError | None = None) -> Problem | str:
    """Whether the scan of packages covers an image, likewise. Raises UnseenError."""
    if image.region not in aws.account.regions:
        raise UnseenError(
            Why.LINK_UNKNOWN, f"{image.what} lies in {image.region}, which is not part of this run"
        )
    found = aws.at(image.region).derive(images_covered)
    before = image.prefix(aws.account.partition)
    lines = [
        one
        for one in found.known
        if one.resource.startswith(before)
        and one.scan == PACKAGES
        and (one.resource == before + image.digest if image.digest else image.tag in one.tags)
    ]
    failure = untold or found.unseen
    if not lines and failure is not None:
        raise failure
    if not lines and image.account != aws.account_id:
        raise UnseenError(
            Why.CROSS_ACCOUNT,
            f"{image.what} lies in the registry of account {image.account}: its scans are told there",
        )
    return _judged(lines[0] if lines else None, f"{PACKAGES} coverage of {image.what}")


def _judged(line: Covered | None, what: str) -> Problem | str:
    if line is None:
        return Problem(Severity.MEDIUM, f"Inspector lists no {what}")
    if line.status == "ACTIVE":
        return f"{what} is {line.said}"
    if line.status == "INACTIVE":
        return Problem(Severity.MEDIUM, f"{what} is {line.said}")
    raise UnseenError(Why.LINK_UNKNOWN, f"Inspector states {line.status or 'no status'} for {what}")
