"""GAI-4.23: Path functions and images are scanned for vulnerabilities, including code flaws."""

from collections.abc import Callable, Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View, gather
from evaluators.derived.compute import artifacts, handlers, scanning
from evaluators.derived.compute.artifacts import Artifact
from evaluators.derived.compute.images import image
from evaluators.derived.compute.scanning import CODE, PACKAGES, function_scanned, image_scanned, switched
from evaluators.derived.weighing import Look, Problem, weighed
from evaluators.derived.words import sentence


def subjects(aws: View) -> Iterator[Subject]:
    """Every function, task definition in service, AgentCore container and App Runner service in scope."""
    for one in aws.derive(artifacts.artifacts):
        yield Subject(
            one.arn, one.kind, about={"artifact": one}, evidence=one.evidence, stands_for=one.stands_for
        )


@control(
    "GAI-4.23",
    slug="path-code-scanned",
    item=Item.INPUT_OUTPUT,
    title="Path functions and images are scanned for vulnerabilities, including code flaws",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=handlers.KIND,
    subjects=subjects,
    reads=[*artifacts.READS, *scanning.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No function and no container runs in this Region.",
    why=(
        "A handler that puts a model's words into a command, a query or a parser is how a prompt becomes code that "
        "runs: whoever writes the prompt then acts with the handler's rights."
    ),
    remediation="Enable Lambda code scanning.",
    fix_cli="aws inspector2 enable --resource-types LAMBDA LAMBDA_CODE ECR",
    answers=("S4.9",),
    frameworks={
        "owasp_llm_2025": ("LLM05", "LLM03"),
        "mitre_atlas": ("AML.M0016",),
        "nist_ai_600_1": ("MS-2.7-001",),
        "iso_42001": ("A.6.2.4",),
        "prowler_aisf": ("AISF-RUNTIME-03",),
    },
    edge_cases=(
        "Inspector is switched on Region by Region: what counts is the Region of the function, or of the image.",
        "A function left out by a tag, or of an unsupported runtime, is INACTIVE: the row says the reason.",
        "Functions that are container images are covered as images, with their aliases' versions; so are ECS tasks.",
        "ACTIVE with PENDING_INITIAL_SCAN has not been scanned yet: it passes, and the row says so.",
        "An image named by tag is the one that carries the tag in the coverage.",
        "Images of registries outside AWS, and of other accounts, are not seen.",
        "Another scanner is a waiver.",
    ),
    workload_aware=True,
)
def path_code_scanned(subject: Subject, aws: View) -> Verdict:
    """Amazon Inspector scans what runs: the packages and the code of functions, the packages of images.

    Judged is each Lambda function, each ECS task definition that a service or rule runs, each AgentCore runtime or
    harness that is a container, each App Runner service.

    Passes: Lambda standard and code scanning are ENABLED and the function has ACTIVE coverage PACKAGE and CODE; of
    images, ECR scanning is ENABLED and each has ACTIVE coverage.

    Fails: a scan that is not ENABLED; coverage that is INACTIVE (the row says why); no coverage at all.

    Does not apply: no function or container; an App Runner service built from a source repository.

    Not assessed: Inspector tells the account nothing about itself, since a delegated administrator elsewhere would
    know; a Region without Inspector, or without code scanning; images of other accounts or registries.

    By hand::

        aws inspector2 batch-get-account-status --query 'accounts[].resourceState'
        aws inspector2 list-coverage --filter-criteria \
          '{"lambdaFunctionName":[{"comparison":"EQUALS","value":"NAME"}]}'
        aws lambda get-function --function-name $FN --query Code.ResolvedImageUri
        aws ecs describe-task-definition --task-definition $T --query 'taskDefinition.containerDefinitions[].image'
    """
    one = subject.about["artifact"]
    assert isinstance(one, Artifact)
    if one.code:
        notes = (
            f"Aliases point elsewhere ({', '.join(one.versions[:3])}): coverage is told of the function, by $LATEST",
        )
        return weighed(one.what, _of_function(one, aws), notes if one.versions else ())
    names = gather(one.images(aws))
    if not names and names.unseen is None:
        return not_applicable(f"{sentence(one.what)} runs no image: its code comes from a source repository")
    looks: list[Look] = [_image_look(name, aws) for name in dict.fromkeys(names.known)]
    if names.unseen is not None:
        looks.append(lambda: _raised(names.unseen))
    return weighed(one.what, looks)


def _of_function(one: Artifact, aws: View) -> list[Look]:
    return [
        lambda: _scan(aws, "lambda", lambda untold: function_scanned(aws, one.arn, PACKAGES, untold)),
        lambda: _scan(aws, "lambdaCode", lambda untold: function_scanned(aws, one.arn, CODE, untold)),
    ]


def _image_look(name: str, aws: View) -> Look:
    def look() -> Iterator[Problem | str]:
        found = image(name)
        if found is None:
            raise UnseenError(
                Why.OUTSIDE_AWS, f"image {name[:200]} comes from a registry that Inspector does not cover"
            )
        if found.account == aws.account_id and found.region in aws.account.regions:
            yield from _scan(aws.at(found.region), "ecr", lambda untold: image_scanned(aws, found, untold))
        else:
            yield image_scanned(aws, found)

    return look


def _scan(
    aws: View, kind: str, covered: Callable[[UnseenError | None], Problem | str]
) -> Iterator[Problem | str]:
    """Whether a scan is on, and whether it covers something: inactive coverage proves a FAIL where the first is untold."""
    unseen: UnseenError | None = None
    try:
        state = switched(aws, kind)
        yield state
        if isinstance(state, Problem):
            return
    except UnseenError as error:
        unseen = error
    yield covered(unseen)
    if unseen is not None:
        raise unseen


def _raised(unseen: UnseenError | None) -> Iterator[Problem | str]:
    if unseen is not None:
        raise unseen
    yield from ()
