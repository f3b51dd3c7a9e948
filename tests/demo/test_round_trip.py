"""Every read operation the controls name comes back from the wire as it was declared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any

import pytest
from botocore import xform_name
from botocore.config import Config

from assessor.demo import DEFAULT_ACCOUNT, Document, StandIn, models
from assessor.demo.paging import paging_of
from tests.demo import generated
from tests.demo.clients import REGION, session

OPERATIONS = generated.operations()
# The widest unions are members of lists, and a list shows all alternatives at once; four variants show the others.
CASES = [
    (variant, service, operation)
    for service, operation in OPERATIONS
    for variant in range(
        min(4, generated.union_width(models.operation_model(service, operation).output_shape))
    )
]
Ask = Callable[[int, str, str], dict[str, Any]]


def document(variant: int) -> Document:
    services: dict[str, dict[str, Any]] = {}
    for service, operation in OPERATIONS:
        whole = generated.whole_answer(service, operation, variant)
        services.setdefault(service, {})[operation] = whole
    return Document({"accounts": {DEFAULT_ACCOUNT: {"regions": {REGION: services}}}})


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Asks an operation over HTTP with a real client; S3 Control's host is spared the look-up by a proxy."""
    with ExitStack() as running:

        @cache
        def server(variant: int) -> StandIn:
            return running.enter_context(StandIn(document(variant)))

        @cache
        def of(variant: int, service: str) -> Any:
            endpoint = server(variant).endpoint_url
            config = Config(retries={"total_max_attempts": 1}, proxies={"http": endpoint})
            return session().client(service, endpoint_url=endpoint, config=config)

        def asked(variant: int, service: str, operation: str) -> dict[str, Any]:
            call = getattr(of(variant, service), xform_name(operation))
            found: dict[str, Any] = call(**generated.request(service, operation))
            seen = server(variant).calls[-1]
            assert (seen.service, seen.operation) == (service, operation)
            del found["ResponseMetadata"]
            return found

        yield asked


def differences(declared: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where an answer differs from its declaration, botocore's own decodings aside."""
    if isinstance(declared, Mapping) and isinstance(found, Mapping):
        for name in sorted({*declared, *found}):
            if name not in found:
                yield f"{path}.{name} is lost"
            elif name not in declared:
                yield f"{path}.{name} is new: {found[name]!r}"
            else:
                yield from differences(declared[name], found[name], f"{path}.{name}")
    elif isinstance(declared, list) and isinstance(found, list) and len(declared) == len(found):
        for number, pair in enumerate(zip(declared, found, strict=True)):
            yield from differences(*pair, f"{path}[{number}]")
    else:
        if hasattr(found, "read"):
            found = found.read()
        # botocore parses IAM's policy documents.
        if isinstance(declared, str) and isinstance(found, dict):
            declared = json.loads(declared)
        if declared != found or type(declared) is not type(found):
            yield f"{path}: {declared!r} became {found!r}"


@pytest.mark.parametrize(("variant", "service", "operation"), CASES, ids=str)
def test_an_answer_arrives_as_declared(ask: Ask, variant: int, service: str, operation: str) -> None:
    """All members, all types, hostile text, and each alternative of a union in turn."""
    declared = generated.whole_answer(service, operation, variant)
    more = paging_of(service, operation).more
    if more:
        # The server says itself that nothing more follows.
        holder = declared
        *parents, flag = more.split(".")
        for parent in parents:
            holder = holder[parent]
        holder[flag] = False
    assert list(differences(declared, ask(variant, service, operation))) == []


def test_the_list_of_operations_is_the_catalogues() -> None:
    """261 operations of 57 services."""
    assert len(OPERATIONS) == len(set(OPERATIONS)) == 261
    assert len({service for service, _ in OPERATIONS}) == 57
