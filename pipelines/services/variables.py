"""Variables: set with history and event; compare-and-set for promotions."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.people.models import User
from datasets.models import Dataset
from models_registry.models import Model
from pipelines.engine.ports import check_value
from pipelines.errors import UnknownVariable, VariableValueError
from pipelines.models import Pipeline, Variable, VariableChange

__all__ = ["ANY", "get_variable", "set_if", "set_variable"]

ANY: Final = object()
"""Stands for "whatever the value is"."""


def get_variable(pipeline_id: UUID | str, name: str) -> Variable:
    """Raises UnknownVariable."""
    row = Variable.objects.filter(pipeline_id=pipeline_id, name=name).first()
    if row is None:
        raise UnknownVariable(f"The pipeline has no variable {name!r}.", name=name)
    return row


def set_variable(
    *, pipeline_id: UUID | str, name: str, value: Any, user: User | None = None, node_id: str = "", why: str = ""
) -> Variable:
    """Sets a variable, with a row of history and the event ``variable.updated``. Setting the value it has does nothing.

    Raises UnknownVariable, VariableValueError.
    """
    with write():
        set_if(pipeline_id=pipeline_id, name=name, expected=ANY, value=value, user=user, node_id=node_id, why=why)
        return get_variable(pipeline_id, name)


def set_if(
    *,
    pipeline_id: UUID | str,
    name: str,
    expected: Any,
    value: Any,
    user: User | None = None,
    node_id: str = "",
    why: str = "",
) -> bool:
    """Compare-and-set: False, and nothing written, when the value is no longer ``expected``. Joins the transaction."""
    with write():
        row = Variable.objects.select_for_update(no_key=True).filter(pipeline_id=pipeline_id, name=name).first()
        if row is None:
            raise UnknownVariable(f"The pipeline has no variable {name!r}.", name=name)
        if expected is not ANY and row.value != expected:
            return False
        if row.value == value and type(row.value) is type(value):
            return True
        check_variable_value(row, value)
        old, row.value = row.value, value
        row.version += 1
        row.updated_at = now()
        row.save(update_fields=["value", "version", "updated_at"])
        VariableChange.objects.create(
            variable=row, version=row.version, old=old, new=value, user=user, node_id=node_id, why=why
        )
        project_id = Pipeline.objects.values_list("project_id", flat=True).get(pk=row.pipeline_id)
        data = {"pipeline": str(row.pipeline_id), "name": name, "old": old, "new": value}
        events.publish("variable.updated", project_id=project_id, ids=[row.pk], data=data)
    return True


def check_variable_value(row: Variable, value: Any) -> None:
    """Raises VariableValueError unless the value fits the type and names something of the project."""
    if value is None:
        return
    why = check_value(row.type, value)
    if why:
        raise VariableValueError(f"The variable {row.name!r} is {row.type}: {why}.", name=row.name)
    project_id = Pipeline.objects.values_list("project_id", flat=True).get(pk=row.pipeline_id)
    if row.type == "Dataset":
        known = Dataset.objects.filter(pk=value, project_id=project_id, deleted_at=None).exists()
    elif row.type == "Model":
        known = Model.objects.filter(pk=value, project_id=project_id).exists()
    else:
        return
    if not known:
        raise VariableValueError(f"The project has no {row.type.lower()} {value}.", name=row.name, value=value)
