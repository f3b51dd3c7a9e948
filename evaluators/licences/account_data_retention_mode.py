"""GAI-2.05: Account data-retention mode is a deliberate, permitted choice in each Region."""

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock
from evaluators.derived import activity
from evaluators.derived.activity import active_region

UNDECIDED = {
    "inherit": "no mode is set, so each model's own default decides",
    "default": "each model's standard handling applies",
}


@control(
    "GAI-2.05",
    slug="account-data-retention-mode",
    item=Item.LICENCES,
    title="Account data-retention mode is a deliberate, permitted choice in each Region",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::::Account",
    subjects=active_region,
    reads=(bedrock.GET_ACCOUNT_DATA_RETENTION, *activity.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="The Region shows no model use.",
    why="With provider_data_share prompts and outputs may leave AWS for the model's provider.",
    remediation=(
        "Decide which modes your policy allows, and set one in every active Region. Some models need retention and stop "
        "working under none: check the models in use first."
    ),
    fix_cli="aws bedrock put-account-data-retention --mode none --region $REGION",
    answers=("S2.1", "S2.4", "S5.1"),
    frameworks={
        "owasp_llm_2025": ("LLM02",),
        "nist_ai_600_1": ("GV-6.1-009", "MP-4.1-005"),
        "iso_42001": ("A.10.3", "A.7.2"),
    },
    parameters=("allowed_retention_modes",),
    edge_cases=(
        (
            "The setting is per Region and does not propagate; an untouched Region reads inherit "
            "and falls back to each model's own default."
        ),
        "Some models need retention and stop working under none - warn before recommending it.",
        "Logs you switch on yourself (7.01) are unaffected.",
    ),
    workload_aware=False,
)
def account_data_retention_mode(subject: Subject, aws: View) -> Verdict:
    """The account's data-retention mode is one that your policy allows, in every Region in which models are used.

    Passes: the mode is in `allowed_retention_modes`, or it is `none`, which keeps nothing. Fails:
    `provider_data_share` where it is not allowed; `inherit`, `default` or `aws_review` where the policy demands
    something else, at medium severity. Without the parameter `provider_data_share` fails, `none` passes, and every
    other mode is not assessed: only your policy says whether it will do. Projects on the bedrock-mantle endpoint may
    override the mode; no API of the SDK shows that.

    By hand:

    ```sh
    aws bedrock get-account-data-retention
    ```
    """
    del subject
    answer = aws.get(bedrock.GET_ACCOUNT_DATA_RETENTION) or {}
    mode = str(answer.get("mode") or "")
    if not mode:
        raise UnseenError(Why.ERROR, "AWS answered without a mode")
    since = f" since {answer['updatedAt']}" if answer.get("updatedAt") else ""
    observed = f"The mode is {mode}{since}" + (f": {UNDECIDED[mode]}" if mode in UNDECIDED else "")
    if mode == "none":
        return passed(f"{observed}: nothing is kept or shared")
    allowed = aws.parameters.get("allowed_retention_modes")
    if allowed is None:
        if mode == "provider_data_share":
            return failed(f"{observed}: prompts and outputs may be shared with the model's provider")
        allowed = aws.parameters.need("allowed_retention_modes", f"in {aws.region} the mode is {mode}{since}")
    if mode in allowed:
        return passed(f"{observed}, which allowed_retention_modes names")
    wanted = ", ".join(allowed) or "none"
    severity = None if mode == "provider_data_share" else Severity.MEDIUM
    return failed(f"{observed}; allowed: {wanted}", severity)
