"""Every node type that discovery finds keeps the contract. A new file in ``pipelines/nodes`` needs no edit here.

``node_types.json`` holds the ports, actions and configuration of the versions that saved graphs may use: they must not
change (a change is a new ``version`` in the same file). ``ALP_UPDATE_SNAPSHOTS=1 pytest`` adds new ones.
"""

from __future__ import annotations

import json
import os
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.timezone import now
from jsonschema import Draft202012Validator

import pipelines.nodes
from pipelines.engine.graph import Graph, GraphNode
from pipelines.engine.spec import Node, Place, node_types
from pipelines.engine.validate import config_with_defaults
from pipelines.services.facade import NodeTx, seeded

NODES = [node for _, node in node_types.items() if type(node).__module__.startswith("pipelines.nodes.")]
SNAPSHOT = Path(__file__).with_name("node_types.json")
WHOLE = [
    node
    for node in NODES
    if set(node.spec.config_schema.get("required", [])) <= set(config_with_defaults(node.spec.config_schema, {}))
]
"""Those whose configuration is whole by its defaults; the others' ports cannot be asked for without one."""
every_node = pytest.mark.parametrize("node", NODES, ids=[node.spec.key for node in NODES])


every_whole_node = pytest.mark.parametrize("node", WHOLE, ids=[node.spec.key for node in WHOLE])


class FakeCtx:
    """A worker's context without a worker."""

    artifacts = None

    def progress(self, done: int, total: int, note: str = "") -> None: ...

    def cancelled(self) -> bool:
        return False

    def rng(self, *salt: str) -> Any:
        return seeded(*salt)

    def log(self, text: str, execution_id: str | None = None) -> None: ...

    def later(self, work: Callable[[], None]) -> None:
        work()


@cache
def known_icons() -> set[str]:
    """The names the front end has icons for; any other is drawn as a box."""
    text = (Path(settings.BASE_DIR) / "static/src/ui/icons.ts").read_text()
    return set(re.findall(r'^  "?([a-z0-9-]+)"?: \w+,$', text, re.MULTILINE))


def default_config(node: Node) -> dict[str, Any]:
    return config_with_defaults(node.spec.config_schema, {})


def test_every_module_registers_a_node() -> None:
    modules = {info.name for info in pkgutil.iter_modules(pipelines.nodes.__path__) if not info.name.startswith("_")}
    assert {type(node).__module__.rpartition(".")[2] for node in NODES} == modules


@every_node
def test_declaration_is_complete(node: Node) -> None:
    spec = node.spec
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.type)
    assert spec.title
    assert spec.category
    assert spec.icon in known_icons()
    assert spec.doc.strip() or (type(node).__doc__ or "").strip()
    assert type(node).compute is not Node.compute


@every_node
def test_configuration_schema_is_one_and_its_defaults_fit(node: Node) -> None:
    schema = dict(node.spec.config_schema)
    Draft202012Validator.check_schema(schema)
    assert schema.get("type") == "object"
    properties = schema.get("properties", {})
    for name, part in properties.items():
        if "default" in part:
            wrong = [error.message for error in Draft202012Validator(part).iter_errors(part["default"])]
            assert not wrong, f"{name}: {wrong}"
        assert part.get("title"), f"{name} has no title for the form"
        assert part.get("description"), f"{name} does not say what it does"
    assert set(schema.get("required", [])) <= set(properties)


FORMS = [
    Path("static/src/ui/form.ts"),
    Path("static/src/ui/form-controls.ts"),
    Path("static/src/pipeline_editor/forms/widgets.ts"),
]


@every_node
def test_a_mark_for_the_form_is_one_that_the_editor_reads(node: Node) -> None:
    """What nobody reads does nothing, in silence: the filter of a node was a bare JSON text for such a name."""
    read = "".join((settings.BASE_DIR / path).read_text(encoding="utf-8") for path in FORMS)
    for name, part in node.spec.config_schema.get("properties", {}).items():
        for mark, value in part.items():
            if mark.startswith("x-"):
                assert f'["{mark}"]' in read, f"{name}: {mark}"
            if mark == "x-widget":
                assert f'"{value}"' in read, f"{name}: {value}"
            if mark == "x-entity":
                assert re.search(rf"^  {value}: ", read, re.MULTILINE), f"{name}: {value}"


@every_node
def test_a_long_string_says_whether_it_is_a_line_or_a_text(node: Node) -> None:
    """A form shows what may be long as several lines, which a folder or an address is not: nobody is to forget it."""
    for name, part in node.spec.config_schema.get("properties", {}).items():
        if part.get("type") == "string" and part.get("maxLength", 0) > 400:
            assert "x-widget" in part, f"{name}: x-widget line, or textarea"
        if {"folder", "prefix", "directory", "url"} & {name}:
            assert part.get("x-widget") == "line", name


@every_whole_node
def test_ports_and_actions_agree(node: Node) -> None:
    config = default_config(node)
    for ports in (node.inputs(config), node.outputs(config)):
        names = [port.name for port in ports]
        assert len(names) == len(set(names))
    outputs = {port.name for port in node.outputs(config)}
    for port, actions in node.actions(config).items():
        assert port in outputs
        assert actions
        assert len(actions) == len(set(actions))
        assert all(action and action == action.strip() for action in actions)


@every_node
def test_what_it_requires_is_said_and_checked(node: Node) -> None:
    assert bool(node.spec.requires) is (type(node).unmet is not Node.unmet)


@every_whole_node
def test_validation_of_an_empty_place_does_not_crash(node: Node) -> None:
    spot = GraphNode("n", node.spec.type, node.spec.version, config=default_config(node))
    place = Place(Graph(nodes=(spot,)), spot, values={})
    for problem in node.validate(place):
        assert problem.code
        assert problem.message.endswith((".", ")"))
        assert problem.level in ("error", "warning")


@every_node
@pytest.mark.django_db
def test_empty_batch_is_no_work(node: Node) -> None:
    empty = "00000000-0000-0000-0000-000000000000"
    tx = NodeTx(project_id=empty, pipeline_id=empty, node_id="n", now=now())
    assert list(node.compute(FakeCtx(), [])) == []  # type: ignore[arg-type]
    assert not node.unmet(tx, [])
    assert not node.check(tx, [])


def shape(node: Node) -> dict[str, Any]:
    """What a saved graph depends on."""
    return {
        "inputs": [[port.name, port.type, port.required] for port in node.spec.inputs],
        "outputs": [[port.name, port.type] for port in node.spec.outputs],
        "actions": {port: list(actions) for port, actions in sorted(node.spec.actions.items())},
        "config": sorted(node.spec.config_schema.get("properties", {})),
        "required": sorted(node.spec.config_schema.get("required", [])),
    }


def still_fits(held: dict[str, Any], found: dict[str, Any] | None) -> bool:
    """Whether a graph saved with the held shape means the same now: all is alike but for new optional parameters."""
    if found is None or not set(held["config"]) <= set(found["config"]):
        return False
    return {**held, "config": []} == {**found, "config": []}


def test_versions_that_graphs_may_use_do_not_change() -> None:
    held: dict[str, Any] = json.loads(SNAPSHOT.read_text("utf-8")) if SNAPSHOT.exists() else {}
    found = {node.spec.key: shape(node) for node in NODES}
    if os.environ.get("ALP_UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
        held = found
    changed = {key for key, body in held.items() if not still_fits(body, found.get(key))}
    assert not changed, "make a new version of the node instead of changing this one"


def test_nodes_package_imports_again() -> None:
    """Discovery twice (autoreload) is harmless."""
    for node in NODES:
        import_module(type(node).__module__)
