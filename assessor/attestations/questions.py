"""The questions only people can answer, in the checklist's order.

Each names who should answer, what shows that the answer is true, for how many days it holds, and on which facts of the
configuration it rests. Severity is that of the checklist's sentence behind it, by what an outsider gains where the
honest answer is no: high where it opens a user's data or runs a model's output, low for hygiene.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from assessor.attestations.facts import FactSet
from assessor.model.operation import Operation
from assessor.model.verdict import Item, Severity


class Change(StrEnum):
    """Which change of a fact set makes an answer stale.

    Any at all; something new or different (what has gone does not matter); something new; the first of its kind.
    """

    ANY = "any"
    GROWN = "new or changed"
    NEW = "new"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Dependency:
    """A fact set an answer rests on, and which change of it makes the answer stale."""

    facts: str
    change: Change

    @property
    def fact_set(self) -> FactSet:
        """The set itself. Imported when first needed: the questions are asked where nothing is evaluated too."""
        from assessor.attestations.sources import FACT_SETS

        return FACT_SETS[self.facts]


@dataclass(frozen=True)
class Attestation:
    """One question. ``days`` is the longest an answer holds; ``supports`` are controls whose verdict it completes."""

    id: str
    item: Item
    severity: Severity
    title: str
    question: str
    owner: str
    evidence: str
    days: int
    rests_on: tuple[Dependency, ...]
    answers: tuple[str, ...]
    supports: tuple[str, ...] = ()
    frameworks: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def operations(self, scope: str) -> tuple[Operation, ...]:
        """Every operation its facts are read with; the same in every scope."""
        del scope
        return tuple(dict.fromkeys(op for one in self.rests_on for op in one.fact_set.reads))


ATTESTATIONS: tuple[Attestation, ...] = (
    Attestation(
        id="ATT-1.1",
        item=Item.GOVERNANCE,
        severity=Severity.MEDIUM,
        title="Cross-functional AI governance committee",
        question="Is there a chartered committee with legal, security and business members that met within the period?",
        owner="Executive sponsor",
        evidence="Charter, member list, last minutes",
        days=180,
        rests_on=(Dependency("workloads", Change.NEW),),
        answers=(
            "S1.1",
            "S1.2",
        ),
        supports=(),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.3.2",), "nist_ai_600_1": ("MP-1.2-001",), "nist_ai_rmf": ("GOVERN 2.1",)}
        ),
    ),
    Attestation(
        id="ATT-1.2",
        item=Item.GOVERNANCE,
        severity=Severity.MEDIUM,
        title="Approved AI policies",
        question="Are data-handling, model-selection and usage policies approved, versioned and published?",
        owner="CISO / legal",
        evidence="Policy documents with version and approval date",
        days=365,
        rests_on=(Dependency("model_policy", Change.ANY),),
        answers=("S1.3",),
        supports=(
            "GAI-2.01",
            "GAI-3.16",
        ),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.2.2",), "nist_ai_600_1": ("GV-1.4-002",), "nist_ai_rmf": ("GOVERN 1.2",)}
        ),
    ),
    Attestation(
        id="ATT-1.3",
        item=Item.GOVERNANCE,
        severity=Severity.MEDIUM,
        title="Regulation-specific checklist",
        question="Which regulations apply (GDPR, PCI DSS, ...) and is each privacy, consent and transparency duty mapped to an owner?",
        owner="Privacy officer",
        evidence="Completed checklist per regulation",
        days=365,
        rests_on=(
            Dependency("active_regions", Change.NEW),
            Dependency("data_classes", Change.NEW),
        ),
        answers=("S1.4",),
        supports=(),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.8.5",), "nist_ai_600_1": ("GV-1.1-001",), "nist_ai_rmf": ("GOVERN 1.1",)}
        ),
    ),
    Attestation(
        id="ATT-1.4",
        item=Item.GOVERNANCE,
        severity=Severity.MEDIUM,
        title="Periodic compliance review",
        question="Was the scheduled (quarterly) review held and were open findings dispositioned?",
        owner="Compliance lead",
        evidence="Review record referencing this tool's report id",
        days=90,
        rests_on=(),
        answers=("S1.5",),
        supports=("GAI-1.06",),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.6.2.6",), "nist_ai_600_1": ("GV-1.5-001",), "nist_ai_rmf": ("GOVERN 1.5",)}
        ),
    ),
    Attestation(
        id="ATT-1.5",
        item=Item.GOVERNANCE,
        severity=Severity.MEDIUM,
        title="Decision and change record",
        question="Are model, prompt and guardrail decisions recorded with rationale and linked to change tickets?",
        owner="Product owner",
        evidence="Decision log / ADRs",
        days=180,
        rests_on=(
            Dependency("guardrails", Change.ANY),
            Dependency("prompts", Change.ANY),
            Dependency("agents", Change.ANY),
        ),
        answers=(
            "S1.6",
            "S1.7",
        ),
        supports=(),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.6.2.3",),
                "nist_ai_600_1": (
                    "GV-1.6-003",
                    "MS-2.8-003",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-1.6",
        item=Item.GOVERNANCE,
        severity=Severity.LOW,
        title="Scope and impact assessment",
        question="Is the workload placed on the scoping matrix and is an AI impact assessment on file?",
        owner="Risk owner",
        evidence="Scope decision, impact assessment",
        days=365,
        rests_on=(
            Dependency("custom_models", Change.FIRST),
            Dependency("acting_agents", Change.FIRST),
        ),
        answers=("S8.1",),
        supports=(),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.5.2",), "nist_ai_600_1": ("MP-1.1-002",), "nist_ai_rmf": ("GOVERN 1.3",)}
        ),
    ),
    Attestation(
        id="ATT-2.1",
        item=Item.LICENCES,
        severity=Severity.MEDIUM,
        title="EULA and data-usage review per model",
        question="For each approved model: who read the licence and data-usage terms, when, and with what restrictions?",
        owner="Legal",
        evidence="Per-model review record with licence URL hash",
        days=365,
        rests_on=(
            Dependency("licences", Change.GROWN),
            Dependency("agreements", Change.NEW),
            Dependency("retention", Change.ANY),
        ),
        answers=(
            "S2.1",
            "S2.2",
            "S2.3",
        ),
        supports=(
            "GAI-2.01",
            "GAI-2.05",
        ),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.10.3",),
                "nist_ai_600_1": (
                    "GV-6.1-009",
                    "GV-6.2-007",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-2.2",
        item=Item.LICENCES,
        severity=Severity.MEDIUM,
        title="Licence thresholds",
        question="Are usage limits in open-weights licences (monthly users, field of use, attribution) still respected?",
        owner="Product owner",
        evidence="Usage figure against threshold",
        days=180,
        rests_on=(Dependency("self_deployed", Change.NEW),),
        answers=(
            "S2.5",
            "S2.4",
        ),
        supports=("GAI-2.07",),
        frameworks=MappingProxyType({"iso_42001": ("A.10.3",), "nist_ai_600_1": ("GV-6.1-009",)}),
    ),
    Attestation(
        id="ATT-2.3",
        item=Item.LICENCES,
        severity=Severity.LOW,
        title="Model and licence watch",
        question="Is someone assigned to track new releases, licence changes and deprecations?",
        owner="ML lead",
        evidence="Assignee, last review note",
        days=90,
        rests_on=(Dependency("legacy_models", Change.NEW),),
        answers=("S2.5",),
        supports=("GAI-2.04",),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.6.2.6",),
                "nist_ai_600_1": (
                    "GV-6.2-004",
                    "MG-4.1-001",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-3.1",
        item=Item.ACCESS,
        severity=Severity.HIGH,
        title="Identity propagation end to end",
        question="Is the user's verified token (not a client-supplied id) carried and checked at every hop, including tools and data stores?",
        owner="Architect",
        evidence="Sequence diagram, authorizer tests",
        days=180,
        rests_on=(Dependency("front_doors", Change.ANY),),
        answers=(
            "S3.3",
            "S3.2",
        ),
        supports=(
            "GAI-3.05",
            "GAI-3.07",
            "GAI-3.14",
        ),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC01-BP03",), "iso_42001": ("A.9.2",), "mitre_atlas": ("AML.M0019",)}
        ),
    ),
    Attestation(
        id="ATT-3.2",
        item=Item.ACCESS,
        severity=Severity.HIGH,
        title="Session isolation",
        question="Are session ids unguessable, bound to the user and validated on each request, and are histories stored per user on the server side?",
        owner="Engineering lead",
        evidence="Code reference, negative test",
        days=180,
        rests_on=(Dependency("state_stores", Change.ANY),),
        answers=("S3.7",),
        supports=("GAI-3.25",),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.7.2",), "mitre_atlas": ("AML.T0092",), "owasp_llm_2025": ("LLM02",)}
        ),
    ),
    Attestation(
        id="ATT-3.3",
        item=Item.ACCESS,
        severity=Severity.HIGH,
        title="Retrieval filters built server-side",
        question="Does the back end add the user's filter or ACL token to every retrieval, with no path that omits it?",
        owner="Engineering lead",
        evidence="Code reference, test with two users",
        days=180,
        rests_on=(
            Dependency("knowledge_bases", Change.NEW),
            Dependency("retrievers", Change.NEW),
        ),
        answers=(
            "S3.8",
            "S3.9",
        ),
        supports=(
            "GAI-3.27",
            "GAI-3.28",
        ),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.9.2",), "mitre_atlas": ("AML.M0005",), "owasp_llm_2025": ("LLM08",)}
        ),
    ),
    Attestation(
        id="ATT-3.4",
        item=Item.ACCESS,
        severity=Severity.MEDIUM,
        title="Access review",
        question="Were people and roles able to invoke, edit or approve AI resources recertified?",
        owner="IAM owner",
        evidence="Signed access review",
        days=90,
        rests_on=(
            Dependency("invokers", Change.ANY),
            Dependency("editors", Change.ANY),
        ),
        answers=("S3.1",),
        supports=(
            "GAI-3.15",
            "GAI-3.22",
            "GAI-4.15",
        ),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC01-BP01",), "iso_42001": ("A.9.2",), "nist_ai_600_1": ("GV-1.5-001",)}
        ),
    ),
    Attestation(
        id="ATT-4.1",
        item=Item.INPUT_OUTPUT,
        severity=Severity.MEDIUM,
        title="Adversarial testing",
        question="Were prompt-injection, jailbreak and data-leak tests run against the deployed version, and were results accepted?",
        owner="Security testing",
        evidence="Test report with version ids",
        days=180,
        rests_on=(
            Dependency("guardrails", Change.ANY),
            Dependency("prompts", Change.ANY),
            Dependency("models", Change.ANY),
            Dependency("agents", Change.ANY),
        ),
        answers=("S4.1",),
        supports=(
            "GAI-4.05",
            "GAI-4.13",
        ),
        frameworks=MappingProxyType(
            {
                "finos_ccc": ("CCC.GenAI.CN08.AR01",),
                "iso_42001": ("A.6.2.4",),
                "mitre_atlas": ("AML.M0008",),
                "nist_ai_600_1": (
                    "MS-2.7-007",
                    "MP-2.3-005",
                ),
                "owasp_llm_2025": ("LLM01",),
            }
        ),
    ),
    Attestation(
        id="ATT-4.2",
        item=Item.INPUT_OUTPUT,
        severity=Severity.MEDIUM,
        title="Guarded content is actually marked",
        question="For InvokeModel callers: are input tags (or guardContent blocks) used so that the prompt-attack filter evaluates user text?",
        owner="Engineering lead",
        evidence="Code reference, trace showing assessment",
        days=180,
        rests_on=(Dependency("path_functions", Change.ANY),),
        answers=("S4.3",),
        supports=("GAI-4.05",),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC04-BP02",), "mitre_atlas": ("AML.M0015",), "owasp_llm_2025": ("LLM01",)}
        ),
    ),
    Attestation(
        id="ATT-4.3",
        item=Item.INPUT_OUTPUT,
        severity=Severity.HIGH,
        title="Output handling",
        question="Is output encoded before rendering, are queries parameterised and structure/intent checked, and does the DB user have least rights?",
        owner="Engineering lead",
        evidence="Code reference, review record",
        days=180,
        rests_on=(Dependency("executors", Change.ANY),),
        answers=(
            "S4.8",
            "S4.9",
        ),
        supports=(
            "GAI-4.18",
            "GAI-4.22",
        ),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.6.2.4",),
                "mitre_atlas": ("AML.M0033",),
                "nist_ai_600_1": ("MS-2.6-004",),
                "owasp_llm_2025": ("LLM05",),
            }
        ),
    ),
    Attestation(
        id="ATT-4.4",
        item=Item.INPUT_OUTPUT,
        severity=Severity.HIGH,
        title="Command and code generation",
        question="Are commands allow-listed, syntax- and intent-checked, and run only in an isolated environment?",
        owner="Engineering lead",
        evidence="Design note, sandbox description",
        days=180,
        rests_on=(Dependency("sandboxes", Change.ANY),),
        answers=(
            "S4.10",
            "S4.11",
        ),
        supports=("GAI-4.20",),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.9.3",),
                "mitre_atlas": (
                    "AML.T0102",
                    "AML.M0032",
                ),
                "owasp_llm_2025": ("LLM05",),
            }
        ),
    ),
    Attestation(
        id="ATT-4.5",
        item=Item.INPUT_OUTPUT,
        severity=Severity.MEDIUM,
        title="Prompt approval",
        question="Was each production prompt reviewed and approved before its version went live?",
        owner="Product owner",
        evidence="Approval per prompt version",
        days=180,
        rests_on=(Dependency("prompts", Change.ANY),),
        answers=("S4.7",),
        supports=("GAI-4.14",),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC04-BP01",), "iso_42001": ("A.6.2.3",), "owasp_llm_2025": ("LLM07",)}
        ),
    ),
    Attestation(
        id="ATT-4.6",
        item=Item.INPUT_OUTPUT,
        severity=Severity.MEDIUM,
        title="Paths guardrail configuration cannot see",
        question="Do RetrieveAndGenerate, bedrock-mantle, self-hosted and third-party model calls apply a guardrail (or an equivalent) with a grounding source?",
        owner="Architect",
        evidence="Call inventory with guardrail evidence",
        days=180,
        rests_on=(Dependency("unguarded_planes", Change.NEW),),
        answers=(
            "S4.2",
            "S4.6",
        ),
        supports=(
            "GAI-4.01",
            "GAI-4.02",
            "GAI-4.09",
        ),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC02-BP01",), "mitre_atlas": ("AML.M0020",), "owasp_llm_2025": ("LLM01",)}
        ),
    ),
    Attestation(
        id="ATT-5.1",
        item=Item.DATA,
        severity=Severity.MEDIUM,
        title="Data classification and lawful basis",
        question="Is each RAG source classified and is its use for inference covered (consent, contract, IP)?",
        owner="Data owner",
        evidence="Register entry per source",
        days=180,
        rests_on=(Dependency("data_sources", Change.NEW),),
        answers=(
            "S5.1",
            "S1.4",
        ),
        supports=(
            "GAI-5.19",
            "GAI-5.21",
        ),
        frameworks=MappingProxyType(
            {"gensec": ("GENSEC06-BP01",), "iso_42001": ("A.7.3",), "nist_ai_600_1": ("MP-4.1-005",)}
        ),
    ),
    Attestation(
        id="ATT-5.2",
        item=Item.DATA,
        severity=Severity.MEDIUM,
        title="External stores and SaaS connectors",
        question="For stores outside AWS (Pinecone, Redis, Atlas, SaaS): are encryption, access and deletion terms verified?",
        owner="Vendor manager",
        evidence="Vendor evidence",
        days=365,
        rests_on=(Dependency("external_stores", Change.NEW),),
        answers=("S5.2",),
        supports=("GAI-5.05",),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.10.3",),
                "owasp_llm_2025": (
                    "LLM03",
                    "LLM08",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-6.1",
        item=Item.PERIMETER,
        severity=Severity.MEDIUM,
        title="Limits match the business",
        question="Were rate, token, quota and budget limits derived from expected use and reviewed?",
        owner="Product owner",
        evidence="Sizing note",
        days=180,
        rests_on=(Dependency("limits", Change.ANY),),
        answers=("S6.4",),
        supports=(
            "GAI-6.10",
            "GAI-6.12",
            "GAI-6.13",
            "GAI-6.16",
            "GAI-6.17",
        ),
        frameworks=MappingProxyType(
            {"iso_42001": ("A.4.5",), "mitre_atlas": ("AML.M0004",), "owasp_llm_2025": ("LLM10",)}
        ),
    ),
    Attestation(
        id="ATT-7.1",
        item=Item.MONITORING,
        severity=Severity.MEDIUM,
        title="AI incident-response plan",
        question="Does the plan cover prompt injection, unexpected output and data leak with step-by-step procedures?",
        owner="Security operations",
        evidence="Plan with version, exercise record",
        days=365,
        rests_on=(
            Dependency("path_kinds", Change.NEW),
            Dependency("data_classes", Change.NEW),
        ),
        answers=("S7.6",),
        supports=("GAI-7.16",),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.8.4",),
                "nist_ai_600_1": (
                    "MG-4.2-002",
                    "GV-6.2-003",
                ),
                "nist_ai_rmf": ("MANAGE 4.3",),
                "prowler_aisf": ("AISF-GOV-07",),
            }
        ),
    ),
    Attestation(
        id="ATT-7.2",
        item=Item.MONITORING,
        severity=Severity.MEDIUM,
        title="Escalation roles",
        question="Are roles, deputies and contact routes defined and reachable out of hours?",
        owner="Security operations",
        evidence="Roster, call-tree test",
        days=180,
        rests_on=(Dependency("contacts", Change.ANY),),
        answers=("S7.7",),
        supports=("GAI-7.17",),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.3.2",),
                "nist_ai_600_1": (
                    "GV-2.1-001",
                    "GV-2.1-002",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-7.3",
        item=Item.MONITORING,
        severity=Severity.MEDIUM,
        title="Andon drill",
        question="Was the kill switch, rollback and safe mode pulled in a drill, and how long did each take?",
        owner="Service owner",
        evidence="Drill report with timings",
        days=180,
        rests_on=(
            Dependency("path_functions", Change.ANY),
            Dependency("kill_switches", Change.ANY),
        ),
        answers=("S7.8",),
        supports=(
            "GAI-7.18",
            "GAI-7.19",
            "GAI-7.20",
        ),
        frameworks=MappingProxyType(
            {
                "iso_42001": ("A.6.2.6",),
                "nist_ai_600_1": (
                    "MG-2.4-004",
                    "GV-1.7-001",
                    "MG-4.3-001",
                ),
            }
        ),
    ),
    Attestation(
        id="ATT-7.4",
        item=Item.MONITORING,
        severity=Severity.LOW,
        title="Thresholds tuned",
        question="Were alarm thresholds reviewed against real traffic and false-alarm rate?",
        owner="Service owner",
        evidence="Review note",
        days=180,
        rests_on=(Dependency("alarms", Change.ANY),),
        answers=("S7.3",),
        supports=(
            "GAI-7.04",
            "GAI-7.05",
            "GAI-7.06",
            "GAI-7.08",
        ),
        frameworks=MappingProxyType({"iso_42001": ("A.6.2.6",), "nist_ai_600_1": ("MS-2.7-004",)}),
    ),
)
"""All questions; ids are stable and never reused."""

BY_ID: Mapping[str, Attestation] = {one.id: one for one in ATTESTATIONS}
