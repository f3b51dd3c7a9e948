"""How far a door's resource policy opens it, asked of the policy as a stranger would.

The one place where the controls about front doors ask `assessor.iam.exposure`. A policy of which a part cannot be
read is closed only as far as is seen: unless what is seen is open already, the answer is not known.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assessor.iam.exposure import Exposure, Level, Setting, exposure
from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.iam.principals import PrincipalKind
from assessor.model.reading import UnseenError, Why

INVOKE_API = "execute-api:Invoke"
INVOKE_URL = "lambda:InvokeFunctionUrl"

_SHORT = "execute-api:/"
_SAMPLE = "zz99"
_ANY_VERBS = ("GET", "POST", "PUT")
_OPEN = (Level.ANYONE, Level.ANY_ACCOUNT)


def api_openness(
    text: str, *, account: str, region: str, partition: str, call: tuple[str, str, str, str], private: bool
) -> Exposure:
    """Who may call one method of a REST API under the API's resource policy.

    ``call`` is (API id, stage, verb, resource path). ``private``: the API is reached through VPC endpoints only.
    Raises UnseenError(UNSUPPORTED_POLICY_CONSTRUCT) where the policy cannot be judged.
    """
    api, stage, verb, path = call
    base = f"arn:{partition}:execute-api:{region}:{account}:{api}"
    document = _document(text, base)
    policy = parse_policy(document, use=Use.RESOURCE, name=f"of REST API {api}")
    setting = Setting(internet=not private)
    found: Exposure | None = None
    for one in _ANY_VERBS if verb == "ANY" else (verb,):
        arn = f"{base}/{stage}/{one}/{_concrete(path)}"
        reduced = _reduced(document, policy, INVOKE_API, arn)
        asked = arn if reduced is None else f"{base}/{_SAMPLE}"
        answer = _asked(json.dumps(reduced or document), asked, account, INVOKE_API, setting)
        if found is None or answer.level.rank < found.level.rank:
            found = answer
    assert found is not None
    return _certain(found, f"the resource policy of REST API {api}")


def whole_api_openness(
    text: str, *, account: str, region: str, partition: str, api: str, private: bool
) -> Exposure:
    """Who may call anything of a REST API under its resource policy.

    Raises UnseenError(UNSUPPORTED_POLICY_CONSTRUCT) where the policy cannot be judged.
    """
    base = f"arn:{partition}:execute-api:{region}:{account}:{api}"
    document = json.dumps(_document(text, base))
    found = _asked(document, base, account, INVOKE_API, Setting(internet=not private))
    return _certain(found, f"the resource policy of REST API {api}")


def url_openness(text: str, *, arn: str, account: str, auth: str) -> Exposure:
    """Who may call a function URL under the policy of its function or alias; ``auth`` is the URL's AuthType.

    Raises UnseenError(UNSUPPORTED_POLICY_CONSTRUCT) where the policy cannot be judged.
    """
    found = _asked(text, arn, account, INVOKE_URL, Setting(url_auth=auth))
    return _certain(found, f"the policy of {arn.rpartition(':function:')[2]}")


def distributions_named(text: str) -> tuple[str, ...]:
    """The values of ``aws:SourceArn`` under which a function's policy lets CloudFront call its URL."""
    found: list[str] = []
    for statement in parse_policy(text, use=Use.RESOURCE).statements:
        named = statement.principals.named if statement.principals is not None else ()
        cloudfront = any(
            one.kind is PrincipalKind.SERVICE and one.value == "cloudfront.amazonaws.com" for one in named
        )
        if statement.effect is Effect.ALLOW and cloudfront and statement.covers_action(INVOKE_URL):
            for condition in statement.conditions:
                if condition.key == "aws:sourcearn" and not condition.operator.negated:
                    found += [value.constant for value in condition.values if value.constant]
    return tuple(dict.fromkeys(found))


def policy_openness(
    text: str, *, arn: str, account: str, actions: tuple[str, ...] | None, what: str
) -> Exposure:
    """Who outside may use a resource under its policy. Raises UnseenError(UNSUPPORTED_POLICY_CONSTRUCT)."""
    parsed = parse_policy(text, use=Use.RESOURCE, name=what)
    return _certain(exposure(parsed, resource=arn, account=account, actions=actions), what)


def is_open(found: Exposure) -> bool:
    """Whether people nobody has named get in."""
    return found.level in _OPEN


def admitted(found: Exposure) -> str:
    """Whom a policy that is not open admits, in words."""
    names = {
        Level.IP_RANGE: "addresses",
        Level.ACCOUNT: "account",
        Level.SERVICE: "service",
        Level.FEDERATED: "identity provider",
        Level.ORG: "organization",
    }
    said = [f"{names[opening.level]} {opening.who}" for opening in found.openings if opening.level in names]
    return ", ".join(dict.fromkeys(said)) or "nobody outside the account"


def _certain(found: Exposure, what: str) -> Exposure:
    if is_open(found) or (not found.unsupported and found.exact):
        return found
    why = "; ".join(found.unsupported) or "it has too many conditions to try them all"
    raise UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, f"{what} cannot be judged: {why}")


@lru_cache(maxsize=4096)
def _asked(text: str, arn: str, account: str, action: str, setting: Setting) -> Exposure:
    policy = parse_policy(text, use=Use.RESOURCE, name="")
    return exposure(policy, resource=arn, account=account, actions=(action,), setting=setting)


def _document(text: str, base: str) -> Any:
    """The policy as API Gateway means it: its answers carry it with every quote escaped once more.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
    A resource may be written without the API's ARN in front (``execute-api:/stage/GET/path``).
    """
    try:
        document = json.loads(text)
    except ValueError:
        try:
            document = json.loads(json.loads(f'"{text}"'))
        except (ValueError, TypeError):
            return text
    if not isinstance(document, dict):
        return document
    statements = document.get("Statement")
    listed = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(listed, list):
        return document
    return {**document, "Statement": [_lengthened(one, base) for one in listed]}


def _lengthened(statement: Any, base: str) -> Any:
    if not isinstance(statement, dict):
        return statement
    changed = dict(statement)
    for name in ("Resource", "NotResource"):
        held = changed.get(name)
        if isinstance(held, str):
            changed[name] = _long(held, base)
        elif isinstance(held, list):
            changed[name] = [_long(one, base) if isinstance(one, str) else one for one in held]
    return changed


def _long(resource: str, base: str) -> str:
    return f"{base}/{resource[len(_SHORT) :]}" if resource.startswith(_SHORT) else resource


def _concrete(path: str) -> str:
    """A path a caller might send: ``/users/{id}`` is ``users/zz99``."""
    return "/".join(_SAMPLE if part.startswith("{") else part for part in path.strip("/").split("/"))


def _reduced(document: Any, policy: Policy, action: str, arn: str) -> Any | None:
    """The statements that bear on one method, for every resource: many methods then share one answer.

    None where that would not be the same question (a document that cannot be read, variables in a resource).
    """
    if policy.problems or not isinstance(document, dict):
        return None
    kept = []
    for statement in policy.statements:
        covered = statement.resource_atoms(arn)
        if not isinstance(covered, bool) or statement.problems or statement.effect is None:
            return None
        if covered and statement.covers_action(action):
            raw = {k: v for k, v in document["Statement"][statement.ref.index].items() if k != "NotResource"}
            kept.append({**raw, "Resource": "*"})
    return {**document, "Statement": kept}
