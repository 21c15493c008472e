"""Approval gates: what waits for a person's word, and giving it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib.db import write
from alp_site.lib.errors import Forbidden, Invalid
from alp_site.people.models import Membership, User
from alp_site.people.permissions import allowed
from pipelines.engine import state as machine
from pipelines.engine.graph import GraphNode
from pipelines.engine.spec import wait_on
from pipelines.errors import WrongStatus
from pipelines.models import NodeExecution
from pipelines.services.bulk import as_uuids
from pipelines.services.graphs import graph_of
from pipelines.services.waits import Answer, complete_waiting

__all__ = [
    "APPROVED",
    "GATE",
    "REFUSED",
    "decide",
    "gate_bodies",
    "gate_key",
    "gate_of",
    "may_decide",
    "people_of",
    "strangers",
]

GATE: Final = "approval"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
MAX_NOTE: Final = 2000


def gate_key(execution_id: str) -> str:
    return wait_on(GATE, execution_id)


def gate_of(row: NodeExecution) -> GraphNode | None:
    """The gate an execution waits at; None for one that waits for something else, or not at all."""
    if row.status != machine.WAITING or row.wait_key != gate_key(str(row.pk)):
        return None
    return graph_of(row.revision_id).node(row.node_id)


def people_of(spot: GraphNode) -> list[UUID]:
    """Who is named at a gate; nobody: every owner and engineer."""
    return as_uuids(spot.config.get("people", ()))


def may_decide(user: User, row: NodeExecution) -> bool:
    """Whether this person's word opens the gate. A named person must still be a member."""
    spot = gate_of(row)
    if spot is None:
        return False
    project_id, named = row.pipeline.project_id, people_of(spot)
    if named:
        return user.pk in named and allowed(user, "pipeline.see", project_id)
    return allowed(user, "pipeline.edit", project_id)


def strangers(people: Iterable[str], project_id: str) -> list[UUID]:
    """Those of these people who are no members of the project, or may not see its pipelines."""
    named = as_uuids(people)
    rows = Membership.objects.filter(project_id=project_id, user_id__in=named).select_related("user")
    known = {row.user_id for row in rows if allowed(row.user, "pipeline.see", row.project_id)}
    return [pk for pk in named if pk not in known]


def decide(*, execution: NodeExecution, user: User, verdict: str, note: str = "") -> NodeExecution:
    """Opens the gate (approved) or sends what waits there out by ``refused``; who, when and why is kept.

    In one transaction. The first word counts. Raises Invalid (no such verdict, a refusal without a note), Forbidden,
    WrongStatus when it does not wait at a gate (any more)."""
    note = note.strip()
    if verdict not in (APPROVED, REFUSED):
        raise Invalid(f"The verdict is {APPROVED} or {REFUSED}.", field="verdict")
    if verdict == REFUSED and not note:
        raise Invalid("A refusal says why.", field="note")
    if len(note) > MAX_NOTE:
        raise Invalid(f"A note has at most {MAX_NOTE} characters.", field="note")
    with write():
        row = NodeExecution.objects.select_related("pipeline").get(pk=execution.pk)
        if gate_of(row) is None:
            raise WrongStatus("This does not wait for an approval.", status=row.status)
        if not may_decide(user, row):
            raise Forbidden("Others were named to decide here.", execution=str(row.pk))
        moment = now()
        told = {"verdict": verdict, "by": str(user.pk), "name": user.name, "note": note, "at": moment.isoformat()}
        said = f"{moment:%Y-%m-%d %H:%M} UTC: {verdict} by {user.name}" + (f": {note}" if note else "")
        answer = Answer(execution_id=str(row.pk), action=verdict, remember={f"{GATE}:{row.node_id}": told}, log=said)
        if not complete_waiting([answer]):
            raise WrongStatus("Someone else decided meanwhile.", status=row.status)
        row.refresh_from_db()
    return row


def gate_bodies(rows: Sequence[NodeExecution], user: User, names: dict[str, str]) -> list[dict[str, Any]]:
    """What a list of gates shows of each: where, what is asked, what waits, who may decide. One query."""
    spots = {row.pk: gate_of(row) for row in rows}
    named = {pk: people_of(spot) for pk, spot in spots.items() if spot is not None}
    people = User.objects.in_bulk({person for group in named.values() for person in group})
    found = []
    for row in rows:
        spot = spots[row.pk]
        if spot is None:
            continue
        value = row.outputs.get("item")
        found.append({
            "id": row.pk, "cycle_id": row.cycle_id, "pipeline_id": row.pipeline_id,
            "pipeline": row.pipeline.name, "node_id": row.node_id, "node": spot.title,
            "question": str(spot.config.get("question", "")), "type": str(spot.config.get("type", "Item")),
            "value": value, "shown": names.get(str(value), ""), "since": row.started_at or row.created_at,
            "people": [people[pk] for pk in named[row.pk] if pk in people], "may_decide": may_decide(user, row),
        })  # fmt: skip
    return found
