"""What the owner of the account decides: the parameters controls may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assessor.model.reading import UnseenError, Why


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the type its value must have, and its default.

    ``default`` None means nobody can guess it: a control that needs it is NOT_ASSESSED(PARAMETER_MISSING)
    until the owner decides.
    """

    name: str
    kind: type
    default: Any
    what: str
    choices: tuple[str, ...] = ()


_STRENGTHS = ("LOW", "MEDIUM", "HIGH")
_PRINCIPALS = "ARNs of users and roles (* for any text) or their names"
_MODES = ("default", "none", "aws_review", "provider_data_share", "inherit")

DECLARED: tuple[Parameter, ...] = (
    Parameter(
        "allowed_retention_modes", list, None, "Bedrock data-retention modes your policy allows", _MODES
    ),
    Parameter(
        "required_strength", str, "HIGH", "least input strength of the prompt-attack filter", _STRENGTHS
    ),
    Parameter("min_strength", str, "MEDIUM", "least strength of the harmful-content filters", _STRENGTHS),
    Parameter(
        "categories",
        list,
        ["HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT"],
        "harmful-content categories that must be filtered",
        ("HATE", "INSULTS", "SEXUAL", "VIOLENCE", "MISCONDUCT"),
    ),
    Parameter("required_topics", list, [], "names of denied topics that must be present"),
    Parameter(
        "required_pii",
        list,
        ["CREDIT_DEBIT_CARD_NUMBER", "PASSWORD", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "EMAIL", "PHONE"],
        "kinds of personal or secret data that must be blocked or masked",
    ),
    Parameter("no_personal_data", bool, False, "the workload is declared to hold no personal data"),
    Parameter("no_denied_topics_needed", bool, False, "the workload is declared to need no denied topic"),
    Parameter("min_threshold", float, 0.7, "least grounding and relevance threshold, 0 to 1"),
    Parameter("require_cmk", bool, True, "data must be encrypted with customer-managed keys"),
    Parameter("min_noncurrent_days", int, 30, "days noncurrent object versions are kept at least"),
    Parameter("min_days", int, 90, "days invocation logs are kept at least"),
    Parameter("max_days", int, 400, "days invocation logs are kept at most"),
    Parameter("max_rotation_days", int, 365, "longest rotation period of a key, in days"),
    Parameter(
        "shared_endpoint_vpcs", list, [], "VPC ids whose endpoints serve this account's callers by shared DNS"
    ),
    Parameter(
        "callers_without_proprietary_data",
        list,
        [],
        "ARN patterns (with *) of functions, services and runtimes that touch no proprietary data",
    ),
    Parameter(
        "egress_firewalls",
        list,
        [],
        "ids of Gateway Load Balancer endpoints (vpce-...) whose firewall lets only approved destinations through",
    ),
    Parameter(
        "internal_doors",
        list,
        [],
        "ARN patterns (with *) of private front doors (private APIs, internal load balancers) for internal use only",
    ),
    Parameter(
        "max_requests_per_5min", int, 2000, "most requests per five minutes a rate rule may let through"
    ),
    Parameter("max_rate", int, 100, "most requests per second a stage may let through"),
    Parameter("max_burst", int, 200, "largest burst a stage may let through"),
    Parameter("stale_days", int, 14, "days an alarm may stay in ALARM or INSUFFICIENT_DATA"),
    Parameter(
        "pinned_doors",
        list,
        [],
        "ARN patterns (with *) of front doors that belong to the workload in any case",
    ),
    Parameter("excluded_doors", list, [], "ARN patterns (with *) of front doors that do not belong to it"),
    Parameter(
        "account_budgets_cover_models",
        bool,
        False,
        "an unfiltered account budget counts as a watch on model spend",
    ),
    Parameter("governance_principals", list, None, f"who may accept the terms of models: {_PRINCIPALS}"),
    Parameter(
        "admin_principals", list, None, f"administrators, who may invoke and read everything: {_PRINCIPALS}"
    ),
    Parameter("mantle_principals", list, None, f"who may use the bedrock-mantle endpoint: {_PRINCIPALS}"),
    Parameter(
        "trusted_accounts",
        list,
        None,
        "ids of other accounts (and of other organizations) that resource policies may admit",
    ),
    Parameter(
        "curators",
        list,
        None,
        f"who may change what knowledge bases read: {_PRINCIPALS}; ids of accounts from which that may be done",
    ),
    Parameter(
        "store_principals",
        list,
        None,
        f"who may use vector stores directly, beside knowledge bases: {_PRINCIPALS}; ids of other accounts",
    ),
    Parameter(
        "approved_models",
        list,
        None,
        "ids or ARNs of models and inference profiles that may be used, * for any text (anthropic.claude-sonnet-*)",
    ),
    Parameter(
        "required_tag_keys",
        list,
        ["owner", "data-classification", "compliance-status"],
        "tag keys that agents, guardrails, knowledge bases and their like must carry",
    ),
    Parameter("review_period_days", int, 90, "days a Generative AI Lens review holds"),
    Parameter(
        "review_lenses",
        list,
        [],
        "ARNs of custom lenses (* for any text) that replace the Generative AI Lens",
    ),
    Parameter("horizon_days", int, 90, "days before a model's end of life in which nothing may depend on it"),
    Parameter(
        "approved_regions",
        list,
        None,
        "Regions in which prompts and outputs may be processed, * for any text",
    ),
    Parameter("required_agreements", list, [], "names of AWS Artifact agreements that must be active"),
    Parameter("window_days", int, 180, "days an evaluation of a model, knowledge base or agent holds"),
    Parameter("max_authorizer_cache_seconds", int, 300, "longest time an authorizer's answer may be kept"),
    Parameter("public_workloads", list, [], "ids of user pools in which anybody may sign up"),
    Parameter("max_access_token_minutes", int, 60, "longest life of an access token"),
    Parameter("max_idle_ttl_seconds", int, 3600, "longest idle time of an agent's session"),
    Parameter("max_memory_days", int, 30, "longest time an agent remembers a conversation"),
    Parameter(
        "kb_audiences",
        dict,
        {},
        "knowledge base id -> who may read everything in it: such a base needs no filter",
    ),
    Parameter("languages", list, ["en"], "languages the workload speaks (ISO 639 codes)"),
    Parameter("max_prompt_kb", int, 16, "largest request body a web ACL may let through, in KB"),
    Parameter(
        "mutating_verbs",
        list,
        ["create", "update", "delete", "send", "pay", "transfer", "cancel", "refund", "grant"],
        "words that mark an agent's function as one that changes something",
    ),
    Parameter("max_secret_age_days", int, 90, "days after which a secret must have been rotated"),
    Parameter(
        "required_identifiers",
        list,
        ["EmailAddress", "CreditCardNumber"],
        "data identifiers that log data protection must mask",
    ),
    Parameter("approved_domains", list, [], "domains that web connectors of knowledge bases may crawl"),
    Parameter("max_concurrency", int, 100, "most concurrent executions a function on a path may have"),
    Parameter(
        "must_watch_events",
        list,
        [
            "DeleteGuardrail",
            "UpdateGuardrail",
            "PutEnforcedGuardrailConfiguration",
            "DeleteEnforcedGuardrailConfiguration",
            "PutModelInvocationLoggingConfiguration",
            "DeleteModelInvocationLoggingConfiguration",
            "PutAccountDataRetention",
            "PutResourcePolicy",
            "UpdateAgent",
        ],
        "API calls that change a safety setting and must alert somebody",
    ),
    Parameter("ir_selectors", list, ["genai-ir"], "tag keys that mark Automation documents for AI incidents"),
    Parameter(
        "ir_in_account",
        bool,
        False,
        "incidents are run with objects of this account, so that one without any fails",
    ),
    Parameter(
        "kill_switches",
        list,
        None,
        "ARNs of what stops the workload at once: a feature flag, a function, an Automation document, a policy",
    ),
    Parameter(
        "scp_files",
        list,
        [],
        "JSON files with the service control policies above the account, one file for each level, root first; used "
        "where Organizations does not show them",
    ),
)

BY_NAME: Mapping[str, Parameter] = {p.name: p for p in DECLARED}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a run: what the owner set, over the defaults.

    documents: what the files hold that a parameter names, by the parameter (``scp_files``: levels of policy documents).
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    documents: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """The value in force, or None where nobody decided. Raises KeyError for an undeclared name."""
        declared = BY_NAME[name]
        return self.given.get(name, declared.default)

    def need(self, name: str, inventory: str) -> Any:
        """The value in force; raises UnseenError(PARAMETER_MISSING) with the inventory a person needs to decide."""
        value = self.get(name)
        if value is None:
            raise UnseenError(Why.PARAMETER_MISSING, f"parameter {name} is not set; {inventory}")
        return value
