"""``assessor access``: who can invoke what, for people (text), spreadsheets (CSV) and programs (JSON)."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assessor.iam.credentials import Token
from assessor.iam.decide import Verdict, Witness
from assessor.iam.doors import SIDE_DOORS
from assessor.iam.guardrail import Mandate, Ruling
from assessor.iam.network import INTERNET, SERVICE
from assessor.iam.request import arn_field
from assessor.reports.findings_csv import cell
from assessor.reports.text import visible
from assessor.reports.words import plural
from evaluators.derived.model_targets import MODEL, kind_of
from evaluators.derived.outsiders import how, said
from evaluators.derived.statements import against, by, resource, when, who, witnessed
from evaluators.derived.things import INVOKED_BY, Sort, model_id
from evaluators.derived.who_can import Answer, From, Holder, Outsider, Told
from evaluators.derived.wielded import Credentials

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
_SHOWN = 4
_UNSEEN_SHOWN = 12
_WHY = {action: why for action, _, why in SIDE_DOORS}
_WHY |= dict.fromkeys(
    ("sagemaker:InvokeEndpointAsync", "sagemaker:InvokeEndpointWithResponseStream"),
    _WHY["sagemaker:InvokeEndpoint"],
)
_ENDPOINTS = {"bedrock": "bedrock-runtime", "bedrock-mantle": "bedrock-mantle"}
_OF_MODELS = (MODEL, "inference-profile", "application-inference-profile")
_EVERY: Mapping[str, str] = {
    MODEL: "every model",
    "inference-profile": "every inference profile",
    "application-inference-profile": "every inference profile",
    "agent-alias": "every agent",
    "knowledge-base": "every knowledge base",
    "flow": "every flow",
    "runtime": "every AgentCore runtime",
    "gateway": "every AgentCore gateway",
    "harness": "every AgentCore harness",
    "endpoint": "every SageMaker endpoint",
    "inference-component": "every SageMaker endpoint",
    "project": "every model of the second endpoint",
}


# -- words shared by all formats -----------------------------------------------------------------------
def _on(told: Told, regions: Sequence[str]) -> str:
    """What a way works on, in a few words; a Region is named where it is not all of them."""
    way = told.way
    sorts = INVOKED_BY.get(way.action, ())
    if Sort.ANYTHING in sorts or (way.resource == "*" and not way.on):
        return ""
    words = list(_every(way.everything, regions))
    names = [_short(arn) for arn in way.on or (() if words else (way.resource,))]
    if len(names) > _SHOWN:
        names = [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]
    return " and ".join(filter(None, (" and ".join(words), ", ".join(names))))


def _every(everything: Sequence[str], regions: Sequence[str]) -> Iterator[str]:
    """``every model and every inference profile``, ``every agent in eu-west-1``."""
    kinds: dict[str, dict[str, None]] = {}
    for arn in everything:
        kinds.setdefault(kind_of(arn), {})[arn_field(arn, 3)] = None
    if MODEL in kinds:
        kinds = {kind: found for kind, found in kinds.items() if kind in _OF_MODELS}
    places: dict[tuple[str, ...], list[str]] = {}
    for kind, found in kinds.items():
        partly = set(found) - {"", "*"} and set(found) != set(regions)
        word = _EVERY.get(kind) or f"every {kind or 'resource'}"
        names = places.setdefault(tuple(sorted(found)) if partly else (), [])
        if word not in names:
            names.append(word)
    for where, names in places.items():
        yield " and ".join(names) + (f" in {', '.join(where)}" if where else "")


def _short(arn: str) -> str:
    """A thing as people write it: a model's id, the rest of an ARN for everything else; with its Region."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return resource(arn)
    name = model_id(arn) if parts[5].startswith("foundation-model/") else parts[5]
    return resource(f"{name} ({parts[3]})" if parts[3] else name)


def _statement(told: Told) -> str:
    way = told.way
    if way.decision.verdict is Verdict.DENIED:
        return against(way.principal, way.decision.denials)
    if way.unknown:
        return "a policy that cannot be judged"
    facing = [ref for ref in way.decision.grants if ref.use.names_principals]
    own = by(way.principal, way.decision.grants)
    if own == "its policies" and facing:
        return ", ".join(f"statement {ref.index + 1} of the policy {ref.policy}" for ref in facing[:2])
    return own


