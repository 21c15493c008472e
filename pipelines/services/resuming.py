"""Going on after a pause; where that is asked, what is open is cancelled first, by a job where it is much."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from alp_site.lib import jobs
from alp_site.lib.models import OPEN_STATES, Job
from alp_site.people.models import User
from pipelines.errors import WrongStatus
from pipelines.models import Pipeline, PipelineStatus
from pipelines.services.graphs import current_graph
from pipelines.services.many import act_on_many, cancel_many
from pipelines.services.pipelines import refuse_invalid, start_pipeline

__all__ = ["RESUME_JOB", "resume_pipeline", "resume_when_cancelled"]

RESUME_JOB: Final = "pipelines.resume"


def resume_pipeline(*, pipeline: Pipeline, open_cycles: str = "resume", user: User | None = None) -> Job | None:
    """Goes on after a pause. ``open_cycles``: ``resume`` them or ``cancel`` them first; the job, where they are so
    many that one does it: the pipeline stays paused until they have ended. Raises WrongStatus, GraphInvalid, and then
    nothing was cancelled."""
    if pipeline.status != PipelineStatus.PAUSED:
        raise WrongStatus("Only a paused pipeline can be resumed.", status=pipeline.status)
    key = _key(pipeline.pk)
    if Job.objects.filter(key=key, state__in=OPEN_STATES).exists():
        raise WrongStatus("Its open cycles are being cancelled; then it goes on by itself.", status=pipeline.status)
    if open_cycles == "cancel":
        refuse_invalid(pipeline, current_graph(pipeline))
        _, job = cancel_many(pipeline=pipeline, user=user, kind=RESUME_JOB, key=key)
        if job:
            return job
    start_pipeline(pipeline=pipeline, user=user)
    return None


def resume_when_cancelled(run: jobs.Run) -> None:
    """The job: cancels what was open when it was asked, then starts the pipeline, unless somebody did something else
    with it meanwhile. Cancelled, it leaves the pipeline paused."""
    pipeline = Pipeline.objects.get(pk=run.payload["pipeline"])
    user = User.objects.filter(pk=run.job.created_by).first() if run.job.created_by else None

    def start() -> None:
        pipeline.refresh_from_db()
        if pipeline.status == PipelineStatus.PAUSED and pipeline.deleted_at is None:
            start_pipeline(pipeline=pipeline, user=user)

    act_on_many(run, start)


def _key(pipeline_id: UUID) -> str:
    return f"resume:{pipeline_id}"
