"""Short ways to write policies, callers and requests, and Hypothesis strategies for them."""

from typing import Any

from hypothesis import strategies as st

from assessor.iam.policy import Policy, Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.request import Given, Layers, Request, context

ACCOUNT = "111111111111"
OTHER = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"
GUARDRAIL = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/gr12345abcde"
K = "bedrock:GuardrailIdentifier"
INVOKE = "bedrock:InvokeModel"
STREAM = "bedrock:InvokeModelWithResponseStream"
Statement = dict[str, Any]


def document(*statements: Statement, version: str = "2012-10-17") -> dict[str, Any]:
    """A document of some statements."""
    return {"Version": version, "Statement": list(statements)}


def policy(*statements: Statement, use: Use = Use.IDENTITY, name: str = "test") -> Policy:
    """A parsed policy of some statements."""
    return parse_policy(document(*statements), use=use, name=name)


def allow(
    action: str | list[str] = "*", resource: str | list[str] = "*", condition: Any = None, **more: Any
) -> Statement:
    """An Allow statement."""
    return _statement("Allow", action, resource, condition, more)


def deny(
    action: str | list[str] = "*", resource: str | list[str] = "*", condition: Any = None, **more: Any
) -> Statement:
    """A Deny statement."""
    return _statement("Deny", action, resource, condition, more)


def _statement(effect: str, action: Any, resource: Any, condition: Any, more: dict[str, Any]) -> Statement:
    found: Statement = {"Effect": effect, **more}
    if "NotAction" not in more:
        found["Action"] = action
    if "NotResource" not in more:
        found["Resource"] = resource
    if condition is not None:
        found["Condition"] = condition
    return found


def request(
    action: str = INVOKE,
    resource: str = MODEL,
    *,
    principal: str | None = ROLE,
    account: str = ACCOUNT,
    given: Given | None = None,
    opened: Any = (),
) -> Request:
    """A request of the test account's role."""
    return Request(parse_caller(principal), action, resource, account, context(given, opened=opened))


def identity(*policies: Policy, **more: Any) -> Layers:
    """Layers with identity policies."""
    return Layers(identity=policies, **more)


# -- strategies -------------------------------------------------------------------------------------
KEYS = ("aws:PrincipalTag/team", "aws:SourceVpce", "aws:PrincipalOrgID", "aws:MultiFactorAuthAge", K)
VALUES = {
    "aws:PrincipalTag/team": ["red", "blue", "r*", "*e", "?ed"],
    "aws:SourceVpce": ["vpce-0aa", "vpce-0bb", "vpce-*"],
    "aws:PrincipalOrgID": ["o-aaaaaaaaaa", "o-bbbbbbbbbb"],
    "aws:MultiFactorAuthAge": ["10", "100"],
    K: [f"{GUARDRAIL}:1", GUARDRAIL, f"{GUARDRAIL}*"],
}
TEXT_OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotLike",
)
NUMBER_OPERATORS = ("NumericLessThan", "NumericGreaterThanIfExists", "NumericNotEquals")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """A Condition element over a few keys."""
    found: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=2, unique=True)):
        numeric = key == "aws:MultiFactorAuthAge"
        operator = draw(st.sampled_from(NUMBER_OPERATORS if numeric else (*TEXT_OPERATORS, "Null")))
        if operator == "Null":
            values: Any = draw(st.sampled_from(["true", "false"]))
        else:
            values = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=2, unique=True))
        found.setdefault(operator, {})[key] = values
    return found


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> Statement:
    """A statement about Bedrock."""
    found: Statement = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(
        st.sampled_from(["*", "bedrock:*", INVOKE, "bedrock:Invoke*", "s3:*", STREAM])
    )
    found[draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))] = draw(
        st.sampled_from(
            [
                "*",
                "arn:aws:bedrock:*::foundation-model/*",
                MODEL,
                "arn:aws:bedrock:us-west-2::foundation-model/*",
                f"arn:aws:bedrock:*:{ACCOUNT}:provisioned-model/*",
            ]
        )
    )
    condition = draw(conditions())
    if condition:
        found["Condition"] = condition
    return found


contexts = st.fixed_dictionaries(
    {},
    optional={
        "aws:PrincipalTag/team": st.sampled_from(["red", "blue", "Red", "zz"]),
        "aws:SourceVpce": st.sampled_from(["vpce-0aa", "vpce-0zz"]),
        "aws:PrincipalOrgID": st.sampled_from(["o-aaaaaaaaaa", "o-zzzzzzzzzz"]),
        "aws:MultiFactorAuthAge": st.sampled_from(["5", "10", "50", "100", "500"]),
        K: st.sampled_from([GUARDRAIL, f"{GUARDRAIL}:1", f"{GUARDRAIL}:2"]),
    },
)
"""Complete contexts: what is missing is absent."""
