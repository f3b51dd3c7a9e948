"""The workload's paths as drawings: boxes in columns from the doors to the models, and every hop with its evidence.

Only what the graph holds is drawn; where a trail was lost, the drawing says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assessor.model.finding import command
from assessor.model.snapshot import Account
from assessor.model.view import View
from assessor.reports.report import Report
from assessor.reports.text import visible
from assessor.reports.words import plural
from assessor.workload.build import READS, workload
from assessor.workload.graph import STARTS, Edge, Gap, Kind, Node
from assessor.workload.paths import MOST_HOPS, Path
from assessor.workload.workload import Standing, Workload

BOX_WIDTH, BOX_HEIGHT = 168, 44
_GAP_ACROSS, _GAP_DOWN, _MARGIN = 42, 14, 6
_LABEL = 21
"""Most characters of a box's first line."""
_VALUE = 110
"""Most characters of a value found; the snapshot holds the whole."""

MOST_DOORS = 12
MOST_PATHS_PER_DOOR = 4
MOST_DRAWINGS = 24
MOST_HOPS_SHOWN = 40
"""Hops of all drawings of an account together; more of them make a page that nobody reads."""


@dataclass(frozen=True, slots=True)
class Box:
    """One thing on the way. Measures are those of the drawing; ``full`` is its name where it had to be cut."""

    x: int
    y: int
    label: str
    what: str
    full: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One hop, drawn; ``number`` is that of its evidence."""

    number: int
    strength: str
    d: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop, in words."""

    number: int
    source: str
    target: str
    strength: str
    said: str
    command: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Doors that lead to the same next thing, with what follows."""

    title: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    hops: tuple[Hop, ...]
    beside: tuple[str, ...]
    left_out: str
    suspected: bool


@dataclass(frozen=True, slots=True)
class Map:
    """One account's workload. ``trouble`` says why nothing could be drawn; ``elsewhere`` counts doors on no path."""

    account_id: str
    drawings: tuple[Drawing, ...]
    gaps: tuple[str, ...]
    elsewhere: str
    left_out: str
    trouble: str = ""


def maps(report: Report) -> tuple[Map, ...]:
    """The workload of every account whose calls the run holds; nothing where no chosen control asks for it."""
    asked = {call.operation for call in report.snapshot.readings}
    narrowing = any(control.workload_aware for control in report.controls)
    if not narrowing or not asked & {operation.id for operation in READS}:
        return ()
    return tuple(_map(report, account) for account in report.snapshot.run.accounts)


def _map(report: Report, account: Account) -> Map:
    region = account.regions[0] if account.regions else ""
    try:
        # The graph that the controls were asked about, where it was built for them.
        memo = report.derived.get(account.id)
        found = workload(View(report.snapshot, account, region, report.parameters, memo))
        return drawn(found, account.id)
    except Exception as error:  # noqa: BLE001 - a drawing that fails must not cost the findings beside it
        return Map(account.id, (), (), "", "", f"{type(error).__name__}: {error}"[:200])


def drawn(found: Workload, account_id: str = "") -> Map:
    """The drawings of one workload, doors that share their next hop together."""
    groups: dict[str, list[tuple[Node, tuple[Path, ...], bool]]] = {}
    elsewhere = 0
    gaps: dict[str, None] = {_gap(found, gap): None for gap in found.blind}
    for door in found.doors():
        ways = found.found(door)
        gaps.update(dict.fromkeys(_gap(found, gap) for gap in ways.gaps))
        own = tuple(path for path in ways.paths if not _by_another_door(found, path))
        if own:
            groups.setdefault(_together(found, own[0]), []).append((door, own, ways.more))
        elif not ways.paths and found.reach(door.id).standing is not Standing.UNKNOWN:
            elsewhere += 1
    together = sorted(groups.values(), key=lambda doors: doors[0][0].kind is not Kind.DOOR)
    drawings = [_drawing(found, doors) for doors in together]
    drawings.sort(key=lambda drawing: drawing.suspected)
    shown = list(_within(drawings))
    cut = len(drawings) - len(shown)
    return Map(
        account_id,
        tuple(shown),
        tuple(gaps),
        f"{plural(elsewhere, 'further door')} {'leads' if elsewhere == 1 else 'lead'} to no model."
        if elsewhere
        else "",
        f"{plural(cut, 'more group')} of doors not drawn." if cut > 0 else "",
    )


