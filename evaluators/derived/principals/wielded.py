"""With which credentials a principal calls models: role sessions, access keys, Bedrock API keys.

A Bedrock API key works when its gate (``CallWithBearerToken``, per endpoint and kind of token) and the inference
behind it are both allowed. Long-term keys belong to users and are listed; short-term ones are made by their holder
out of a session and never listed.
https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-permissions.html
"""

from dataclasses import dataclass

from assessor.iam.credentials import Endpoint, Token
from assessor.iam.holders import Principal
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View, gather
from collectors import iam
from evaluators.derived.moments import moment
from evaluators.derived.principals import access_keys
from evaluators.derived.principals.access_keys import active_keys
from evaluators.derived.principals.universe import Estate, estate

READS: tuple[Operation, ...] = (*access_keys.READS, iam.LIST_SERVICE_SPECIFIC_CREDENTIALS)

_BEHIND = {
    Endpoint.RUNTIME: ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"),
    Endpoint.MANTLE: ("bedrock-mantle:CreateInference",),
}


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Bedrock API keys of one kind. works_at: the endpoints where one would work. existing: how many are active.

    existing is None where such keys are never listed, or could not be.
    """

    token: Token
    works_at: tuple[Endpoint, ...]
    existing: int | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a principal calls with. access_keys: how many are active, None where that is not known."""

    session: bool
    access_keys: int | None
    api_keys: tuple[ApiKeys, ...]


class Wallet:
    """The credentials of every principal of an account. unseen: what could not be listed."""

    def __init__(self, aws: View) -> None:
        self._known: Estate = estate(aws)
        self.unseen: list[UnseenError] = []
        keys = active_keys(aws)
        if keys.unseen is not None:
            self.unseen.append(keys.unseen)
        self._keys_known = keys.unseen is None
        self._keys: dict[str, int] = {}
        for key in keys.known:
            self._keys[key.user] = self._keys.get(key.user, 0) + 1
        listed = gather(aws.items(iam.LIST_SERVICE_SPECIFIC_CREDENTIALS))
        if listed.unseen is not None:
            self.unseen.append(listed.unseen)
        self._long_known = listed.unseen is None
        self._long: dict[str, int] = {}
        for one in listed.known:
            ends = moment(one.get("ExpirationDate"))
            if one.get("Status") == "Active" and (ends is None or ends > aws.now):
                name = str(one.get("UserName") or "")
                self._long[name] = self._long.get(name, 0) + 1

    def of(self, principal: Principal) -> Credentials:
        """What a principal calls with."""
        tokens = (Token.SHORT_TERM,) if principal.is_role else (Token.LONG_TERM, Token.SHORT_TERM)
        api_keys = []
        for token in tokens:
            existing = None
            if token is Token.LONG_TERM:
                count = self._long.get(principal.name, 0)
                existing = count if count or self._long_known else None
            works_at = tuple(one for one in Endpoint if self._works(principal, one, token))
            if works_at or existing:
                api_keys.append(ApiKeys(token, works_at, existing))
        count = self._keys.get(principal.name, 0)
        active = 0 if principal.is_role else count if count or self._keys_known else None
        return Credentials(principal.is_role, active, tuple(api_keys))

    def _works(self, principal: Principal, endpoint: Endpoint, token: Token) -> bool:
        key = f"{endpoint}:BearerTokenType"
        gate = self._known.reach_with(f"{endpoint}:CallWithBearerToken", key, (str(token),))
        if not gate.row(principal).possible:
            return False
        return any(
            self._known.reach_with(action, key, (str(token),)).row(principal).possible
            for action in _BEHIND[endpoint]
        )
