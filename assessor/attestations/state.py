"""Whether an answer still holds, as one finding for each question and account.

MISSING: nobody answered. EXPIRED: the answer is older than its review period. STALE: a fact it was given on has
changed, whatever the date. A "no" is an answer too: it fails, and stands until somebody can say yes. An answer whose
facts cannot be compared is neither attested nor stale: it is not assessed, with what hid them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from assessor.attestations.answers import Answer, Given
from assessor.attestations.facts import Facts
from assessor.attestations.questions import Attestation, Change, Dependency
from assessor.model.finding import Finding, evidence_text, finding_id
from assessor.model.parameters import Parameters
from assessor.model.reading import Call, UnseenError
from assessor.model.snapshot import GLOBAL, Account, Snapshot
from assessor.model.verdict import Status
from assessor.model.view import View

KIND = "AWS::::Account"
_SHOWN = 3


class Open(StrEnum):
    """Why a person has to answer: the reasons of MANUAL."""

    MISSING = "MISSING"
    EXPIRED = "EXPIRED"
    STALE = "STALE"


@dataclass(frozen=True, slots=True)
class Compared:
    """The facts of an answer against those of today: what changed, in words, and what hid the rest."""

    changes: tuple[str, ...]
    unseen: UnseenError | None
    evidence: tuple[Call, ...]


class KnownFacts:
    """The fact sets of one account, each made once."""

    def __init__(self, aws: View) -> None:
        self._aws = aws
        self._made: dict[str, Facts] = {}

    def of(self, dependency: Dependency) -> Facts:
        """The facts a dependency names."""
        found = self._made.get(dependency.facts)
        if found is None:
            found = self._made[dependency.facts] = dependency.fact_set.of(self._aws)
        return found


def findings(
    snapshot: Snapshot,
    questions: Sequence[Attestation],
    answers: Iterable[Answer],
    parameters: Parameters,
    memos: Mapping[str, dict[Any, Any]] | None = None,
) -> list[Finding]:
    """One row for each question and account, in that order. ``memos``: what evaluation already derived, by account."""
    given = {(one.question.id, one.account): one for one in answers}
    known = {
        account.id: KnownFacts(view_of(snapshot, account, parameters, memos))
        for account in snapshot.run.accounts
    }
    rows = []
    for question in questions:
        for account in snapshot.run.accounts:
            answer = given.get((question.id, account.id)) or given.get((question.id, ""))
            rows.append(_row(snapshot, account, question, answer, known[account.id]))
    return rows


def view_of(
    snapshot: Snapshot,
    account: Account,
    parameters: Parameters,
    memos: Mapping[str, dict[Any, Any]] | None = None,
) -> View:
    """The view in which an account's facts are made."""
    region = account.regions[0] if account.regions else GLOBAL
    return View(snapshot, account, region, parameters, (memos or {}).get(account.id))


def compare(answer: Answer, known: KnownFacts) -> Compared:
    """What of the facts that an answer rests on has changed since."""
    changes: list[str] = []
    unseen: UnseenError | None = None
    evidence: dict[Call, None] = {}
    for dependency in answer.question.rests_on:
        today = known.of(dependency)
        evidence.update(dict.fromkeys(today.evidence))
        changes += _changes(dependency, answer.facts.get(dependency.facts), today)
        unseen = unseen or today.unseen
    return Compared(tuple(changes), unseen, tuple(evidence))


def _said(what: str, name: str) -> str:
    """A thing with its kind, once: the name of a parameter says already that it is one."""
    return name if name.startswith(f"{what} ") else f"{what} {name}"


