"""An answer put into the text of ``attestations.toml``: comments, order and everything else stay as they are."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from assessor.attestations.answers import TABLE, Answer, fingerprint, parse
from assessor.records import RecordError

HEADER = """\
# What people answered, for `assessor scan --attestations`. Keep it under version control: who answered what, and when
# it changed, is then on record. `assessor attest answer` writes here and keeps comments and order; what is under
# "facts" are digests of the configuration an answer was given on, so that it goes stale when that changes.
"""


def put(text: str, answers: Iterable[Answer], source: str, now: datetime) -> str:
    """The text with the answers in it, each in the place of the one it replaces, or at the end.

    Raises `RecordError` where the text cannot be used, and where what would be written is not what was meant.
    """
    import tomlkit
    from tomlkit.items import AoT

    given = tuple(answers)
    before = {(one.question.id, one.account): one for one in parse(text, source, now)}
    document = tomlkit.parse(text or HEADER)
    tables = document.get(TABLE)
    if tables is None:
        tables = tomlkit.aot()
        document[TABLE] = tables
    elif not isinstance(tables, AoT):
        raise RecordError(f"{source}: write {TABLE} as [[{TABLE}]], so that answers can be added")
    for answer in given:
        key = (answer.question.id, answer.account)
        existing = next((one for one in tables if _key(one) == key), None)
        if existing is None:
            table = tomlkit.table()
            table.trivia.indent = "\n" if len(tables) or text else ""
            _fill(table, answer)
            tables.append(table)
        else:
            _fill(existing, answer)
    made = str(tomlkit.dumps(document))
    wanted = {**before, **{(one.question.id, one.account): one for one in given}}
    after = {(one.question.id, one.account): one for one in parse(made, source, now)}
    if {key: _plain(one) for key, one in after.items()} != {key: _plain(one) for key, one in wanted.items()}:
        raise RecordError(f"{source}: the answer cannot be added without changing another; add it by hand")
    return made


def _key(table: Mapping[str, Any]) -> tuple[str, str]:
    return str(table.get("id", "")).strip().upper(), str(table.get("account", "")).strip()


def _fill(table: Any, answer: Answer) -> None:
    import tomlkit

    values: dict[str, Any] = {
        "id": answer.question.id,
        "account": answer.account,
        "answer": answer.given.value,
        "person": answer.person,
        "role": answer.role,
        "date": answer.when,
        "evidence": answer.evidence,
        "note": answer.note,
        "review_days": answer.days,
        "fingerprint": fingerprint(answer.facts),
    }
    remarks = list(_remarks(table.pop("facts", None)))
    for name, value in values.items():
        if value == "":
            if name in table:
                del table[name]
        elif name not in table or _raw(table[name]) != value:
            table[name] = value
    if answer.facts:
        held = tomlkit.table(is_super_table=True)
        for name, digests in answer.facts.items():
            one = tomlkit.table()
            for thing, digest in digests.items():
                one.append(tomlkit.key(thing), digest)
            held.append(name, one)
        table.append("facts", held)
        for remark in remarks:
            one.add(remark)
    else:
        for remark in remarks:
            table.add(remark)


def _remarks(facts: Any) -> Iterator[Any]:
    """The comments and blank lines among replaced facts: what follows the last of them belongs to the next table."""
    from tomlkit.items import Comment, Table, Whitespace

    if isinstance(facts, Table):
        for _, item in facts.value.body:
            if isinstance(item, (Comment, Whitespace)):
                yield item
            else:
                yield from _remarks(item)


def _raw(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _plain(answer: Answer) -> tuple[Any, ...]:
    when = answer.when.isoformat() if isinstance(answer.when, (date, datetime)) else answer.when
    facts = {name: dict(digests) for name, digests in answer.facts.items()}
    return (
        answer.given,
        answer.person,
        answer.role,
        when,
        answer.evidence,
        answer.note,
        answer.days,
        sorted((name, sorted(digests.items())) for name, digests in facts.items()),
    )


def manifest(content: bytes, name: str) -> bytes:
    """The line that ``sha256sum --check`` reads."""
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode()
