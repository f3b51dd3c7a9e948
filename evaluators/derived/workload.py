"""Scope ``workload``: a workload-aware control judges only what lies on a path to a model.

The one place where controls and the workload graph meet. A control says ``workload_aware=True`` and yields every door,
role or function as in scope ``account``; what its subject's ARN (or ``Subject.stands_for``) is to the graph decides:
on a path or pinned by the owner, it is judged, and its row says by which path; a path that exists only through ``*``
is shown (INFO) and not judged; a trail that was lost is NOT_ASSESSED(LINK_UNKNOWN); on no path, there is no row.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessor.model.control import Bearing, Control, Narrowing, Subject
from assessor.model.operation import Operation
from assessor.model.reading import Why
from assessor.model.verdict import info, not_assessed
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.build import READS as GRAPH_READS
from assessor.workload.build import workload
from assessor.workload.graph import Kind
from assessor.workload.paths import Path
from assessor.workload.workload import Reach, Standing, Workload

READS: tuple[Operation, ...] = GRAPH_READS

_URL = "AWS::Lambda::Url"
_ACCOUNT = "AWS::::Account"
_ORDER = list(Standing)


def ids(subject: Subject) -> tuple[str, ...]:
    """The nodes that a subject may stand for, the most particular first."""
    if subject.stands_for:
        return subject.stands_for
    if subject.kind == _URL:
        return (names.function_url(subject.arn),)
    return (names.on(subject.arn, subject.key), subject.arn) if subject.key else (subject.arn,)


def reach(aws: View, subject: Subject) -> Reach:
    """Where a subject stands to the workload."""
    known = workload(aws)
    if subject.stands_for:
        found = [known.reach(ident) for ident in subject.stands_for]
        return min(found, key=lambda one: _ORDER.index(one.standing))
    candidates = ids(subject)
    return known.reach(next((one for one in candidates if one in known.graph.nodes), candidates[-1]))


def bearing(aws: View, subject: Subject) -> Bearing:
    """What the run's scope makes of a subject."""
    if subject.kind == _ACCOUNT:
        return Bearing(judged=True)
    found = reach(aws, subject)
    known = workload(aws)
    match found.standing:
        case Standing.ON_PATH:
            return Bearing(judged=True, note=said(known, found.paths[0]), evidence=found.evidence)
        case Standing.PINNED:
            assert found.pin is not None
            path = f"; {said(known, found.paths[0])}" if found.paths else ""
            return Bearing(
                judged=True,
                note=f"Part of the workload by its owner's word ({found.pin.said}){path}",
                evidence=found.evidence,
            )
        case Standing.SUSPECTED:
            text = "Not judged: a path to a model exists only through a permission for everything"
            shown = f"{text}. {said(known, found.paths[0])}" if found.paths else text
            return Bearing(judged=False, instead=info(shown), evidence=found.evidence)
        case Standing.UNKNOWN:
            why = "; ".join(dict.fromkeys(gap.detail for gap in found.gaps[:2]))
            verdict = not_assessed(
                Why.LINK_UNKNOWN, f"Whether it lies on a path to a model is not known: {why}", found.grant
            )
            return Bearing(judged=False, instead=verdict, evidence=found.evidence)
        case Standing.EXCLUDED if found.hidden in _WORTH_SAYING:
            assert found.pin is not None
            shown = f"Not judged: left out by its owner's word ({found.pin.said}); it is {found.hidden}"
            return Bearing(judged=False, instead=info(shown), evidence=found.evidence)
        case _:
            return Bearing(judged=False)


_WORTH_SAYING = frozenset({Standing.ON_PATH, Standing.SUSPECTED, Standing.UNKNOWN})
"""Standings with which an exclusion changes something, so that the report shows it."""


def said(known: Workload, path: Path) -> str:
    """A path in one sentence, with its confidence."""
    nodes = [known.graph.nodes[ident] for ident in path.nodes()]
    by = [node.what for node in nodes[1:-1] if node.kind in _TOLD]
    way = f" by {', '.join(by)}" if by else ""
    return f"Path to {nodes[-1].what}{way} ({path.sure})"


_TOLD = frozenset({Kind.COMPUTE, Kind.PRINCIPAL, Kind.AGENT, Kind.RELAY, Kind.KNOWLEDGE})

NARROWING = Narrowing(READS, bearing, "none of them on a path to a model")


def narrowed(controls: Iterable[Control]) -> Iterator[Control]:
    """The controls, those that are workload-aware with the narrowing of scope ``workload``."""
    for control in controls:
        if control.workload_aware and control.narrowing is None:
            yield replace(control, narrowing=NARROWING)
        else:
            yield control
