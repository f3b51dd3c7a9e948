"""What real values of condition keys look like, so that witnesses are values AWS could really send.

Rests on the formats in "AWS global condition context keys" and in the service authorization reference. A key
without a shape may have any value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assessor.iam.actions import key_type
from assessor.iam.patterns import Chars, Step, Steps, literal_steps


@dataclass(frozen=True, slots=True)
class Shape:
    """Alternatives a value must have one of (none: any text), and realistic examples, preferred ones first."""

    alternatives: tuple[Steps, ...] = ()
    examples: tuple[str, ...] = ()
    closed: bool = False
    """Whether the examples are the only values."""


def _some(chars: Chars) -> Steps:
    return (Step(chars), Step(chars, repeated=True))


def _exactly(chars: Chars, count: int) -> Steps:
    return (Step(chars),) * count


_ACCOUNT = _exactly(Chars.DIGIT, 12)
_PARTITION = (*literal_steps("arn:aws"), Step(Chars.REGION, repeated=True), Step(":"))
_ANYTHING = (Step(Chars.ANY), Step(Chars.ANY, repeated=True))


def _prefixed(prefix: str, *examples: str) -> Shape:
    return Shape(((*literal_steps(prefix), *_some(Chars.LOWER_OR_DIGIT)),), examples)


def _closed(*values: str) -> Shape:
    return Shape((), values, closed=True)


def _bedrock(*kinds: str, examples: tuple[str, ...], versioned: bool = False) -> Shape:
    alternatives: list[Steps] = []
    for kind in kinds:
        head = (
            *_PARTITION,
            *literal_steps("bedrock:"),
            *_some(Chars.REGION),
            Step(":"),
            *_ACCOUNT,
            *literal_steps(f":{kind}/"),
        )
        if versioned:
            alternatives.append((*head, *_some(Chars.LOWER_OR_DIGIT)))
            alternatives.append((*head, *_some(Chars.LOWER_OR_DIGIT), Step(":"), *_some(Chars.DIGIT)))
        else:
            alternatives.append((*head, *_ANYTHING))
    return Shape(tuple(alternatives), examples)


STRANGER = "998244353901"
"""An account nobody in a policy is likely to name; rows of digits such as 999999999999 are in many examples."""

_ARN = Shape(
    (
        (
            *_PARTITION,
            *_some(Chars.REGION),
            Step(":"),
            Step(Chars.REGION, repeated=True),
            Step(":"),
            Step(Chars.NAME, repeated=True),
            Step(":"),
            *_ANYTHING,
        ),
    ),
    (f"arn:aws:service:us-east-1:{STRANGER}:thing/other",),
)
_PRINCIPAL_ARN = Shape(
    tuple(
        (*_PARTITION, *literal_steps(f"{service}::"), *_ACCOUNT, Step(":"), *_ANYTHING)
        for service in ("iam", "sts")
    ),
    (f"arn:aws:iam::{STRANGER}:role/other", f"arn:aws:iam::{STRANGER}:user/other"),
)
_ACCOUNT_SHAPE = Shape((_ACCOUNT,), (STRANGER, "998244353902"))
_ORG = _prefixed("o-", "o-zz99stranger", "o-zz98stranger")
_ORG_PATH = Shape(
    (
        (
            *literal_steps("o-"),
            *_some(Chars.LOWER_OR_DIGIT),
            *literal_steps("/r-"),
            *_some(Chars.LOWER_OR_DIGIT),
            Step("/"),
            Step(Chars.ANY, repeated=True),
        ),
    ),
    ("o-zz99stranger/r-zz99/ou-zz99-99999999/",),
)
_TRUTH = _closed("true", "false")
_REGION = Shape((_some(Chars.REGION),), ("eu-north-1", "us-east-1", "us-west-2", "eu-west-1", "unspecified"))

SHAPES: Final[Mapping[str, Shape]] = {
    "aws:principalorgid": _ORG,
    "aws:resourceorgid": _ORG,
    "aws:sourceorgid": _ORG,
    "aws:principalorgpaths": _ORG_PATH,
    "aws:resourceorgpaths": _ORG_PATH,
    "aws:sourceorgpaths": _ORG_PATH,
    "aws:principalaccount": _ACCOUNT_SHAPE,
    "aws:resourceaccount": _ACCOUNT_SHAPE,
    "aws:sourceaccount": _ACCOUNT_SHAPE,
    "aws:sourceowner": _ACCOUNT_SHAPE,
    "kms:calleraccount": _ACCOUNT_SHAPE,
    "s3:resourceaccount": _ACCOUNT_SHAPE,
    "aws:principalarn": _PRINCIPAL_ARN,
    "aws:requestedregion": _REGION,
    "aws:sourcevpce": _prefixed("vpce-", "vpce-0zz99", "vpce-0zz98"),
    "aws:sourcevpc": _prefixed("vpc-", "vpc-0zz99", "vpc-0zz98"),
    "aws:principaltype": _closed("AssumedRole", "User", "Account", "FederatedUser", "Anonymous"),
    "bedrock:bearertokentype": _closed("SHORT_TERM", "LONG_TERM"),
    "bedrock-mantle:bearertokentype": _closed("SHORT_TERM", "LONG_TERM"),
    "lambda:functionurlauthtype": _closed("AWS_IAM", "NONE"),
    "bedrock:guardrailidentifier": _bedrock(
        "guardrail",
        versioned=True,
        examples=(
            f"arn:aws:bedrock:us-east-1:{STRANGER}:guardrail/zz99stranger:1",
            f"arn:aws:bedrock:us-east-1:{STRANGER}:guardrail/zz99stranger",
            f"arn:aws:bedrock:us-east-1:{STRANGER}:guardrail/zz98stranger:2",
        ),
    ),
    "bedrock:inferenceprofilearn": _bedrock(
        "inference-profile",
        "application-inference-profile",
        examples=(f"arn:aws:bedrock:us-east-1:{STRANGER}:inference-profile/zz.other",),
    ),
    "aws:multifactorauthage": Shape(((Step(Chars.DIGIT), Step(Chars.DIGIT, repeated=True)),), ("60",)),
    "iam:servicespecificcredentialagedays": Shape(
        ((Step(Chars.DIGIT), Step(Chars.DIGIT, repeated=True)),), ("1", "36600")
    ),
    "iam:servicespecificcredentialservicename": Shape(
        (), ("bedrock.amazonaws.com", "codecommit.amazonaws.com", "cassandra.amazonaws.com")
    ),
    "aws:securetransport": _TRUTH,
    "aws:referer": Shape((), ("https://zz99.example/",)),
    "aws:useragent": Shape((), ("zz99-agent/1.0",)),
}

_BY_TYPE: Final[Mapping[str, Shape]] = {
    "Bool": _TRUTH,
    "ArrayOfBool": _TRUTH,
    "ARN": _ARN,
    "ArrayOfARN": _ARN,
    "Numeric": Shape((), ("1", "1000000")),
    "Date": Shape((), ("2020-01-01T00:00:00Z", "2035-01-01T00:00:00Z")),
    "IPAddress": Shape((), ("192.0.2.77", "2001:db8:ffff::77")),
}
_ANY_TEXT = Shape((), ("zz-other", "zz-another"))


def shape_of(key: str) -> Shape:
    """The shape of a lower-cased key."""
    found = SHAPES.get(key)
    if found is not None:
        return found
    return _BY_TYPE.get(key_type(key), _ANY_TEXT)