def _guardrail(told: Told) -> str:
    """What stands between, in one sentence without a full stop."""
    ruled = told.ruling
    if ruled is None:
        why = _WHY.get(told.way.action)
        return f"no guardrail condition reaches it: {why}" if why else ""
    match ruled.mandate:
        case Mandate.UNGUARDED:
            return f"no guardrail is needed{_where(told, ruled)}{witnessed(ruled.witness)}{_but(told)}"
        case Mandate.MANDATORY:
            return f"must pass {_named(ruled.accepted)}{_weakness(ruled)}"
        case Mandate.MANDATORY_ANY:
            return "must pass a guardrail, but any would do"
        case Mandate.ENFORCED:
            return f"{_named(ruled.accepted)} is enforced on every call"
        case Mandate.LOCKED_OUT:
            return "locked out: no guardrail there could be satisfies its conditions"
        case Mandate.UNKNOWN:
            return "whether a guardrail is needed depends on a policy that cannot be judged"
        case _:
            return ""


def _where(told: Told, ruled: Ruling) -> str:
    """Where no guardrail is needed, when that is not everywhere."""
    if told.enforced_in:
        return f" in {ruled.target.region}" if told.way.everything else f" on {_short(ruled.target.arn)}"
    several = len(told.way.on) > 1 and not told.way.everything
    return f" on {_short(ruled.target.arn)}" if several and ruled.witness and ruled.witness.values else ""


def _but(told: Told) -> str:
    if told.selective:
        return "; what is enforced there checks only what the caller marks"
    return f"; one is enforced in {', '.join(told.enforced_in)}" if told.enforced_in else ""


def _named(accepted: Sequence[str]) -> str:
    names = [resource(one) for one in accepted]
    more = f" or {len(names) - 2} more" if len(names) > 2 else ""
    return f"guardrail {' or '.join(names[:2])}{more}"


def _weakness(ruled: Ruling) -> str:
    if ruled.drafts:
        return "; the working draft passes too, which anybody with UpdateGuardrail changes"
    if ruled.foreign:
        return "; of another account"
    return "; versions made later pass too" if ruled.open_ended else ""


def _circumstances(told: Told) -> str:
    """When a way is open, in words; what a guardrail condition asks is told with the guardrail."""
    decision = told.way.decision
    only = {key.lower() for key in (decision.allow_witness.values if decision.allow_witness else ())}
    if told.ruling is not None and only == {"bedrock:guardrailidentifier"}:
        return ""
    return when(decision).strip()


def _credentials(found: Credentials) -> list[str]:
    """What a principal calls with, in words."""
    words = ["role sessions"] if found.session else []
    if not found.session:
        if found.access_keys is None:
            words.append("access keys that could not be listed")
        else:
            words.append(
                f"{plural(found.access_keys, 'active access key')}" if found.access_keys else "no access key"
            )
    for keys in found.api_keys:
        kind = "long-term" if keys.token is Token.LONG_TERM else "short-term"
        works = ", ".join(_ENDPOINTS[str(one)] for one in keys.works_at)
        use = f"would work at {works}" if works else "would not work"
        if keys.token is Token.SHORT_TERM:
            words.append(f"{kind} Bedrock API keys {use}")
        elif keys.existing is None:
            words.append(f"{kind} Bedrock API keys {use} (whether one exists is not known)")
        elif keys.existing:
            many = keys.existing > 1
            now = f"work{'' if many else 's'} {f'at {works}' if works else 'nowhere'}"
            words.append(f"{plural(keys.existing, f'active {kind} Bedrock API key')}, which {now}")
        else:
            words.append(f"{kind} Bedrock API keys {use} (none exists)")
    return words


