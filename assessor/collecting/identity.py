"""Who is asking: credentials found, a role assumed where one is named, and the answer of GetCallerIdentity.

Everything that can be wrong before the first question is told here, with what to do about it.
https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore import exceptions
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.parsers import ResponseParserError
from tenacity import Retrying
from tenacity.retry import retry_if_exception
from tenacity.stop import stop_after_attempt
from tenacity.wait import wait_random_exponential

from assessor.collecting.errors import NOT_ENABLED, is_throttle, is_transient, readable
from assessor.collecting.regions import HOME
from assessor.collecting.request import CannotStartError, Target
from assessor.collecting.sessions import Clients, Sessions

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\w+=,.@/-]+")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
_SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}")
_SSO = (exceptions.SSOError, exceptions.TokenRetrievalError, exceptions.NoAuthTokenError)
_ANY = (exceptions.BotoCoreError, exceptions.ClientError, ResponseParserError)
_CONNECTION = (exceptions.ConnectionError, exceptions.HTTPClientError)


class RoleRefusedError(CannotStartError):
    """The credentials are good, but the role of one account cannot be assumed with them."""

    def __init__(self, message: str, account: str, partition: str, code: str) -> None:
        super().__init__(message)
        self.account = account
        self.partition = partition
        self.code = code


@dataclass(frozen=True, slots=True)
class Identity:
    """One account, ready to be read: who reads it, and the clients that do. ``region`` is where STS answered."""

    account: str
    partition: str
    caller: str
    answer: Mapping[str, Any] = field(hash=False)
    session: botocore.session.Session
    clients: Clients
    region: str


def sign_in(
    sessions: Sessions,
    login: botocore.session.Session,
    target: Target,
    region: str,
    config: Config,
    endpoint: str,
) -> Identity:
    """The identity behind a target's credentials, asked of STS in ``region``. Raises `CannotStartError`."""
    _check(target)

    def clients(session: botocore.session.Session) -> Clients:
        return Clients(session, config, endpoint)

    try:
        credentials = login.get_credentials()
        if credentials is None:
            raise exceptions.NoCredentialsError
        session = sessions.reading(login, credentials)
        who = _identity(session, region, clients)
    except _ANY as error:
        raise CannotStartError(advice(error, login.profile or "")) from error
    if not target.role_arn:
        return who
    return _as_role(sessions, login, who, target, clients)


def assume(
    sessions: Sessions,
    login: botocore.session.Session,
    who: Identity,
    target: Target,
    clients: Callable[[botocore.session.Session], Clients],
) -> Identity:
    """The identity behind a target's role, assumed by ``who``, who signed in before. Raises `CannotStartError`.

    ``clients`` makes the clients of the role's session.
    """
    _check(target)
    return _as_role(sessions, login, who, target, clients)


def _check(target: Target) -> None:
    if target.role_arn and _ROLE.fullmatch(target.role_arn) is None:
        raise CannotStartError(
            f"{target.role_arn!r} is not the ARN of a role: it should read arn:aws:iam::<account>:role/<name>."
        )
    if target.external_id and not target.role_arn:
        raise CannotStartError("An external id was given without a role to assume: name the role too.")
    if target.external_id and _EXTERNAL_ID.fullmatch(target.external_id) is None:
        raise CannotStartError(
            "The external id is not one: 2 to 1,224 letters, digits and the characters _ + = , . @ : / - are allowed."
        )
    if target.role_arn and _SESSION_NAME.fullmatch(target.session_name) is None:
        raise CannotStartError(
            "The role session name is not one: 2 to 64 letters, digits and the characters _ + = , . @ - are allowed."
        )


def _identity(
    session: botocore.session.Session, region: str, make: Callable[[botocore.session.Session], Clients]
) -> Identity:
    clients = make(session)
    try:
        answer = _PATIENT(clients.get("sts", region).get_caller_identity)
    except exceptions.ClientError as error:
        # A Region that is not enabled knows no credentials; the partition's first Region knows all.
        home = HOME.get(session.get_partition_for_region(region), region)
        if _code(error) not in NOT_ENABLED or region == home:
            raise
        region = home
        answer = _PATIENT(clients.get("sts", region).get_caller_identity)
    answer.pop("ResponseMetadata", None)
    partition = str(answer["Arn"]).split(":")[1]
    return Identity(str(answer["Account"]), partition, str(answer["Arn"]), answer, session, clients, region)


