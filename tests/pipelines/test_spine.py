"""A graph runs in the database: from created items to the end, once each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alp_site.lib.testing import failed_jobs, settle
from pipelines.models import Cycle, CycleCounter, NodeCounter, NodeExecution
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, link, node, real_db

pytestmark = [real_db, pytest.mark.scale]
Items = Callable[..., list[str]]


def counters(pipeline: object) -> dict[str, dict[str, int]]:
    fields = ("ready", "running", "waiting", "done", "failed", "cancelled")
    rows = NodeCounter.objects.filter(pipeline=pipeline)
    return {r.node_id: {f: getattr(r, f) for f in fields if getattr(r, f)} for r in rows}


def test_created_items_flow_through_to_the_end(running: Callable, items: Items) -> None:
    pipeline = running(graph([node("a"), node("b"), node("c")], ["a -> b", "b -> c"]))
    ids = items(30)
    settle()
    assert failed_jobs() == []
    assert set(map(str, Cycle.objects.values_list("subject", flat=True))) == set(ids)
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}
    assert NodeExecution.objects.count() == 90
    assert len(sample_nodes.effects) == 90
    assert set(sample_nodes.effects.values()) == {1}
    assert counters(pipeline) == {name: {"done": 30} for name in "abc"}
    assert CycleCounter.objects.get(pipeline=pipeline).done == 30


def test_action_decides_the_way(running: Callable, items: Items) -> None:
    pipeline = running(
        graph(
            [node("a", action="left"), node("l"), node("r")],
            [link("a -> l", action="left"), link("a -> r", action="right")],
        )
    )
    items(3)
    settle()
    assert counters(pipeline) == {"a": {"done": 3}, "l": {"done": 3}, "r": {}}
