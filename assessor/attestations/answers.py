"""``attestations.toml``: the answers people gave, checked entry by entry.

A day is a day anywhere on earth: an answer dated today is not of the future for somebody east of here, and it holds
until its last day has ended everywhere. A time has to say its offset.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from assessor.attestations.facts import digest
from assessor.attestations.questions import BY_ID, Attestation
from assessor.days import begun, over
from assessor.records import Record, RecordError, parse_records, read_text, shown

DEFAULT_FILE = Path("attestations.toml")
TABLE = "attestation"
KEYS = (
    "id",
    "account",
    "answer",
    "person",
    "role",
    "date",
    "evidence",
    "note",
    "review_days",
    "fingerprint",
    "facts",
)

_ACCOUNT = re.compile(r"[0-9]{12}")
_DIGEST = re.compile(r"[0-9a-f]{16}")


class Given(StrEnum):
    """What may be answered. NOT_APPLICABLE needs a note that says why the question does not arise."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    account: the account it was given for, "" where it holds for every account. when: the day, or the moment.
    facts: fact set -> name of the thing -> digest, as recorded; a set that could not be seen then is missing.
    """

    question: Attestation
    account: str
    given: Given
    person: str
    role: str
    when: date | datetime
    evidence: str
    note: str
    days: int
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: str = ""

    @property
    def day(self) -> str:
        """The day it was given, ISO 8601."""
        return self.when.date().isoformat() if isinstance(self.when, datetime) else self.when.isoformat()

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        start = self.when.date() if isinstance(self.when, datetime) else self.when
        return start + timedelta(days=self.days)

    def expired(self, now: datetime) -> bool:
        """Whether it no longer holds at that moment."""
        if isinstance(self.when, datetime):
            return now > self.when + timedelta(days=self.days)
        return over(self.last_day, now)

    def future(self, now: datetime) -> bool:
        """Whether it claims to be given after that moment."""
        if isinstance(self.when, datetime):
            return self.when > now
        return not begun(self.when, now)


def load(path: Path, now: datetime) -> tuple[Answer, ...]:
    """The answers of a file. Raises `RecordError` for the first thing in it that cannot be used."""
    return parse(read_text(path), str(path), now)


def parse(text: str, source: str, now: datetime) -> tuple[Answer, ...]:
    """The answers in a text; ``now`` is what an answer may not be later than. Raises `RecordError`."""
    found: dict[tuple[str, str], Answer] = {}
    for record in parse_records(text, source, TABLE, KEYS):
        answer = _answer(record, now)
        key = (answer.question.id, answer.account)
        if key in found:
            same = found[key].given is answer.given
            raise record.wrong(
                "id",
                f"{answer.question.id} is answered twice for {answer.account or 'every account'}"
                f"{'' if same else ', and differently'}; the other stands at {found[key].where}",
            )
        found[key] = answer
    return tuple(found.values())


def _answer(record: Record, now: datetime) -> Answer:
    question = _question(record)
    given = record.text("answer").lower()
    if given not in set(Given):
        raise record.wrong("answer", f"answer cannot be {shown(given)}; allowed: {', '.join(Given)}")
    account = record.text("account", needed=False)
    if account and not _ACCOUNT.fullmatch(account):
        raise record.wrong("account", f"account must be twelve digits, not {shown(account)}")
    answer = Answer(
        question=question,
        account=account,
        given=Given(given),
        person=record.text("person"),
        role=record.text("role"),
        when=_when(record),
        evidence=record.text("evidence", needed=given == Given.YES),
        note=record.text("note", needed=given == Given.NOT_APPLICABLE),
        days=_days(record, question),
        facts=_facts(record, question),
        where=record.where(),
    )
    if answer.future(now):
        raise record.wrong("date", f"{question.id} is dated {answer.day}, which is still to come")
    stated = record.text("fingerprint", needed=False)
    if stated and stated != fingerprint(answer.facts):
        raise record.wrong(
            "fingerprint",
            f"the fingerprint of {question.id} does not fit its facts: one of them was edited; answer again with "
            "`assessor attest answer`",
        )
    return answer


def _question(record: Record) -> Attestation:
    ident = record.text("id").upper()
    question = BY_ID.get(ident)
    if question is None:
        raise record.wrong("id", f"unknown attestation {shown(ident)}; `assessor attest list` names them")
    return question


def _when(record: Record) -> date | datetime:
    value = record.values.get("date")
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        except ValueError as error:
            raise record.wrong("date", f"date {shown(value)} is no date; write 2026-11-20") from error
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise record.wrong("date", "date has a time without an offset; write 2026-11-20T09:00:00+01:00")
        if value.year <= 1 or value.year >= 9999:
            raise record.wrong("date", f"date {shown(str(value))} cannot be meant")
        return value
    if isinstance(value, date):
        if value.year >= 9990:
            raise record.wrong("date", f"date {value} cannot be meant")
        return value
    raise record.wrong(
        "date", "date is missing" if value is None else f"date must be a date, not {shown(value)}"
    )


def _days(record: Record, question: Attestation) -> int:
    value = record.values.get("review_days", question.days)
    if type(value) is not int or not 1 <= value <= question.days:
        raise record.wrong(
            "review_days",
            f"review_days must be a whole number from 1 to {question.days} for {question.id}, not {shown(value)}",
        )
    return value


def _facts(record: Record, question: Attestation) -> Mapping[str, Mapping[str, str]]:
    given = record.values.get("facts", {})
    if not isinstance(given, dict):
        raise record.wrong("facts", "facts must be a table")
    known = {one.facts for one in question.rests_on}
    for name, digests in given.items():
        if name not in known:
            raise record.wrong("facts", f"{question.id} does not rest on facts called {shown(name)}")
        if not isinstance(digests, dict) or any(
            not isinstance(value, str) or not _DIGEST.fullmatch(value) for value in digests.values()
        ):
            raise record.wrong("facts", f"facts.{name} must map names to digests of 16 hexadecimal digits")
    return given


def fingerprint(facts: Mapping[str, Mapping[str, str]]) -> str:
    """One digest over all facts of an answer, "" for none: what ties them together in the file."""
    return digest(facts) if facts else ""


__all__ = ["DEFAULT_FILE", "KEYS", "TABLE", "Answer", "Given", "RecordError", "fingerprint", "load", "parse"]
