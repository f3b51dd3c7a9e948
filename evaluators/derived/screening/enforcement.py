"""Guardrails that AWS applies to every call, whatever the caller sends: account and organization enforcement.

The account's configuration comes from ``ListEnforcedGuardrailsConfiguration``; the organization's shows only in the
account's effective ``BEDROCK_POLICY``. All of them apply together, beside the guardrail of the request.
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-enforcements.html and
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_bedrock_syntax.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Severity, Verdict, failed, passed
from assessor.model.view import Gathered, View, gather
from collectors import bedrock, organizations
from evaluators.derived.offered import surely
from evaluators.derived.screening import guardrail_versions
from evaluators.derived.screening.guardrail_versions import GuardrailVersion

READS: tuple[Operation, ...] = (
    bedrock.LIST_ENFORCED_GUARDRAILS_CONFIGURATION,
    organizations.DESCRIBE_EFFECTIVE_POLICY,
    bedrock.LIST_FOUNDATION_MODELS,
    *guardrail_versions.READS,
)

RESIDUE = "Enforcement does not reach RetrieveAndGenerate calls without a guardrail of their own, nor bedrock-mantle"


class Layer(StrEnum):
    """Who enforces."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Enforced:
    """One enforced configuration of this Region.

    included: base model ids it is limited to; None means every model. excluded: ids it leaves out; they win.
    messages, system: ``COMPREHENSIVE`` (everything is checked), ``SELECTIVE`` (what the caller marks), or empty.
    input_tags: the older form of the same choice, ``IGNORE`` or ``HONOR``, or empty.
    """

    layer: Layer
    name: str
    guardrail: GuardrailVersion
    included: tuple[str, ...] | None
    excluded: tuple[str, ...]
    messages: str
    system: str
    input_tags: str
    evidence: Call

    @property
    def comprehensive(self) -> bool:
        """Whether callers have no say in which part of the messages is checked. Nothing said means no selection."""
        if self.messages:
            return self.messages == "COMPREHENSIVE"
        return self.input_tags != "HONOR"

    @property
    def everything(self) -> bool:
        """Whether it applies to every model without exception."""
        return self.included is None and not self.excluded

    def covers(self, model_id: str) -> bool:
        """Whether calls to this model are checked; an id covers its variants (``:0:200k``)."""
        if any(_same_model(entry, model_id) for entry in self.excluded):
            return False
        return self.included is None or any(_same_model(entry, model_id) for entry in self.included)

    @property
    def said(self) -> str:
        """The configuration in words."""
        return f"{self.layer} enforcement of guardrail {self.guardrail.arn}"


def _same_model(entry: str, model_id: str) -> bool:
    return model_id == entry or model_id.startswith(f"{entry}:")


def enforced_configurations(aws: View) -> Gathered[Enforced]:
    """Every enforced configuration of this Region, of the account and of the organization."""
    return gather(_account(aws), _organization(aws))


def _account(aws: View) -> Iterator[Enforced]:
    for call, raw in surely(aws.items_with_call(bedrock.LIST_ENFORCED_GUARDRAILS_CONFIGURATION)):
        identifier = raw.get("guardrailArn") or raw.get("guardrailId")
        if not identifier:
            continue
        models = raw.get("modelEnforcement")
        guarding = raw.get("selectiveContentGuarding") or {}
        yield Enforced(
            Layer.ACCOUNT,
            str(raw.get("configId", "")),
            GuardrailVersion(
                guardrail_versions.guardrail_arn(aws, str(identifier)),
                str(raw.get("guardrailVersion") or guardrail_versions.DRAFT),
            ),
            _limited((models or {}).get("includedModels")),
            tuple((models or {}).get("excludedModels") or ()),
            str(guarding.get("messages", "")),
            str(guarding.get("system", "")),
            str(raw.get("inputTags", "")),
            call,
        )


def _organization(aws: View) -> Iterator[Enforced]:
    operation, kind = organizations.DESCRIBE_EFFECTIVE_POLICY, "BEDROCK_POLICY"
    answer = aws.get(operation, PolicyType=kind)
    if answer is None:
        return
    call = aws.trail[-1]
    text = (answer.get("EffectivePolicy") or {}).get("PolicyContent")
    if not text:
        return
    try:
        content = _plain(json.loads(text))
        regions = (content.get("bedrock") or {}).get("guardrail_inference") or {}
        configurations = dict(regions.get(aws.region) or {})
        for name in sorted(configurations):
            yield _configuration(name, configurations[name], call)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"the organization's effective Bedrock policy cannot be understood ({type(error).__name__})",
            call=call,
        ) from error


def _configuration(name: str, raw: Mapping[str, Any], call: Call) -> Enforced:
    guardrail = guardrail_versions.written(str(raw["identifier"]))
    if guardrail is None:
        raise ValueError("no guardrail")
    models = raw.get("model_enforcement") or {}
    guarding = raw.get("selective_content_guarding") or {}
    return Enforced(
        Layer.ORGANIZATION,
        name,
        guardrail,
        _limited(models.get("included_models")),
        tuple(models.get("excluded_models") or ()),
        str(guarding.get("messages", "")).upper(),
        str(guarding.get("system", "")).upper(),
        str(raw.get("input_tags", "")).upper(),
        call,
    )


def _limited(included: list[str] | None) -> tuple[str, ...] | None:
    return None if included is None or not included or "ALL" in included else tuple(included)


def _plain(node: Any) -> Any:
    """Policy JSON with the inheritance operator ``@@assign`` taken off; other operators do not set values."""
    if isinstance(node, Mapping):
        if "@@assign" in node:
            return _plain(node["@@assign"])
        return {key: _plain(value) for key, value in node.items() if not str(key).startswith("@@")}
    return node


