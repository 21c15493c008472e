"""Labels saved against chance: has the choosing of a pipeline paid?

A check is a row; its job takes one step at a time and may die anywhere. It is rung at each training and evaluation that
ends, and by the sweep. The trainings and evaluations are ordinary jobs of the registry with their own checkpoints; what
is asked of them is told in ``models_registry.services.by_chance``, how their figures are judged in
``models_registry.ml.saving``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import jobs
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.lib.models import OPEN_STATES, Job, JobState
from alp_site.people.models import User
from models_registry.ml.saving import LEAST_BY_CHANCE, LEVEL
from models_registry.models import Model
from models_registry.selectors.figures import headline
from models_registry.selectors.learning import LearningCurve, learning_curve
from models_registry.services import by_chance
from models_registry.services.by_chance import Standing
from pipelines.errors import WrongStatus
from pipelines.models import Arm, ChanceCheck, ChanceState, Pipeline, SelectionPick

__all__ = [
    "CHANCE_JOB",
    "LEAST_SEEDS",
    "MOST_SEEDS",
    "SEEDS",
    "cancel_checks",
    "check_ended",
    "check_of",
    "look_at_checks",
    "start_check",
    "take_step",
]

CHANCE_JOB: Final = "pipelines.chance"
SEEDS: Final = 3
LEAST_SEEDS: Final = 2
MOST_SEEDS: Final = 10
LEAST_SIZES: Final = 2


def start_check(*, pipeline: Pipeline, node_id: str, seeds: int = SEEDS, user: User | None = None) -> ChanceCheck:
    """Begins to compare with labels by chance, on the test set version of the pipeline's curve as it is now. One that
    is under way is returned as it is; one that has ended begins anew, its models go to the trash. Raises Invalid
    (seeds), WrongStatus: too few versions for a curve."""
    if not LEAST_SEEDS <= seeds <= MOST_SEEDS:
        raise Invalid(f"Train {LEAST_SEEDS} to {MOST_SEEDS} seeds, not {seeds}.", field="seeds")
    curve = learning_curve(pipeline.project_id, pipeline.pk)
    if curve.version is None or len({point.labels for point in curve.points}) < LEAST_SIZES:
        text = f"{LEAST_SIZES} versions that learnt from different numbers of labels must be evaluated on one test set."
        raise WrongStatus(f"There is no curve yet: {text}")
    with write():
        Pipeline.objects.select_for_update().get(pk=pipeline.pk)  # one beginner at a time
        check = ChanceCheck.objects.filter(pipeline=pipeline, test_set_version=curve.version).first()
        if check is not None and check.state == ChanceState.RUNNING:
            return check
        if check is not None and check.control is not None:
            by_chance.put_aside(check.control, user.pk if user else None)
        check = check or ChanceCheck(pipeline=pipeline, test_set_version=curve.version)
        check.node_id, check.seeds, check.state, check.created_by = node_id, seeds, ChanceState.RUNNING, user
        check.control, check.report, check.error = None, {}, ""
        check.created_at, check.finished_at = now(), None
        check.save()
        _ring(check)
        return check


def cancel_checks(*, pipeline: Pipeline, user: User | None = None) -> int:
    """Stops those of a pipeline that are under way, and what they started. Returns how many; safe to repeat."""
    with write():
        rows = list(ChanceCheck.objects.select_for_update().filter(pipeline=pipeline, state=ChanceState.RUNNING))
        for row in rows:
            _end(row, ChanceState.CANCELLED, person_id=user.pk if user else None)
        open_jobs = Job.objects.filter(key__in=[_key(row) for row in rows], state__in=OPEN_STATES)
        for job_id in list(open_jobs.values_list("pk", flat=True)):
            jobs.request_cancel(job_id)
    return len(rows)


def check_of(pipeline: Pipeline, version_id: UUID) -> tuple[ChanceCheck | None, Standing | None]:
    """The check on a test set version, and while it is under way how far it is. Up to five queries."""
    check = ChanceCheck.objects.filter(pipeline=pipeline, test_set_version=version_id).select_related("control").first()
    if check is None or check.state != ChanceState.RUNNING or check.control is None:
        return check, None
    return check, by_chance.standing_of(check.control, check.seeds, version_id)


def look_at_checks(project_ids: Iterable[UUID] | None = None) -> int:
    """Rings every check under way, of these projects alone where they are named. Returns how many; repeatable."""
    rows = ChanceCheck.objects.filter(state=ChanceState.RUNNING)
    if project_ids is not None:
        rows = rows.filter(pipeline__project__in=set(project_ids))
    checks = list(rows.select_related("pipeline"))
    for check in checks:
        with write():
            _ring(check)
    return len(checks)


def take_step(run: jobs.Run) -> None:
    """The job: begins, goes on with what is due, or tells once all is there. May run twice."""
    check = ChanceCheck.objects.select_related("pipeline", "control", "test_set_version").get(pk=run.payload["check"])
    if check.state != ChanceState.RUNNING:
        return
    if check.control is None:
        _begin(run, check)
        return
    found = by_chance.standing_of(check.control, check.seeds, check.test_set_version_id)
    if found.ready and not found.failed:
        report = _told(check, found)
        with run.commit():
            row = _still(check)
            if row is not None:
                row.report = report
                _end(row, ChanceState.DONE)
            run.finish()
        return
    with run.commit():
        row = _still(check)
        if row is not None and found.failed:
            row.error = found.failed[:2000]
            _end(row, ChanceState.FAILED)
        elif row is not None:
            by_chance.go_on(
                model_id=check.control.pk,
                seeds=check.seeds,
                test_set_version_id=check.test_set_version_id,
                person_id=check.created_by_id,
            )
        run.finish()


def check_ended(job: Job) -> None:
    """What the job runner calls in the transaction that ends a step as failed or cancelled."""
    row = ChanceCheck.objects.filter(pk=job.payload["check"], state=ChanceState.RUNNING).first()
    if row is not None:
        row.error = job.error[:2000]
        _end(row, ChanceState.CANCELLED if job.state == JobState.CANCELLED else ChanceState.FAILED)


def _begin(run: jobs.Run, check: ChanceCheck) -> None:
    """Makes the first seed, or tells that chance has picked too few labels."""
    curve = _curve_of(check)
    like = curve.newest
    assert like is not None  # a curve has versions
    strategy, chance = _picked(check.pipeline)
    found = by_chance.draft_by_chance(
        like=like,
        test_set_version=check.test_set_version,
        strategy=strategy,
        chance=chance,
        person_id=check.created_by_id,
    )
    with run.commit():
        row = _still(check)
        if row is not None and found.picked < LEAST_BY_CHANCE:
            counts = {"start": found.start, "picked": found.picked, "least": LEAST_BY_CHANCE}
            row.report = {"verdict": "too_few", **counts}
            _end(row, ChanceState.DONE)
        elif row is not None and row.control_id is None:
            row.control = by_chance.save_by_chance(found.draft)
            row.save(update_fields=["control"])
        run.finish()


def _told(check: ChanceCheck, found: Standing) -> dict[str, Any]:
    """The report: what the labels by chance taught, and with how many the pipeline's own versions were as good."""
    curve = _curve_of(check)
    saved = by_chance.saved_against(curve, found)
    control = found.models[0]
    facts = control.lineage[by_chance.BY_CHANCE]
    figures = [headline(found.evaluations[one.pk].summary)["accuracy"] for one in found.models]
    return {
        "verdict": saved.verdict,
        "start": facts["start"],
        "picked": facts["picked"],
        "labels": control.train_count,
        "metric": curve.metric,
        "figures": figures,
        "reached": saved.reached,
        "at_most": saved.at_most,
        "saving": saved.saving,
        "low": saved.low,
        "high": saved.high,
        "level": LEVEL,
        "versions": len(curve.points),
        "first": curve.points[0].labels,
        "last": curve.points[-1].labels,
    }


