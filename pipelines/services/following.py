"""A person made a model the best one, or rolled one back: loops that promote go on with it.

A pipeline promotes by setting its variable; a person promotes in the registry, where no pipeline is known. Without this
the loop would go on predicting with the version that was replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from alp_site.people.models import User
from pipelines.models import Variable
from pipelines.services.graphs import graph_of
from pipelines.services.variables import set_if

__all__ = ["follow_promotion"]


def follow_promotion(
    *, project_id: UUID, model_id: str, replaces: Sequence[str], person_id: str, reason: str = ""
) -> list[Variable]:
    """Sets the model in every variable that an Update variable node of its pipeline keeps and that holds a replaced
    one; returns them. Compare-and-set, so it is safe to repeat. Joins the transaction."""
    person = User.objects.filter(pk=person_id).first()
    why = f"promoted by {person.name}: {reason}" if person else reason
    return [
        row
        for row in _kept(project_id, replaces)
        if set_if(pipeline_id=row.pipeline_id, name=row.name, expected=row.value, value=model_id, user=person, why=why)
    ]


def _kept(project_id: UUID, values: Sequence[str]) -> Iterator[Variable]:
    rows = Variable.objects.filter(pipeline__project_id=project_id, pipeline__deleted_at=None, type="Model")
    for row in rows.filter(pipeline__revision__isnull=False).select_related("pipeline").order_by("id"):
        if row.value in values and row.name in _updated(row.pipeline.revision_id):
            yield row


def _updated(revision_id: UUID | None) -> set[str]:
    """Names of the variables that the graph's own promotions set."""
    nodes = graph_of(revision_id).nodes if revision_id else ()
    return {str(node.config.get("variable")) for node in nodes if node.type == "update_variable"}
