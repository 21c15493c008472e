"""Rounds of a Select node: its waiting executions are the pool; a round lets some of them go on.

``look`` is cheap and may be called at any event; it rings the job of the node (one at a time, by the job's key).
``run_round`` decides again whether a round is due, chooses without any transaction, and commits once.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db.models import F
from django.utils.timezone import now

from alp_site.lib import events, jobs, storage
from alp_site.lib.db import write
from alp_site.lib.models import Job, JobState
from annotation.models import Task
from datasets.models import Item, TestSetEntry
from datasets.selectors import ground_truth_items
from models_registry.models import Model
from models_registry.selectors.figures import judged_figures
from models_registry.services.acquisition import Ranking, rank_pool
from pipelines.engine.graph import Graph, GraphNode
from pipelines.engine.spec import get_node
from pipelines.engine.validate import config_with_defaults, place_of
from pipelines.models import (
    OPEN_CYCLES,
    Cycle,
    ExecutionStatus,
    FiringState,
    NodeCounter,
    NodeExecution,
    Pipeline,
    PipelineStatus,
    SelectionPick,
    SelectionRound,
    Trigger,
    TriggerFiring,
)
from pipelines.services.bulk import chunks
from pipelines.services.facade import seeded
from pipelines.services.firing import dataset_of
from pipelines.services.graphs import graph_of, variables_of, with_values
from pipelines.services.stopping import levelled_off
from pipelines.services.waits import Answer, complete_waiting

__all__ = [
    "SELECT",
    "SELECT_JOB",
    "is_select",
    "look",
    "look_at_pipelines",
    "look_everywhere",
    "pipelines_of_tasks",
    "run_round",
    "state_of_node",
]

SELECT: Final = "select"
SELECT_JOB: Final = "pipelines.select"
CHOSEN: Final = "selected"
RETRY_IDLE: Final = timedelta(seconds=20)
RETRY_FAILED: Final = timedelta(minutes=5)
OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class Spot:
    """A Select node of a running pipeline, its variables as they are now."""

    pipeline: Pipeline
    graph: Graph
    node: GraphNode
    config: Mapping[str, Any]

    @property
    def model_id(self) -> str | None:
        value = place_of(self.graph, self.node).values.get("model")
        return value if isinstance(value, str) else None

    @property
    def model_variable(self) -> str | None:
        source = self.node.inputs.get("model")
        return source.variable if source else None


def look(pipeline_id: UUID | str, node_id: str) -> bool:
    """Rings a round of the node if one may be due. Cheap; joins an open transaction; safe at any time."""
    pipeline = Pipeline.objects.filter(pk=pipeline_id, status=PipelineStatus.RUNNING).first()
    spot = _spot(pipeline, node_id) if pipeline else None
    if spot is None or pipeline is None or not _pool_size(spot) or open_picks(spot) >= int(spot.config["keep_open"]):
        return False
    stopped = _stopped(spot)
    if stopped and _has_said(pipeline, node_id, stopped):
        return False
    jobs.enqueue(
        SELECT_JOB,
        key=_job_key(pipeline, node_id),
        payload={"pipeline": str(pipeline.pk), "node": node_id},
        project_id=pipeline.project_id,
        title=f"{pipeline.name}: choosing what to label next",
    )
    return True


def look_at_pipelines(pipeline_ids: Iterable[UUID | str]) -> None:
    """Looks at every Select node of these pipelines."""
    for pipeline in Pipeline.objects.filter(pk__in=set(pipeline_ids), status=PipelineStatus.RUNNING):
        for node_id in _select_nodes(pipeline):
            look(pipeline.pk, node_id)


def pipelines_of_tasks(task_ids: Iterable[str]) -> set[str]:
    """The pipelines that feed these tasks."""
    rows = Task.objects.filter(pk__in=set(task_ids), pipeline_id__isnull=False)
    return {str(pk) for pk in rows.values_list("pipeline_id", flat=True)}


def look_everywhere() -> None:
    """The sweep: looks at every Select node of every running pipeline, so that a lost event delays a round, no more."""
    rows = Pipeline.objects.filter(status=PipelineStatus.RUNNING, deleted_at=None, revision__isnull=False)
    for pipeline in rows:
        for node_id in _select_nodes(pipeline):
            if not _tried_lately(pipeline, node_id):
                look(pipeline.pk, node_id)


def _tried_lately(pipeline: Pipeline, node_id: str) -> bool:
    """Whether a moment ago a round found nothing to do, or failed: the sweep tries again later; an event, at once."""
    tried = Job.objects.filter(key=_job_key(pipeline, node_id))
    until = now()
    failed = tried.filter(state=JobState.FAILED, finished_at__range=(until - RETRY_FAILED, until))
    return tried.filter(finished_at__range=(until - RETRY_IDLE, until)).exists() or failed.exists()


def _has_said(pipeline: Pipeline, node_id: str, why: str) -> bool:
    """Whether the node's last job logged this. Nothing more is to be done then: a loop that has levelled off does not
    ring a job at every sweep for ever."""
    last = Job.objects.filter(key=_job_key(pipeline, node_id)).order_by("-id").first()
    return last is not None and why in last.log


def _job_key(pipeline: Pipeline, node_id: str) -> str:
    return f"select:{pipeline.pk}:{node_id}"


def state_of_node(pipeline: Pipeline, node_id: str) -> dict[str, Any]:
    """What a page says about a Select node: pool, open picks, rounds so far, and why the next round waits ("": it does
    not). Nothing of a node that is none."""
    spot = _spot(pipeline, node_id) if is_select(pipeline, node_id) else None
    if spot is None:
        return {}
    last = SelectionRound.objects.filter(pipeline=pipeline, node_id=node_id).order_by("-number").first()
    return {
        "pool": _pool_size(spot),
        "open": _picks(spot).filter(open=True).count(),
        "keep_open": int(spot.config["keep_open"]),
        "budget": int(spot.config["budget"]),
        "rounds": last.number if last else 0,
        "waits_for": why_not(spot),
    }


def is_select(pipeline: Pipeline, node_id: str) -> bool:
    """Whether the published graph has a Select node of that id."""
    return node_id in _select_nodes(pipeline)


def _select_nodes(pipeline: Pipeline) -> list[str]:
    if pipeline.revision_id is None:
        return []
    return [node.id for node in graph_of(pipeline.revision_id).nodes if node.type == SELECT]


def _spot(pipeline: Pipeline, node_id: str) -> Spot | None:
    if pipeline.revision_id is None:
        return None
    graph = with_values(graph_of(pipeline.revision_id), variables_of(pipeline.pk))
    node = graph.node(node_id)
    if node is None or node.type != SELECT:
        return None
    schema = get_node(node.type, node.version).spec.config_schema
    return Spot(pipeline, graph, node, config_with_defaults(schema, node.config))


def _pool_size(spot: Spot) -> int:
    row = NodeCounter.objects.filter(pipeline=spot.pipeline, node_id=spot.node.id).first()
    return row.waiting if row else 0


def _picks(spot: Spot) -> Any:
    return SelectionPick.objects.filter(round__pipeline=spot.pipeline, round__node_id=spot.node.id)


def open_picks(spot: Spot) -> int:
    """Chosen items whose cycle is still open. Closes the others on the way (so it writes: a few rows)."""
    rows = _picks(spot).filter(open=True)
    ended = list(rows.exclude(cycle__status__in=OPEN_CYCLES).values_list("pk", flat=True))
    if ended:
        with write():
            SelectionPick.objects.filter(pk__in=ended).update(open=False)
    return int(rows.count())


# --- is a round due?


def why_not(spot: Spot) -> str:
    """What a round waits for, in words; "" when it is due."""
    if spot.pipeline.status != PipelineStatus.RUNNING:
        return "the pipeline is not running"
    if not _pool_size(spot):
        return "the pool is empty"
    stopped = _stopped(spot)
    if stopped:
        return stopped
    unfinished = open_picks(spot)
    if unfinished >= int(spot.config["keep_open"]):
        return f"{unfinished} chosen items are not finished"
    if not spot.model_id or not Model.objects.filter(pk=spot.model_id, deleted_at=None).exists():
        return "there is no model"
    if _pool_is_filling(spot) and not _patience_is_over(spot):
        return "items are on their way into the pool"
    if spot.config["wait_for_training"] and _training_under_way(spot):
        return "a new model is on its way"
    return ""


def _stopped(spot: Spot) -> str:
    """Why nothing more is selected, by the node's stop rule; "" while selecting goes on. Asked of the database each
    time and stored nowhere, so a version that is better, or another setting, lets the node go on."""
    if not int(spot.config["stop_after"]):
        return ""
    cycles = Cycle.objects.filter(pipeline=spot.pipeline, start_node__in=_model_starts(spot))
    figures = judged_figures(spot.pipeline.project_id, cycles.values("pk"))
    return levelled_off(figures, last=int(spot.config["stop_after"]), tolerance=float(spot.config["stop_tolerance"]))


def _before(graph: Graph, node_id: str) -> set[str]:
    seen: set[str] = set()
    todo = [node_id]
    while todo:
        for connection in graph.incoming(todo.pop()):
            if connection.source_node not in seen:
                seen.add(connection.source_node)
                todo.append(connection.source_node)
    return seen


def _pool_is_filling(spot: Spot) -> bool:
    """Whether executions before this node, or at it, are still to run, or a trigger is still starting cycles."""
    upstream = _before(spot.graph, spot.node.id)
    for row in NodeCounter.objects.filter(pipeline=spot.pipeline, node_id__in=[*upstream, spot.node.id]):
        if row.ready > 0 or row.running > 0:
            return True
    triggers = Trigger.objects.filter(pipeline=spot.pipeline, node_id__in=upstream)
    return TriggerFiring.objects.filter(trigger__in=triggers, state=FiringState.RUNNING).exists()


def _patience_is_over(spot: Spot) -> bool:
    rows = NodeExecution.objects.filter(
        pipeline=spot.pipeline, node_id=spot.node.id, status=ExecutionStatus.WAITING
    ).order_by("id")
    first = rows.values_list("created_at", flat=True).first()
    patience = timedelta(seconds=float(spot.config["patience"]))
    # Who came at a time still to come did so while the clock ran ahead: nobody knows how long they have waited.
    return first is not None and not now() - patience <= first <= now() + patience


def _training_under_way(spot: Spot) -> bool:
    """Whether a cycle that may replace the model is open, queued, or about to start because enough was approved."""
    starts = _model_starts(spot)
    if Cycle.objects.filter(pipeline=spot.pipeline, start_node__in=starts, status__in=OPEN_CYCLES).exists():
        return True
    triggers = list(Trigger.objects.filter(pipeline=spot.pipeline, node_id__in=starts, active=True))
    if TriggerFiring.objects.filter(trigger__in=triggers, state__in=[FiringState.QUEUED, FiringState.RUNNING]).exists():
        return True
    keys = [f"fire:{trigger.pk}" for trigger in triggers]
    if Job.objects.filter(key__in=keys, state__in=OPEN_JOBS).exists():
        return True
    return any(_count_is_reached(trigger) for trigger in triggers)


def _model_starts(spot: Spot) -> set[str]:
    """Nodes from which a cycle leads to an Update Variable of this node's model."""
    targets = {
        node.id
        for node in spot.graph.nodes
        if node.type == "update_variable" and node.config.get("variable") == spot.model_variable
    }
    return {node for node in spot.graph.start_nodes() if any(node in _before(spot.graph, target) for target in targets)}


