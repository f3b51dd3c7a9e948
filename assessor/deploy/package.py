"""The package of the Lambda functions: our code and its locked dependencies, the same bytes every time.

Bytecode goes in, checked against nothing (`unchecked-hash`): Lambda cannot write it, and without it a cold start takes
three times as long. It is of the Python that builds, which has to be the functions' runtime.
https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
"""

import compileall
import hashlib
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources, util
from pathlib import Path
from typing import Any

from assessor import __version__

ARCHITECTURES = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
"""Lambda's name of a processor -> uv's name of the platform its wheels are for (Amazon Linux 2023)."""

PACKED_LIMIT, UNPACKED_LIMIT = 50_000_000, 250_000_000
"""What Lambda takes: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""

PACKED_BUDGET, UNPACKED_BUDGET = 25_000_000, 60_000_000
"""What we allow ourselves."""

OURS = ("assessor", "collectors", "evaluators")
_LEFT_OUT = ("assessor/cli", "assessor/demo", "assessor/deploy", "assessor/__main__.py")
_NEVER = {
    "__pycache__",
    ".lock",
    "bin",
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "uv_cache.json",
}
_EPOCH = (1980, 1, 1, 0, 0, 0)


class PackageError(Exception):
    """The package cannot be built. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was built. packed, unpacked: bytes. sha256: of the file, in hex."""

    path: Path
    bill: Path
    architecture: str
    runtime: str
    packed: int
    unpacked: int
    sha256: str


def runtime() -> str:
    """The Lambda runtime of the Python that builds."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def build(architecture: str, directory: Path) -> Package:
    """Build the package and its bill of materials (CycloneDX) into a directory. Raises `PackageError`."""
    directory.mkdir(parents=True, exist_ok=True)
    name = f"assessor-lambda-{__version__}-{runtime()}-{architecture}"
    with tempfile.TemporaryDirectory() as held:
        tree = Path(held) / "tree"
        _install(architecture, tree)
        libraries = list(_libraries(tree))
        for one in OURS:
            _copy(one, tree)
        _compile(tree)
        target = directory / f"{name}.zip"
        unpacked = _zip(tree, target)
    bill = directory / f"{name}.cdx.json"
    bill.write_bytes(bill_of(libraries))
    packed = target.stat().st_size
    made = Package(
        target,
        bill,
        architecture,
        runtime(),
        packed,
        unpacked,
        hashlib.sha256(target.read_bytes()).hexdigest(),
    )
    if packed > PACKED_BUDGET or unpacked > UNPACKED_BUDGET:
        raise PackageError(
            f"{target.name} has {packed:,} bytes, {unpacked:,} unpacked: over the budget of {PACKED_BUDGET:,} and "
            f"{UNPACKED_BUDGET:,}"
        )
    return made


def _install(architecture: str, tree: Path) -> None:
    """The locked dependencies, as wheels of that processor."""
    lock = resources.files("assessor.deploy").joinpath("data", "requirements.lock")
    with resources.as_file(lock) as path:
        command = [
            *_uv(),
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--only-binary=:all:",
            "--no-deps",
            f"--python-platform={ARCHITECTURES[architecture]}",
            f"--python-version={sys.version_info.major}.{sys.version_info.minor}",
            f"--target={tree}",
            f"--requirements={path}",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise PackageError(f"the dependencies could not be installed: {done.stderr.strip()[-600:]}")


def _uv() -> list[str]:
    if util.find_spec("uv") is not None:
        return [sys.executable, "-m", "uv"]
    found = shutil.which("uv")
    if found is None:
        raise PackageError("uv is missing, which fetches wheels of another processor: pip install uv")
    return [found]


def _copy(package: str, tree: Path) -> None:
    """Our own code without what no function uses."""
    spec = util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PackageError(f"{package} is not installed")
    source = Path(next(iter(spec.submodule_search_locations)))
    for path in sorted(source.rglob("*")):
        inside = f"{package}/{path.relative_to(source).as_posix()}"
        if path.is_dir() or "__pycache__" in path.parts or inside.startswith(_LEFT_OUT):
            continue
        target = tree / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _compile(tree: Path) -> None:
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.name in _NEVER:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = compileall.compile_dir(
        str(tree),
        quiet=1,
        workers=1,
        stripdir=str(tree),
        prependdir="/var/task",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        maxlevels=40,
    )
    if not done:
        raise PackageError("the code could not be compiled")


def _zip(tree: Path, target: Path) -> int:
    """Pack the tree, in a fixed order, with fixed times and modes; how many bytes it unpacks to."""
    unpacked = 0
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for path in sorted(tree.rglob("*"), key=lambda one: one.relative_to(tree).as_posix()):
                if path.is_dir():
                    continue
                entry = zipfile.ZipInfo(path.relative_to(tree).as_posix(), _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.create_system = 3
                entry.external_attr = 0o644 << 16
                content = path.read_bytes()
                unpacked += len(content)
                packed.writestr(entry, content, compresslevel=9)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return unpacked


@dataclass(frozen=True, slots=True)
class Library:
    """One library in the package."""

    name: str
    version: str
    licence: str


def _libraries(tree: Path) -> Iterator[Library]:
    for one in sorted(metadata.distributions(path=[str(tree)]), key=lambda one: one.name.lower()):
        told: Mapping[str, Any] = one.metadata.json
        licence = told.get("license_expression") or str(told.get("license") or "").partition("\n")[0]
        yield Library(one.name, one.version, str(licence)[:100])


def bill_of(libraries: Sequence[Library]) -> bytes:
    """What is in the package, in CycloneDX's JSON, the same for the same content. Raises `PackageError`.

    https://cyclonedx.org/docs/1.6/json/
    """
    try:
        from cyclonedx.contrib.license.factories import LicenseFactory
        from cyclonedx.model.bom import Bom
        from cyclonedx.model.component import Component, ComponentType
        from cyclonedx.output.json import JsonV1Dot6
        from packageurl import PackageURL
    except ImportError as error:
        raise PackageError(
            f"the bill of materials needs {error.name}: pip install 'genai-readiness-assessor[deploy]'"
        ) from error
    licences = LicenseFactory()

    def component(name: str, version: str, licence: str) -> Component:
        link = PackageURL("pypi", None, name.lower().replace("_", "-"), version)
        given = [licences.make_from_string(licence)] if licence else []
        return Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            licenses=given,
            purl=link,
            bom_ref=str(link),
        )

    whole = component("genai-readiness-assessor", __version__, "Apache-2.0")
    whole.type = ComponentType.APPLICATION
    bom = Bom(components=[component(one.name, one.version, one.licence) for one in libraries])
    bom.metadata.component = whole
    bom.register_dependency(whole, bom.components)
    document: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    # Time and serial number are those of the making, not of the content.
    document.get("metadata", {}).pop("timestamp", None)
    document.pop("serialNumber", None)
    return json.dumps(document, indent=2, sort_keys=True).encode("ascii") + b"\n"


__all__ = ["ARCHITECTURES", "Library", "Package", "PackageError", "bill_of", "build", "runtime"]