# -- what it amounts to ------------------------------------------------------------------------------
def enforcement(aws: View) -> Verdict:
    """Whether every call to a text model of this Region is checked in full, whatever the caller sends.

    The raw verdict of GAI-4.02, without a look at IAM. FAIL only when both layers were read; PASS as soon as the
    layers that were read prove it. Raises UnseenError.
    """
    found = aws.derive(enforced_configurations)
    unseen = found.unseen
    sound: list[Enforced] = []
    faults: list[str] = []
    for one in found.known:
        try:
            fault = defect(aws, one)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if fault:
            faults.append(fault)
        else:
            sound.append(one)
    full = [one for one in sound if one.comprehensive]
    whole = next((one for one in full if one.everything), None)
    if whole is not None:
        return passed(f"{_sentence(whole)}: every model, all of the messages", RESIDUE)
    if not found.known and unseen is None:
        return failed(
            "No guardrail is enforced in this Region, neither by the account nor by the organization"
        )
    gaps = _gaps(aws, full) if full else None
    if gaps is not None and not gaps.any:
        return passed(
            f"{' and '.join(_sentence(one) for one in full)}: every text model offered here, all of the messages",
            *gaps.notes,
            RESIDUE,
        )
    if unseen is not None:
        raise unseen
    return _short(aws, sound, gaps, faults)


def _short(aws: View, sound: list[Enforced], gaps: "Gaps | None", faults: list[str]) -> Verdict:
    if not sound:
        return failed(". ".join(faults))
    everywhere = _gaps(aws, sound) if not any(one.everything for one in sound) else Gaps()
    if everywhere.text:
        return failed(
            f"{' and '.join(_sentence(one) for one in sound)}, but not for {_models(everywhere.text)}",
            None,
            *faults,
        )
    if gaps is not None and gaps.other and not gaps.text:
        return failed(
            f"{' and '.join(_sentence(one) for one in sound)}, but not for {_models(gaps.other)}, which make images,"
            " sound or video",
            Severity.MEDIUM,
            *faults,
        )
    selective = " and ".join(_sentence(one) for one in sound if not one.comprehensive)
    return failed(
        f"{selective}: the caller chooses which part of a message is checked", Severity.MEDIUM, *faults
    )


def defect(aws: View, one: Enforced) -> str:
    """Why a configuration cannot work, or the empty text.

    Another account's guardrail is taken as it stands: calls fail while it cannot be applied. Raises UnseenError.
    """
    if one.guardrail.account != aws.account_id:
        return ""
    answer = guardrail_versions.definition(aws, one.guardrail)
    if answer is None:
        return f"{_sentence(one)}, which does not exist"
    if not guardrail_versions.filters(answer):
        return f"{_sentence(one)}, whose status is {answer.get('status')}"
    if "automatedReasoningPolicy" in guardrail_versions.policies(answer):
        return f"{_sentence(one)}, which holds an automated-reasoning policy and cannot be enforced"
    return ""


def complete_enforcement(aws: View) -> Gathered[Enforced]:
    """The configurations that check every call to every text model in full: companions of any other guardrail."""
    found = aws.derive(enforced_configurations)
    complete = gather(*(_if_complete(aws, one) for one in found.known))
    return Gathered(complete.known, found.unseen or complete.unseen)


def _if_complete(aws: View, one: Enforced) -> Iterator[Enforced]:
    if one.comprehensive and not defect(aws, one) and (one.everything or not _gaps(aws, [one]).any):
        yield one


def _sentence(one: Enforced) -> str:
    who = "The account" if one.layer is Layer.ACCOUNT else "The organization"
    limits = []
    if one.included is not None:
        limits.append(f"only {_models(one.included)}")
    if one.excluded:
        limits.append(f"without {_models(one.excluded)}")
    if not one.comprehensive:
        limits.append(f"messages {one.messages}" if one.messages else f"input tags {one.input_tags}")
    return f"{who} enforces guardrail {one.guardrail.arn}" + (f" ({', '.join(limits)})" if limits else "")


def _models(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(ids[:3]) + more


# -- models ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Gaps:
    """Models of the Region that a set of configurations leaves unchecked; embedding-only ones do not count.

    text: ids that make text. other: ids that make images, sound or video.
    """

    text: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything is left unchecked."""
        return bool(self.text or self.other)


def _gaps(aws: View, configurations: list[Enforced]) -> Gaps:
    """What the configurations leave out, by the Region's list of models. Raises UnseenError."""
    makes: dict[str, frozenset[str]] = {}
    for model in aws.items(bedrock.LIST_FOUNDATION_MODELS):
        makes[str(model.get("modelId", ""))] = frozenset(model.get("outputModalities") or ())
    if not makes:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            "the enforced configuration names models, and AWS lists none in this Region: what they make is unknown",
        )
    notes = []
    for entry in dict.fromkeys(name for one in configurations for name in one.excluded):
        base, slash, _ = entry.partition("/")
        known = next(
            (kinds for name, kinds in makes.items() if _same_model(base, name) or name == base), None
        )
        if slash:
            # A custom model makes what its base makes; of an unknown base, take text.
            makes[entry] = known or frozenset({"TEXT"})
        elif known is None:
            notes.append(f"{entry} is left out and not offered in this Region")
    left = [name for name in makes if not any(one.covers(name) for one in configurations)]
    untold = next((name for name in sorted(left) if not makes[name]), "")
    if untold:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"the enforced configuration leaves out {untold}, and AWS does not say what it makes",
        )
    return Gaps(
        tuple(sorted(name for name in left if "TEXT" in makes[name])),
        tuple(sorted(name for name in left if makes[name] - {"EMBEDDING"} and "TEXT" not in makes[name])),
        tuple(notes),
    )