def _count_is_reached(trigger: Trigger) -> bool:
    if trigger.spec.get("count") != "ground_truth":
        return False
    dataset_id, state = dataset_of(trigger), trigger.state
    if dataset_id is None or state.get("dataset") != str(dataset_id):
        return False
    total = ground_truth_items(UUID(dataset_id), trigger.spec.get("filter") or {}).count()
    return total - int(state.get("at") or 0) >= int(trigger.spec["n"])


# --- a round


def run_round(run: jobs.Run) -> None:
    """The job of a Select node. Does nothing when no round is due; may run twice."""
    pipeline = Pipeline.objects.filter(pk=run.payload["pipeline"]).first()
    spot = _spot(pipeline, str(run.payload["node"])) if pipeline else None
    if spot is None:
        return
    reason = why_not(spot)
    if reason:
        run.log(f"no round: {reason}")
        return
    model_id = UUID(spot.model_id or "")
    pool = _pool(spot)
    number = SelectionRound.objects.filter(pipeline=spot.pipeline, node_id=spot.node.id).count() + 1
    ranking = rank_pool(
        model_id=model_id,
        item_ids=[entry.item for entry in pool],
        strategy=str(spot.config["strategy"]),
        budget=int(spot.config["budget"]),
        random_fraction=float(spot.config["random_share"]),
        rng=seeded("select", str(spot.config["seed"]), str(number)),
        round_number=number - 1,
        excluded=_reserved(spot.pipeline.project_id, pool),
        chosen=_picks(spot).filter(open=True).values_list("item_id", flat=True),
        progress=lambda done, total, note: _tell(run, done, total, note),
    )
    table = storage.put_bytes(_table(pool, ranking))
    with run.commit():
        if ranking.picks:
            _commit(spot, number, model_id, pool, ranking, table)
        run.finish()


