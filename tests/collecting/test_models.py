"""Service models as a run needs them: what is asked stays as it was, the rest is not kept."""

from pathlib import Path
from typing import Any, cast

import botocore.loaders
import botocore.session
import pytest
from botocore.model import ServiceModel

from assessor.collecting.models import LeanModels
from assessor.model.plan import closure
from evaluators import CONTROLS

EVERY = closure(tuple(op for control in CONTROLS for op in control.operations("account")))


def loader(lean: LeanModels) -> botocore.loaders.Loader:
    """botocore's own loader, reading through ``lean``."""
    found = botocore.session.Session().get_component("data_loader")
    found.file_loader = lean
    return cast(botocore.loaders.Loader, found)


def described(shape: Any, seen: tuple[str, ...] = ()) -> object:
    """Everything of a shape that parsing and serialising rest on."""
    if shape is None or shape.name in seen:
        return getattr(shape, "name", None)
    inner = (*seen, shape.name)
    members = {name: described(one, inner) for name, one in getattr(shape, "members", {}).items()}
    parts = [
        described(getattr(shape, part), inner) for part in ("member", "key", "value") if hasattr(shape, part)
    ]
    return shape.name, shape.type_name, shape.serialization, sorted(map(str, shape.metadata)), members, parts


@pytest.mark.parametrize("service", sorted({operation.service for operation in EVERY}))
def test_what_is_asked_is_described_as_botocore_describes_it(service: str) -> None:
    whole = botocore.session.Session().get_service_model(service)
    lean = ServiceModel(loader(LeanModels(EVERY)).load_service_model(service, "service-2"), service)
    asked = {operation.name for operation in EVERY if operation.service == service}
    assert asked <= set(lean.operation_names)
    assert lean.metadata == whole.metadata
    for name in asked & set(whole.operation_names):
        one, other = lean.operation_model(name), whole.operation_model(name)
        assert one.http == other.http
        assert described(one.input_shape) == described(other.input_shape)
        assert described(one.output_shape) == described(other.output_shape)
        assert [e.name for e in one.error_shapes] == [e.name for e in other.error_shapes]


def test_other_operations_of_a_service_are_not_kept_but_those_asked_before_a_run_are() -> None:
    model = loader(LeanModels(EVERY)).load_service_model("ec2", "service-2")
    assert "DescribeRegions" in model["operations"]
    assert "RunInstances" not in model["operations"]


def test_services_nobody_named_and_sts_stay_whole() -> None:
    lean = loader(LeanModels(EVERY))
    assert "AssumeRoleWithWebIdentity" in lean.load_service_model("sts", "service-2")["operations"]
    assert "CreateToken" in lean.load_service_model("sso-oidc", "service-2")["operations"]


def test_documentation_goes_and_a_member_of_that_name_stays(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"documentation": "words", "members": {"documentation": {"shape": "Text"}}}'
    )
    assert LeanModels().load_file(str(tmp_path / "a")) == {
        "documentation": "",
        "members": {"documentation": {"shape": "Text"}},
    }
    assert LeanModels().load_file(str(tmp_path / "b")) is None
