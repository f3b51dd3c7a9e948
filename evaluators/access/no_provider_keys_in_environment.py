"""GAI-3.19: No LLM provider key or Bedrock bearer token sits in plain environment variables."""

import re
from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.looks import Look
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, info, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock_agentcore_control
from evaluators.derived.compute.environments import READS, Environment, Variable, environments, versions
from evaluators.derived.offered import offered
from evaluators.derived.words import sentence

_VENDORS = (
    "AI21|ANTHROPIC|AZURE_?OPENAI|BEDROCK|CEREBRAS|CLAUDE|COHERE|DASHSCOPE|DEEPSEEK|FIREWORKS(?:_AI)?|GEMINI|GOOGLE"
    "|GROK|GROQ|HF|HUGGING_?FACE(?:HUB)?|LITELLM|LLM|MISTRAL(?:AI)?|MOONSHOT|NVIDIA|OPEN_?AI|OPEN_?ROUTER"
    "|PERPLEXITY|PPLX|REPLICATE|STABILITY|TOGETHER(?:_?AI)?|VOYAGE|WRITER|XAI"
)
_KEYS = r"API_?KEYS?|API_?TOKEN|ACCESS_?TOKEN|AUTH_?TOKEN|BEARER_?TOKEN|SECRET_?KEY|SECRET|TOKEN|KEY"
_NAME = re.compile(rf"(?:^|_)(?:{_VENDORS})(?:_[A-Z0-9]+)*?_?(?:{_KEYS})(?:_\d+)?$")
_EXACT = frozenset({"AWS_BEARER_TOKEN_BEDROCK"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_REFERENCES = frozenset({Look.ARN, Look.REFERENCE, Look.URL, Look.MODEL, Look.NAME, Look.EMPTY})
# The SDK takes what this variable holds for the token itself: the name of a secret would be of no use there.
_TAKEN_AS_TOKEN = _REFERENCES - {Look.NAME, Look.MODEL, Look.URL}
_SHOWN = 4


def subjects(aws: View) -> Iterator[Subject]:
    """All compute of the Region, then the vaulted keys of AgentCore."""
    found = aws.derive(environments)
    for one in found.known:
        yield Subject(one.arn, one.kind, about={"environment": one}, evidence=one.evidence)
    for provider in offered(aws.items(bedrock_agentcore_control.LIST_API_KEY_CREDENTIAL_PROVIDERS)):
        name = str(provider.get("name", ""))
        own = (
            f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:token-vault/default"
        )
        yield Subject(
            str(provider.get("credentialProviderArn") or f"{own}/apikeycredentialprovider/{name}"),
            "AWS::BedrockAgentCore::ApiKeyCredentialProvider",
            about={"provider": name},
        )
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-3.19",
    slug="no-provider-keys-in-environment",
    item=Item.ACCESS,
    title="No LLM provider key or Bedrock bearer token sits in plain environment variables",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Lambda::Function",
    subjects=subjects,
    reads=[*READS, bedrock_agentcore_control.LIST_API_KEY_CREDENTIAL_PROVIDERS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no function, no task definition in service and no AgentCore runtime or harness.",
    why="Anyone who may describe the function or task reads the key, and it is copied into backups and templates.",
    remediation="Move the key to Secrets Manager, or drop it and call Bedrock with the role's own credentials.",
    fix_cli="aws lambda update-function-configuration --function-name $FN --environment Variables={}",
    answers=("S3.5", "S5.1"),
    frameworks={
        "mitre_atlas": ("AML.T0055", "AML.T0083", "AML.M0012"),
        "owasp_llm_2025": ("LLM07",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-DATA-05",),
    },
    edge_cases=(
        "Values are never kept: what a value looked like is noted while it is read, and only that.",
        "Published versions are judged too: an old version keeps its old key.",
        "Keys in AgentCore's vault are acceptable; they are listed because they are long-lived.",
        "A variable that holds the name or the ARN of a secret is what it should be.",
        "A service that is not offered in the Region runs nothing there.",
    ),
)
def no_provider_keys_in_environment(subject: Subject, aws: View) -> Verdict:
    """No variable that is named after a model provider's key holds something that looks like a key.

    Judged are all versions of Lambda functions, task definitions that ECS services run, AgentCore runtimes (latest
    and live versions) and harnesses. Names count only together with what the value looked like.

    Passes: no variable is named like a provider's key (``AWS_BEARER_TOKEN_BEDROCK``, ``OPENAI_API_KEY``, a vendor's
    name with KEY or TOKEN), or those that are hold an ARN, a reference, a secret's name or nothing.

    Fails: such a variable held text that looked like a key.

    Not assessed: Lambda could not decrypt the variables; a value looked like neither a key nor a reference.

    By hand::

        aws lambda list-versions-by-function --function-name $FN --query 'Versions[].Environment.Variables'
        aws ecs describe-task-definition --task-definition $TD --query 'taskDefinition.containerDefinitions[].environment'
        aws bedrock-agentcore-control get-agent-runtime --agent-runtime-id $R --query environmentVariables
    """
    provider = subject.about.get("provider")
    if provider is not None:
        return info(
            f"AgentCore keeps the API key {provider} in its vault: a long-lived third-party credential"
        )
    environment = subject.about["environment"]
    assert isinstance(environment, Environment)
    variables = list(environment.variables)
    locked = environment.locked
    unseen = environment.unseen
    if environment.function:
        try:
            for more, said in versions(aws, environment.function):
                variables += more
                locked = locked or said
        except UnseenError as error:
            unseen = unseen or error
    return _judged(environment, list(dict.fromkeys(variables)), locked, unseen)


def _judged(
    environment: Environment, variables: list[Variable], locked: str, unseen: UnseenError | None
) -> Verdict:
    named = [one for one in variables if _provider_key(one.name)]
    keys = [one for one in named if one.look is Look.KEY]
    if keys:
        return failed(f"{sentence(environment.what)} holds what looks like a key in {_shown(keys)}")
    if locked:
        return not_assessed(
            Why.DENIED,
            f"Lambda could not decrypt the variables of {environment.what} ({locked})",
            "kms:Decrypt",
        )
    if unseen is not None:
        raise unseen
    unclear = [one for one in named if one.look not in _harmless(one.name)]
    if unclear:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{sentence(environment.what)} has {_shown(unclear)}: the value looked like neither a key nor a reference",
        )
    vaulted = (
        f"; its model key is in the vault ({', '.join(environment.vaulted)})" if environment.vaulted else ""
    )
    if named:
        return passed(
            f"{sentence(environment.what)} has {_shown(named)} with no key in it: {_looks(named)}{vaulted}"
        )
    count = len({one.name for one in variables})
    if not count:
        return passed(f"{sentence(environment.what)} has no variables{vaulted}")
    return passed(f"None of {count} variables of {environment.what} is named like a provider's key{vaulted}")


def _provider_key(name: str) -> bool:
    written = _HUMP.sub("_", name).replace("-", "_").upper()
    return written in _EXACT or _NAME.search(written) is not None


def _harmless(name: str) -> frozenset[Look]:
    """What a variable of that name may hold."""
    return _TAKEN_AS_TOKEN if name in _EXACT else _REFERENCES


def _shown(variables: list[Variable]) -> str:
    said = list(dict.fromkeys(f"{one.name} ({one.where})" for one in variables))
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    return f"{', '.join(said[:_SHOWN])}{more}"


def _looks(variables: list[Variable]) -> str:
    return ", ".join(dict.fromkeys(one.look.value for one in variables if one.look is not None))
