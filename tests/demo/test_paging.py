"""Page sizes one, two and unlimited give the same items, whoever turns the pages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

import collectors
from assessor.demo import DEFAULT_ACCOUNT, Document, StandIn, models
from assessor.demo.paging import get, paging_of, put
from assessor.model.operation import Operation
from tests.demo import generated
from tests.demo.clients import REGION, client, code_of, holding, session

ITEMS = 3
SIZES = (1, 2, None)
# Token pairs (request member, answer member) of listings that botocore has no paginator for and no collector reads.
PAIRS = {
    ("account", "ListRegions"): ("NextToken", "NextToken"),
}


def declared() -> dict[tuple[str, str], Operation]:
    """The product's own declarations, which name their token pairs."""
    found = {}
    for module in pkgutil.iter_modules(collectors.__path__):
        for value in vars(importlib.import_module(f"collectors.{module.name}")).values():
            if isinstance(value, Operation):
                found[value.service, value.name] = value
    return found


DECLARED = declared()
LISTINGS = sorted(
    pair
    for pair in {*generated.operations(), *DECLARED}
    if paging_of(*pair).token_out and paging_of(*pair).items
)


@cache
def listing(service: str, operation: str) -> dict[str, Any]:
    """An answer whose lists hold three distinct items each."""
    whole = generated.whole_answer(service, operation)
    shape = models.operation_model(service, operation).output_shape
    for path in paging_of(service, operation).items:
        parts = [get(generated.answer(shape, f"-{number}-"), path) for number in range(ITEMS)]
        whole = put(whole, path, [part[0] for part in parts])
    return whole


def document() -> Document:
    services: dict[str, dict[str, Any]] = {}
    for service, operation in LISTINGS:
        services.setdefault(service, {})[operation] = listing(service, operation)
    return Document({"accounts": {DEFAULT_ACCOUNT: {"regions": {REGION: services}}}})


@pytest.fixture(scope="module")
def servers() -> Iterator[Mapping[int | None, StandIn]]:
    with ExitStack() as running:
        held = document()
        yield {size: running.enter_context(StandIn(held, page_size=size)) for size in SIZES}


@cache
def within(aws: StandIn) -> boto3.Session:
    """A session that is answered in-process: the wire has tests of its own."""
    mine = session()
    aws.attach(mine)
    return mine


@cache
def attached(aws: StandIn, service: str) -> Any:
    return within(aws).client(service)


def pages(caller: Any, service: str, operation: str) -> Iterator[dict[str, Any]]:
    name = xform_name(operation)
    params = generated.request(service, operation)
    limit = paging_of(service, operation).limit
    if limit in params:
        # A required page size must not be what cuts the pages here.
        params[limit] = 60
    if caller.can_paginate(name):
        yield from caller.get_paginator(name).paginate(**params)
        return
    operation_declared = DECLARED.get((service, operation))
    pair = PAIRS.get((service, operation)) or (operation_declared.token if operation_declared else None)
    assert pair is not None, f"{service} {operation} pages, and nobody says by which tokens"
    asked, answered = pair
    while True:
        found = getattr(caller, name)(**params)
        yield found
        token = get(found, answered)
        if not token:
            return
        params[asked] = token


@pytest.mark.parametrize(("service", "operation"), LISTINGS, ids=str)
def test_page_sizes_change_nothing(
    servers: Mapping[int | None, StandIn], service: str, operation: str
) -> None:
    """The merged items are all items, in order; small pages take as many requests as they must."""
    whole = generated.lists_of(service, operation, listing(service, operation))
    total = sum(len(items) for items in whole.values())
    for size, aws in servers.items():
        caller = attached(aws, service)
        before = len(aws.calls)
        merged: dict[str, list[Any]] = {path: [] for path in whole}
        for found in pages(caller, service, operation):
            for path, items in merged.items():
                items.extend(get(found, path) or [])
        sent = len(aws.calls) - before
        assert {path: len(items) for path, items in merged.items()} == {p: len(i) for p, i in whole.items()}
        assert {path: [str(i) for i in items] for path, items in merged.items()} == _as_read(
            servers, whole, service, operation
        )
        assert sent == (1 if size is None else -(-total // size))


def _as_read(
    servers: Mapping[int | None, StandIn], whole: Mapping[str, Any], service: str, operation: str
) -> dict[str, list[str]]:
    """The items as a client reads them in one page."""
    caller = attached(servers[None], service)
    params = generated.request(service, operation)
    limit = paging_of(service, operation).limit
    if limit in params:
        params[limit] = 60
    found = getattr(caller, xform_name(operation))(**params)
    return {path: [str(item) for item in get(found, path) or []] for path in whole}


def test_a_client_may_ask_for_smaller_pages_than_the_server_would_give() -> None:
    """The smaller of both limits holds."""
    with StandIn(holding("iam", "ListUsers", listing("iam", "ListUsers")), page_size=3) as aws:
        iam = client(aws, "iam")
        assert len(iam.list_users(MaxItems=2)["Users"]) == 2
        assert len(iam.list_users(MaxItems=100)["Users"]) == 3


def test_a_token_nobody_gave_out_is_refused() -> None:
    """A reader that sends the wrong member as a token notices."""
    with StandIn(holding("bedrock", "ListGuardrails", listing("bedrock", "ListGuardrails"))) as aws:
        with pytest.raises(ClientError) as raised:
            client(aws, "bedrock").list_guardrails(nextToken="gr0claims001")
        assert code_of(raised.value) == "ValidationException"


def test_listings_without_a_paginator_are_among_them() -> None:
    """botocore pages none of these; the contract covers them all the same."""
    mine = session()
    unpaged = {
        (service, operation)
        for service, operation in LISTINGS
        if not mine.client(service).can_paginate(xform_name(operation))
    }
    assert {
        ("wafv2", "ListWebACLs"),
        ("kendra", "ListIndices"),
        ("auditmanager", "ListAssessments"),
        ("opensearchserverless", "ListSecurityPolicies"),
        ("iam", "ListServiceSpecificCredentials"),
        ("s3control", "ListAccessPoints"),
    } <= unpaged
