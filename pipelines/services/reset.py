"""Reset: a pipeline that begins anew. Its cycles go, with their executions, firings and counters; what they made stays
(labels, predictions, models, what lies in datasets, rounds, the values of variables)."""

from __future__ import annotations

from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import db, events, jobs
from alp_site.lib.db import write
from alp_site.lib.models import OPEN_STATES, Job
from datasets.services.refs import remove_refs_of
from pipelines.engine import state as machine
from pipelines.errors import WrongStatus
from pipelines.models import (
    ConnectionCounter,
    Cycle,
    CycleCounter,
    CycleStatus,
    NodeCounter,
    NodeMinute,
    Pipeline,
    PipelineStatus,
    Trigger,
    TriggerFiring,
)
from pipelines.services.cycles import cancel_open
from pipelines.services.triggers import accept_triggers, end_firings

__all__ = ["RESET_JOB", "forget_runs", "refuse_while_reset", "reset_pipeline"]

RESET_JOB = "pipelines.reset"


def reset_pipeline(*, pipeline: Pipeline, stop: bool = False) -> Pipeline:
    """Stops the pipeline and has a job forget its runs; it is a draft again, its revisions are kept. Until the job is
    done it cannot be started. Safe to repeat. Raises WrongStatus when it runs and is not to be stopped."""
    with write():
        row = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
        if row.status == PipelineStatus.RUNNING and not stop:
            raise WrongStatus("Pause the pipeline before you reset it.", status=row.status)
        row.status, row.revision, row.started_at, row.updated_at = PipelineStatus.DRAFT, None, None, now()
        row.save(update_fields=["status", "revision", "started_at", "updated_at"])
        accept_triggers(pipeline=row, active=False)
        end_firings(pipeline=row, note="The pipeline was reset.")
        jobs.enqueue(
            RESET_JOB, key=_key(row.pk), payload={"pipeline": str(row.pk)}, project_id=row.project_id,
            title=f"{row.name}: forgetting its runs",
        )  # fmt: skip
        _tell(row)
    pipeline.refresh_from_db()
    return pipeline


def refuse_while_reset(pipeline: Pipeline) -> None:
    """Raises WrongStatus while the runs of before are still being forgotten."""
    if Job.objects.filter(key=_key(pipeline.pk), state__in=OPEN_STATES).exists():
        raise WrongStatus("It is being reset: start it when its cycles are gone.", status=pipeline.status)


def forget_runs(run: jobs.Run) -> None:
    """Cancels what is open, deletes the cycles in short transactions, then sets the counters to zero."""
    pipeline = Pipeline.objects.get(pk=run.payload["pipeline"])
    cancel_open(pipeline=pipeline)
    cycles = Cycle.objects.filter(pipeline=pipeline)
    total, gone, size = cycles.count(), 0, db.bulk_size()
    while not run.finished:
        with run.commit():
            ids = list(cycles.order_by("id").values_list("pk", flat=True)[:size])
            if ids:
                remove_refs_of(kind="cycle", ref_ids=ids)
                cycles.filter(pk__in=ids).delete()
            else:
                _zero(pipeline)
                _tell(pipeline)
                run.finish()
        gone += len(ids)
        run.progress(gone, max(total, gone), "cycles")


def _zero(pipeline: Pipeline) -> None:
    """No cycle is left, so nothing is counted. Joins the transaction."""
    CycleCounter.objects.filter(pipeline=pipeline).update(**dict.fromkeys(CycleStatus.values, 0))
    NodeCounter.objects.filter(pipeline=pipeline).update(**dict.fromkeys(machine.EXECUTION_STATUSES, 0), seconds=0)
    for model in (ConnectionCounter, NodeMinute):
        model._default_manager.filter(pipeline=pipeline).delete()
    TriggerFiring.objects.filter(trigger__pipeline=pipeline).delete()
    Trigger.objects.filter(pipeline=pipeline).update(state={}, next_at=None, error="", fired_at=None)


def _key(pipeline_id: UUID) -> str:
    return f"reset:{pipeline_id}"


def _tell(pipeline: Pipeline) -> None:
    data = {"status": pipeline.status, "name": pipeline.name}
    events.publish("pipeline.status", project_id=pipeline.project_id, ids=[pipeline.pk], data=data)
