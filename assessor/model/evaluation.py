"""From a snapshot and controls to findings: pure, in a stable order, and no control ever vanishes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessor.model.control import WORKLOAD, Bearing, Control, Level, Subject
from assessor.model.finding import Finding, evidence_text, finding_id, frameworks_text
from assessor.model.grants import Lacking
from assessor.model.parameters import Parameters
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.snapshot import GLOBAL, Account, Snapshot
from assessor.model.verdict import Status, Verdict, not_applicable, not_assessed
from assessor.model.view import View


def evaluate(
    snapshot: Snapshot,
    controls: Iterable[Control],
    parameters: Parameters | None = None,
    *,
    strict: bool = False,
    memos: dict[str, dict[object, object]] | None = None,
) -> list[Finding]:
    """Every control asked about every subject, in every account and Region in scope.

    Rows come in the order of control, account, Region, resource. A control without a subject gives one row
    that says so; a listing that could not be read gives one NOT_ASSESSED row beside the rows of what is known.
    A resource that two Regions name gives one row, the graver of the two answers: what one use of it proves is not
    undone by another use that is sound.

    strict: a control that breaks ends the evaluation; otherwise it gives a NOT_ASSESSED(ERROR) row, and the other
    controls their answers.

    memos: filled with what was derived, by account, for whoever looks at the same snapshot next.
    """
    findings: dict[str, Finding] = {}
    memos = {} if memos is None else memos
    lacking = {account.id: Lacking(snapshot, account.id) for account in snapshot.run.accounts}
    for control in controls:
        for account in snapshot.run.accounts:
            memo = memos.setdefault(account.id, {})
            places = (GLOBAL,) if control.level is Level.ACCOUNT else account.regions
            for place in places:
                region = account.regions[0] if place == GLOBAL and account.regions else place
                view = View(snapshot, account, region, parameters, memo)
                asked = _ask(control, view, account, place, strict=strict)
                for row in sorted(asked, key=lambda f: (f.resource_arn, f.finding_id)):
                    _keep(findings, _with_grants(row, control, lacking[account.id], snapshot.run.scope))
    return list(findings.values())


_GRAVEST_FIRST = (Status.FAIL, Status.NOT_ASSESSED, Status.PASS, Status.INFO, Status.NOT_APPLICABLE)


def _keep(rows: dict[str, Finding], row: Finding) -> None:
    """One row for each id: the first, unless a later one is graver."""
    held = rows.get(row.finding_id)
    if held is None or _gravity(row) < _gravity(held):
        rows[row.finding_id] = row


def _gravity(row: Finding) -> tuple[int, int]:
    return _GRAVEST_FIRST.index(row.status), row.severity.rank if row.status is Status.FAIL else 0


def _with_grants(row: Finding, control: Control, lacking: Lacking, scope: str) -> Finding:
    """A refused row names what would let us see: what it met, then whatever else its control still lacks."""
    if row.reason != Why.DENIED.value:
        return row
    actions = dict.fromkeys((*row.grant.split(), *lacking.actions(control.operations(scope))))
    return replace(row, grant=" ".join(actions))


def _ask(control: Control, view: View, account: Account, place: str, *, strict: bool) -> Iterator[Finding]:
    rows: dict[str, Finding] = {}
    subjects = 0
    left_out: Counter[str] = Counter()
    try:
        for subject in control.subjects(view):
            subjects += 1
            named_by = list(subject.evidence) or view.trail[-1:]
            looking = view.afresh()
            bearing = _bearing(control, view, subject)
            if not bearing.judged and bearing.instead is None:
                left_out[subject.kind] += 1
                continue
            try:
                verdict = bearing.instead or control.judge(subject, looking)
            except UnseenError as error:
                verdict = _unseen(error)
                named_by += [error.call] if error.call is not None else []
            except Exception as error:
                if strict:
                    raise
                verdict = _broken(control, error)
            if bearing.note and verdict.status is not Status.NOT_APPLICABLE:
                verdict = replace(verdict, notes=(*verdict.notes, bearing.note))
            region = subject.region or place
            calls = [*named_by, *looking.trail, *bearing.evidence]
            row = _row(control, account, region, subject, verdict, calls, place=place)
            _keep(rows, row)
    except UnseenError as error:
        account_wide = Subject(view.root_arn, "AWS::::Account", key="listing")
        calls = [error.call] if error.call is not None else view.trail
        yield _row(control, account, place, account_wide, _unseen(error), calls, listing_unseen=True)
    except Exception as error:
        if strict:
            raise
        account_wide = Subject(view.root_arn, "AWS::::Account", key="listing")
        yield _row(
            control, account, place, account_wide, _broken(control, error), view.trail, listing_unseen=True
        )
    else:
        if not rows:
            none = Verdict(control.when_none, control.none_because)
            if subjects and control.narrowing is not None:
                seen = ", ".join(f"{number} {kind}" for kind, number in sorted(left_out.items()))
                none = not_applicable(f"{seen} seen, {control.narrowing.of}")
            account_wide = Subject(view.root_arn, "AWS::::Account", key="none")
            yield _row(control, account, place, account_wide, none, view.trail)
    yield from rows.values()


def _bearing(control: Control, view: View, subject: Subject) -> Bearing:
    if control.narrowing is None or view.scope != WORKLOAD:
        return Bearing(judged=True)
    return control.narrowing.bearing(view, subject)


def _unseen(error: UnseenError) -> Verdict:
    return not_assessed(error.why, error.detail or "it could not be seen", error.grant)


def _broken(control: Control, error: Exception) -> Verdict:
    """A fault of ours is no verdict on the account."""
    fault = f"{type(error).__name__}: {error}"[:200]
    return not_assessed(Why.ERROR, f"control {control.id} could not cope with what AWS answered ({fault})")


def _row(
    control: Control,
    account: Account,
    region: str,
    subject: Subject,
    verdict: Verdict,
    calls: list[Call],
    *,
    listing_unseen: bool = False,
    place: str = "",
) -> Finding:
    observed = " ".join(". ".join((verdict.observed.rstrip("."), *verdict.notes)).split())
    return Finding(
        finding_id=finding_id(account.id, region, control.id, subject.arn, subject.key),
        account_id=account.id,
        region=region,
        item=int(control.item),
        control_id=control.id,
        title=control.title,
        severity=verdict.severity or control.severity,
        status=verdict.status,
        reason=verdict.reason.value if verdict.reason is not None else "",
        resource_type=subject.kind,
        resource_arn=subject.arn or f"arn:{account.partition}:iam::{account.id}:root",
        observed=observed + ("" if observed.endswith((".", "!", "?")) or not observed else "."),
        evidence=evidence_text(calls),
        grant=verdict.grant,
        remediation=control.remediation if verdict.status is Status.FAIL else "",
        frameworks=frameworks_text(control),
        listing_unseen=listing_unseen,
        place=place or region,
    )
