"""Ending waits: what a listener does when a person, a training or an evaluation is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from alp_site.lib import db, jobs
from alp_site.lib.db import write
from pipelines.engine import state as machine
from pipelines.engine.spec import get_node
from pipelines.models import NodeExecution
from pipelines.services.bulk import as_uuids, chunks
from pipelines.services.graphs import graph_of
from pipelines.services.ledger import Ledger

__all__ = ["ANSWER_JOB", "Answer", "answer_status", "complete_waiting", "take_statuses"]

ANSWER_JOB = "pipelines.answers"
PART = 500


@dataclass(frozen=True)
class Answer:
    """What a wait waited for. Give ``on`` (its key) or ``execution_id``. ``outputs`` None: those its Wait carried.

    ``error`` (code, message) fails the execution instead. ``log`` is added to the execution's. A wait for a
    requirement is set free whatever the answer.
    """

    on: str = ""
    execution_id: str = ""
    action: str | None = None
    outputs: Mapping[str, Any] | None = None
    error: tuple[str, str] | None = None
    remember: Mapping[str, Any] = field(default_factory=dict)
    log: str = ""


def complete_waiting(answers: Iterable[Answer]) -> list[str]:
    """Ends the waiting executions that these answers name and lets their items flow on. Returns their ids.

    Joins the open transaction. Safe to repeat: what does not wait any more is left alone. Give all answers of one
    transaction in one call, so that locks are taken in order.
    """
    by_key: dict[str, Answer] = {}
    by_id: dict[str, Answer] = {}
    for answer in answers:
        (by_id if answer.execution_id else by_key).setdefault(answer.execution_id or answer.on, answer)
    by_key.pop("", None)
    return _complete(by_key, by_id, known_actions_only=False)


def answer_status(statuses: Mapping[str, str], executions: Mapping[str, str] | None = None) -> list[str]:
    """Ends waits for people's work: wait key → status of the task item. A status ends a wait when it is an action of
    the waiting node; ``rejected`` only where a connection with that action is drawn (else the item stays in people's
    hands and nothing flows twice). ``executions``: wait key → the execution it belongs to; one that has ended on a
    loose end (a discarded item, taken back) ends with the new status instead. Safe to repeat; joins the open
    transaction."""
    answers = {key: Answer(on=key, action=status) for key, status in statuses.items() if key and status}
    with write():
        done = _complete(answers, {}, known_actions_only=True)
        known = {executions[key]: status for key, status in statuses.items() if executions and key in executions}
        return [*done, *_revise({pk: status for pk, status in known.items() if pk not in set(done)})]


def take_statuses(
    statuses: Mapping[str, str], executions: Mapping[str, str], *, project_id: UUID | None, key: str
) -> None:
    """``answer_status`` at once when there are few, in jobs of one short transaction each when someone finished many.
    ``key`` names the batch: given again, it makes no second job. Joins the open transaction."""
    size = db.bulk_size()
    if len(statuses) <= size:
        answer_status(statuses, executions)
        return
    for number, part in enumerate(chunks(sorted(statuses.items()), size)):
        jobs.enqueue(
            ANSWER_JOB,
            key=f"answers:{key}:{number}",
            payload={"statuses": dict(part), "executions": {k: executions[k] for k, _ in part if k in executions}},
            project_id=project_id,
            title="Taking back finished items",
        )


def _revise(statuses: Mapping[str, str]) -> list[str]:
    """Executions (by id) that ended with another action than this status and led nowhere: they end with it instead."""
    ended: list[tuple[UUID, UUID]] = []
    for part in chunks(as_uuids(statuses), PART):
        told = NodeExecution.objects.filter(pk__in=part, status=machine.DONE).values_list("pk", "cycle_id", "action")
        ended += [(pk, cycle) for pk, cycle, action in told if action != statuses[str(pk)]]
    if not ended:
        return []
    done = []
    ledger = Ledger(cycle_id for _, cycle_id in ended)
    rows = NodeExecution.objects.filter(pk__in=[pk for pk, _ in ended], status=machine.DONE).order_by("id")
    taken = [row for row in rows if str(row.cycle_id) in ledger.cycles and _has_action(row, statuses[str(row.pk)])]
    ledger.take(taken)
    ledger.look_up_conditions((str(row.pk), row.outputs) for row in taken)
    for row in taken:
        status = statuses[str(row.pk)]
        if ledger.step(
            row.cycle_id, machine.Revise(str(row.pk), row.outputs, status, row.action or None), action=status
        ):
            done.append(str(row.pk))
    ledger.flush()
    return done


def _complete(by_key: dict[str, Answer], by_id: dict[str, Answer], *, known_actions_only: bool) -> list[str]:
    done: list[str] = []
    with write():
        ids = _waiting_ids(list(by_key), list(by_id))
        ledger = Ledger(cycle_id for _, cycle_id in ids)
        found = NodeExecution.objects.filter(pk__in=[pk for pk, _ in ids], status=machine.WAITING).order_by("id")
        rows = [row for row in found if str(row.cycle_id) in ledger.cycles]
        ledger.take(rows)
        pairs = [(row, by_id.get(str(row.pk)) or by_key[row.wait_key]) for row in rows]
        if known_actions_only:
            pairs = [(row, answer) for row, answer in pairs if row.wait_requires or _has_action(row, answer.action)]
        ledger.look_up_conditions((str(row.pk), _outputs(row, answer)) for row, answer in pairs)
        for row, answer in pairs:
            if _answer(ledger, row, answer):
                done.append(str(row.pk))
        ledger.flush()
    return done


def _waiting_ids(keys: Sequence[str], ids: Sequence[str]) -> list[tuple[UUID, UUID]]:
    found: list[tuple[UUID, UUID]] = []
    for part in chunks(keys, PART):
        found += _pairs(Q(wait_key__in=part))
    for part in chunks(as_uuids(ids), PART):
        found += _pairs(Q(pk__in=part))
    return found


def _pairs(where: Q) -> list[tuple[UUID, UUID]]:
    return list(NodeExecution.objects.filter(where, status=machine.WAITING).values_list("pk", "cycle_id"))


def _outputs(row: NodeExecution, answer: Answer) -> Mapping[str, Any]:
    return row.outputs if answer.outputs is None else answer.outputs


def _has_action(row: NodeExecution, action: str | None) -> bool:
    graph = graph_of(row.revision_id)
    spot = graph.node(row.node_id)
    if spot is None or action is None:
        return False
    if action == "rejected" and not graph.has_connection_for(row.node_id, action):
        return False
    actions = get_node(spot.type, spot.version).actions(spot.config)
    return any(action in names for names in actions.values())


def _answer(ledger: Ledger, row: NodeExecution, answer: Answer) -> bool:
    key = str(row.pk)
    if answer.error is not None and not row.wait_requires:
        code, message = answer.error
        return ledger.step(row.cycle_id, machine.AnswerFailed(key), error_code=code[:64], error=message)
    outputs = _outputs(row, answer)
    fields: dict[str, Any] = {} if row.wait_requires else {"outputs": dict(outputs), "action": answer.action or ""}
    if answer.log:
        fields["log"] = "\n".join(part for part in (row.log, answer.log) if part)
    accepted = ledger.step(row.cycle_id, machine.Answer(key, outputs, answer.action), **fields)
    if accepted and answer.remember:
        ledger.remember(row.cycle_id, answer.remember)
    return accepted
