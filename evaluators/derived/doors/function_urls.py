"""Lambda function URLs as front doors: one for the function itself and one for each alias that has one.

https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import lambda_

READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS, lambda_.LIST_FUNCTION_URL_CONFIGS)
POLICY_READS: tuple[Operation, ...] = (lambda_.LIST_ALIASES, lambda_.GET_POLICY)

_PLAIN_ARN_PARTS = 7


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function URL. ``arn`` is the function's ARN, with the alias where the URL is an alias's."""

    config: Answer
    arn: str
    function: str
    evidence: tuple[Call, ...]

    @property
    def alias(self) -> str:
        """The alias the URL belongs to, "" for the function's own."""
        parts = self.arn.split(":")
        return parts[_PLAIN_ARN_PARTS] if len(parts) > _PLAIN_ARN_PARTS else ""

    @property
    def host(self) -> str:
        """The host name of the URL."""
        return urlsplit(str(self.config.get("FunctionUrl", ""))).hostname or ""

    @property
    def what(self) -> str:
        """The URL in words."""
        return f"the URL of {f'alias {self.alias} of ' if self.alias else ''}function {self.function}"


def function_urls(aws: View) -> Gathered[FunctionUrl]:
    """Every function URL of the Region, those of aliases too."""
    return gather(_urls(aws))


def _urls(aws: View) -> Iterator[FunctionUrl]:
    for call, config in aws.items_with_call(lambda_.LIST_FUNCTION_URL_CONFIGS):
        name = call.request["FunctionName"]
        arn = config.get("FunctionArn") or (
            f"arn:{aws.account.partition}:lambda:{aws.region}:{aws.account_id}:function:{name}"
        )
        yield FunctionUrl(config, str(arn), name, (call,))


def url_policy(aws: View, url: FunctionUrl) -> str:
    """The policy of the URL's function or alias, "" where there is none. Raises UnseenError."""
    qualifier = {"Qualifier": url.alias} if url.alias else {}
    answer = aws.get(lambda_.GET_POLICY, FunctionName=url.function, **qualifier)
    return str((answer or {}).get("Policy") or "")
