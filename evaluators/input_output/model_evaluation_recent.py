"""GAI-4.13: Models, knowledge bases or agents in use were evaluated recently."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import Answer, View
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control, naming
from evaluators.derived.foundation import references
from evaluators.derived.foundation.references import model_arn, model_references, models_named
from evaluators.derived.moments import days_since
from evaluators.derived.offered import surely

_MODEL = "AWS::Bedrock::FoundationModel"
_BASE = "AWS::Bedrock::KnowledgeBase"
_RUNTIME = "AWS::BedrockAgentCore::Runtime"
_GONE = frozenset({"CREATE_FAILED", "DELETING"})
_NAMED = (
    "modelIdentifiers[]",
    "ragIdentifiers[]",
    "inferenceConfigSummary.modelConfigSummary.bedrockModelIdentifiers[]",
    "inferenceConfigSummary.ragConfigSummary.bedrockKnowledgeBaseIdentifiers[]",
)


def subjects(aws: View) -> Iterator[Subject]:
    """Every model that something refers to, every knowledge base and every agent runtime."""
    unseen: UnseenError | None = None
    models: dict[str, Subject] = {}
    try:
        for reference in model_references(aws):
            for ident in reference.ids:
                found = Subject(
                    model_arn(aws, ident), _MODEL, about={"id": ident}, evidence=reference.named.evidence
                )
                models.setdefault(ident, found)
    except UnseenError as error:
        unseen = error
    yield from models.values()
    try:
        for call, base in surely(aws.items_with_call(bedrock_agent.LIST_KNOWLEDGE_BASES)):
            ident = str(base.get("knowledgeBaseId") or "")
            if not ident or base.get("status") in _GONE:
                continue
            arn = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:knowledge-base/{ident}"
            yield Subject(arn, _BASE, about={"id": ident}, evidence=(call,))
    except UnseenError as error:
        unseen = unseen or error
    try:
        for call, one in surely(aws.items_with_call(bedrock_agentcore_control.LIST_AGENT_RUNTIMES)):
            arn = str(one.get("agentRuntimeArn") or "")
            if one.get("status") in _GONE:
                continue
            yield Subject(arn, _RUNTIME, about={"id": str(one.get("agentRuntimeId"))}, evidence=(call,))
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def _evaluated(job: Answer, aws: View) -> set[str]:
    """The ids of the models and knowledge bases that a job evaluated. Raises UnseenError."""
    found: set[str] = set()
    for path in _NAMED:
        for text in map(str, values(job, path)):
            found |= {naming.last_name(text) or text, *models_named(aws, text)}
    return found


def _online(aws: View, ident: str) -> Verdict:
    for one in aws.items(bedrock_agentcore_control.LIST_ONLINE_EVALUATION_CONFIGS):
        if one.get("executionStatus") == "ENABLED" and one.get("status") == "ACTIVE":
            return passed(
                f"An online evaluation is enabled in the Region ({one.get('onlineEvaluationConfigId')}); AWS does not list "
                "which runtimes it samples"
            )
    return failed(f"No online evaluation is enabled for runtime {ident}")


@control(
    "GAI-4.13",
    slug="model-evaluation-recent",
    item=Item.INPUT_OUTPUT,
    title="Models, knowledge bases or agents in use were evaluated recently",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Bedrock::EvaluationJob",
    subjects=subjects,
    reads=(
        bedrock.LIST_EVALUATION_JOBS,
        bedrock_agent.LIST_KNOWLEDGE_BASES,
        bedrock_agentcore_control.LIST_AGENT_RUNTIMES,
        bedrock_agentcore_control.LIST_ONLINE_EVALUATION_CONFIGS,
        *references.READS,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing refers to a model, and there is no knowledge base or agent runtime.",
    why="Evaluation evidence ages with each model or prompt change.",
    remediation="Run an evaluation job.",
    fix_cli=(
        "aws bedrock create-evaluation-job --job-name eval-$(date +%F) --role-arn $R "
        "--evaluation-config file://e.json --inference-config file://i.json --output-data-"
        "config s3Uri=s3://$B/eval"
    ),
    answers=("S4.1",),
    frameworks={
        "owasp_llm_2025": ("LLM09",),
        "mitre_atlas": ("AML.M0008",),
        "nist_ai_600_1": ("GV-1.2-002", "MS-2.3-001"),
        "iso_42001": ("A.6.2.4",),
        "finos_ccc": ("CCC.GenAI.CN08.AR01",),
    },
    parameters=("window_days",),
    edge_cases=(
        "A completed job says it ran, not that it passed.",
        "modelIdentifiers is the older field; read both.",
        "A job may name an inference profile or provisioned throughput: the models behind it were evaluated.",
    ),
    workload_aware=False,
)
def model_evaluation_recent(subject: Subject, aws: View) -> Verdict:
    """What is in use was evaluated lately.

    Judged are every model that something refers to, every knowledge base and every AgentCore runtime. Passes: a Completed
    evaluation job that names the model or knowledge base was made in the last `window_days` (default 180); for a runtime
    an online evaluation is enabled in the Region. Fails: none, or an older one. A completed job says that an evaluation
    ran, not that its result was good: ATT-4.1 asks that, and about evaluations outside Bedrock. Not applicable: nothing
    is in use.

    By hand:

    ```sh
    aws bedrock list-evaluation-jobs --status-equals Completed
    ```
    """
    ident = str(subject.about["id"])
    if subject.kind == _RUNTIME:
        return _online(aws, ident)
    limit = int(aws.parameters.get("window_days"))
    ages: list[float] = []
    unseen: UnseenError | None = None
    try:
        for job in aws.items(bedrock.LIST_EVALUATION_JOBS):
            age = days_since(job.get("creationTime"), aws.now)
            if job.get("status") != "Completed" or age is None:
                continue
            try:
                ages += [age] if ident in _evaluated(job, aws) else []
            except UnseenError as error:
                unseen = unseen or error
    except UnseenError as error:
        unseen = error
    # An evaluation that was seen is proof, whatever else was not.
    if unseen is not None and (not ages or min(ages) > limit):
        raise unseen
    if not ages:
        return failed(f"No completed evaluation names {ident}")
    observed = f"{ident} was last evaluated {int(min(ages))} days ago; at most {limit}"
    if min(ages) > limit:
        return failed(observed)
    return passed(f"{observed}. That says it ran, not that it passed")
