"""A stand-in AWS account: one document of resources, served over real HTTP by botocore's own models.

It exists to try the assessor without an AWS account, and to test it: any page size, every operation denied in turn,
throttle storms, several accounts and Regions, and a log of all calls. ``company()`` is the invented company the demo
assesses; ``start()`` serves it.

Three ways lead to it: a client's ``endpoint_url``, another process's environment (``StandIn.environment()``), and
without a socket a session it is attached to (``StandIn.attach()``). ``s3control`` clients put the account id in front
of the host, which loopback cannot resolve: the environment names a proxy for them, a hook may send them to the plain
host, and an attached session looks nothing up.
"""

from __future__ import annotations

from pathlib import Path

from assessor.demo.document import DEFAULT_ACCOUNT, Document, InvalidDocumentError, validate_answer
from assessor.demo.faults import Faults
from assessor.demo.server import Call, StandIn

__all__ = [
    "DEFAULT_ACCOUNT",
    "Call",
    "Document",
    "Faults",
    "InvalidDocumentError",
    "StandIn",
    "company",
    "start",
    "validate_answer",
]

_COMPANY = Path(__file__).with_name("company.yaml")


def company() -> Document:
    """The invented company's account, with strengths and weaknesses over all seven items of the checklist."""
    return Document.load(_COMPANY)


def start(*, page_size: int | None = None, faults: Faults | None = None, port: int = 0) -> StandIn:
    """Serve the invented company until the caller stops it, or until the end of a ``with`` block it is entered in."""
    return StandIn(company(), page_size=page_size, faults=faults, port=port).start()