def _places(places: Sequence[From]) -> str:
    """From where a way is open, in words."""
    if not places:
        return "from nowhere"
    if all(one.verdict is Verdict.ALLOWED for one in places):
        return "from anywhere"
    open_ones = [one for one in places if one.verdict is not Verdict.DENIED]
    shut = [_place(one) for one in places if one.verdict is Verdict.DENIED]
    if not open_ones:
        return "from nowhere that is known"
    private = all(one.place.startswith("vpce-") for one in open_ones)
    if private:
        return f"only through {', '.join(one.place for one in open_ones)}"
    unsure = [_place(one) for one in open_ones if one.verdict is Verdict.UNSUPPORTED]
    text = "from anywhere else" if shut and len(open_ones) > len(unsure) else "from anywhere"
    if shut:
        text += f", not {' or '.join(shut)}"
    if unsure:
        text += f"; not known {' or '.join(unsure)}"
    return text


def _place(one: From) -> str:
    if one.place == INTERNET:
        return "from the internet"
    return one.place if one.place == SERVICE else f"through {one.place}"


def _patterns(told: Told) -> list[str]:
    """What a way works on as a policy would write it."""
    way = told.way
    return list(dict.fromkeys(resource(arn) for arn in (*way.everything, *way.on) or (way.resource,)))


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
        yield f"  can invoke none of it: {visible(_refused(holder))}"
        return
    yield f"  with {visible('; '.join(_credentials(holder.credentials)))}"
    groups: dict[tuple[str, ...], list[Told]] = {}
    for told in holder.ways:
        key = (_statement(told), _circumstances(told), _places(told.places), _guardrail(told), _state(told))
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
    sure = told.way.decision.verdict is Verdict.ALLOWED or not _circumstances(told)
    return "can call" if sure else "can call in some cases"


def _called(group: Sequence[Told], regions: Sequence[str]) -> Iterator[str]:
    """Actions with what they work on; neighbours on the same things share them."""
    parts: list[tuple[list[str], str]] = []
    for told in group:
        on = _on(told, regions)
        if parts and parts[-1][1] == on:
            parts[-1][0].append(told.way.action.partition(":")[2])
        else:
            parts.append(([told.way.action], on))
    for actions, on in parts:
        yield " and ".join(actions) + (f" on {on}" if on else "")


def _refused(holder: Holder) -> str:
    decision = holder.refused
    if decision is None:
        return "nothing there is fits the question"
    if decision.denials:
        return f"{against(holder.principal, decision.denials)} denies it"
    missing = ", ".join(decision.missing)
    return f"no policy allows it ({missing})" if missing else "no policy allows it"


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
        "on": " ".join(_patterns(told)),
        "when": when(told.way.decision).strip(),
        "statement": _statement(told),
        "from_internet": places.get(INTERNET, ""),
        "from_endpoints": " ".join(
            f"{name}={found}" for name, found in places.items() if name.startswith("vpce-")
        ),
        "from_services": places.get(SERVICE, ""),
        "credentials": "; ".join(_credentials(holder.credentials)),
        "guardrail": str(ruled.mandate) if ruled is not None else "",
        "guardrails_accepted": " ".join(resource(one) for one in ruled.accepted) if ruled is not None else "",
        "guardrail_note": _guardrail(told),
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
                    "can_be_used_at": [_ENDPOINTS[str(one)] for one in keys.works_at],
                    "exists": keys.existing,
                }
                for keys in holder.credentials.api_keys
            ],
        },
        "refused": None if holder.ways or holder.refused is None else _refused(holder),
        "access": [_access(told) for told in holder.ways],
    }


def _access(told: Told) -> dict[str, Any]:
    way, ruled = told.way, told.ruling
    return {
        "action": way.action,
        "decision": str(way.decision.verdict),
        "resource": resource(way.resource),
        "on": _patterns(told),
        "witness": _witness(way.decision.allow_witness),
        "deciding_keys": list(way.decision.deciding),
        "statement": _statement(told),
        "from": {one.place: str(one.verdict) for one in told.places},
        "guardrail": None
        if ruled is None
        else {
            "mandate": str(ruled.mandate),
            "accepted": list(ruled.accepted),
            "target": resource(ruled.target.arn),
            "witness": _witness(ruled.witness),
            "note": _guardrail(told),
        },
    }


def _witness(found: Witness | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "values": {key: list(values) for key, values in found.values.items()},
        "absent": list(found.absent),
    }