def _within(drawings: Iterable[Drawing]) -> Iterator[Drawing]:
    """The first drawings, as many as the limits admit; the first of all whatever its size."""
    hops = 0
    for number, drawing in enumerate(drawings):
        hops += len(drawing.hops)
        if number and (hops > MOST_HOPS_SHOWN or number >= MOST_DRAWINGS):
            return
        yield drawing


def _by_another_door(found: Workload, path: Path) -> bool:
    """Whether the first hop is another door (a stage's method, an API's route), which is drawn itself."""
    first = found.graph.nodes.get(path.edges[0].target) if path.edges else None
    return first is not None and first.kind in STARTS


def _together(found: Workload, path: Path) -> str:
    """What doors are drawn together by: the first thing they lead to, unless that is a model already."""
    first = path.edges[0].target if path.edges else path.door.id
    return path.door.id if found.search.terminal(first) else first


def _drawing(found: Workload, doors: Sequence[tuple[Node, tuple[Path, ...], bool]]) -> Drawing:
    shown = doors[:MOST_DOORS]
    paths = [path for _, ways, _ in shown for path in _told_apart(ways)[:MOST_PATHS_PER_DOOR]]
    edges: dict[tuple[str, str], Edge] = {}
    for path in paths:
        for edge in path.edges:
            known = edges.get((edge.source, edge.target))
            if known is None or edge.strength > known.strength:
                edges[edge.source, edge.target] = edge
    placed, width, height = _placed(found, [path.door.id for path in paths], tuple(edges.values()))
    hidden = sum(len(ways) for _, ways, _ in shown) - len(paths)
    more = any(more for _, _, more in shown)
    left_out = []
    if len(doors) > len(shown):
        left_out.append(plural(len(doors) - len(shown), "more door"))
    if hidden > 0 or more:
        left_out.append(plural(hidden, "more path") + (" and others" if more else ""))
    return Drawing(
        _title(found, [door for door, _, _ in shown], len(doors), paths),
        width,
        height,
        tuple(placed.values()),
        tuple(_line(number, edge, placed) for number, edge in enumerate(edges.values(), 1)),
        tuple(_hop(found, number, edge) for number, edge in enumerate(edges.values(), 1)),
        tuple(dict.fromkeys(_beside(found, paths))),
        f"{' and '.join(left_out)} not drawn" if left_out else "",
        all(path.suspected for path in paths),
    )


def _told_apart(paths: Iterable[Path]) -> list[Path]:
    """Paths with their ends told apart first: the same model twice says less than another one."""
    first: dict[str, Path] = {}
    others = []
    for path in paths:
        if path.target in first:
            others.append(path)
        else:
            first[path.target] = path
    return [*first.values(), *others]


def _title(found: Workload, doors: Sequence[Node], total: int, paths: Sequence[Path]) -> str:
    """The sentence above a drawing, which also stands for it where it cannot be seen."""
    what = doors[0].what if total == 1 else plural(total, "door")
    ends = list(dict.fromkeys(_what(found, path.target) for path in paths))
    named = ", ".join(ends[:2]) + (f" and {len(ends) - 2} more" if len(ends) > 2 else "")
    return f"{what[:1].upper()}{what[1:]} to {named}"


