"""Nodes that route, gather and hold back items: through a running pipeline, and when workers die in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from alp_site.lib.testing import failed_jobs, settle
from datasets.models import Item
from datasets.services import patch_item
from models_registry.models import Prediction
from pipelines.engine.graph import from_json
from pipelines.engine.validate import validate
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.nodes.condition import MISSING, NotComparable, compare
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.pipelines import create_pipeline, problems_of
from pipelines.services.sweep import check_waits
from pipelines.services.waits import Answer, complete_waiting
from tests.clock import HouseClock
from tests.pipelines.conftest import graph, link, node, real_db
from tests.pipelines.nodes.conftest import counts, real

pytestmark = real_db
Running = Callable[..., Pipeline]
Items = Callable[..., list[str]]


def after(pipeline: Pipeline, node_id: str) -> set[str]:
    """Items that arrived at a node."""
    return set(NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id).values_list("arrived__item", flat=True))


def codes(spec: dict[str, Any]) -> dict[str, str]:
    return {p.code: p.level for p in validate(from_json(spec)) if p.node == "f"}


def forked(spec: dict[str, Any], left: str, right: str) -> dict[str, Any]:
    """start → the node ``f`` → yes by its action ``left``, no by ``right``."""
    links = ["a -> f", link("f -> yes", action=left), link("f -> no", action=right)]
    return graph([node("a"), spec, node("yes"), node("no")], links)


# --- filter


def test_a_filter_parts_items_by_what_they_are_when_they_arrive(running: Running, items: Items) -> None:
    spec = real("f", "filter", filter={"metadata.user.camera": "front"})
    pipeline = running(forked(spec, "matched", "not matched"))
    front = items(3, metadata={"user": {"camera": "front"}})
    rear = items(2, metadata={"user": {"camera": "rear"}})
    settle()
    assert (after(pipeline, "yes"), after(pipeline, "no")) == (set(front), set(rear))


def test_a_filter_that_is_no_query_is_a_problem_before_the_start() -> None:
    assert codes(forked(real("f", "filter", filter={"nonsense": 1}), "matched", "not matched")) == {
        "bad_filter": "error"
    }
    assert codes(forked(real("f", "filter"), "matched", "not matched")) == {"empty_filter": "warning"}


def test_an_item_deleted_on_its_way_fails_with_the_reason(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "gate"), real("f", "filter", filter={"name": "x"})], ["a -> f"]))
    (gone,) = items(1)
    Item.objects.filter(pk=gone).update(deleted_at=now())
    settle()
    errors = NodeExecution.objects.filter(pipeline=pipeline, node_id="f").values_list("status", "error_code")
    assert set(errors) <= {("failed", "item_missing")}


# --- sample


def test_a_sample_is_a_share_and_the_same_for_an_item_whenever_it_comes(running: Running, items: Items) -> None:
    first = running(forked(real("f", "sample", percent=30, seed=7), "sampled", "rest"))
    second = running(forked(real("f", "sample", percent=60, seed=7), "sampled", "rest"))
    ids = set(items(200))
    settle()
    small, large = after(first, "yes"), after(second, "yes")
    assert 35 <= len(small) <= 85
    assert small < large
    assert after(first, "no") == ids - small


@pytest.mark.parametrize(("percent", "sampled"), [(0, 0), (100, 5)])
def test_nothing_and_everything_are_shares(running: Running, items: Items, percent: int, sampled: int) -> None:
    pipeline = running(forked(real("f", "sample", percent=percent), "sampled", "rest"))
    items(5)
    settle()
    assert len(after(pipeline, "yes")) == sampled


# --- condition


def test_a_condition_on_metadata_and_on_a_variable(running: Running, items: Items) -> None:
    spec = real("f", "condition", inputs={"against": {"variable": "least"}}, path="sharpness", operator="at least")
    of = forked(spec, "true", "false")
    pipeline = running({**of, "variables": [{"name": "least", "type": "Number", "value": 0.5}]})
    sharp = items(2, metadata={"user": {"sharpness": 0.9}})
    blurred = items(1, metadata={"user": {"sharpness": 0.1}})
    unknown = items(1)
    settle()
    assert failed_jobs() == []
    assert (after(pipeline, "yes"), after(pipeline, "no")) == (set(sharp), {*blurred, *unknown})


def test_a_condition_on_a_score_of_the_prediction(running: Running, items: Items, base: Any) -> None:
    spec = real("f", "condition", inputs={}, source="score", path="confidence", operator="greater than", constant=0.7)
    predicted = node("a", "told", memory={"predicted_by": str(base.pk)})
    links = ["a -> f", link("f -> yes", action="true"), link("f -> no", action="false")]
    pipeline = running(graph([predicted, spec, node("yes"), node("no")], links))
    sure, unsure, unknown = items(3)
    for item, confidence in ((sure, 0.9), (unsure, 0.4)):
        Prediction.objects.create(
            model=base, item_id=item, label="circle", confidence=confidence, margin=0.1, entropy=0.1, probs=b"",
            weights_digest="", input_key=b"", created_at=now(),
        )  # fmt: skip
    settle()
    assert (after(pipeline, "yes"), after(pipeline, "no")) == ({sure}, {unsure, unknown})


def test_values_without_an_order_fail_their_execution_alone(running: Running, items: Items) -> None:
    pipeline = running(forked(real("f", "condition", path="k", operator="less than", constant=5), "true", "false"))
    items(1, metadata={"user": {"k": [1]}})
    fine = items(1, metadata={"user": {"k": 3}})
    settle()
    assert after(pipeline, "yes") == set(fine)
    (bad,) = NodeExecution.objects.filter(status="failed")
    assert bad.error_code == "not_comparable"


@pytest.mark.parametrize(
    ("value", "operator", "against", "holds"),
    [
        (3, "equals", 3.0, True), (True, "equals", 1, False), ("3", "equals", 3, True),
        ("a", "differs from", "b", True),
        (2, "at most", "2", True), ("b", "greater than", "a", True), ("b", "is one of", ["a", "b"], True),
        ([1, 2], "contains", 2, True), ("night", "contains", "gh", True), (MISSING, "exists", None, False),
        (MISSING, "is missing", None, True), (MISSING, "equals", None, False), (MISSING, "less than", 3, False),
    ],
)  # fmt: skip
def test_comparisons(value: Any, operator: str, against: Any, holds: bool) -> None:
    assert compare(value, operator, against) is holds


@pytest.mark.parametrize(
    ("value", "operator", "against"), [(1, "is one of", 1), (1, "contains", 1), ([], "at least", 1)]
)
def test_what_cannot_be_compared_says_so(value: Any, operator: str, against: Any) -> None:
    with pytest.raises(NotComparable):
        compare(value, operator, against)


def test_a_condition_that_names_nothing_is_a_problem() -> None:
    for config, code in (
        ({"source": "input"}, "value_unfilled"), ({"source": "metadata"}, "bad_config"),
        ({"source": "score", "path": "beauty"}, "bad_config"), ({"source": "field", "path": "id; drop"}, "bad_config"),
    ):  # fmt: skip
        assert code in codes(forked(real("f", "condition", **config), "true", "false"))


# --- join


def test_a_join_waits_for_both_ways_and_sends_both_on(running: Running, items: Items) -> None:
    nodes = [node("a"), node("p", "person"), node("q"), real("f", "join"), node("one"), node("each")]
    links = ["a -> p", "a -> q", "p -> f.first", "q -> f.second", "f -> one", "f.all -> each"]
    pipeline = running(graph(nodes, links))
    (item,) = items(1)
    settle()
    assert after(pipeline, "one") == set()
    person = NodeExecution.objects.get(pipeline=pipeline, node_id="p")
    complete_waiting([Answer(on=person.wait_key, action="completed")])
    settle()
    assert after(pipeline, "one") == {item}
    assert counts(pipeline, "each") == {"done": 2}, "the list goes on element by element"
    assert set(Cycle.objects.values_list("status", flat=True)) == {"done"}


# --- wait for n


def test_items_wait_until_there_are_enough_and_go_on_together(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a"), real("f", "wait_for_n", n=4), node("b")], ["a -> f", "f -> b"]))
    first = items(3)
    settle()
    assert counts(pipeline, "f") == {"waiting": 3}
    more = items(3)
    settle()
    assert counts(pipeline, "f") == {"waiting": 2, "done": 4}
    assert after(pipeline, "b") == {*first, more[0]}, "the oldest go first"


def test_a_group_that_was_decided_on_goes_on_though_the_look_died_in_between(
    running: Running, items: Items, monkeypatch: Any
) -> None:
    pipeline = running(graph([node("a"), real("f", "wait_for_n", n=300), node("b")], ["a -> f", "f -> b"]))
    monkeypatch.setattr("pipelines.services.sweep.PAGE", 120)
    monkeypatch.setattr("pipelines.services.looking.look_again", lambda **_: None)  # every bell is lost
    items(310)
    settle(duties=False)
    assert counts(pipeline, "f") == {"waiting": 310}
    assert check_waits() == 120, "one page, then the process dies"
    assert counts(pipeline, "f") == {"waiting": 190, "done": 120}
    settle()
    assert counts(pipeline, "f") == {"waiting": 10, "done": 300}


def test_patience_ends_and_fewer_go_on(running: Running, items: Items) -> None:
    spec = real("f", "wait_for_n", n=10, patience=30)
    pipeline = running(graph([node("a"), spec], ["a -> f"]))
    items(2)
    settle()
    assert counts(pipeline, "f") == {"waiting": 2}
    NodeExecution.objects.filter(node_id="f").update(started_at=now() - timedelta(minutes=31))
    settle()
    assert counts(pipeline, "f") == {"done": 2}


def test_patience_is_not_lengthened_by_a_clock_that_was_ahead(
    running: Running, items: Items, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HouseClock(monkeypatch)
    spec = real("f", "wait_for_n", n=10, patience=30)
    pipeline = running(graph([node("a"), spec], ["a -> f"]))
    clock.set_ahead(86_400)
    items(2)
    settle()
    clock.set_ahead(0)
    settle()
    assert counts(pipeline, "f") == {"waiting": 2}
    clock.run_on(31 * 60)
    settle()
    assert counts(pipeline, "f") == {"done": 2}


# --- wait for cycles


def test_an_item_waits_for_the_cycles_that_began_before_its_own(running: Running, items: Items) -> None:
    first = running(graph([node("a", "person")]))
    old = items(2)
    settle()
    second = running(
        graph(
            [node("a"), real("f", "wait_for_cycles", pipeline=str(first.pk)), node("b")],
            ["a -> f", link("f -> b", action="continue")],
        )
    )
    start_cycles(pipeline=second, node_id="a", begins=[Begin("one", old[0])])
    settle()
    assert counts(second, "f") == {"waiting": 1}
    people = list(NodeExecution.objects.filter(pipeline=first).order_by("id"))
    complete_waiting([Answer(on=people[0].wait_key, action="completed")])
    settle(duties=False)
    assert counts(second, "f") == {"waiting": 1}
    complete_waiting([Answer(on=people[1].wait_key, action="completed")])
    settle(duties=False)
    assert after(second, "b") == {old[0]}, "the end of the last one woke it"


def test_within_one_pipeline_items_pass_in_the_order_they_came(running: Running, items: Items) -> None:
    pipeline = running(graph([node("a", "person"), real("f", "wait_for_cycles")], ["a -> f"]))
    items(3)
    settle()
    third, second, first = NodeExecution.objects.filter(node_id="a").order_by("-id")
    complete_waiting([Answer(on=row.wait_key, action="completed") for row in (third, second)])
    settle()
    assert counts(pipeline, "f") == {"waiting": 2}
    complete_waiting([Answer(on=first.wait_key, action="completed")])
    settle()
    assert counts(pipeline, "f") == {"done": 3}


def test_a_cycle_that_failed_meanwhile_is_told(running: Running, items: Items) -> None:
    pipeline = running(
        graph(
            [node("a", "person"), real("f", "wait_for_cycles"), node("bad"), node("good")],
            ["a -> f", link("f -> bad", action="some failed"), link("f -> good", action="continue")],
        )
    )
    items(2)
    settle()
    first, second = NodeExecution.objects.filter(node_id="a").order_by("id")
    complete_waiting([Answer(on=second.wait_key, action="completed")])
    settle()
    complete_waiting([Answer(on=first.wait_key, error=("lost", "It is gone."))])
    settle()
    assert len(after(pipeline, "bad")) == 1
    assert after(pipeline, "good") == set()


def test_a_pipeline_of_another_project_is_a_problem(
    running: Running, project: Any, other_project: Any, items: Items
) -> None:
    theirs = create_pipeline(project=other_project, name="Theirs", graph=graph([node("a")]))
    spec = graph([node("a"), real("f", "wait_for_cycles", pipeline=str(theirs.pk))], ["a -> f"])
    ours = create_pipeline(project=project, name="Ours", graph=spec)
    assert {p.code for p in problems_of(ours)} == {"pipeline_not_in_project"}


def test_settings_of_an_item_changed_before_it_arrives_count(running: Running, items: Items) -> None:
    """What a filter sees is the item at that moment, not when its cycle began."""
    pipeline = running(
        graph(
            [node("a", "person"), real("f", "filter", filter={"metadata.user.ok": True}), node("yes")],
            ["a -> f", link("f -> yes", action="matched")],
        )
    )
    (item,) = items(1)
    settle()
    patch_item(item=Item.objects.get(pk=item), metadata={"user": {"ok": True}})
    waiting = NodeExecution.objects.get(node_id="a")
    complete_waiting([Answer(on=waiting.wait_key, action="completed")])
    settle()
    assert after(pipeline, "yes") == {item}
