"""What `assessor access` says of one way to a model, in words that all its formats share."""

from collections.abc import Iterator, Mapping, Sequence

from assessor.iam.credentials import Token
from assessor.iam.decide import Verdict
from assessor.iam.doors import SIDE_DOORS
from assessor.iam.guardrail import Mandate, Ruling
from assessor.iam.network import INTERNET, SERVICE
from assessor.iam.request import arn_field
from assessor.reports.words import plural
from evaluators.derived.foundation.model_targets import MODEL, kind_of
from evaluators.derived.principals.statements import against, by, resource, when, witnessed
from evaluators.derived.principals.things import INVOKED_BY, Sort, model_id
from evaluators.derived.principals.who_can import From, Holder, Told
from evaluators.derived.principals.wielded import Credentials

_SHOWN = 4
_WHY = {action: why for action, _, why in SIDE_DOORS}
_WHY |= dict.fromkeys(
    ("sagemaker:InvokeEndpointAsync", "sagemaker:InvokeEndpointWithResponseStream"),
    _WHY["sagemaker:InvokeEndpoint"],
)
ENDPOINTS = {"bedrock": "bedrock-runtime", "bedrock-mantle": "bedrock-mantle"}
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


def on(told: Told, regions: Sequence[str]) -> str:
    """What a way works on, in a few words; a Region is named where it is not all of them."""
    way = told.way
    sorts = INVOKED_BY.get(way.action, ())
    if Sort.ANYTHING in sorts or (way.resource == "*" and not way.on):
        return ""
    words = list(_every(way.everything, regions))
    if way.but:
        words[-1:] = [f"{words[-1]} but {_some(way.but)}"]
    names = [_short(arn) for arn in way.on or (() if words else (way.resource,))]
    if len(names) > _SHOWN:
        names = [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]
    return " and ".join(filter(None, (" and ".join(words), ", ".join(names))))


def _some(arns: Sequence[str]) -> str:
    names = [_short(arn) for arn in arns[:_SHOWN]]
    more = [f"{len(arns) - _SHOWN} more"] if len(arns) > _SHOWN else []
    return ", ".join((*names, *more))


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


def statement(told: Told) -> str:
    """The statement that allows a way, or keeps it shut."""
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


def guardrail(told: Told) -> str:
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


def circumstances(told: Told) -> str:
    """When a way is open, in words; what a guardrail condition asks is told with the guardrail."""
    decision = told.way.decision
    only = {key.lower() for key in (decision.allow_witness.values if decision.allow_witness else ())}
    if told.ruling is not None and only == {"bedrock:guardrailidentifier"}:
        return ""
    return when(decision).strip()


def credentials(found: Credentials) -> list[str]:
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
        works = ", ".join(ENDPOINTS[str(one)] for one in keys.works_at)
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


def places(places: Sequence[From]) -> str:
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


def patterns(told: Told) -> list[str]:
    """What a way works on as a policy would write it."""
    way = told.way
    return list(dict.fromkeys(resource(arn) for arn in (*way.everything, *way.on) or (way.resource,)))


def refused(holder: Holder) -> str:
    """Why a principal that was asked for by name can do none of it."""
    decision = holder.refused
    if decision is None:
        return "nothing there is fits the question"
    if decision.denials:
        return f"{against(holder.principal, decision.denials)} denies it"
    missing = ", ".join(decision.missing)
    return f"no policy allows it ({missing})" if missing else "no policy allows it"