def _as_role(
    sessions: Sessions,
    login: botocore.session.Session,
    who: Identity,
    target: Target,
    clients: Callable[[botocore.session.Session], Clients],
) -> Identity:
    request = {"RoleArn": target.role_arn, "RoleSessionName": target.session_name}
    if target.external_id:
        request["ExternalId"] = target.external_id
    sts = who.clients.get("sts", who.region)

    def assume() -> dict[str, str]:
        granted = _PATIENT(sts.assume_role, **request)["Credentials"]
        return {
            "access_key": granted["AccessKeyId"],
            "secret_key": granted["SecretAccessKey"],
            "token": granted["SessionToken"],
            "expiry_time": granted["Expiration"],
        }

    try:
        credentials = RefreshableCredentials.create_from_metadata(
            metadata=assume(), refresh_using=assume, method="assume-role"
        )
        return _identity(sessions.reading(login, credentials), who.region, clients)
    except _ANY as error:
        code = _code(error)
        _, partition, _, _, account, _ = target.role_arn.split(":", 5)
        if code not in ("AccessDenied", "AccessDeniedException"):
            raise RoleRefusedError(
                f"The role {target.role_arn} could not be assumed: {_said(error)}", account, partition, code
            ) from error
        with_id = " with this external id" if target.external_id else " (it may ask for an external id)"
        raise RoleRefusedError(
            f"{who.caller} may not assume {target.role_arn}. The role's trust policy must allow it{with_id}, and the "
            "caller needs sts:AssumeRole on the role.",
            account,
            partition,
            code,
        ) from error


def _passes(error: BaseException) -> bool:
    if isinstance(error, ResponseParserError):
        return True
    if isinstance(error, exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = _code(error)
        return is_throttle(code, status) or is_transient(code, status)
    return isinstance(error, _CONNECTION) and not isinstance(
        error, (exceptions.EndpointConnectionError, exceptions.SSLError, exceptions.ProxyConnectionError)
    )


_PATIENT = Retrying(
    retry=retry_if_exception(_passes),
    wait=wait_random_exponential(multiplier=0.2, max=5),
    stop=stop_after_attempt(8),
    reraise=True,
)
"""STS lies outside the scheduler's lanes: its few calls repeat themselves."""


def patiently(call: Callable[..., Mapping[str, Any]], **request: Any) -> Mapping[str, Any]:
    """One call outside the scheduler's lanes, repeated while what is wrong may pass. Raises botocore's errors."""
    answer: Mapping[str, Any] = _PATIENT(call, **request)
    return answer


def _code(error: Exception) -> str:
    if isinstance(error, exceptions.ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def _said(error: Exception) -> str:
    if isinstance(error, ResponseParserError):
        return "what answered does not speak AWS's protocol (a proxy or a login page?)."
    if isinstance(error, exceptions.ClientError):
        said = readable(str(error.response.get("Error", {}).get("Message", "")))
        return f"{_code(error)}: {said}" if said else _code(error)
    return readable(str(error))


def advice(error: Exception, profile: str) -> str:
    """What happened, what it means and what to do, in one line."""
    of_profile = f" --profile {profile}" if profile else ""
    match error:
        case exceptions.ProfileNotFound():
            named = error.kwargs["profile"]
            known = ", ".join(botocore.session.Session().available_profiles[:8]) or "none"
            return (
                f"There is no AWS profile named {named!r} (there is: {known}). Name one of them, or run "
                f"`aws configure --profile {named}`."
            )
        case exceptions.NoCredentialsError():
            return (
                f"No AWS credentials were found. Run `aws sso login{of_profile}` or `aws configure{of_profile}`, or "
                "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            )
        case exceptions.PartialCredentialsError():
            return f"The AWS credentials are incomplete: {_said(error)}"
        case _ if isinstance(error, _SSO):
            return f"The AWS SSO session has expired or was never started. Run `aws sso login{of_profile}`."
        case exceptions.LoginError():
            return f"The AWS login session has expired. Run `aws login{of_profile}`."
        case exceptions.CredentialRetrievalError() | exceptions.MetadataRetrievalError():
            return f"AWS credentials could not be fetched: {_said(error)}"
        case exceptions.ConfigParseError():
            return f"The AWS configuration cannot be read: {_said(error)}"
        case exceptions.SSLError():
            return (
                f"The certificate of AWS's endpoint was not accepted: {_said(error)} If a proxy inspects TLS, set "
                "AWS_CA_BUNDLE to its certificate bundle."
            )
        case _ if isinstance(error, (*_CONNECTION, ResponseParserError)):
            return (
                f"AWS could not be reached: {_said(error)} Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, and "
                "that the Region exists."
            )
        case exceptions.ClientError():
            return _refusal(error, of_profile)
        case _:
            return f"AWS credentials could not be used: {_said(error)}"


def _refusal(error: exceptions.ClientError, of_profile: str) -> str:
    code = _code(error)
    if code in ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"):
        return (
            f"The AWS session credentials have expired ({code}). Get new ones: `aws sso login{of_profile}`, or repeat "
            "whatever issued them."
        )
    if code == "RequestTimeTooSkewed" or "Signature expired" in _said(error):
        return f"AWS refused the request for its time ({code}): set this machine's clock."
    if code in ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"):
        return (
            f"AWS does not know these credentials ({code}): the key was deleted or deactivated, belongs to another "
            "partition, or its session token is missing."
        )
    if code == "SignatureDoesNotMatch":
        return f"AWS refused the signature ({code}): the secret access key does not belong to the access key."
    return f"AWS did not say who the caller is (sts:GetCallerIdentity): {_said(error)}"


__all__ = ["Identity", "RoleRefusedError", "advice", "assume", "patiently", "sign_in"]
