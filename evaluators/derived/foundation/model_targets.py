"""What a principal can point an invocation at, in one Region: models, and profiles with the models they route to.

A call through an inference profile is authorized on the profile and on the model of the Region it is routed to:
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from assessor.iam.guardrail import Target
from assessor.iam.holders import Principal
from assessor.iam.patterns import glob_matches, has_wildcard
from assessor.iam.request import arn_field
from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from collectors import bedrock
from evaluators.derived.principals.reach import Reach

READS: tuple[Operation, ...] = (bedrock.LIST_FOUNDATION_MODELS, bedrock.LIST_INFERENCE_PROFILES)

MODEL = "foundation-model"
_PROFILES = ("inference-profile", "application-inference-profile")
# What InvokeModel is authorized on besides models: where results go, what a call belongs to, tools.
NO_MODELS = ("async-invoke", "project", "system-tool", "model-invocation-job")
_ROUTED = 12


@lru_cache(maxsize=4096)
def kind_of(arn: str) -> str:
    """``foundation-model``, ``inference-profile``, ...: the first part of an ARN's resource."""
    return arn_field(arn, 5).partition("/")[0]


def last(arn: str) -> str:
    """The id at the end of an ARN (that of a model may hold colons)."""
    return arn_field(arn, 5).rpartition("/")[2]


@dataclass(frozen=True)
class Offer:
    """What AWS offers in a Region, as far as it could be read.

    makes: output modalities by model id. routes: by the ARN of an inference profile, the ARNs of its models.
    models_unseen, profiles_unseen: why a listing is not complete.
    """

    region: str
    makes: Mapping[str, frozenset[str]]
    routes: Mapping[str, tuple[str, ...]]
    models_unseen: UnseenError | None
    profiles_unseen: UnseenError | None
    evidence: tuple[Call, ...]

    def only_embeds(self, model_id: str) -> bool | None:
        """Whether a model makes embeddings only; None where the listing that says so could not be read.

        Of a pattern (``amazon.titan-embed*``): whether it matches listed models, and every one of them does.
        """
        if has_wildcard(model_id):
            found = [made for one, made in self.makes.items() if glob_matches(model_id, one)]
        else:
            found = [self.makes[model_id]] if model_id in self.makes else []
        if any(made != {"EMBEDDING"} for made in found):
            return False
        if self.models_unseen is not None and (not found or has_wildcard(model_id)):
            return None
        return bool(found)


def offer(aws: View) -> Offer:
    """The models and inference profiles of this Region; never raises. Its calls become evidence of whoever asks."""
    return aws.derive(_offer)


def _offer(aws: View) -> Offer:
    makes: dict[str, frozenset[str]] = {}
    routes: dict[str, tuple[str, ...]] = {}
    models_unseen = profiles_unseen = None
    try:
        for model in aws.items(bedrock.LIST_FOUNDATION_MODELS):
            makes[str(model.get("modelId", ""))] = frozenset(map(str, model.get("outputModalities") or ()))
    except UnseenError as error:
        models_unseen = error
    try:
        for profile in aws.items(bedrock.LIST_INFERENCE_PROFILES):
            models = [str(one["modelArn"]) for one in profile.get("models") or () if one.get("modelArn")]
            routes[str(profile.get("inferenceProfileArn", ""))] = tuple(models)
    except UnseenError as error:
        profiles_unseen = error
    return Offer(aws.region, makes, routes, models_unseen, profiles_unseen, tuple(aws.trail))


def targets(reach: Reach, principal: Principal, found: Offer) -> tuple[Target, ...]:
    """What the principal may be able to use the action on in the Region of the offer, models first.

    Models of other Regions are no targets themselves; a profile may route to them.
    """
    here: list[str] = []
    models: dict[str, None] = {}
    for arn in _possible(reach, principal):
        if kind_of(arn) == MODEL:
            models[arn] = None
        if arn_field(arn, 3) == found.region and kind_of(arn) not in NO_MODELS:
            here.append(arn)
    here.sort(key=lambda arn: kind_of(arn) != MODEL)
    return tuple(
        Target(arn, kind_of(arn), _routed(arn, tuple(models), found) if kind_of(arn) in _PROFILES else ())
        for arn in here
    )


def _possible(reach: Reach, principal: Principal) -> tuple[str, ...]:
    found = reach.on(principal)
    if found or not reach.granted(principal):
        return found
    best = reach.access(principal)
    return (best.resource,) if best.possible else ()


def _routed(profile: str, models: tuple[str, ...], found: Offer) -> tuple[str, ...]:
    """The models a profile routes to: as AWS lists them, or of one AWS does not list what its name says.

    Of a profile that nobody named, any model the principal may reach: some profile routes to it.
    """
    listed = found.routes.get(profile)
    if listed:
        return listed
    name = last(profile)
    partition = profile.split(":")[1]
    if kind_of(profile) == _PROFILES[0] and "." in name:
        geography, _, model = name.partition(".")
        region = "" if geography == "global" else found.region
        return (f"arn:{partition}:bedrock:{region}::foundation-model/{model}",)
    local = [arn for arn in models if arn_field(arn, 3) in {"", found.region}]
    return tuple((local or list(models))[:_ROUTED]) or (
        f"arn:{partition}:bedrock:{found.region}::foundation-model/zz99.any-model",
    )
