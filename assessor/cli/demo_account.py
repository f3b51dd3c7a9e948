"""The invented company's account on the loopback interface, for `--demo`: real HTTP, nothing leaves the machine."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from assessor.cli.exits import CannotRunError


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Where it answers, and the Regions it has something in."""

    endpoint_url: str
    regions: tuple[str, ...]


@contextlib.contextmanager
def demo_account() -> Iterator[DemoAccount]:
    """Serve the company while the block runs; the process's AWS settings are put aside and given back.

    Raises `CannotRunError` when what serves it is not installed.
    """
    try:
        from assessor import demo
    except ImportError as error:
        raise CannotRunError(
            f"the demo needs the extra 'demo', of which {error.name} is missing: "
            "pip install 'genai-readiness-assessor[demo]'"
        ) from error
    with _own_settings(), demo.start() as server:
        regions = tuple(sorted(server.document.regions(demo.DEFAULT_ACCOUNT)))
        settings = server.environment(region=regions[0])
        os.environ.update(
            {name: value for name, value in settings.items() if value and name.startswith("AWS_")}
        )
        yield DemoAccount(server.endpoint_url, regions)


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """No AWS settings but the demo's: neither the user's profile nor their proxy may lead it astray."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
