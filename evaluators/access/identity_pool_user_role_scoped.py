"""GAI-3.13: Signed-in identity-pool roles are scoped per user and cannot call models at will."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assessor.iam.holders import Principal
from assessor.iam.principals import IDENTITY_POOLS
from assessor.iam.request import arn_field
from assessor.iam.universe import Access
from assessor.model.control import Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import cognito_identity
from evaluators.derived.data import rag
from evaluators.derived.data.rag import rag_buckets
from evaluators.derived.foundation.model_targets import NO_MODELS, kind_of
from evaluators.derived.principals.path_roles import path_roles
from evaluators.derived.principals.statements import granted, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.screening import mandates
from evaluators.derived.screening.mandates import standing
from evaluators.derived.users import identity_pools
from evaluators.derived.users.identity_pools import USER, Pool, admits, pool, pool_subjects, trusting

_MODELS = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CreateModelInvocationJob",
    "bedrock:InvokeAgent",
    "bedrock:InvokeFlow",
)
# No guardrail is possible there, or the caller chooses it; they cannot be limited to a model either.
_AT_WILL = ("bedrock-mantle:CreateInference", "bedrock:InvokeInlineAgent", "bedrock:RetrieveAndGenerate")
# They carry no guardrail condition: named ones are the back end's business, all of them are models at will.
_BEHIND = (
    "bedrock-agentcore:InvokeAgentRuntime",
    "bedrock-agentcore:InvokeHarness",
    "sagemaker:InvokeEndpoint",
    "sagemaker:InvokeEndpointAsync",
    "sagemaker:InvokeEndpointWithResponseStream",
)
_STORES = (
    "bedrock:Retrieve",
    "kendra:Retrieve",
    "kendra:Query",
    "aoss:APIAccessAll",
    "s3vectors:QueryVectors",
    "s3vectors:GetVectors",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:GetItem",
)
_OBJECTS = "s3:GetObject"
_SUBJECT = {f"{name}:sub": "zz99-user" for name in IDENTITY_POOLS}
# A read of items names the partition keys it wants; asked is whether those of another user will do.
_OTHERS = {
    key: {"dynamodb:LeadingKeys": "zz99-another-user"} for key in ("dynamodb:Query", "dynamodb:GetItem")
}


@control(
    "GAI-3.13",
    slug="identity-pool-user-role-scoped",
    item=Item.ACCESS,
    title="Signed-in identity-pool roles are scoped per user and cannot call models at will",
    severity=Severity.HIGH,
    kind=identity_pools.KIND,
    subjects=pool_subjects,
    reads=[
        *mandates.READS,
        *identity_pools.READS,
        *rag.READS,
        cognito_identity.GET_PRINCIPAL_TAG_ATTRIBUTE_MAP,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No identity pool is in this Region.",
    why="A browser that calls Bedrock itself skips the web ACL, the throttling and the guardrail the server would choose.",
    remediation="Route calls through the back end, or name the models, require the guardrail and scope data per user.",
    fix_cli=(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id $I --roles authenticated=$ROLE "
        "--role-mappings file://map.json"
    ),
    answers=("S3.3", "S3.6"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.M0019",),
        "owasp_llm_2025": ("LLM06",),
        "iso_42001": ("A.9.2",),
    },
    edge_cases=(
        "A Region that does not offer identity pools has none.",
        (
            "Roles of rules count; where a mapping takes the role from the token, so does every role whose trust policy admits "
            "the pool's users."
        ),
        "Per-user scope shows as ${cognito-identity.amazonaws.com:sub} or aws:PrincipalTag in a resource or condition.",
        (
            "Of buckets those count that retrieval reads from (in account scope all), and only where any key can be read: a "
            "prefix that everybody shares is no store."
        ),
        "ServerSideTokenCheck missing is off: a user that was disabled keeps access until the token expires.",
        "A pool without role mappings has one role for all users: nothing is ambiguous there.",
    ),
)
def identity_pool_user_role_scoped(subject: Subject, aws: View) -> Verdict:
    """The roles that signed-in users of an identity pool get cannot call models at will, nor read a store whole.

    Judged is each pool with every role its users can get. Passes: no such role may invoke a model, agent or flow; or
    only named ones and with a guardrail, role mappings resolve ambiguity with `Deny`, and every Cognito provider has
    `ServerSideTokenCheck`; and no role reads a whole store (knowledge base, index, vector store, table, bucket) without
    a condition on the user. Fails: a role may invoke any model, agent, flow, AgentCore runtime or SageMaker endpoint, or
    use an endpoint without guardrails; or reads a whole store. Fails at medium severity: named models without a mandatory guardrail, ambiguity that falls back
    to a role, or no token check, where a role invokes models. Not applicable: there is no identity pool.

    By hand:

    ```sh
    aws cognito-identity get-identity-pool-roles --identity-pool-id $I
    aws cognito-identity describe-identity-pool --identity-pool-id $I
    aws cognito-identity get-principal-tag-attribute-map --identity-pool-id $I --identity-provider-name $P
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:InvokeModel bedrock:Retrieve
    ```
    """
    found = pool(aws, str(subject.about["pool"]))
    if found.roles is None:
        assert found.unseen is not None
        raise found.unseen
    known = estate(aws)
    judged = _Judged(aws, known, found)
    roles = list(judged.roles())
    for role in roles:
        judged.role(role)
    if judged.grave:
        said = "; ".join((*judged.grave[:3], *judged.mild[:1]))
        return failed(known.marked(said))
    if judged.invoking:
        judged.mapping()
    if judged.mild:
        return failed(known.marked("; ".join(judged.mild)), Severity.MEDIUM)
    if judged.pending is not None:
        raise judged.pending
    names = ", ".join(dict.fromkeys(who(role) for role in roles)) or "no role"
    if not judged.invoking:
        return passed(
            f"Signed-in users get {names}: no model can be invoked, no store read whole", *_tags(aws, found)
        )
    return passed(
        f"Signed-in users get {names}: only named models, with a mandatory guardrail ({judged.invoking[0]})",
        *_tags(aws, found),
    )


@dataclass
class _Judged:
    """The roles of one pool. grave, mild: what fails, in words. invoking: what may be invoked, in words."""

    aws: View
    known: Estate
    found: Pool
    grave: list[str] = field(default_factory=list)
    mild: list[str] = field(default_factory=list)
    invoking: list[str] = field(default_factory=list)
    pending: UnseenError | None = None

    def roles(self) -> Iterator[Principal]:
        """Every role of this account that a signed-in user can get."""
        named: dict[str, None] = dict.fromkeys(filter(None, (self.found.role(USER),)))
        from_token = False
        for mapping in ((self.found.roles or {}).get("RoleMappings") or {}).values():
            from_token = from_token or mapping.get("Type") != "Rules"
            for rule in (mapping.get("RulesConfiguration") or {}).get("Rules") or ():
                named.setdefault(str(rule.get("RoleARN", "")))
        for arn in named:
            if arn_field(arn, 4) != self.aws.account_id:
                self._wait(UnseenError(Why.CROSS_ACCOUNT, f"users get role {arn} of another account"))
                continue
            role = self.known.universe.find(arn)
            if role is None:
                self._wait(self.known.unseen)
            elif admits(role, self.found.id, USER):
                yield role
        if from_token:
            self._wait(self.known.unseen)
            yield from (role for role in trusting(self.known, self.found.id, USER) if role.arn not in named)

    def _wait(self, error: UnseenError | None) -> None:
        self.pending = self.pending or error

    def role(self, role: Principal) -> None:
        """What one role may invoke and read."""
        self._invokes(role)
        self._reads(role)

    def _invokes(self, role: Principal) -> None:
        accesses = [self.known.reach(action).access(role) for action in (*_MODELS, *_AT_WILL, *_BEHIND)]
        possible = [one for one in accesses if one.possible and one.action not in _BEHIND]
        if any(one.unknown for one in accesses):
            self._wait(self.known.undecidable(f"what {who(role)} may invoke"))
        at_will = next((one for one in possible if one.action in _AT_WILL), None) or self._any(role)
        if at_will is not None:
            self.invoking.append(granted(at_will))
            self.grave.append(f"{who(role)} may invoke models at will: {granted(at_will)}")
            return
        if not possible:
            return
        self.invoking.append(granted(possible[0]))
        if any(one.action == "bedrock:CreateModelInvocationJob" for one in possible):
            self.mild.append(f"{who(role)} may start batch jobs, which take no guardrail")
        self._guardrail(role)

    def _any(self, role: Principal) -> Access | None:
        """An action on a model, agent, flow, runtime or endpoint that nobody named."""
        for action in (*_MODELS, *_BEHIND):
            reach = self.known.reach(action)
            for arn in reach.everything(role):
                if kind_of(arn) not in NO_MODELS:
                    return reach.decided(role, arn)
        return None

    def _guardrail(self, role: Principal) -> None:
        path_role = next((one for one in path_roles(self.aws).known if one.principal is role), None)
        if path_role is None:  # its trust policy does not say so by name: how it stands was not asked
            self._wait(self.known.undecidable(f"whether {who(role)} must pass a guardrail", role))
            return
        if not mandates.judged_here(path_role):
            return
        for at in self.aws.regions():
            found = standing(at, path_role)
            if found.outcome.fails:
                self.mild.append(f"{who(role)}: {found.said}")
                return
            if found.outcome is mandates.Outcome.UNKNOWN:
                self._wait(found.unseen)

    def _reads(self, role: Principal) -> None:
        ordinary = self.known.ordinary
        for action in _STORES:
            given = _SUBJECT | _OTHERS.get(action, {})
            access = ordinary.can(role, action, regions=self.known.regions, given=given)
            if access.possible:
                self.grave.append(f"{who(role)} reads whole stores, whoever the user is: {granted(access)}")
                return
            if access.unknown:
                self._wait(self.known.undecidable(f"what {who(role)} may read"))
        self._reads_buckets(role)

    def _reads_buckets(self, role: Principal) -> None:
        """Buckets that retrieval reads from, and any bucket at all, of which every key can be read."""
        ordinary = self.known.ordinary
        for probe in ordinary.probes(role, _OBJECTS, self.known.regions):
            bucket = arn_field(probe, 5).partition("/")[0]
            arn = f"arn:{self.aws.account.partition}:s3:::{bucket}/zz99-any-key"
            decision = ordinary.ask(role, _OBJECTS, arn, given=_SUBJECT)
            if decision.possible and self._holds_knowledge(bucket):
                access = Access(role, _OBJECTS, arn, decision)
                self.grave.append(f"{who(role)} reads whole buckets, whoever the user is: {granted(access)}")
                return

    def _holds_knowledge(self, bucket: str) -> bool:
        if bucket.startswith("zz99"):
            return True
        sources = [at.derive(rag_buckets) for at in self.aws.regions()]
        if any(one.name == bucket for found in sources for one in found.known):
            return True
        for found in sources:
            self._wait(found.unseen)
        return False

    def mapping(self) -> None:
        """How a role is chosen, and whether a token is checked: it matters where a role invokes models."""
        for provider, mapping in ((self.found.roles or {}).get("RoleMappings") or {}).items():
            if mapping.get("AmbiguousRoleResolution") != "Deny":
                self.mild.append(f"Ambiguous roles of {provider} fall back to the default role, not to Deny")
        if self.found.detail is None:
            self._wait(self.found.unseen)
            return
        for one in self.found.detail.get("CognitoIdentityProviders") or ():
            if one.get("ServerSideTokenCheck") is not True:
                self.mild.append(f"ServerSideTokenCheck is off for client {one.get('ClientId', '')}")


def _tags(aws: View, found: Pool) -> tuple[str, ...]:
    """The session tags that users bring, as far as they are known."""
    tags: dict[str, str] = {}
    try:
        for call, answer in aws.items_with_call(cognito_identity.GET_PRINCIPAL_TAG_ATTRIBUTE_MAP, ""):
            if call.request.get("IdentityPoolId") == found.id:
                tags.update({str(k): str(v) for k, v in (answer.get("PrincipalTags") or {}).items()})
    except UnseenError:
        return ()  # a note only: the verdict does not rest on it
    return (f"Session tags: {', '.join(f'{k} from {v}' for k, v in sorted(tags.items()))}",) if tags else ()
