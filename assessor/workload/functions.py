"""Lambda functions: the role each runs as (E13), its network (E23), and what its variables hint at (E15).

A published version keeps the configuration it was published with, its role among it; an alias stands for the version
it points at: https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Gap, Piece, declared
from assessor.workload.hints import hinted
from assessor.workload.listing import gap, listed, one
from assessor.workload.network import attached
from assessor.workload.pins import tagged
from collectors import lambda_

READS: tuple[Operation, ...] = (
    lambda_.LIST_FUNCTIONS,
    lambda_.LIST_ALIASES,
    lambda_.LIST_VERSIONS_BY_FUNCTION,
    lambda_.GET_FUNCTION_CONFIGURATION,
)

_LATEST = "$LATEST"


def functions(aws: View) -> Iterator[Piece]:
    """Every function of the Region with its aliases and published versions."""
    every = listed(aws, lambda_.LIST_FUNCTIONS)
    if every.unseen is not None:
        yield gap("E13", EVERYWHERE, every.unseen, "which functions there are is not known")
    for call, function in every:
        arn = names.function_in(str(function.get("FunctionArn") or "")) or names.function(
            aws, str(function.get("FunctionName", ""))
        )
        yield from _runs(aws, arn, function, call, "Functions[]")
    for call, alias in listed(aws, lambda_.LIST_ALIASES):
        name = str(call.request.get("FunctionName", ""))
        yield from _alias(aws, name, alias, call)
    for call, version in listed(aws, lambda_.LIST_VERSIONS_BY_FUNCTION).known:
        published = names.function_in(str(version.get("FunctionArn") or ""))
        if published and names.qualifier(published)[1]:
            yield from _runs(aws, published, version, call, "Versions[]")
    for call, answer in listed(aws, lambda_.GET_FUNCTION, "").known:
        owned = names.function_in(str((answer.get("Configuration") or {}).get("FunctionArn") or ""))
        if owned:
            yield from tagged(names.function_url(owned), answer.get("Tags"), call, "Tags")


def _alias(aws: View, name: str, alias: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    own = str(alias.get("Name", ""))
    arn = names.function_in(str(alias.get("AliasArn") or "")) or f"{names.function(aws, name)}:{own}"
    found = one(aws, lambda_.GET_FUNCTION_CONFIGURATION, FunctionName=name, Qualifier=own)
    yield targets.function(arn)
    if found.unseen is not None:
        yield gap(
            "E13",
            arn,
            found.unseen,
            f"which role version {alias.get('FunctionVersion')} runs as is not known",
        )
    elif found.answer is not None:
        yield from _runs(aws, arn, found.answer, found.call, "")
    elif alias.get("FunctionVersion") == _LATEST:
        latest = names.qualifier(arn)[0]
        yield targets.function(latest)
        yield declared("E13", arn, latest, call, "Aliases[].FunctionVersion", _LATEST)
    else:
        said = "AWS lists the alias and does not find its configuration: which role it runs as is not known"
        yield Gap("E13", arn, Why.LINK_UNKNOWN, said, call=found.call)
    for version in ((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")) or {}:
        other = f"{names.qualifier(arn)[0]}:{version}"
        if version == str(alias.get("FunctionVersion")):
            continue
        yield targets.function(other)
        yield declared("E13", arn, other, call, "Aliases[].RoutingConfig.AdditionalVersionWeights", version)


def _runs(aws: View, arn: str, configuration: Mapping[str, Any], call: Call, at: str) -> Iterator[Piece]:
    """A configuration: its role, its network and its hints. ``at``: where it stands in the call's answer."""
    yield targets.function(arn)
    before = f"{at}." if at else ""
    role = str(configuration.get("Role") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, call, f"{before}Role", role)
    else:
        yield Gap("E13", arn, Why.LINK_UNKNOWN, "AWS gave its configuration without a role", call=call)
    vpc = configuration.get("VpcConfig") or {}
    yield from attached(
        aws, arn, call, f"{before}VpcConfig", str(vpc.get("VpcId") or ""), vpc.get("SubnetIds") or ()
    )
    variables = (configuration.get("Environment") or {}).get("Variables") or {}
    yield from hinted(arn, variables.items(), call, f"{before}Environment.Variables")