def _columns(doors: Iterable[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The column of each thing: one further than whatever leads to it, as far as agents in a circle allow."""
    columns = dict.fromkeys(doors, 0)
    for _ in range(MOST_HOPS):
        before = dict(columns)
        for edge in edges:
            if edge.source in columns and columns[edge.source] < MOST_HOPS:
                columns[edge.target] = max(columns.get(edge.target, 0), columns[edge.source] + 1)
        if columns == before:
            break
    return columns


def _placed(found: Workload, doors: Iterable[str], edges: Sequence[Edge]) -> tuple[dict[str, Box], int, int]:
    levels: dict[int, list[str]] = {}
    for ident, column in _columns(doors, edges).items():
        levels.setdefault(column, []).append(ident)
    tallest = max(map(len, levels.values()))
    step = BOX_HEIGHT + _GAP_DOWN
    placed: dict[str, Box] = {}
    for place, column in enumerate(sorted(levels)):
        nodes = sorted(levels[column], key=lambda ident: _height_of(ident, edges, placed))
        top = _MARGIN + (tallest - len(nodes)) * step // 2
        for row, ident in enumerate(nodes):
            placed[ident] = _box(found, ident, _MARGIN + place * (BOX_WIDTH + _GAP_ACROSS), top + row * step)
    width = len(levels) * (BOX_WIDTH + _GAP_ACROSS) - _GAP_ACROSS + 2 * _MARGIN
    return placed, width, tallest * step - _GAP_DOWN + 2 * _MARGIN


def _height_of(ident: str, edges: Iterable[Edge], placed: Mapping[str, Box]) -> float:
    """Where the things that lead to this one stand, so that lines cross little."""
    before = [placed[edge.source].y for edge in edges if edge.target == ident and edge.source in placed]
    return sum(before) / len(before) if before else 0.0


def _box(found: Workload, ident: str, x: int, y: int) -> Box:
    node = found.graph.nodes.get(ident)
    label = (node.label or node.what) if node is not None else ident
    kind = "hop"
    if node is not None and node.kind in STARTS:
        kind = "door"
    elif found.search.terminal(ident):
        kind = "end"
    under = _under(node)
    shown = _short(label, _LABEL), _short(under, _LABEL + 4)
    full = _what(found, ident) if shown != (visible(label), visible(under)) else ""
    return Box(x, y, *shown, full, kind)


def _under(node: Node | None) -> str:
    """The second line of a box: what kind of thing it is, in the words of its description where they are more."""
    if node is None:
        return ""
    if node.kind is Kind.DOOR or node.kind is Kind.COMPUTE:
        words = " ".join(node.what.replace(node.label, "").strip(" ,").split())
        return words or node.kind.value
    if node.kind is Kind.PRINCIPAL:
        return node.what.split(" ", 1)[0]
    return node.kind.value


def _line(number: int, edge: Edge, placed: Mapping[str, Box]) -> Line:
    source, target = placed[edge.source], placed[edge.target]
    x1, y1 = source.x + BOX_WIDTH, source.y + BOX_HEIGHT // 2
    x2, y2 = target.x, target.y + BOX_HEIGHT // 2
    bend = max((x2 - x1) // 2, _GAP_ACROSS // 2)
    # In the middle of a hop to the next column; just behind its source where it goes further.
    t = 0.5 if 0 < x2 - x1 <= _GAP_ACROSS else 0.12
    x = (1 - t) ** 3 * x1 + 3 * t * (1 - t) ** 2 * (x1 + bend) + 3 * t**2 * (1 - t) * (x2 - bend) + t**3 * x2
    y = y1 + (y2 - y1) * (3 * t**2 - 2 * t**3)
    return Line(
        number,
        edge.strength.name.lower(),
        f"M{x1} {y1}H{x2}" if y1 == y2 else f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}",
        round(x),
        round(y),
    )


def _hop(found: Workload, number: int, edge: Edge) -> Hop:
    said = [edge.note] if edge.note else []
    if edge.evidence is not None:
        value = f" = {_short(edge.evidence.value, _VALUE)}" if edge.evidence.value else ""
        said.append(f"{edge.evidence.field}{value}")
    if edge.broad:
        said.append('only by "*" or NotAction')
    return Hop(
        number,
        _what(found, edge.source),
        _what(found, edge.target),
        edge.strength.name.lower(),
        "; ".join(said),
        command(edge.evidence.call) if edge.evidence is not None else "",
    )


def _beside(found: Workload, paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for edge in found.beside(path, "E11", "E12", "E23"):
            yield f"{_what(found, edge.source)}: {_what(found, edge.target)}"
        for edge in found.guardrails(path):
            yield f"{_what(found, edge.source)}: {_what(found, edge.target)}"


def _gap(found: Workload, gap: Gap) -> str:
    where = f"After {_what(found, gap.at)}: " if gap.at else ""
    grant = f" Grant: {gap.grant}." if gap.grant else ""
    return f"{where}{gap.detail.rstrip('.')} ({gap.why.value}).{grant}"


def _what(found: Workload, ident: str) -> str:
    node = found.graph.nodes.get(ident)
    return node.what if node is not None else ident


def _short(text: str, most: int) -> str:
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