def _tell(run: jobs.Run, done: float, total: float, note: str) -> None:
    run.stop_if_cancelled()
    run.progress(done, total, note)


@dataclass(frozen=True)
class Entry:
    """A waiting execution: one item of the pool."""

    execution: UUID
    cycle: UUID
    item: UUID
    blob: str
    subset: str


def _pool(spot: Spot) -> list[Entry]:
    """In the order of file names, so that a round does not depend on which upload came first."""
    rows = NodeExecution.objects.filter(
        pipeline=spot.pipeline, node_id=spot.node.id, status=ExecutionStatus.WAITING, wait_requires=False
    ).order_by("id")
    waiting = {
        UUID(arrived["item"]): (pk, cycle) for pk, cycle, arrived in rows.values_list("pk", "cycle_id", "arrived")
    }
    found = []
    for part in chunks(list(waiting), 500):
        items = Item.objects.filter(pk__in=part, deleted_at=None, blob__isnull=False)
        found += list(items.values_list("filename", "pk", "blob_id", "subset"))
    return [Entry(*waiting[pk], pk, blob, subset) for _, pk, blob, subset in sorted(found)]


def _reserved(project_id: UUID, pool: Sequence[Entry]) -> set[UUID]:
    """Items a strategy must never draw: of the validation or test subset, or whose picture is in a frozen test set."""
    taken = {entry.item for entry in pool if entry.subset in ("validation", "test")}
    for part in chunks(pool, 500):
        by_blob: dict[str, list[UUID]] = {}
        for entry in part:
            by_blob.setdefault(entry.blob, []).append(entry.item)
        rows = TestSetEntry.objects.filter(blob_id__in=list(by_blob), version__test_set__dataset__project_id=project_id)
        for blob in rows.values_list("blob_id", flat=True).distinct():
            taken.update(by_blob[blob])
    return taken


