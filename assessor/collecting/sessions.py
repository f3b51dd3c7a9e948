"""botocore sessions and clients: one session for everything that one set of credentials reads.

What botocore loads from disk (service models, endpoints) is shared by the sessions of a run, so that a second
account costs its credentials and no more. Clients are made when first needed, under a lock.
"""

import os
import threading
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import UnknownRegionError
from botocore.loaders import Loader
from botocore.parsers import ResponseParserFactory

from assessor import __version__
from assessor.collecting.lanes import LIMIT
from assessor.collecting.models import LeanModels
from assessor.collecting.plain import timestamp
from assessor.collecting.request import Target
from assessor.model.operation import Operation

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
_READ_TIMEOUT_LEAST = 1.0
USER_AGENT = f"genai-readiness-assessor/{__version__}"

_PROFILES = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE")
"""In botocore's order."""

_AWS_HOSTS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.aws",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
)
"""Where the names of AWS's own endpoints end, one per partition."""


def client_config(timeout: float | None = None) -> Config:
    """How every client behaves.

    One attempt per call: the scheduler repeats calls, and two layers of retries lose calls and waste requests. The
    pool holds as many connections as one lane may use, since each new one costs as much CPU as twenty calls.
    timeout: seconds the whole run may take; no single read waits longer.
    """
    read = READ_TIMEOUT if timeout is None else max(_READ_TIMEOUT_LEAST, min(READ_TIMEOUT, timeout))
    return Config(
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=LIMIT,
        connect_timeout=min(CONNECT_TIMEOUT, read),
        read_timeout=read,
        user_agent=USER_AGENT,
        # Account-based endpoints would put the account into the host, for one connection pool per account.
        account_id_endpoint_mode="disabled",
        # With the bucket in the host, every bucket would need connections of its own.
        s3={"addressing_style": "path", "us_east_1_regional_endpoint": "regional"},
    )


class _Given:
    """A credential provider component that holds credentials found elsewhere."""

    def __init__(self, credentials: Any) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Any:
        return self._credentials


class Sessions:
    """Makes sessions that share what botocore loads from disk.

    operations: everything that will be asked of the clients; without it their models stay whole.
    """

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._models = LeanModels(operations)
        self._loader: Loader | None = None

    def login(self, target: Target) -> botocore.session.Session:
        """A session with the target's profile, for finding credentials. Raises botocore's ProfileNotFound."""
        session = self._session(target.profile)
        session.get_scoped_config()
        if self._loader is None:
            self._loader = session.get_component("data_loader")
            self._loader.file_loader = self._models
        # For the clients botocore makes itself, to assume a profile's role.
        region = default_region(session)
        if region:
            session.set_config_variable("region", region)
        return session

    def reading(self, login: botocore.session.Session, credentials: Any) -> botocore.session.Session:
        """A session that reads with ``credentials``, and answers with text where botocore makes dates.

        It is not the one that finds credentials: botocore's own providers expect dates.
        """
        session = self._session(login.profile or "")
        session.register_component("credential_provider", _Given(credentials))
        parsers = ResponseParserFactory()
        parsers.set_parser_defaults(timestamp_parser=timestamp)
        session.register_component("response_parser_factory", parsers)
        return session

    def _session(self, profile: str) -> botocore.session.Session:
        # An AWS_PROFILE that is set but empty names no profile; botocore would look for one without a name.
        named = profile or next((os.environ[name] for name in _PROFILES if os.environ.get(name)), "")
        variables = None if named else {"profile": (None, None, None, None)}
        session = botocore.session.Session(session_vars=variables, profile=named or None)
        if self._loader is not None:
            session.register_component("data_loader", self._loader)
        return session


class Clients:
    """The clients of one set of credentials, one per service and Region. Safe to use from several threads."""

    def __init__(self, session: botocore.session.Session, config: Config, endpoint_url: str = "") -> None:
        self._session = session
        self._config = config
        self._endpoint_url = endpoint_url or None
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a Region. Raises botocore's UnknownServiceError."""
        key = (service, region)
        client = self._clients.get(key)
        if client is None:
            with self._lock:
                client = self._clients.get(key)
                if client is None:
                    client = self._make(service, region)
                    self._clients[key] = client
        return client

    @property
    def plain(self) -> bool:
        """Whether every client made so far speaks HTTP without TLS, as stand-ins do."""
        return all(client.meta.endpoint_url.startswith("http:") for client in self._clients.values())

    def offers(self, service: str, region: str) -> bool | None:
        """Whether botocore's endpoint data lists the service in the Region; None where it lists none for it."""
        try:
            with self._lock:
                partition = self._session.get_partition_for_region(region)
                listed = self._session.get_available_regions(service, partition)
        except UnknownRegionError:
            return None
        return region in listed if listed else None

    def close(self) -> None:
        """Close idle connections; requests under way end on their own."""
        with self._lock:
            clients = list(self._clients.values())
            self._clients.clear()
        for client in clients:
            client.close()

    def _make(self, service: str, region: str) -> Any:
        client = self._session.create_client(
            service, region_name=region, config=self._config, endpoint_url=self._endpoint_url
        )
        if service == "s3control" and not is_aws_host(client.meta.endpoint_url):
            _without_account_in_host(client)
        return client


def is_aws_host(url: str) -> bool:
    """Whether a URL leads to one of AWS's own endpoints (a VPC endpoint's name included)."""
    return (urlsplit(url).hostname or "").endswith(_AWS_HOSTS)


def _without_account_in_host(client: Any) -> None:
    """Send ``s3control`` requests to the configured host itself.

    S3 Control's endpoint rules put the account id in front of any host, also of one that was configured; a
    stand-in or a proxy has no such name. The account still travels in the ``x-amz-account-id`` header.
    """
    configured = urlsplit(client.meta.endpoint_url).netloc

    def to_the_host(params: dict[str, Any], **_: Any) -> None:
        parts = urlsplit(params["url"])
        if parts.netloc.endswith("." + configured):
            params["url"] = urlunsplit(parts._replace(netloc=configured))

    client.meta.events.register("before-call.s3-control", to_the_host)


def default_region(session: botocore.session.Session, environment: Mapping[str, str] | None = None) -> str:
    """The environment's Region, or an empty text: AWS_REGION, AWS_DEFAULT_REGION, then the profile's.

    botocore itself does not read AWS_REGION, which the other AWS SDKs and Lambda set.
    """
    found = os.environ if environment is None else environment
    return (
        found.get("AWS_REGION")
        or found.get("AWS_DEFAULT_REGION")
        or session.get_config_variable("region")
        or ""
    )
