"""GAI-6.03: Bedrock endpoints carry a restrictive policy and narrow security groups."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import Answer, View
from collectors import ec2
from evaluators.derived.network.endpoint_policies import endpoint_policy, strangers
from evaluators.derived.network.ingress import sources
from evaluators.derived.network.planes import plane_of
from evaluators.derived.principals.statements import listed
from evaluators.derived.weighing import Problem, weighed

_GONE = frozenset({"deleting", "deleted", "rejected", "failed", "expired"})
_HTTPS = 443


def subjects(aws: View) -> Iterator[Subject]:
    """Every interface endpoint of a Bedrock plane that is there to stay."""
    for call, endpoint in aws.items_with_call(ec2.DESCRIBE_VPC_ENDPOINTS):
        interface = str(endpoint.get("VpcEndpointType") or "interface").lower() == "interface"
        gone = str(endpoint.get("State") or "").lower() in _GONE
        if interface and plane_of(endpoint) and not gone:
            owner = str(endpoint.get("OwnerId") or aws.account_id)
            ident = endpoint.get("VpcEndpointId")
            yield Subject(
                f"arn:{aws.account.partition}:ec2:{aws.region}:{owner}:vpc-endpoint/{ident}",
                "AWS::EC2::VPCEndpoint",
                about={"endpoint": endpoint},
                evidence=(call,),
            )


@control(
    "GAI-6.03",
    slug="endpoint-policy-and-groups-narrow",
    item=Item.PERIMETER,
    title="Bedrock endpoints carry a restrictive policy and narrow security groups",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::EC2::VPCEndpoint",
    subjects=subjects,
    reads=[ec2.DESCRIBE_VPC_ENDPOINTS, ec2.DESCRIBE_SECURITY_GROUPS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No VPC of this Region has an interface endpoint for Bedrock (GAI-6.01).",
    why=(
        "Through an endpoint with the default policy whoever gets code into the VPC sends prompts and documents to"
        " models of his own account, and no firewall sees a foreign host."
    ),
    remediation=(
        "Let the endpoint's policy admit principals of your organization only (aws:PrincipalOrgID), and its security"
        " groups port 443 from the callers."
    ),
    fix_cli="aws ec2 modify-vpc-endpoint --vpc-endpoint-id $E --policy-document file://endpoint.json",
    answers=("S6.3", "S6.1", "S3.6"),
    frameworks={
        "gensec": ("GENSEC01-BP02",),
        "mitre_atlas": ("AML.M0032", "AML.T0025"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-INFRA-01",),
    },
    edge_cases=(
        "An endpoint without a policy has the default one: everything for everybody.",
        "Principal * limited to the organization or account passes, by aws:PrincipalOrgID, PrincipalAccount or ARN.",
        "A policy that lists actions or models lets foreign accounts use them all the same: FAIL at medium.",
        "Conditions that every request through the endpoint meets (its own VPC) limit nothing.",
        "A rule for another port opens nothing: an endpoint answers on 443 only. Two halves of the internet are all of it.",
        "What a prefix list holds is not read: such a rule leaves the answer open.",
        "An endpoint that is being deleted, was rejected or has failed is not judged.",
    ),
)
def endpoint_policy_and_groups_narrow(subject: Subject, aws: View) -> Verdict:
    """A Bedrock endpoint refuses the credentials of strangers, and answers only the networks of its callers.

    Judged is each interface endpoint of a Bedrock plane (runtime, agents, AgentCore, mantle, and their control planes).
    The policy is not compared with a text but asked: an administrator of an account nobody named, inside this VPC,
    calls something of that account.

    Passes: he is refused, whatever he asks, and the security groups admit port 443 from networks or groups that are
    not the whole internet. Fails: he may do whatever the endpoint carries, as with the default policy; a group admits
    443 from everywhere. At medium: he may do some of it, since the policy lists actions or resources and no
    principals. Not assessed: a policy, group or prefix list that cannot be judged.

    By hand::

        aws ec2 describe-vpc-endpoints --vpc-endpoint-ids $E --query 'VpcEndpoints[].[PolicyDocument,Groups]'
        aws ec2 describe-security-groups --group-ids $SG --query 'SecurityGroups[].IpPermissions'
    """
    endpoint = subject.about["endpoint"]
    assert isinstance(endpoint, dict)
    what = f"endpoint {endpoint.get('VpcEndpointId')} for {plane_of(endpoint)} in {endpoint.get('VpcId')}"
    return weighed(what, [lambda: _policy(aws, endpoint), lambda: _groups(aws, endpoint)])


def _policy(aws: View, endpoint: Answer) -> Iterator[Problem | str]:
    policy = endpoint_policy(endpoint)
    if policy is None:
        yield Problem(
            Severity.HIGH, "it has the default policy: any credentials, any action, any account's resources"
        )
        return
    found = strangers(aws, endpoint, policy)
    if found.anything:
        yield Problem(
            Severity.HIGH,
            "its policy allows what the default one does: any credentials may do anything with any account's resources",
        )
        return
    if found.actions:
        said = listed(list(found.actions), "action")
        yield Problem(Severity.MEDIUM, f"its policy names no principals: any credentials may call {said}")
        return
    if found.unsupported:
        raise UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"{policy.name} cannot be judged: {'; '.join(found.unsupported[:3])}",
        )
    yield "its policy refuses the credentials of other accounts"


def _groups(aws: View, endpoint: Answer) -> Iterator[Problem | str]:
    groups = [str(group) for group in values(endpoint, "Groups[].GroupId")]
    if not groups:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"AWS does not say which security groups endpoint {endpoint.get('VpcEndpointId')} has",
        )
    admitted: list[str] = []
    unread: list[str] = []
    unseen: UnseenError | None = None
    try:
        for source in sources(aws, groups, _HTTPS):
            if source.world:
                yield Problem(
                    Severity.HIGH, f"security group {source.group} admits port 443 from {source.what}"
                )
            elif source.unread:
                unread.append(source.what)
            else:
                admitted.append(source.what)
    except UnseenError as error:
        unseen = error
    if unseen is not None:
        raise unseen
    if unread:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"which addresses {listed(unread, 'prefix list')} holds, that may reach the endpoint,"
            " is not known",
        )
    yield f"port 443 is open to {listed(list(dict.fromkeys(admitted)), 'source') or 'nobody'}"
