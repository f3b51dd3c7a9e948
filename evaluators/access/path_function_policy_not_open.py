"""GAI-3.24: Functions on a model path (handlers and agent tools) accept only their expected callers."""

from collections.abc import Iterator

from assessor.iam.exposure import Setting
from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.iam.principals import PrincipalKind
from assessor.iam.strangers import allowed_entries
from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View
from evaluators.derived.compute import function_policies
from evaluators.derived.compute.function_policies import Invocable, invocables, policy_of
from evaluators.derived.principals.statements import listed
from evaluators.derived.sharing import outsiders
from evaluators.derived.sharing.outsiders import TRUSTED, Outsiders, how, said
from evaluators.derived.weighing import Problem, weighed

_BY_URL = "lambda:invokefunctionurl"
_AGENTS = ("bedrock.amazonaws.com", "bedrock.amazonaws.com.cn")


def subjects(aws: View) -> Iterator[Subject]:
    """Every function and every alias; each stands for the others, as they run the same code."""
    found = aws.derive(invocables)
    family: dict[str, list[str]] = {}
    for one in found.known:
        family.setdefault(one.function, []).append(one.arn)
    for one in found.known:
        yield Subject(
            one.arn,
            "AWS::Lambda::Alias" if one.alias else "AWS::Lambda::Function",
            about={"function": one},
            evidence=one.evidence,
            stands_for=tuple(dict.fromkeys((one.arn, *family[one.function]))),
        )
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-3.24",
    slug="path-function-policy-not-open",
    item=Item.ACCESS,
    title="Functions on a model path (handlers and agent tools) accept only their expected callers",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::Lambda::Function",
    subjects=subjects,
    reads=[*function_policies.READS, *outsiders.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no function.",
    why=(
        "Whoever can call a tool function acts as the agent, with its rights and without its guardrail; whoever can"
        " call the handler skips the door and its sign-in."
    ),
    remediation="Remove the open permission and add one that names the source ARN or account.",
    fix_cli=(
        "aws lambda add-permission --function-name $FN --statement-id agent --action lambda:InvokeFunction"
        " --principal bedrock.amazonaws.com --source-arn $AGENT_ARN"
    ),
    answers=("S3.2", "S3.4"),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.T0053", "AML.M0028"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-RUNTIME-03",),
    },
    parameters=(TRUSTED,),
    edge_cases=(
        "The function and each alias have policies of their own; that of a bare version is not read.",
        "AWS answers that there is no policy by not finding it: IAM of the account decides then.",
        "A service without a source may be made to call by anybody's resource in that service.",
        "A source in another account is that account calling: it must be trusted.",
        "An S3 bucket's ARN holds no account, but only one bucket of that name exists.",
        "What only the function's URL gives (InvokeFunctionUrl, InvokedViaFunctionUrl) is judged by GAI-3.03.",
        "A permission for every agent of the account (agent/*, or the account alone) passes with a note.",
        "A service that the Region does not offer runs nothing there.",
    ),
    workload_aware=True,
)
def path_function_policy_not_open(subject: Subject, aws: View) -> Verdict:
    """The policy of a function or alias lets nobody call it that its owner does not expect.

    Judged are functions that lie on a path to a model and those that agents and flows call; in account scope every
    function of the Region. Each alias is a row of its own.

    Passes: AWS services name the source they call for (`aws:SourceArn` or `aws:SourceAccount`) and it is this
    account's; accounts are this one, its organization or in `trusted_accounts`. Fails: everybody is admitted, or
    everybody from certain addresses; a service is admitted for whoever uses it; an account, or a source in an account,
    that `trusted_accounts` does not name. Not assessed: another account is named and `trusted_accounts` is not set.
    Not applicable: there is no policy.

    By hand::

        aws lambda get-policy --function-name $FN
        aws lambda get-policy --function-name $FN --qualifier $ALIAS
    """
    function = subject.about["function"]
    assert isinstance(function, Invocable)
    text = policy_of(aws, function)
    if not text:
        return not_applicable(f"The {function.what} has no policy: IAM of this account decides who calls it")
    what = f"the policy of {function.what}"
    policy = parse_policy(text, use=Use.RESOURCE, name=what)
    found = outsiders.weighed(
        aws,
        policy,
        arn=subject.arn,
        what=what,
        setting=Setting(fixed=(("lambda:InvokedViaFunctionUrl", "false"),)),
    ).doing(lambda action: action.lower() != _BY_URL)

    def admitted() -> Iterator[Problem | str]:
        yield from _problems(found)
        found.settled()
        services = listed(list(_services(policy)), "service")
        yield f"it admits {found.admitted}" + (f", and {services} for the sources named" if services else "")

    return weighed(what, [admitted], _any_agent(policy))


def _problems(found: Outsiders) -> Iterator[Problem]:
    for opening in (*found.anyone, *found.addresses):
        yield Problem(Severity.CRITICAL, f"it admits {said([opening])} ({how(opening)})")
    for opening in found.services:
        yield Problem(
            Severity.CRITICAL,
            f"it admits {said([opening])} for whoever uses that service: no source is named ({how(opening)})",
        )
    for opening in found.strangers:
        yield Problem(
            Severity.CRITICAL, f"it admits {said([opening])}, which {TRUSTED} does not name ({how(opening)})"
        )


def _services(policy: Policy) -> Iterator[str]:
    """The AWS services it names."""
    named = (entry.value for entry in allowed_entries(policy) if entry.kind is PrincipalKind.SERVICE)
    yield from dict.fromkeys(named)


def _any_agent(policy: Policy) -> Iterator[str]:
    """A note where Bedrock is admitted for more than one agent."""
    for statement in policy.statements:
        if statement.effect is Effect.DENY or statement.principals is None:
            continue
        if not any(
            n.kind is PrincipalKind.SERVICE and n.value in _AGENTS for n in statement.principals.named
        ):
            continue
        sources = [
            value.constant or ""
            for condition in statement.conditions
            if condition.key == "aws:sourcearn" and not condition.operator.negated
            for value in condition.values
        ]
        if not sources or any("*" in source.rpartition("/")[2] for source in sources):
            yield "every agent of the account may call it: name the agent in aws:SourceArn"
            return
