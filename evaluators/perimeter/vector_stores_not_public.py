"""GAI-6.06: Vector stores and private knowledge-base connections are not reachable from the internet."""

from collections.abc import Iterator

from assessor.iam.exposure import Level as Opened
from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import Answer, View, gather
from collectors import bedrock_agent, naming, rds, s3vectors
from evaluators.derived.data import serverless_policies, stores
from evaluators.derived.data.serverless_policies import NetworkRule, network_rules, readers
from evaluators.derived.data.stores import Store, vector_stores
from evaluators.derived.doors.openness import admitted, is_open, policy_openness
from evaluators.derived.offered import surely

_GONE = frozenset({"DELETING", "CREATE_FAILED"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every vector store of a knowledge base, then every connection of a knowledge base into a VPC."""
    found = aws.derive(vector_stores)
    for store in found.known:
        yield Subject(
            store.arn,
            store.resource,
            region=naming.region(store.arn) or aws.region,
            about={"store": store},
            evidence=store.evidence,
        )
    for call, connection in surely(aws.items_with_call(bedrock_agent.LIST_VPC_CONFIGURATIONS)):
        if connection.get("status") not in _GONE:
            base = call.request["knowledgeBaseId"]
            own = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:knowledge-base/{base}"
            yield Subject(
                own,
                "AWS::Bedrock::KnowledgeBase",
                key=str(connection.get("vpcConfigurationId", "")),
                about={"connection": connection},
                evidence=(call,),
            )
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-6.06",
    slug="vector-stores-not-public",
    item=Item.PERIMETER,
    title="Vector stores and private knowledge-base connections are not reachable from the internet",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::OpenSearchServerless::Collection",
    subjects=subjects,
    reads=[
        *stores.SETTING_READS,
        *serverless_policies.READS,
        rds.DESCRIBE_DB_INSTANCES,
        s3vectors.GET_VECTOR_BUCKET_POLICY,
        bedrock_agent.LIST_VPC_CONFIGURATIONS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base of this Region has a vector store of its own or a connection into a VPC.",
    why="The index is the corpus: whoever reads it reads every document that was put into it.",
    remediation="Make the store's network policy private, put the domain or the instances into private subnets.",
    fix_cli=(
        "aws opensearchserverless update-security-policy --type network --name $N "
        "--policy-version $V --policy file://private.json"
    ),
    answers=("S6.2", "S5.1"),
    frameworks={
        "gensec": ("GENSEC01-BP02",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.T0085.000", "AML.M0032"),
        "iso_42001": ("A.7.2",),
    },
    edge_cases=(
        "Several network policies can match a collection: one that admits the public makes it public.",
        "A public collection still wants IAM: FAIL at high where its data policies name no wildcard and no account.",
        "A domain outside a VPC whose policy names principals is reachable but wants IAM: FAIL at high.",
        "Of Aurora the instances count; the cluster's own flag exists for some engines only.",
        "S3 Vectors has no network setting: its bucket policy is judged.",
        "A Region that does not offer knowledge bases has none of this: not applicable.",
    ),
)
def vector_stores_not_public(subject: Subject, aws: View) -> Verdict:
    """No vector store of a knowledge base answers the internet.

    Judged is each store that a knowledge base names, and each connection of a knowledge base into a VPC.

    Passes: an OpenSearch Serverless collection that no network rule opens to the public; a domain in a VPC, or one
    whose policy admits named addresses only; an Aurora cluster of which no instance is public; a graph without public
    connectivity; an S3 vector bucket whose policy is not open; a connection over HTTPS.

    Fails: AllowFromPublic; a domain outside a VPC with an open policy; any public instance; public connectivity; an
    open bucket policy. At high: a public collection or domain that still wants IAM of named principals. At medium: a
    connection over HTTP.

    Not assessed: stores outside AWS (Pinecone, Redis Enterprise Cloud, MongoDB Atlas) and in other accounts.

    By hand::

        aws bedrock-agent get-knowledge-base --knowledge-base-id $KB --query knowledgeBase.storageConfiguration
        aws opensearchserverless get-security-policy --type network --name $N
        aws opensearch describe-domain --domain-name $D --query 'DomainStatus.[VPCOptions,AccessPolicies]'
        aws rds describe-db-instances --db-instance-identifier $I --query 'DBInstances[].PubliclyAccessible'
        aws neptune-graph get-graph --graph-identifier $G --query publicConnectivity
        aws bedrock-agent list-vpc-configurations --knowledge-base-id $KB
    """
    connection = subject.about.get("connection")
    if isinstance(connection, dict):
        return _connection(connection)
    store = subject.about["store"]
    assert isinstance(store, Store)
    if store.outside:
        return not_assessed(Why.OUTSIDE_AWS, f"The {store.what} lies outside AWS: no AWS API describes it")
    owner = naming.account(store.arn)
    if owner is not None and owner != aws.account_id:
        return not_assessed(Why.CROSS_ACCOUNT, f"The {store.what}, {store.arn}, belongs to account {owner}")
    if store.resource == "AWS::Bedrock::KnowledgeBase":
        return not_assessed(Why.LINK_UNKNOWN, f"Which {store.what} it is, AWS does not say")
    at = aws.at(naming.region(store.arn) or aws.region)
    if store.kind == stores.VECTORS:
        return _vectors(store, at)
    found = stores.settings(aws, store)
    if found is None:
        return not_applicable(
            f"{store.arn}, which knowledge base {', '.join(store.bases)} names, does not exist"
        )
    match store.kind:
        case stores.SERVERLESS:
            return _collection(store, found, at)
        case stores.DOMAIN:
            return _domain(store, found, at)
        case stores.CLUSTER:
            return _cluster(store, found, at)
        case stores.GRAPH:
            return _graph(store, found)
        case _:
            return not_assessed(Why.LINK_UNKNOWN, f"Stores of type {store.kind} are not known")


def _connection(connection: Answer) -> Verdict:
    said = (
        f"Connection {connection.get('vpcConfigurationId')} into {connection.get('vpcId')} speaks "
        f"{connection.get('protocol', 'an unknown protocol')} to {connection.get('resourceTarget')}"
    )
    if connection.get("protocol") == "HTTPS":
        return passed(said)
    if connection.get("protocol") == "HTTP":
        return failed(f"{said}: documents cross the network in the clear", Severity.MEDIUM)
    return not_assessed(Why.LINK_UNKNOWN, said)


def _collection(store: Store, found: Answer, at: View) -> Verdict:
    name = str(found.get("name") or "")
    if not name:
        return not_assessed(
            Why.LINK_UNKNOWN, f"AWS does not say by which name policies mean the {store.what}"
        )
    rules = network_rules(at, name)
    public = [rule for rule in rules.known if rule.public]
    if public:
        return _public_collection(name, public, at)
    if rules.unseen is not None:
        raise rules.unseen
    if not rules.known:
        return passed(f"No network policy admits anybody to collection {name} ({store.what})")
    endpoints = [endpoint for rule in rules.known for endpoint in rule.endpoints]
    services = [service for rule in rules.known for service in rule.services]
    admits = ", ".join(dict.fromkeys((*endpoints, *services))) or "nobody"
    return passed(f"Network policies admit only {admits} to collection {name}")


def _public_collection(name: str, public: list[NetworkRule], at: View) -> Verdict:
    where = ", ".join(dict.fromkeys(f"{rule.policy} ({rule.what})" for rule in public))
    said = f"Network policy {where} opens collection {name} to the public"
    allowed = readers(at, name)
    wide = [one for one in allowed.known if "*" in one or one.endswith(":root")]
    if wide:
        return failed(f"{said}, and its data policies admit {', '.join(dict.fromkeys(wide))}")
    if allowed.unseen is not None:
        return failed(said, None, f"Whom its data policies admit is not known: {allowed.unseen.detail}")
    return failed(f"{said}; its data policies admit named principals only", Severity.HIGH)


def _domain(store: Store, found: Answer, at: View) -> Verdict:
    name = str(found.get("DomainName", ""))
    vpc = (found.get("VPCOptions") or {}).get("VPCId")
    if vpc:
        return passed(f"Domain {name} is in {vpc}")
    said = f"Domain {name} has a public endpoint"
    policy = str(found.get("AccessPolicies") or "")
    if not policy:
        return failed(f"{said} and no access policy: IAM of this account decides", Severity.HIGH)
    opened = policy_openness(
        policy, arn=store.arn, account=at.account_id, actions=None, what=f"the access policy of domain {name}"
    )
    if is_open(opened):
        return failed(f"{said} and its access policy admits anyone")
    if opened.openings and all(opening.level is Opened.IP_RANGE for opening in opened.openings):
        return passed(f"{said}, but its access policy admits only {admitted(opened)}")
    return failed(f"{said}; its access policy names who may use it: {admitted(opened)}", Severity.HIGH)


def _cluster(store: Store, found: Answer, at: View) -> Verdict:
    if found.get("PubliclyAccessible"):
        return failed(f"Cluster {store.arn} is publicly accessible")
    members = list(values(found, "DBClusterMembers[]"))
    names = [str(member["DBInstanceIdentifier"]) for member in members if member.get("DBInstanceIdentifier")]
    unknown = ["a member without a name"] if len(names) < len(members) else []
    if not members and found.get("PubliclyAccessible") is None and found.get("DBClusterMembers") is None:
        return not_assessed(Why.LINK_UNKNOWN, f"AWS does not say which instances cluster {store.arn} has")
    unseen: UnseenError | None = None
    for name in names:
        instances = gather(at.items(rds.DESCRIBE_DB_INSTANCES, DBInstanceIdentifier=name))
        unseen = unseen or instances.unseen
        if not instances.known and instances.unseen is None:
            unknown.append(name)
        for instance in instances.known:
            if instance.get("PubliclyAccessible"):
                return failed(f"Instance {name} of cluster {store.arn} is publicly accessible")
            if instance.get("PubliclyAccessible") is None:
                unknown.append(name)
    if unseen is not None:
        raise unseen
    if unknown:
        return not_assessed(Why.LINK_UNKNOWN, f"AWS does not say whether {', '.join(unknown)} is public")
    return passed(f"None of {len(names)} instances of cluster {store.arn} is publicly accessible")


def _graph(store: Store, found: Answer) -> Verdict:
    public = found.get("publicConnectivity")
    if public is None:
        return not_assessed(Why.LINK_UNKNOWN, f"AWS does not say whether graph {store.arn} is public")
    if public:
        return failed(f"Graph {store.arn} has public connectivity")
    return passed(f"Graph {store.arn} has no public connectivity")


def _vectors(store: Store, at: View) -> Verdict:
    bucket = store.arn.partition("/index/")[0]
    answer = at.get(s3vectors.GET_VECTOR_BUCKET_POLICY, vectorBucketArn=bucket)
    policy = str((answer or {}).get("policy") or "")
    if not policy:
        return passed(f"Vector bucket {bucket} has no policy: IAM of this account decides")
    opened = policy_openness(
        policy, arn=bucket, account=at.account_id, actions=None, what=f"the policy of vector bucket {bucket}"
    )
    if is_open(opened):
        return failed(f"The policy of vector bucket {bucket} admits anyone")
    return passed(f"The policy of vector bucket {bucket} admits from outside the account {admitted(opened)}")
