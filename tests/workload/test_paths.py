"""The search itself, on graphs of every shape: simple paths, their limits, their confidence."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.model.reading import Why
from assessor.workload.graph import Edge, Gap, Graph, Kind, Node, Strength
from assessor.workload.paths import MOST_HOPS, Path, Search, cost

KINDS = [Kind.DOOR, Kind.RELAY, Kind.COMPUTE, Kind.PRINCIPAL, Kind.AGENT, Kind.PLANE, Kind.MODEL, Kind.HINT]
RULES = ["E1", "E6", "E9", "E13", "E14", "E15", "E18", "E22"]


def graph_of(kinds: list[Kind], edges: list[Edge], gaps: list[int] = ()) -> Graph:  # type: ignore[assignment]
    graph = Graph()
    for number, kind in enumerate(kinds):
        graph.add(Node(str(number), kind, f"node {number}"))
    for edge in edges:
        graph.link(edge)
    for number in gaps:
        graph.lose(Gap("E1", str(number), Why.DENIED, "denied", "x:Y"))
    return graph


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Kind], list[Edge], list[int]]:
    kinds = [Kind.DOOR, *draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=11))]
    number = st.integers(0, len(kinds) - 1)
    edges = draw(
        st.lists(
            st.builds(
                Edge,
                st.sampled_from(RULES),
                number.map(str),
                number.map(str),
                st.sampled_from(list(Strength)),
                broad=st.booleans(),
            ),
            max_size=30,
        )
    )
    return kinds, edges, draw(st.lists(number, max_size=2))


def every_path(graph: Graph) -> Iterator[tuple[Edge, ...]]:
    """Every simple path from node 0, found the slow way."""

    def walk(at: str, taken: list[Edge]) -> Iterator[tuple[Edge, ...]]:
        seen = {"0", *(edge.target for edge in taken)}
        for edge in graph.onward(at):
            longer = [*taken, edge]
            if edge.target in seen or sum(map(cost, longer)) > MOST_HOPS:
                continue
            if graph.nodes[edge.target].kind in {Kind.PLANE, Kind.MODEL, Kind.KNOWLEDGE}:
                yield tuple(longer)
            else:
                yield from walk(edge.target, longer)

    yield from walk("0", [])


@given(graphs())
@settings(max_examples=300, deadline=None)
def test_every_path_is_simple_short_and_ends_at_a_model(
    made: tuple[list[Kind], list[Edge], list[int]],
) -> None:
    graph = graph_of(*made)
    for path in Search(graph).from_door(graph.nodes["0"]).paths:
        nodes = list(path.nodes())
        assert len(set(nodes)) == len(nodes)
        assert path.hops <= MOST_HOPS
        assert graph.nodes[path.target].kind in {Kind.PLANE, Kind.MODEL, Kind.KNOWLEDGE}
        assert not any(edge.rule == "E15" for edge in path.edges)
        for before, edge in zip(nodes, path.edges, strict=False):
            assert edge.source == before


@given(graphs())
@settings(max_examples=300, deadline=None)
def test_all_paths_are_found_and_no_others(made: tuple[list[Kind], list[Edge], list[int]]) -> None:
    graph = graph_of(*made)
    found = Search(graph).from_door(graph.nodes["0"], most=10_000)
    if not found.more:
        assert {path.edges for path in found.paths} == set(every_path(graph))


@given(graphs(), st.integers(0, 29))
@settings(max_examples=300, deadline=None)
def test_removing_an_edge_never_adds_a_path(made: tuple[list[Kind], list[Edge], list[int]], at: int) -> None:
    kinds, edges, gaps = made
    before, after = graph_of(kinds, edges, gaps), graph_of(kinds, edges[:at] + edges[at + 1 :], gaps)
    whole = {tuple(path.nodes()) for path in Search(before).from_door(before.nodes["0"], most=10_000).paths}
    less = {tuple(path.nodes()) for path in Search(after).from_door(after.nodes["0"], most=10_000).paths}
    assert less <= whole


@given(graphs())
@settings(max_examples=300, deadline=None)
def test_the_standing_agrees_with_the_paths(made: tuple[list[Kind], list[Edge], list[int]]) -> None:
    graph = graph_of(*made)
    search = Search(graph)
    paths = search.from_door(graph.nodes["0"], most=10_000).paths
    if any(not path.suspected for path in paths):
        assert search.good("0")
    assert search.suspect("0") == bool(paths)
    if search.good("0") and not search.corroborated:
        assert any(not path.suspected for path in paths)


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_a_lost_trail_is_met_without_going_behind_a_suspicion(
    made: tuple[list[Kind], list[Edge], list[int]],
) -> None:
    graph = graph_of(*made)
    search = Search(graph)
    strong = graph_of(made[0], [edge for edge in made[1] if not edge.weak], made[2])
    assert bool(search.gaps_from("0")) == search.unsure("0")
    assert search.unsure("0") == Search(strong).unsure("0") or search.far("0") or Search(strong).far("0")


def chain(length: int, rule: str = "E9") -> Graph:
    """A door, ``length`` hops, and a model at the end."""
    kinds = [Kind.DOOR, *[Kind.RELAY] * (length - 1), Kind.PLANE]
    edges = [Edge(rule, str(n), str(n + 1), Strength.DECLARED) for n in range(length)]
    return graph_of(kinds, edges)


@pytest.mark.parametrize(("length", "found"), [(1, True), (8, True), (9, False), (20, False)])
def test_a_path_has_eight_hops_at_most_and_a_longer_one_is_not_taken_for_none(
    length: int, found: bool
) -> None:
    search = Search(chain(length))
    assert search.good("0") is found
    assert search.unsure("0") is not found
    if not found:
        assert f"the nearest model is {length} hops away" in search.gaps_from("0")[0].detail


def test_from_a_domain_to_its_stage_is_no_hop() -> None:
    assert Search(chain(20, "E6")).good("0")


def test_within_a_load_balancer_is_no_hop() -> None:
    """Two balancers in a row before a function: distribution, network balancer, application balancer, target."""
    arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333"
    ids = ["0", f"{arn}:loadbalancer/net/n/1", f"{arn}:listener/net/n/1/2", f"{arn}:targetgroup/n/3"]
    ids += [f"{arn}:loadbalancer/app/a/1", f"{arn}:listener/app/a/1/2", f"{arn}:listener-rule/app/a/1/2/3"]
    ids += [f"{arn}:targetgroup/a/4", "function", "role", "plane"]
    graph = Graph()
    for ident in ids:
        kind = Kind.DOOR if ident == "0" else Kind.PLANE if ident == "plane" else Kind.RELAY
        graph.add(Node(ident, kind, ident))
    for source, target in pairwise(ids):
        graph.link(Edge("E9", source, target, Strength.DECLARED))
    search = Search(graph)
    assert search.good("0")
    assert search.from_door(graph.nodes["0"]).paths[0].hops == 7


def test_agents_that_ask_each_other_end() -> None:
    kinds = [Kind.DOOR, Kind.AGENT, Kind.AGENT, Kind.AGENT, Kind.MODEL]
    around = [Edge("E18", a, b, Strength.DECLARED) for a in "123" for b in "123" if a != b]
    graph = graph_of(
        kinds, [Edge("E1", "0", "1", Strength.DECLARED), *around, Edge("E18", "3", "4", Strength.DECLARED)]
    )
    paths = Search(graph).from_door(graph.nodes["0"]).paths
    assert sorted(len(path.edges) for path in paths) == [3, 4]


def test_a_knotted_graph_is_cut_and_says_so() -> None:
    kinds = [Kind.DOOR, *[Kind.RELAY] * 40, Kind.PLANE]
    edges = [Edge("E9", str(a), str(b), Strength.DECLARED) for a in range(41) for b in range(1, 42) if a != b]
    graph = graph_of(kinds, edges)
    found = Search(graph).from_door(graph.nodes["0"])
    assert found.more
    assert len(found.paths) == 64


@pytest.mark.parametrize(
    ("strengths", "corroborated", "confidence"),
    [
        ([Strength.DECLARED, Strength.DECLARED], False, Strength.DECLARED),
        ([Strength.DECLARED, Strength.PERMITTED], False, Strength.PERMITTED),
        ([Strength.DECLARED, Strength.PERMITTED], True, Strength.OBSERVED),
        ([Strength.INFERRED, Strength.DECLARED], True, Strength.INFERRED),
    ],
)
def test_confidence_is_the_weakest_hop_raised_one_step_by_what_corroborates_a_permission(
    strengths: list[Strength], corroborated: bool, confidence: Strength
) -> None:
    edges = tuple(Edge("E13", str(n), str(n + 1), strength) for n, strength in enumerate(strengths))
    assert Path(Node("0", Kind.DOOR, "door"), edges, corroborated).confidence is confidence


def test_a_hint_turns_a_suspicion_into_a_path_and_a_name_alone_does_not() -> None:
    kinds = [Kind.DOOR, Kind.COMPUTE, Kind.PRINCIPAL, Kind.PLANE, Kind.HINT]
    hops = [
        Edge("E1", "0", "1", Strength.DECLARED),
        Edge("E13", "1", "2", Strength.DECLARED),
        Edge("E14", "2", "3", Strength.PERMITTED, broad=True),
    ]
    assert not Search(graph_of(kinds, hops)).good("0")
    named = [*hops, Edge("E15", "1", "4", Strength.INFERRED, broad=True)]
    assert not Search(graph_of(kinds, named)).good("0")
    seen = [*hops, Edge("E15", "1", "4", Strength.INFERRED)]
    assert Search(graph_of(kinds, seen)).good("0")
