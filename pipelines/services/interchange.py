"""Pipelines out to a file and in from one: of ours, or of another product (``pipelines.formats``).

A file names datasets, models and people of the project it came from. What this project does not have is taken out and
listed, so that a person fills it in; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from alp_site.lib.db import write
from alp_site.people.models import Membership, Project, User
from datasets.models import Dataset
from models_registry.models import Model
from pipelines.engine.graph import Graph, GraphNode, Source, from_json, to_json
from pipelines.engine.spec import Port, Problem, get_node, node_key, node_types
from pipelines.engine.validate import schema_problems, validate
from pipelines.formats import alp
from pipelines.formats._base import CatalogueEntry, Note, PipelineFile, read_file
from pipelines.models import Pipeline
from pipelines.services.graphs import current_graph
from pipelines.services.pipelines import create_pipeline, problems_of

__all__ = ["Imported", "export_pipeline", "import_pipeline", "read_pipeline"]


@dataclass(frozen=True)
class Imported:
    """What a file became. ``pipeline`` is None in a dry run; ``problems`` are what validation says of the graph."""

    file: PipelineFile
    graph: Graph
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...]
    pipeline: Pipeline | None = None

    @property
    def name(self) -> str:
        return self.pipeline.name if self.pipeline else self.file.name


def export_pipeline(pipeline: Pipeline) -> dict[str, Any]:
    """The draft, with the variables' present values, as a document that ``import_pipeline`` reads."""
    graph = to_json(current_graph(pipeline))
    return alp.write(
        name=pipeline.name, description=pipeline.description, graph=graph, settings=pipeline.settings
    )  # fmt: skip


def read_pipeline(document: Any, project: Project | None = None) -> Imported:
    """What the file would become; nothing is written. Without a project, ids that only one can judge are kept.

    Raises UnreadableFile, GraphFormatError.
    """
    found = read_file(document, _catalogue)
    graph, notes = from_json(dict(found.graph)), list(found.notes)
    if project is not None:
        graph = _Settling(project, notes).graph(graph)
    ids = {} if project is None else {"project_id": str(project.pk)}
    return Imported(found, graph, tuple(notes), tuple(validate(graph, **ids)))


def import_pipeline(*, project: Project, document: Any, name: str = "", user: User | None = None) -> Imported:
    """A draft pipeline from the file, whatever validation says of it: it is mended in the editor.

    Raises UnreadableFile, GraphFormatError; then nothing is made.
    """
    read = read_pipeline(document, project)
    with write():
        pipeline = create_pipeline(
            project=project, name=name or read.file.name, description=read.file.description, graph=to_json(read.graph),
            settings=read.file.settings, user=user,
        )  # fmt: skip
    return replace(read, pipeline=pipeline, problems=tuple(problems_of(pipeline)))


def _catalogue(type_: str, config: Mapping[str, Any]) -> CatalogueEntry | None:
    if node_key(type_, 1) not in node_types:
        return None
    node = get_node(type_, 1)
    usable = {} if any(schema_problems(node.spec.config_schema, config)) else config
    try:
        ports = [frozenset(port.name for port in side(usable)) for side in (node.inputs, node.outputs)]
    except KeyError:  # its ports hang on a setting that is not there
        return CatalogueEntry(frozenset(), frozenset())
    return CatalogueEntry(*ports)


class _Settling:
    """Takes out what this project does not have, and notes it."""

    def __init__(self, project: Project, notes: list[Note]) -> None:
        self.project, self.notes = project, notes

    def graph(self, graph: Graph) -> Graph:
        variables = tuple(
            v if self._known(v.type, v.value, v.name) else replace(v, value=None) for v in graph.variables
        )
        return replace(graph, nodes=tuple(self._node(node) for node in graph.nodes), variables=variables)

    def _node(self, node: GraphNode) -> GraphNode:
        config, ports = dict(node.config), self._ports(node)
        people = config.get("people")
        if isinstance(people, dict) and people:
            members = {
                str(pk) for pk in Membership.objects.filter(project=self.project).values_list("user_id", flat=True)
            }
            config["people"] = {pk: share for pk, share in people.items() if pk in members}
            if len(config["people"]) < len(people):
                self._note(node.title, "People of the file are not members of this project: choose its people.")
        inputs = {name: source for name, source in node.inputs.items() if self._feeds(node, ports.get(name), source)}
        return replace(node, config=config, inputs=inputs)

    @staticmethod
    def _ports(node: GraphNode) -> dict[str, Port]:
        if node_key(node.type, node.version) not in node_types:
            return {}
        known = get_node(node.type, node.version)
        if any(schema_problems(known.spec.config_schema, node.config)):
            return {}
        return {port.name: port for port in known.inputs(node.config)}

    def _feeds(self, node: GraphNode, port: Port | None, source: Source) -> bool:
        if port is None or source.variable is not None:
            return True
        return self._known(port.type, source.fixed, f"{node.title}: {port.name}")

    def _known(self, type_: str, value: Any, where: str) -> bool:
        table: Any = {"Dataset": Dataset, "Model": Model}.get(type_)
        if table is None or value is None:
            return True
        try:
            known = table.objects.filter(pk=UUID(str(value)), project=self.project, deleted_at=None).exists()
        except ValueError:
            known = False
        if not known:
            self._note(where, f"The {type_.lower()} of the file is not in this project: choose one.")
        return bool(known)

    def _note(self, where: str, message: str) -> None:
        self.notes.append(Note("to_do", where, message))