def _curve_of(check: ChanceCheck) -> LearningCurve:
    """On the check's own test set version. Raises WrongStatus: its versions are gone."""
    curve = learning_curve(check.pipeline.project_id, check.pipeline_id, version_id=check.test_set_version_id)
    if not curve.points:
        raise WrongStatus("The versions of the curve are gone.")
    return curve


def _picked(pipeline: Pipeline) -> tuple[set[str], set[str]]:
    """Blobs of what a strategy picked, in any pipeline of the project, and of this one's random arm."""
    strategy: set[str] = set()
    chance: set[str] = set()
    rows = SelectionPick.objects.filter(round__pipeline__project=pipeline.project_id, item__blob__isnull=False)
    for arm, pipeline_id, blob in rows.values_list("arm", "round__pipeline_id", "item__blob_id").iterator():
        if arm == Arm.STRATEGY:
            strategy.add(blob)
        elif pipeline_id == pipeline.pk:
            chance.add(blob)
    return strategy, chance


def _still(check: ChanceCheck) -> ChanceCheck | None:
    """The row, locked, if it is under way as it was when the step began."""
    row = ChanceCheck.objects.select_for_update().get(pk=check.pk)
    return row if row.state == ChanceState.RUNNING and row.created_at == check.created_at else None


def _end(row: ChanceCheck, state: ChanceState, person_id: UUID | None = None) -> None:
    row.state, row.finished_at = state, now()
    row.save()
    control = Model.objects.filter(pk=row.control_id, deleted_at=None).first() if row.control_id else None
    if state != ChanceState.DONE and control is not None:
        by_chance.give_up(control, row.test_set_version_id, person_id)


def _ring(check: ChanceCheck) -> None:
    jobs.enqueue(
        CHANCE_JOB,
        key=_key(check),
        payload={"check": str(check.pk)},
        project_id=check.pipeline.project_id,
        title=f"{check.pipeline.name}: comparing with labels by chance",
        created_by=check.created_by_id,
    )


def _key(check: ChanceCheck) -> str:
    return f"chance:{check.pk}"
