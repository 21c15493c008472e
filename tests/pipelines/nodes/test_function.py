"""The Function node: ports from annotations, values checked, errors of one item alone, what is not installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypedDict

import pytest

from alp_site.lib.registry import BrokenPlugin
from alp_site.lib.testing import failed_jobs, settle
from pipelines.engine import functions as registry
from pipelines.engine.functions import Item, function, functions, load_functions
from pipelines.engine.graph import from_json
from pipelines.engine.spec import get_node
from pipelines.engine.validate import validate
from pipelines.models import NodeExecution, Pipeline
from tests.pipelines.conftest import graph, link, node
from tests.pipelines.nodes.conftest import real

Running = Callable[..., Pipeline]
Items = Callable[..., list[str]]


class Looked(TypedDict):
    score: float
    labels: list[str]


@pytest.fixture
def installed() -> Iterator[None]:
    @function(title="Look")
    def look(item: Item, weight: float = 2.0) -> Looked:
        """Looks at it."""
        if int(item[-1], 16) % 2:
            raise ValueError("odd")
        return {"score": weight * 3, "labels": ["a"]}

    @function()
    def lies(item: Item) -> int:
        return "seven"  # type: ignore[return-value]

    yield
    for name in ("look", "lies"):
        functions._entries.pop(name)


def spec(name: str, **inputs: Any) -> dict[str, Any]:
    return graph([node("a"), real("f", "function", inputs=inputs, function=name), node("end")],
                 ["a -> f", link("f -> end")])  # fmt: skip


def test_ports_when_read_from_annotations_then_types_and_defaults(installed: None) -> None:
    one = get_node("function", 1)
    inputs = [(port.name, port.type, port.required) for port in one.inputs({"function": "look"})]
    assert inputs == [("item", "Item", True), ("weight", "Float", False)]
    outputs = [(port.name, port.type) for port in one.outputs({"function": "look"})]
    assert outputs == [("score", "Float"), ("labels", "String[]"), ("item", "Item")]


@pytest.mark.django_db
def test_function_when_it_raises_for_one_item_then_that_one_fails(
    installed: None, running: Running, items: Items
) -> None:
    pipeline = running(spec("look", weight={"fixed": 4}))
    ids = items(12)
    settle()
    assert failed_jobs() == []
    for run in NodeExecution.objects.filter(pipeline=pipeline, node_id="f"):
        odd = int(str(run.arrived["item"])[-1], 16) % 2
        assert (run.status, run.error_code) == (("failed", "function_error") if odd else ("done", ""))
        assert odd or run.outputs == {"item": run.arrived["item"], "score": 12, "labels": ["a"]}
    assert len(ids) == 12


@pytest.mark.django_db
def test_function_when_it_returns_another_type_then_said(installed: None, running: Running, items: Items) -> None:
    pipeline = running(spec("lies"))
    items(1)
    settle()
    run = NodeExecution.objects.get(pipeline=pipeline, node_id="f")
    assert (run.status, run.error) == ("failed", "lies returned as result: expected a number.")


def test_function_when_not_installed_then_a_problem() -> None:
    problems = [(p.code, p.node) for p in validate(from_json(spec("gone")))]
    assert ("unknown_function", "f") in problems


def test_annotations_when_they_tell_no_port_then_said_at_once() -> None:
    def untyped(item): ...  # type: ignore[no-untyped-def]

    def loose(*items: str) -> None: ...

    with pytest.raises(TypeError, match="'item'"):
        function()(untyped)
    with pytest.raises(TypeError, match="no port"):
        function()(loose)


def test_plug_in_when_it_does_not_import_then_start_up_stops_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        name, value = "mine", "mine.functions"

        def load(self) -> None:
            raise ImportError("no module named mine")

    monkeypatch.setattr(registry, "entry_points", lambda group: [Entry()] if group == "alp.functions" else [])
    with pytest.raises(BrokenPlugin, match=r"mine = mine\.functions"):
        load_functions()
