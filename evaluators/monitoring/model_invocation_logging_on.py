"""GAI-7.01: Model invocation logging is on for the modalities in use."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.foundation import models
from evaluators.derived.watch import logging
from evaluators.derived.watch.logging import MODALITIES, Logging, invocation_logging


def subjects(aws: View) -> Iterator[Subject]:
    """The account in this Region, if models are used here."""
    return activity.active_region(aws)


@control(
    "GAI-7.01",
    slug="model-invocation-logging-on",
    item=Item.MONITORING,
    title="Model invocation logging is on for the modalities in use",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::::Account",
    subjects=subjects,
    reads=[*activity.READS, *logging.READS, *models.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No sign of model use in this Region: every probe answered and found nothing.",
    why=(
        "The invocation log is the only record of what was asked and what was answered. Without it an attacker who "
        "reaches a model leaves no trace of the prompts he sent or of the data he got."
    ),
    remediation="Turn model invocation logging on, with a destination and every modality your models accept.",
    fix_cli="aws bedrock put-model-invocation-logging-configuration --logging-config file://logging.json",
    answers=("S7.1", "S7.2", "S1.7"),
    frameworks={
        "gensec": ("GENSEC01-BP04", "GENSEC03-BP01"),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-AI-05",),
    },
    edge_cases=(
        "An answer without loggingConfig means that logging is off.",
        "In a Region without model use logging may stay off: the row says which probes found nothing.",
        (
            "It covers calls to bedrock-runtime only; the mantle plane, AgentCore and RetrieveAndGenerate "
            "need GAI-7.16."
        ),
        "Not logging text for privacy is a choice to be waived, not a pass.",
        "A bucket for large bodies alone receives no records.",
    ),
)
def model_invocation_logging_on(subject: Subject, aws: View) -> Verdict:
    """Whether calls to models in this Region are logged, with their bodies.

    Passes when records go to a log group or a bucket and text is delivered, with every other modality that the
    models referred to in this Region take in or give out (agents, flows, prompts, profiles, and what was invoked in
    the last two weeks). When every modality is delivered, the models need not be known.

    Fails when logging is off, has no destination or leaves text out; at medium when text is logged but another
    modality in use is not.

    By hand:

        aws bedrock get-model-invocation-logging-configuration --region REGION
        aws bedrock get-foundation-model --model-identifier MODEL --query modelDetails.inputModalities
    """
    found = aws.derive(invocation_logging)
    if not found.on:
        return failed(
            f"Model invocation logging is off, and models are used here: {subject.about['because']}"
        )
    text = found.delivers.get("text")
    if text is False:
        return failed(f"Logging to {found.what} leaves text out: textDataDeliveryEnabled is false")
    if text is None:
        return not_assessed(
            Why.ERROR, f"Logging to {found.what}; the answer does not say whether text is logged"
        )
    missing = [modality for modality in MODALITIES if not found.delivers.get(modality)]
    if not missing:
        return passed(f"Logging to {found.what} delivers every modality")
    return _against_models(aws, found, missing)


def _against_models(aws: View, found: Logging, missing: list[str]) -> Verdict:
    referenced = aws.derive(models.referenced_models)
    needed = {m: next((r.id for r in referenced.known if m in r.switches), "") for m in missing}
    off = [f"{m} (used by {needed[m]})" for m in missing if needed[m] and found.delivers.get(m) is False]
    if off:
        return failed(f"Logging to {found.what} delivers text, but not {', '.join(off)}", Severity.MEDIUM)
    if referenced.unseen is not None:
        raise UnseenError(
            referenced.unseen.why,
            f"logging to {found.what} leaves out {', '.join(missing)}; whether a model in use needs it is "
            f"unknown: {referenced.unseen.detail}",
            referenced.unseen.grant,
            referenced.unseen.call,
        )
    silent = [m for m in missing if needed[m]]
    if silent:
        return not_assessed(
            Why.ERROR,
            f"Logging to {found.what}; the answer does not say whether {', '.join(silent)} is logged",
        )
    return passed(f"Logging to {found.what} delivers text; no model referred to needs {', '.join(missing)}")
