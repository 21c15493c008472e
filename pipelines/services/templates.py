"""Pipeline templates: files ``pipelines/templates/<name>.json``, found by looking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from alp_site.lib.db import write
from alp_site.people.models import Project, User
from pipelines.engine.graph import Graph, from_json
from pipelines.errors import UnknownTemplate
from pipelines.models import Pipeline
from pipelines.services.pipelines import create_pipeline
from pipelines.services.variables import set_variable

__all__ = ["Template", "create_from_template", "get_template", "list_templates"]

FOLDER = Path(__file__).resolve().parent.parent / "templates"


@dataclass(frozen=True)
class Template:
    """A ready-made graph. Its variables without a value are asked for when a pipeline is made from it."""

    name: str
    title: str
    description: str
    order: int
    graph: dict[str, Any]
    settings: dict[str, Any]

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
    return list(_all().values())


def get_template(name: str) -> Template:
    """Raises UnknownTemplate."""
    if name not in _all():
        raise UnknownTemplate(f"There is no template {name!r}.", known=sorted(_all()))
    return _all()[name]


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
    source = get_template(template)
    with write():
        pipeline = create_pipeline(
            project=project, name=name or source.title, graph=source.graph, user=user, description=source.description,
            template=source.name, settings=source.settings,
        )  # fmt: skip
        for key, value in (variables or {}).items():
            set_variable(pipeline_id=pipeline.pk, name=key, value=value, user=user, why="set when made")
    return pipeline
