"""Random graphs, random deaths, duplicate deliveries, late commits, retries: every effect once, no cycle stuck."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine.graph import from_json, to_json
from pipelines.engine.ports import PORT_TYPES, accepts, spreads
from pipelines.engine.spec import Node, NodeSpec, Port, register
from pipelines.engine.state import EXECUTION_STATUSES
from pipelines.engine.validate import validate
from tests.pure.engine.simulation import House, expected, outputs_of, random_graph, recount, wiring_of

for _type in PORT_TYPES:
    _name = f"typed.{_type}"
    _spec = NodeSpec(
        type=_name, title=_name, category="Test", inputs=(Port("in", _type, required=False),),
        outputs=(Port("out", _type),),
    )  # fmt: skip
    register(type(_name, (Node,), {"spec": _spec, "__module__": __name__}))


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32), blocks=st.integers(1, 7), cycles=st.integers(1, 4), chaos=st.integers(0, 250),
    fenced=st.booleans(),
)  # fmt: skip
def test_every_effect_happens_once_whatever_goes_wrong(
    seed: int, blocks: int, cycles: int, chaos: int, fenced: bool
) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng, blocks)
    house = House(graph, cycles, rng, fenced=fenced)
    house.run(chaos)
    wanted: Counter[str] = Counter()
    for key in house.cycles:
        wanted += expected(house.graph, key)
    assert house.effects == wanted
    assert set(house.committed.values()) <= {1}
    for state in house.cycles.values():
        assert state.status == "done"
        counts = {name: getattr(state.counts, name) for name in EXECUTION_STATUSES}
        assert Counter({name: n for name, n in counts.items() if n}) == recount(state)


def test_the_random_graphs_have_lists_that_spread_stay_whole_and_are_empty() -> None:
    graphs = [from_json(random_graph(random.Random(seed), 5)) for seed in range(200)]
    lists = [(g, n) for g in graphs for n in g.nodes if n.config["kind"] == "list"]
    spread = [c for g in graphs for c in wiring_of(g).spreading]
    whole = [c for g in graphs for c in g.connections if c.source_port == "values" and c not in wiring_of(g).spreading]
    assert len(spread) == len(lists) > 60
    assert len(whole) > 20
    assert {len(outputs_of(n.id, n.config, "x")["values"]) for _, n in lists} == {0, 2, 3}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32), blocks=st.integers(1, 8))
def test_random_graphs_survive_json(seed: int, blocks: int) -> None:
    graph = random_graph(random.Random(seed), blocks)
    assert from_json(to_json(from_json(graph))) == from_json(graph)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    types=st.lists(st.sampled_from(PORT_TYPES), min_size=2, max_size=6),
    pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
)
def test_exactly_the_connections_whose_types_differ_are_refused(types: list[str], pairs: list[tuple[int, int]]) -> None:
    def link(number: int, a: int, b: int) -> dict[str, Any]:
        ends = {"source": {"node": f"n{a % len(types)}", "port": "out"}, "target": {"node": f"n{b % len(types)}"}}
        ends["target"]["port"] = "in"
        return {"id": f"l{number}", **ends}

    links = [link(number, a, b) for number, (a, b) in enumerate(pairs)]
    nodes = [{"id": f"n{i}", "type": f"typed.{name}"} for i, name in enumerate(types)]
    problems = validate(from_json({"nodes": nodes, "connections": links}))
    refused = {problem.connection for problem in problems if problem.code == "type_mismatch"}
    ends = [(types[b % len(types)], types[a % len(types)]) for a, b in pairs]
    wrong = {f"l{i}" for i, end in enumerate(ends) if not (accepts(*end) or spreads(*end))}
    assert refused == wrong