def _table(pool: Sequence[Entry], ranking: Ranking) -> bytes:
    """Scores of the whole pool: items (N,) uuid text, scores (N,) float64, NaN where not selectable."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, items=np.array([str(entry.item) for entry in pool], dtype="U36"), scores=ranking.scores)
    return buffer.getvalue()


def _commit(
    spot: Spot, number: int, model_id: UUID, pool: Sequence[Entry], ranking: Ranking, table: storage.Received
) -> None:
    """The round, its picks and the executions that go on, in the open transaction."""
    chosen = {str(pool[pick.index].execution): pick for pick in ranking.picks}
    found = SelectionRound.objects.create(
        pipeline=spot.pipeline,
        node_id=spot.node.id,
        number=number,
        model_id=model_id,
        strategy=str(spot.config["strategy"]),
        method=ranking.method,
        seed=int(spot.config["seed"]),
        budget=int(spot.config["budget"]),
        random_share=float(spot.config["random_share"]),
        pool_size=len(pool),
        chosen=len(chosen),
        scores=None,
        report={"labelled": ranking.labelled, "seconds": ranking.seconds},
    )
    storage.retain({table.sha256: table.size})
    SelectionRound.objects.filter(pk=found.pk).update(scores_id=table.sha256)
    SelectionPick.objects.bulk_create(_pick_rows(found, pool, chosen))
    with events.cause(pipeline_id=spot.pipeline.pk, depth=1):
        went = complete_waiting(Answer(execution_id=key, action=CHOSEN) for key in chosen)
        events.publish(
            "selection.round", project_id=spot.pipeline.project_id, ids=[found.pk],
            data={"pipeline": str(spot.pipeline.pk), "node": spot.node.id, "number": number, "chosen": len(went)},
        )  # fmt: skip
    lost = set(chosen) - set(went)
    if lost:  # cancelled while the strategy was choosing
        SelectionPick.objects.filter(execution_id__in=lost).delete()
        SelectionRound.objects.filter(pk=found.pk).update(chosen=F("chosen") - len(lost))


def _pick_rows(found: SelectionRound, pool: Sequence[Entry], chosen: Mapping[str, Any]) -> list[SelectionPick]:
    return [
        SelectionPick(
            round=found,
            cycle_id=pool[pick.index].cycle,
            execution_id=UUID(key),
            item_id=pool[pick.index].item,
            score=None if np.isnan(pick.score) else float(pick.score),
            rank=pick.rank,
            arm=pick.arm,
        )
        for key, pick in chosen.items()
    ]
