"""How the things of a workload are spelled: the one place for ids that the graph and the controls share.

A node's id is the ARN of AWS's service authorization reference, which is also the ``resource_arn`` of a finding:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
Where one ARN stands for several things (a method on each of its stages, a function and its URL), what tells them
apart follows an ``@``.
"""

import re
from dataclasses import dataclass

from assessor.model.view import View

URL = "url"
"""What tells a function's URL from the function."""

_ARN_PARTS = 6
_LAMBDA = re.compile(
    r"arn:(?P<partition>[a-z-]+):lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:"
    r"(?P<name>[A-Za-z0-9_-]{1,140})(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?(?![A-Za-z0-9_])"
)
_LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class Arn:
    """The parts of an ARN."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def arn(text: str) -> Arn | None:
    """The parts of an ARN, or None when the text is none."""
    parts = text.split(":", _ARN_PARTS - 1)
    if len(parts) != _ARN_PARTS or parts[0] != "arn" or not parts[2]:
        return None
    return Arn(*parts[1:])


def own(aws: View, service: str, resource: str) -> str:
    """The ARN of something of this account in this Region."""
    return f"arn:{aws.account.partition}:{service}:{aws.region}:{aws.account_id}:{resource}"


# -- API Gateway -----------------------------------------------------------------------------------------
def rest_api(aws: View, api: str) -> str:
    """A REST API."""
    return f"arn:{aws.account.partition}:apigateway:{aws.region}::/restapis/{api}"


def rest_stage(aws: View, api: str, stage: str) -> str:
    """A stage of a REST API."""
    return f"{rest_api(aws, api)}/stages/{stage}"


def rest_method(aws: View, api: str, resource: str, verb: str) -> str:
    """A method of a REST API, on whatever stage."""
    return f"{rest_api(aws, api)}/resources/{resource}/methods/{verb}"


def http_api(aws: View, api: str) -> str:
    """An HTTP or WebSocket API."""
    return f"arn:{aws.account.partition}:apigateway:{aws.region}::/apis/{api}"


def http_route(aws: View, api: str, route: str) -> str:
    """A route of an HTTP or WebSocket API, by its id."""
    return f"{http_api(aws, api)}/routes/{route}"


def http_stage(aws: View, api: str, stage: str) -> str:
    """A stage of an HTTP or WebSocket API."""
    return f"{http_api(aws, api)}/stages/{stage}"


def api_host(aws: View, api: str) -> str:
    """The host under which an API answers by itself."""
    suffix = "amazonaws.com.cn" if aws.account.partition == "aws-cn" else "amazonaws.com"
    return f"{api}.execute-api.{aws.region}.{suffix}"


def domain(aws: View, name: str) -> str:
    """A custom domain name."""
    return f"arn:{aws.account.partition}:apigateway:{aws.region}::/domainnames/{name}"


def on(of: str, key: str) -> str:
    """One of several things that an ARN stands for."""
    return f"{of}@{key}" if key else of


# -- functions -------------------------------------------------------------------------------------------
def function(aws: View, name: str) -> str:
    """A function of this account in this Region."""
    return own(aws, "lambda", f"function:{name}")


def function_in(text: str) -> str | None:
    """The first function ARN in a text, with its alias or version; ``$LATEST`` is the function itself."""
    found = _LAMBDA.search(text)
    if found is None:
        return None
    plain = f"arn:{found['partition']}:lambda:{found['region']}:{found['account']}:function:{found['name']}"
    qualifier = found["qualifier"]
    return f"{plain}:{qualifier}" if qualifier and qualifier != _LATEST else plain


def functions_in(text: str) -> list[str]:
    """Every function ARN in a text, each once."""
    return list(dict.fromkeys(one for match in _LAMBDA.finditer(text) if (one := function_in(match.group()))))


def qualifier(function_arn: str) -> tuple[str, str]:
    """A function's plain ARN, and the alias or version that its ARN names, "" for none."""
    parts = function_arn.split(":")
    plain_parts = 7
    return ":".join(parts[:plain_parts]), parts[plain_parts] if len(parts) > plain_parts else ""


def function_url(function_arn: str) -> str:
    """The URL of a function or alias, as a door."""
    return on(function_arn, URL)


# -- Bedrock ---------------------------------------------------------------------------------------------
def agent(aws: View, agent_id: str) -> str:
    """An agent."""
    return own(aws, "bedrock", f"agent/{agent_id}")


def agent_alias(aws: View, agent_id: str, alias: str) -> str:
    """An alias of an agent."""
    return own(aws, "bedrock", f"agent-alias/{agent_id}/{alias}")


def flow(aws: View, flow_id: str) -> str:
    """A flow."""
    return own(aws, "bedrock", f"flow/{flow_id}")


def flow_alias(aws: View, flow_id: str, alias: str) -> str:
    """An alias of a flow."""
    return own(aws, "bedrock", f"flow/{flow_id}/alias/{alias}")


def knowledge_base(aws: View, base_id: str) -> str:
    """A knowledge base."""
    return own(aws, "bedrock", f"knowledge-base/{base_id}")


def guardrail(aws: View, identifier: str, version: str) -> str:
    """A guardrail in one version, from its id or ARN."""
    plain = identifier if identifier.startswith("arn:") else own(aws, "bedrock", f"guardrail/{identifier}")
    return f"{plain}:{version}" if version else plain


def model(aws: View, text: str) -> str:
    """A model from what names it: an ARN, a model's id, or an inference profile's id.

    https://docs.aws.amazon.com/bedrock/latest/userguide/models-regions.html
    """
    if text.startswith("arn:"):
        return text
    geography = text.partition(".")[0]
    if text.count(".") > 1 and geography in GEOGRAPHIES:
        return own(aws, "bedrock", f"inference-profile/{text}")
    return f"arn:{aws.account.partition}:bedrock:{aws.region}::foundation-model/{text}"


GEOGRAPHIES = frozenset(
    {"us", "us-gov", "eu", "apac", "ap", "jp", "au", "ca", "sa", "me", "af", "in", "global"}
)
"""What an inference profile's id starts with where it is not a provider."""


# -- the rest --------------------------------------------------------------------------------------------
def user_pool(aws: View, pool: str) -> str:
    """A Cognito user pool; its id starts with its Region."""
    region = pool.partition("_")[0]
    return f"arn:{aws.account.partition}:cognito-idp:{region}:{aws.account_id}:userpool/{pool}"


def identity_pool(aws: View, pool: str) -> str:
    """A Cognito identity pool."""
    return own(aws, "cognito-identity", f"identitypool/{pool}")


def gateway(aws: View, gateway_id: str) -> str:
    """An AgentCore gateway."""
    return own(aws, "bedrock-agentcore", f"gateway/{gateway_id}")


def vpc(aws: View, vpc_id: str) -> str:
    """A VPC."""
    return own(aws, "ec2", f"vpc/{vpc_id}")


def bucket(aws: View, name: str) -> str:
    """An S3 bucket."""
    return f"arn:{aws.account.partition}:s3:::{name}"


def last(text: str) -> str:
    """What a reader calls a thing of that ARN: its last part."""
    found = arn(text)
    if found is None:
        return text
    resource = found.resource
    if found.service == "lambda":
        return resource.removeprefix("function:")
    return resource.rpartition("/")[2] or resource
