"""Pipeline templates: files ``pipelines/templates/<name>.json``, found by looking, and those a project saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from alp_site.lib.db import write
from alp_site.people.models import Project, User
from pipelines.engine.graph import Graph, from_json, to_json
from pipelines.engine.ports import ENTITIES
from pipelines.errors import UnknownTemplate
from pipelines.models import Pipeline, SavedTemplate
from pipelines.services.graphs import current_graph
from pipelines.services.pipelines import create_pipeline
from pipelines.services.variables import set_variable

__all__ = [
    "Template",
    "create_from_template",
    "delete_template",
    "get_template",
    "list_templates",
    "save_as_template",
    "saved_templates",
]

FOLDER = Path(__file__).resolve().parent.parent / "templates"


@dataclass(frozen=True)
class Template:
    """A ready-made graph, or a saved one (``saved`` is its id, and its name). Its variables without a value are asked
    for when a pipeline is made from it."""

    name: str
    title: str
    description: str
    order: int
    graph: dict[str, Any]
    settings: dict[str, Any]
    saved: UUID | None = None

    def parsed(self) -> Graph:
        return from_json(self.graph)


@lru_cache(maxsize=1)
def _all() -> dict[str, Template]:
    found = [_read(path) for path in sorted(FOLDER.glob("*.json"))]
    return {t.name: t for t in sorted(found, key=lambda template: (template.order, template.title))}


def _read(path: Path) -> Template:
    data = json.loads(path.read_text("utf-8"))
    return Template(
        name=data.get("name", path.stem),
        title=data["title"],
        description=data.get("description", ""),
        order=int(data.get("order", 100)),
        graph=data["graph"],
        settings=data.get("settings", {}),
    )


def list_templates() -> list[Template]:
    """The ready-made ones, in the order of the gallery."""
    return list(_all().values())


def saved_templates(project: Project) -> QuerySet[SavedTemplate]:
    return SavedTemplate.objects.filter(project=project)


def of_row(row: SavedTemplate) -> Template:
    return Template(str(row.pk), row.title, row.description, 1000, row.graph, row.settings, saved=row.pk)


def get_template(name: str, project: Project | None = None) -> Template:
    """A ready-made one, or one that this project saved. Raises UnknownTemplate."""
    if name in _all():
        return _all()[name]
    if project is not None and _is_id(name) and (row := saved_templates(project).filter(pk=name).first()):
        return of_row(row)
    raise UnknownTemplate(f"There is no template {name!r}.", known=sorted(_all()))


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True


def save_as_template(
    *, pipeline: Pipeline, title: str, description: str = "", user: User | None = None
) -> SavedTemplate:
    """Keeps the draft as a template of its project. Variables that name a dataset, a model or an item lose their value:
    they are asked for when a pipeline is made from it."""
    graph = to_json(current_graph(pipeline))
    for variable in graph["variables"]:
        if variable["type"].removesuffix("[]") in ENTITIES:
            variable["value"] = None
    return SavedTemplate.objects.create(
        project=pipeline.project, title=title.strip() or pipeline.name, description=description or pipeline.description,
        graph=graph, settings=pipeline.settings, created_by=user,
    )  # fmt: skip


def delete_template(*, template: SavedTemplate) -> None:
    """Pipelines that were made from it stay as they are."""
    template.delete()


def create_from_template(
    *,
    project: Project,
    template: str,
    name: str = "",
    variables: Mapping[str, Any] | None = None,
    user: User | None = None,
) -> Pipeline:
    """A draft pipeline from a template, with these values of its variables. Raises UnknownTemplate, UnknownVariable,
    VariableValueError; then nothing is made."""
    source = get_template(template, project)
    with write():
        pipeline = create_pipeline(
            project=project, name=name or source.title, graph=source.graph, user=user, description=source.description,
            template=source.name, settings=source.settings,
        )  # fmt: skip
        for key, value in (variables or {}).items():
            set_variable(pipeline_id=pipeline.pk, name=key, value=value, user=user, why="set when made")
    return pipeline