def _changes(dependency: Dependency, then: Mapping[str, str] | None, today: Facts) -> Iterator[str]:
    what = dependency.fact_set.what
    if then is None:
        # Not known then and not known now is for whoever looks at what is unseen.
        if today.unseen is None:
            yield f"no {what} was recorded when it was answered"
        return
    new = [name for name in today.digests if name not in then]
    if dependency.change is Change.FIRST:
        if not then and new:
            yield f"the first {what} is there: {new[0]}"
        return
    for name in new:
        yield f"{_said(what, name)} is new"
    if dependency.change in (Change.ANY, Change.GROWN):
        for name, digest in today.digests.items():
            if name in then and then[name] != digest:
                yield f"{_said(what, name)} has changed"
    if dependency.change is Change.ANY and today.unseen is None:
        for name in then:
            if name not in today.digests:
                yield f"{_said(what, name)} is gone"


def _row(
    snapshot: Snapshot, account: Account, question: Attestation, answer: Answer | None, known: KnownFacts
) -> Finding:
    root = f"arn:{account.partition}:iam::{account.id}:root"
    status, reason, observed, grant, calls = _state(snapshot, question, answer, known)
    evidence = "; ".join(filter(None, (answer.evidence if answer else "", evidence_text(list(calls)))))
    return Finding(
        finding_id=finding_id(account.id, GLOBAL, question.id, root),
        account_id=account.id,
        region=GLOBAL,
        item=int(question.item),
        control_id=question.id,
        title=question.title,
        severity=question.severity,
        status=status,
        reason=reason,
        resource_type=KIND,
        resource_arn=root,
        observed=" ".join(observed.split()),
        evidence=evidence,
        grant=grant,
        remediation=_remediation(question, status),
        frameworks=" ".join(f"{name}:{i}" for name, ids in sorted(question.frameworks.items()) for i in ids),
        place=GLOBAL,
    )


_State = tuple[Status, str, str, str, Sequence[Call]]


def _state(snapshot: Snapshot, question: Attestation, answer: Answer | None, known: KnownFacts) -> _State:
    """Status, reason, what is observed, grant and the calls that say so."""
    if answer is None:
        asked = f"{question.question} Nobody has answered. Asked of: {question.owner}; shown by: {question.evidence}."
        return Status.MANUAL, Open.MISSING, asked, "", ()
    by = f"{answer.person} ({answer.role}) on {answer.day}"
    note = f" Note: {answer.note}" if answer.note else ""
    if answer.given is Given.NO:
        return Status.FAIL, "", f"{question.question} Answered no by {by}.{note}", "", ()
    said = "that it does not apply" if answer.given is Given.NOT_APPLICABLE else "yes"
    told = f"{question.question} Answered {said} by {by}"
    if answer.expired(_now(snapshot)):
        ended = f"{told}; that held until {answer.last_day.isoformat()} ({answer.days} days).{note}"
        return Status.MANUAL, Open.EXPIRED, ended, "", ()
    compared = compare(answer, known)
    if compared.changes:
        shown = "; ".join(compared.changes[:_SHOWN])
        more = (
            f"; and {len(compared.changes) - _SHOWN} more changes" if len(compared.changes) > _SHOWN else ""
        )
        return Status.MANUAL, Open.STALE, f"{told}. Since then: {shown}{more}.{note}", "", compared.evidence
    if compared.unseen is not None:
        hidden = compared.unseen
        calls = tuple(dict.fromkeys(filter(None, (hidden.call, *compared.evidence))))
        observed = f"{told}. Whether that still holds could not be compared: {hidden.detail}.{note}"
        return Status.NOT_ASSESSED, hidden.why.value, observed, hidden.grant, calls
    status = Status.NOT_APPLICABLE if answer.given is Given.NOT_APPLICABLE else Status.ATTESTED
    return status, "", f"{told}; holds until {answer.last_day.isoformat()}.{note}", "", compared.evidence


def _now(snapshot: Snapshot) -> datetime:
    return datetime.fromisoformat(snapshot.run.assessed_at)


def _remediation(question: Attestation, status: Status) -> str:
    if status is Status.FAIL:
        return f"Bring about what is asked ({question.evidence}), then answer again: assessor attest answer {question.id}"
    if status is Status.MANUAL:
        return f"Answer it: assessor attest answer {question.id}"
    return ""
