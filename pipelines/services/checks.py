"""Whether what a graph names is really there: asked by nodes when a pipeline is validated and before it starts."""

from __future__ import annotations

from collections.abc import Iterable

from models_registry.models import Model
from pipelines.engine.spec import Place, Problem

__all__ = ["model_problems"]


def model_problems(project_id: str, place: Place, port: str) -> Iterable[Problem]:
    """The model a port names must be a live one of the project that can predict, or an untrained base."""
    value = place.values.get(port)
    if not value:
        return
    model = Model.objects.filter(pk=value, project_id=project_id, deleted_at=None).first()
    if model is None:
        text = f"The model of {place.node.title} is not in this project."
        yield Problem("model_not_in_project", text, node=place.node.id, port=port)
    elif not model.can_predict and model.status != Model.Status.PRE_TRAINED:
        text = f"The model of {place.node.title}, {model.name}, is {model.status}: it has no weights."
        yield Problem("model_without_weights", text, node=place.node.id, port=port)
