"""What the apps below tell: triggers, people's finished work, trainings and evaluations that ended."""

from __future__ import annotations

from alp_site.lib import events
from pipelines.engine.spec import wait_on
from pipelines.services import chance, looking, rounds
from pipelines.services.following import follow_promotion
from pipelines.services.triggers import LISTENED, take_events
from pipelines.services.waits import Answer, complete_waiting, take_statuses


@events.subscribe("pipelines.triggers", LISTENED)
def fire_triggers(batch: list[events.Event]) -> None:
    take_events(batch)


@events.subscribe("pipelines.task_items", ["task.item_status"])
def take_back_items(batch: list[events.Event]) -> None:
    entries = [entry for event in batch for entry in event.data["entries"]]
    statuses = {wait_on("task_item", entry["task_item"]): str(entry["status"]) for entry in entries}
    executions = {
        wait_on("task_item", entry["task_item"]): str(entry["context"]["execution"])
        for entry in entries
        if "execution" in entry.get("context", {})
    }
    take_statuses(statuses, executions, project_id=batch[0].project_id, key=f"{batch[0].id}-{batch[-1].id}")


@events.subscribe("pipelines.models", ["model.status"])
def models_trained(batch: list[events.Event]) -> None:
    complete_waiting(_ended("model", event, good="trained") for event in batch if event.data["status"] in _ENDS)


@events.subscribe("pipelines.evaluations", ["evaluation.status"])
def evaluations_done(batch: list[events.Event]) -> None:
    complete_waiting(_ended("evaluation", event, good="done") for event in batch if event.data["status"] in _ENDS)


@events.subscribe("pipelines.promotions", ["model.stage"])
def go_on_with_promoted(batch: list[events.Event]) -> None:
    """A person said who is best: pipelines that kept the replaced version go on with this one."""
    for event in batch:
        told = event.data
        if told["stage"] != "best" or not told.get("person") or event.project_id is None:
            continue
        follow_promotion(
            project_id=event.project_id,
            model_id=event.ids[0],
            replaces=told.get("replaces", []),
            person_id=told["person"],
            reason=str(told.get("reason", "")),
        )


_ENDS = frozenset({"trained", "done", "failed", "cancelled"})


def _ended(kind: str, event: events.Event, *, good: str) -> Answer:
    status = str(event.data["status"])
    error = None if status == good else (f"{kind}_{status}", str(event.data.get("error") or f"The {kind} {status}."))
    return Answer(on=wait_on(kind, event.ids[0]), error=error)


@events.subscribe("pipelines.rounds", ["task.item_status", "variable.updated", "cycle.status"])
def look_at_rounds(batch: list[events.Event]) -> None:
    """A Select node's items moved, or its model changed: its next round may be due."""
    ended = {"done", "failed", "cancelled"}
    told = (event for event in batch if event.type != "cycle.status" or event.data["status"] in ended)
    pipelines = {str(event.data.get("pipeline") or event.pipeline_id or "") for event in told}
    tasks = {str(event.data["task"]) for event in batch if event.type == "task.item_status"}
    rounds.look_at_pipelines({pk for pk in pipelines if pk} | rounds.pipelines_of_tasks(tasks))


@events.subscribe("pipelines.wakes", looking.WAKING)
def wake_nodes(batch: list[events.Event]) -> None:
    looking.wake(batch)


@events.subscribe("pipelines.chance", ["model.status", "evaluation.status"])
def go_on_with_checks(batch: list[events.Event]) -> None:
    """A training or evaluation has ended: a comparison with labels by chance may be one step further."""
    chance.look_at_checks({e.project_id for e in batch if e.data["status"] in _ENDS and e.project_id is not None})
