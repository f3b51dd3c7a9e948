"""GAI-2.02: Only governance roles can accept model terms."""

from collections.abc import Iterator

from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, info, not_assessed, passed
from assessor.model.view import View
from evaluators.derived.principals import universe
from evaluators.derived.principals.appointed import appointed, entries_of
from evaluators.derived.principals.statements import granted, subject, who
from evaluators.derived.principals.universe import estate

_SUBSCRIBE = "aws-marketplace:Subscribe"
# Without a subscription these accept nothing.
_ALONE_NOTHING = ("bedrock:CreateFoundationModelAgreement", "bedrock:PutUseCaseForModelAccess")
_LIST = "governance_principals"
_ANY_PRODUCT = "zz99-any-product"


def subjects(aws: View) -> Iterator[Subject]:
    """Every principal that may subscribe; then those that may only sign an agreement or fill in the form."""
    known = estate(aws)
    seen: set[str] = set()
    for action in (_SUBSCRIBE, *_ALONE_NOTHING):
        for access in known.reach(action).everyone():
            if access.principal.arn not in seen:
                seen.add(access.principal.arn)
                yield subject(access.principal, known.evidence, access=access)
    if known.unseen is not None:
        raise known.unseen


@control(
    "GAI-2.02",
    slug="only-governance-can-accept-model-terms",
    item=Item.LICENCES,
    title="Only governance roles can accept model terms",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=universe.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No principal may subscribe to a model or accept its terms.",
    why="A runtime role with Marketplace subscribe rights accepts legal terms and cost on behalf of the company.",
    remediation="Remove the permission from runtime roles; deny Subscribe outside the governance role by SCP.",
    fix_cli="aws iam delete-role-policy --role-name $ROLE --policy-name $POLICY",
    answers=("S2.1", "S2.2"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM03",),
        "nist_ai_600_1": ("GV-6.1-009",),
        "iso_42001": ("A.10.3",),
        "mitre_atlas": ("AML.M0019",),
    },
    parameters=(_LIST,),
    edge_cases=(
        "AWS's managed policies count: AmazonBedrockFullAccess lets its holder subscribe through Bedrock.",
        "Subscribe limited by aws-marketplace:ProductId to certain products is acceptable.",
        "NotAction and NotResource are expanded; groups and permissions boundaries count.",
        "bedrock:CreateFoundationModelAgreement or PutUseCaseForModelAccess without Subscribe is shown, not scored.",
        "Where service control policies cannot be read, the answer stands before them and says so.",
        "Service-linked roles are AWS's own and not judged.",
    ),
)
def only_governance_can_accept_model_terms(subject: Subject, aws: View) -> Verdict:
    """Only principals the owner names in `governance_principals` may call `aws-marketplace:Subscribe`.

    The first invocation of a third-party model subscribes to it, and so accepts its terms, if the caller may subscribe.
    Judged is each user and role that may, in any circumstances.

    Passes: the principal is named in `governance_principals` (an ARN or a name, either with `*`), or may subscribe to
    certain products only (`aws-marketplace:ProductId`). Fails: any other. Not assessed: the parameter is not set; every
    row then names a principal that may subscribe, by which statement. Shown only: a principal that may call
    `bedrock:CreateFoundationModelAgreement` or `bedrock:PutUseCaseForModelAccess` and not subscribe. Not applicable:
    nobody may.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $PRINCIPAL --action-names aws-marketplace:Subscribe
    ```
    """
    access = subject.about["access"]
    assert isinstance(access, Access)
    known = estate(aws)
    name = who(access.principal)
    if access.unknown:
        raise known.undecidable(f"whether {name} may call {access.action}", access.principal)
    said = known.marked(f"{name} may call {granted(access)}")
    if access.action != _SUBSCRIBE:
        return info(f"{said}; without {_SUBSCRIBE} that accepts no terms")
    entries = entries_of(aws, _LIST)
    entry = appointed(access.principal, entries or ())
    if entry:
        return passed(f"{said}; {_LIST} names it ({entry})")
    any_product = {"aws-marketplace:ProductId": _ANY_PRODUCT}
    anything = known.universe.ask(access.principal, _SUBSCRIBE, given=any_product)
    if not anything.possible and not anything.undecided:
        return passed(f"{said}; only to the products its policies name")
    if entries is None:
        return not_assessed(Why.PARAMETER_MISSING, f"Parameter {_LIST} is not set. {said}")
    return failed(f"{said}; {_LIST} does not name it")
