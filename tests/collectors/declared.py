"""Every declared operation, and what botocore's models say about it."""

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import botocore.session
from botocore.model import OperationModel, StructureShape

import collectors
from assessor.model.operation import Bind, Each, Operation

MODULES: dict[str, ModuleType] = {
    found.name: import_module(f"collectors.{found.name}")
    for found in pkgutil.iter_modules(collectors.__path__)
}


def constants() -> Iterator[tuple[str, str, Operation]]:
    """Module, name and operation of every constant that holds one and was made there."""
    for module, body in sorted(MODULES.items()):
        for name, value in vars(body).items():
            if isinstance(value, Operation) and name.isupper():
                yield module, name, value


DECLARED: list[tuple[str, str, Operation]] = list(constants())
OPERATIONS: list[Operation] = [operation for _, _, operation in DECLARED]
FAN_OUTS: list[tuple[Operation, int, Each]] = [
    (operation, at, each) for operation in OPERATIONS for at, each in enumerate(operation.each)
]


@cache
def session() -> Any:
    """One botocore session: reading the models is slow."""
    return botocore.session.get_session()


@cache
def model(service: str, name: str) -> OperationModel:
    """The operation as botocore knows it."""
    found: OperationModel = session().get_service_model(service).operation_model(name)
    return found


def inputs(operation: Operation) -> StructureShape:
    """The request's shape; fails where the operation takes nothing."""
    shape = model(operation.service, operation.name).input_shape
    assert isinstance(shape, StructureShape), f"{operation.id} takes no request members"
    return shape


def output(operation: Operation) -> StructureShape:
    """The answer's shape."""
    shape = model(operation.service, operation.name).output_shape
    assert isinstance(shape, StructureShape), f"{operation.id} answers nothing"
    return shape


@dataclass(frozen=True)
class Free:
    """Below a member whose content the model leaves open."""

    type_name: str = "document"


def resolve(shape: Any, path: str) -> Any:
    """The shape at ``path``, in the path language of `assessor.model.path`. Raises KeyError with what is missing."""
    if path == "":
        return shape
    for part in path.split("."):
        spread = part[-2:] if part.endswith(("[]", "{}")) else ""
        name = part.removesuffix(spread) if spread else part
        if name:
            shape = _member(shape, name)
        if isinstance(shape, Free):
            return shape
        if spread == "[]":
            if shape.type_name != "list":
                raise KeyError(f"{part} of {path} is a {shape.type_name}, no list")
            shape = shape.member
        elif spread == "{}":
            if shape.type_name != "map":
                raise KeyError(f"{part} of {path} is a {shape.type_name}, no map")
            shape = shape.value
    return shape


def _member(shape: Any, name: str) -> Any:
    if isinstance(shape, Free) or getattr(shape, "is_document_type", False):
        return Free()
    if shape.type_name == "map":
        return shape.value
    if shape.type_name != "structure":
        raise KeyError(f"{name}: nothing lies below a {shape.type_name}")
    if name not in shape.members:
        raise KeyError(f"{name} is no member of {shape.name}: {sorted(shape.members)}")
    return shape.members[name]


def walked(each: Each) -> Any:
    """The shape of one item of the list a fan-out walks (or of the whole answer)."""
    where = each.items if each.items is not None else each.parent.items
    answer = output(each.parent)
    return resolve(answer, f"{where}[]") if where else answer


def look(each: Each, path: str) -> Any:
    """The shape a bind's path leads to, from the item, the parent's request (``$.``) or its answer (``^.``)."""
    if path.startswith("$."):
        return resolve(inputs(each.parent), path[2:])
    if path.startswith("^."):
        return resolve(output(each.parent), path[2:])
    return resolve(walked(each), path)


def as_bind(bind: str | Bind) -> Bind:
    """A bind in its long form."""
    return bind if isinstance(bind, Bind) else Bind(bind)
