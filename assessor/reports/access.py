"""``assessor access``: who can invoke what, for people (text), spreadsheets (CSV) and programs (JSON)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assessor.iam.decide import Verdict, Witness
from assessor.iam.guardrail import Mandate
from assessor.iam.network import INTERNET, SERVICE
from assessor.reports import access_words as words
from assessor.reports.findings_csv import cell
from assessor.reports.text import visible
from evaluators.derived.principals.statements import resource, when, who
from evaluators.derived.principals.who_can import Answer, Holder, Outsider, Told
from evaluators.derived.sharing.outsiders import how, said

SCHEMA = 1
COLUMNS = (
    "account_id",
    "principal",
    "principal_type",
    "action",
    "decision",
    "on",
    "when",
    "statement",
    "from_internet",
    "from_endpoints",
    "from_services",
    "credentials",
    "guardrail",
    "guardrails_accepted",
    "guardrail_note",
    "before_scp",
)
_UNSEEN_SHOWN = 12


# -- text ------------------------------------------------------------------------------------------------
def text(answers: Iterable[Answer]) -> str:
    """The answers for people."""
    return "\n".join(line.rstrip() for answer in answers for line in _account(answer)) + "\n"


def _account(answer: Answer) -> Iterator[str]:
    yield visible(f"Account {answer.account} in {', '.join(answer.regions)}")
    if answer.before_scp:
        yield (
            "Service control policies could not all be read: they may take away some of what follows (before SCP)."
        )
    for one in answer.unmatched:
        yield visible(f"Note: {one}.")
    yield _tally(answer)
    for holder in sorted(answer.holders, key=_order):
        yield ""
        yield from _holder(holder, answer.regions)
    if answer.outsiders:
        yield ""
        yield "From outside the account"
        yield from (f"  {visible(_outsider(one))}" for one in answer.outsiders)
    if answer.unseen:
        yield ""
        yield "What could not be seen, so that there may be more"
        details = list(dict.fromkeys(visible(one.detail) for one in answer.unseen))
        yield from (f"  {one}" for one in details[:_UNSEEN_SHOWN])
        if len(details) > _UNSEEN_SHOWN:
            yield f"  and {len(details) - _UNSEEN_SHOWN} more"


def _tally(answer: Answer) -> str:
    holding = [holder for holder in answer.holders if holder.ways]
    free = sum(any(map(_is_free, holder.ways)) for holder in holding)
    if not answer.asked:
        return "Nobody was asked about."
    first = f"{len(holding)} of {answer.asked} users and roles can invoke something"
    return f"{first}; {free} of them a model without a guardrail." if free else f"{first}."


def _order(holder: Holder) -> tuple[bool, bool, str]:
    """Models without a guardrail first, principals that can do none of it last."""
    return (not any(map(_is_free, holder.ways)), not holder.ways, holder.principal.arn)


def _is_free(told: Told) -> bool:
    return told.ruling is not None and told.ruling.mandate is Mandate.UNGUARDED


def _holder(holder: Holder, regions: Sequence[str]) -> Iterator[str]:
    yield visible(who(holder.principal))
    yield f"  {visible(holder.principal.arn)}"
    if not holder.ways:
        yield f"  can invoke none of it: {visible(words.refused(holder))}"
        return
    yield f"  with {visible('; '.join(words.credentials(holder.credentials)))}"
    groups: dict[tuple[str, ...], list[Told]] = {}
    for told in holder.ways:
        key = (
            words.statement(told),
            words.circumstances(told),
            words.places(told.places),
            words.guardrail(told),
            _state(told),
        )
        groups.setdefault(key, []).append(told)
    for (statement, circumstances, places, guardrail, state), group in groups.items():
        yield f"  {state} {visible(', '.join(_called(group, regions)))}"
        if statement:
            yield f"    by {visible(statement)}"
        if group[0].places:
            yield f"    {visible(places)}{', ' + visible(circumstances) if circumstances else ''}"
        if guardrail:
            yield f"    {visible(guardrail)}"


def _state(told: Told) -> str:
    if told.way.decision.verdict is Verdict.DENIED:
        return "cannot call"
    if told.way.unknown:
        return "may or may not call"
    sure = told.way.decision.verdict is Verdict.ALLOWED or not words.circumstances(told)
    return "can call" if sure else "can call in some cases"


def _called(group: Sequence[Told], regions: Sequence[str]) -> Iterator[str]:
    """Actions with what they work on; neighbours on the same things share them."""
    parts: list[tuple[list[str], str]] = []
    for told in group:
        on = words.on(told, regions)
        if parts and parts[-1][1] == on:
            parts[-1][0].append(told.way.action.partition(":")[2])
        else:
            parts.append(([told.way.action], on))
    for actions, on in parts:
        yield " and ".join(actions) + (f" on {on}" if on else "")


def _outsider(one: Outsider) -> str:
    return f"{said([one.opening])} can call {how(one.opening)} of the policy on {one.thing}"


# -- CSV -------------------------------------------------------------------------------------------------
def to_csv(answers: Iterable[Answer]) -> bytes:
    """One line for each principal and action: RFC 4180 with a byte order mark, safe in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for answer in answers:
        for row in _rows(answer):
            writer.writerow([cell(row[name]) for name in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def _rows(answer: Answer) -> Iterator[dict[str, str]]:
    for holder in answer.holders:
        for told in holder.ways:
            yield _row(answer, holder, told)
    for outsider in answer.outsiders:
        yield {
            **dict.fromkeys(COLUMNS, ""),
            "account_id": answer.account,
            "principal": said([outsider.opening]),
            "principal_type": "outsider",
            "action": " ".join(outsider.opening.actions),
            "decision": "ALLOWED",
            "on": outsider.thing,
            "statement": how(outsider.opening),
        }


def _row(answer: Answer, holder: Holder, told: Told) -> dict[str, str]:
    places = {one.place: str(one.verdict) for one in told.places}
    ruled = told.ruling
    return {
        "account_id": answer.account,
        "principal": holder.principal.arn,
        "principal_type": "role" if holder.principal.is_role else "user",
        "action": told.way.action,
        "decision": str(told.way.decision.verdict),
        "on": " ".join(words.patterns(told)),
        "when": when(told.way.decision).strip(),
        "statement": words.statement(told),
        "from_internet": places.get(INTERNET, ""),
        "from_endpoints": " ".join(
            f"{name}={found}" for name, found in places.items() if name.startswith("vpce-")
        ),
        "from_services": places.get(SERVICE, ""),
        "credentials": "; ".join(words.credentials(holder.credentials)),
        "guardrail": str(ruled.mandate) if ruled is not None else "",
        "guardrails_accepted": " ".join(resource(one) for one in ruled.accepted) if ruled is not None else "",
        "guardrail_note": words.guardrail(told),
        "before_scp": "yes" if answer.before_scp else "no",
    }


# -- JSON ------------------------------------------------------------------------------------------------
def to_json(answers: Iterable[Answer]) -> str:
    """The answers for programs; what came from the account is escaped as JSON escapes it."""
    return json.dumps({"schema": SCHEMA, "accounts": [_document(one) for one in answers]}, indent=2) + "\n"


def _document(answer: Answer) -> dict[str, Any]:
    return {
        "account_id": answer.account,
        "regions": list(answer.regions),
        "before_scp": answer.before_scp,
        "vpc_endpoints": answer.endpoints,
        "asked": answer.asked,
        "notes": answer.unmatched,
        "not_seen": [
            {"reason": one.why.value, "detail": one.detail, "grant": one.grant} for one in _distinct(answer)
        ],
        "principals": [_principal(holder) for holder in answer.holders],
        "outsiders": [
            {
                "who": one.opening.label,
                "actions": list(one.opening.actions),
                "on": one.thing,
                "statement": how(one.opening),
                "witness": _witness(one.opening.witness),
            }
            for one in answer.outsiders
        ],
    }


def _distinct(answer: Answer) -> Iterator[Any]:
    yield from {(one.why, one.detail): one for one in answer.unseen}.values()


def _principal(holder: Holder) -> dict[str, Any]:
    return {
        "principal": holder.principal.arn,
        "type": "role" if holder.principal.is_role else "user",
        "credentials": {
            "role_session": holder.credentials.session,
            "active_access_keys": holder.credentials.access_keys,
            "api_keys": [
                {
                    "token": str(keys.token),
                    "can_be_used_at": [words.ENDPOINTS[str(one)] for one in keys.works_at],
                    "exists": keys.existing,
                }
                for keys in holder.credentials.api_keys
            ],
        },
        "refused": None if holder.ways or holder.refused is None else words.refused(holder),
        "access": [_access(told) for told in holder.ways],
    }


def _access(told: Told) -> dict[str, Any]:
    way, ruled = told.way, told.ruling
    return {
        "action": way.action,
        "decision": str(way.decision.verdict),
        "resource": resource(way.resource),
        "on": words.patterns(told),
        "but": list(way.but),
        "witness": _witness(way.decision.allow_witness),
        "deciding_keys": list(way.decision.deciding),
        "statement": words.statement(told),
        "from": {one.place: str(one.verdict) for one in told.places},
        "guardrail": None
        if ruled is None
        else {
            "mandate": str(ruled.mandate),
            "accepted": list(ruled.accepted),
            "target": resource(ruled.target.arn),
            "witness": _witness(ruled.witness),
            "note": words.guardrail(told),
        },
    }


def _witness(found: Witness | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "values": {key: list(values) for key, values in found.values.items()},
        "absent": list(found.absent),
    }
