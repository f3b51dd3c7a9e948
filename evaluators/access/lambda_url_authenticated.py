"""GAI-3.03: Function URLs of model-path functions use IAM authentication."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from assessor.iam.exposure import Level as Opened
from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import cloudfront, naming
from evaluators.derived.doors import function_urls
from evaluators.derived.doors.doors import doors_function_urls
from evaluators.derived.doors.function_urls import FunctionUrl, url_policy
from evaluators.derived.doors.openness import admitted, distributions_named, is_open, url_openness


def subjects(aws: View) -> Iterator[Subject]:
    """Every function URL in scope, those of aliases too."""
    for url in doors_function_urls(aws):
        yield Subject(url.arn, "AWS::Lambda::Url", about={"url": url}, evidence=url.evidence)


@control(
    "GAI-3.03",
    slug="lambda-url-authenticated",
    item=Item.ACCESS,
    title="Function URLs of model-path functions use IAM authentication",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::Lambda::Url",
    subjects=subjects,
    reads=[
        *function_urls.READS,
        *function_urls.POLICY_READS,
        cloudfront.LIST_DISTRIBUTIONS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No function of this Region has a URL.",
    why="A URL without authentication is a public proxy to the model, with no throttle at all in front of it.",
    remediation="Switch the URL to AWS_IAM and front it with CloudFront and an origin access control.",
    fix_cli="aws lambda update-function-url-config --function-name $FN --auth-type AWS_IAM",
    answers=("S3.1", "S3.5"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-RUNTIME-03",),
    },
    edge_cases=(
        "AuthType NONE still needs a policy that admits the public: without one it is a FAIL at medium.",
        "A URL may belong to an alias, and each alias has a policy of its own.",
        "A grant to CloudFront without the ARN of a distribution serves every distribution of every account.",
        "A wildcard CORS origin with credentials is mentioned beside the verdict.",
    ),
    workload_aware=True,
)
def lambda_url_authenticated(subject: Subject, aws: View) -> Verdict:
    """Nobody reaches a function by its URL without signing the request.

    Judged is each function URL by its AuthType and by the policy of its function or alias.

    Passes: AWS_IAM, with a policy that admits only named principals, or CloudFront for distributions of this account
    that sign their requests to the URL (origin access control).

    Fails: AuthType NONE (at medium where no policy admits the public, so that nobody gets in yet); AWS_IAM with a
    policy that admits everyone or a service acting for anyone; at medium, a grant to a distribution that does not
    exist or does not sign.

    Not assessed: the policy names a distribution of another account.

    By hand::

        aws lambda list-function-url-configs --function-name $FN
        aws lambda get-policy --function-name $FN --qualifier $ALIAS
        aws cloudfront list-distributions
    """
    url = subject.about["url"]
    assert isinstance(url, FunctionUrl)
    notes = _cors(url)
    kind = str(url.config.get("AuthType") or "")
    if kind == "NONE":
        return _unauthenticated(url, aws, notes)
    if kind == "AWS_IAM":
        return _signed(url, aws, notes)
    said = f"AuthType {kind}, which is not known" if kind else "no AuthType"
    return not_assessed(Why.LINK_UNKNOWN, f"AWS states {said} for {url.what}")


def _unauthenticated(url: FunctionUrl, aws: View, notes: tuple[str, ...]) -> Verdict:
    said = f"AuthType NONE on {url.what}"
    try:
        policy = url_policy(aws, url)
        found = url_openness(policy, arn=url.arn, account=aws.account_id, auth="NONE") if policy else None
    except UnseenError as error:
        # The URL asks nobody for a signature, whoever its policy admits.
        return failed(
            said, None, f"Whether its policy admits the public is not known: {error.detail}", *notes
        )
    if found is not None and is_open(found):
        return failed(f"{said} and its policy admits anyone", None, *notes)
    whom = admitted(found) if found is not None else "nobody: there is none"
    return failed(f"{said}; its policy admits {whom}", Severity.MEDIUM, *notes)


def _signed(url: FunctionUrl, aws: View, notes: tuple[str, ...]) -> Verdict:
    said = f"AuthType AWS_IAM on {url.what}"
    policy = url_policy(aws, url)
    if not policy:
        return passed(f"{said} and no policy: IAM of this account decides", *notes)
    found = url_openness(policy, arn=url.arn, account=aws.account_id, auth="AWS_IAM")
    if is_open(found):
        return failed(f"{said}, but its policy admits callers of every AWS account", None, *notes)
    services = [opening.who for opening in found.at(Opened.SERVICE)]
    if services:
        return failed(
            f"{said}, but its policy admits {', '.join(services)} acting for any account", None, *notes
        )
    for source in distributions_named(policy):
        verdict = _distribution(url, source, aws, said)
        if verdict is not None:
            return verdict
    names = distributions_named(policy)
    through = f" and CloudFront for {', '.join(names)}, which sign their requests" if names else ""
    return passed(f"{said}; from outside the account its policy admits {admitted(found)}{through}", *notes)


def _distribution(url: FunctionUrl, source: str, aws: View, said: str) -> Verdict | None:
    """What is wrong with a grant to a distribution; None where it signs its requests to the URL."""
    owner = naming.account(source)
    if owner != aws.account_id:
        return not_assessed(
            Why.CROSS_ACCOUNT,
            f"{said}; its policy admits distribution {source}, which is not of this account: whether it signs cannot "
            "be seen",
        )
    held = [
        one
        for one in aws.items(cloudfront.LIST_DISTRIBUTIONS)
        if fnmatchcase(str(one.get("ARN", "")), source)
    ]
    if not held:
        return failed(f"{said}; its policy admits {source}, which does not exist", Severity.MEDIUM)
    for one in held:
        for origin in values(one, "Origins.Items[]"):
            at_url = str(origin.get("DomainName", "")).lower() == url.host.lower()
            if at_url and not origin.get("OriginAccessControlId"):
                return failed(
                    f"{said}; distribution {one.get('Id')}, which its policy admits, has no origin access control "
                    "for it and does not sign",
                    Severity.MEDIUM,
                )
    return None


def _cors(url: FunctionUrl) -> tuple[str, ...]:
    cors = url.config.get("Cors") or {}
    if "*" in (cors.get("AllowOrigins") or ()) and cors.get("AllowCredentials"):
        return ("CORS lets every origin call it with credentials",)
    return ()
