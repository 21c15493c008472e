"""Cancel, retry and run again, however many: a few at once, more by a job that goes on where a killed one stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from alp_site.lib import db, jobs
from alp_site.lib.ids import uuid7
from alp_site.lib.models import Job
from alp_site.people.models import User
from pipelines.engine import state as machine
from pipelines.models import OPEN_CYCLES, Cycle, NodeExecution, Pipeline
from pipelines.selectors.runs import list_again
from pipelines.services.bulk import as_uuids, newest
from pipelines.services.cycles import cancel_cycles, rerun_executions, retry_executions

__all__ = ["AT_ONCE", "MANY_JOB", "act_on_many", "cancel_many", "rerun_many", "retry_many"]

MANY_JOB: Final = "pipelines.act_on_many"
AT_ONCE: Final = 200
"""As many are done while the caller waits: well below a second on SQLite."""
Done = tuple[int, Job | None]


def cancel_many(
    *,
    pipeline: Pipeline,
    cycle_ids: Iterable[UUID | str] | None = None,
    user: User | None = None,
    kind: str = MANY_JOB,
    key: str = "",
) -> Done:
    """Cancels these cycles of the pipeline, or all that are open by now. Returns how many, and the job that does it
    where there are more than ``AT_ONCE``: of another ``kind`` (and ``key``) where something is to follow. Safe to
    repeat, as all of these."""
    return _begin(pipeline, "cancel", cycle_ids, {}, user, kind, key)


def retry_many(
    *, pipeline: Pipeline, node_id: str = "", cycle_ids: Iterable[UUID | str] | None = None, user: User | None = None
) -> Done:
    """Retries what has failed by now: all of it, of one node, of some cycles. What fails again meanwhile stays so."""
    return _begin(pipeline, "retry", cycle_ids, {"node_id": node_id} if node_id else {}, user)


def rerun_many(
    *,
    pipeline: Pipeline,
    node_id: str,
    cycle_ids: Iterable[UUID | str] | None = None,
    status: str = "",
    action: str = "",
    code: str = "",
    dry_run: bool = False,
    user: User | None = None,
) -> Done:
    """Runs a node once more for every cycle that has been there: its last finished execution in each. Narrowed by
    cycles, and by status, action or error code of that execution. With ``dry_run`` they are only counted."""
    given = {"node_id": node_id, "status": status, "action": action, "error_code": code}
    wanted = {name: value for name, value in given.items() if value}
    if dry_run:
        return _rows(pipeline, "rerun", _texts(cycle_ids), wanted).count(), None
    return _begin(pipeline, "rerun", cycle_ids, wanted, user)


def act_on_many(run: jobs.Run, at_end: Callable[[], None] = lambda: None) -> None:
    """The job: in short transactions, in the order of ids, each of which is dealt with once. Where it is is kept in
    the job's payload, written with what was done; what came after the request is left alone. ``at_end`` happens in the
    transaction that ends the job."""
    pipeline = Pipeline.objects.get(pk=run.payload["pipeline"])
    act, until = run.payload["act"], datetime.fromisoformat(run.payload["asked"])
    rows = _rows(pipeline, act, run.payload["cycles"], run.payload["wanted"]).filter(created_at__lte=until)
    total = run.payload["seen"] + _after(rows, run.payload["last"]).count()
    while not run.finished:
        run.stop_if_cancelled()
        with run.commit():
            seen, done = run.payload["seen"], run.payload["done"]
            ids = list(_after(rows, run.payload["last"]).order_by("pk").values_list("pk", flat=True)[: db.bulk_step()])
            if ids:
                run.remember(seen=seen + len(ids), done=done + ACTS[act](ids), last=str(ids[-1]))
            else:
                run.log(f"{done} of {seen}")
                at_end()
                run.finish()
        run.progress(run.payload["seen"], max(run.payload["seen"], total), WHAT[act])


def _begin(
    pipeline: Pipeline,
    act: str,
    cycle_ids: Iterable[UUID | str] | None,
    wanted: Mapping[str, str],
    user: User | None,
    kind: str = MANY_JOB,
    key: str = "",
) -> Done:
    cycles = _texts(cycle_ids)
    rows = _rows(pipeline, act, cycles, wanted)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(ids) <= AT_ONCE:
        return ACTS[act](ids), None
    payload = {
        "pipeline": str(pipeline.pk), "act": act, "cycles": cycles, "wanted": dict(wanted),
        "asked": newest(rows, "created_at").isoformat(), "seen": 0, "done": 0, "last": "",
    }  # fmt: skip
    job = jobs.enqueue(
        kind, key=key or f"{act}:{pipeline.pk}:{uuid7()}", payload=payload, project_id=pipeline.project_id,
        title=f"{pipeline.name}: {TITLE[act]}"[:200], created_by=user.pk if user else None,
    )  # fmt: skip
    return rows.count(), job


def _texts(ids: Iterable[UUID | str] | None) -> list[str] | None:
    return None if ids is None else sorted({str(pk) for pk in as_uuids(ids)})


def _rows(pipeline: Pipeline, act: str, cycles: list[str] | None, wanted: Mapping[str, str]) -> QuerySet[Any]:
    """What the act is done to."""
    if act == "cancel":
        open_ones = Cycle.objects.filter(pipeline=pipeline, status__in=OPEN_CYCLES)
        return open_ones if cycles is None else open_ones.filter(pk__in=cycles)
    if act == "rerun":
        more = {name: value for name, value in wanted.items() if name != "node_id"}
        rows = list_again(pipeline, wanted["node_id"], **more)
    else:
        rows = NodeExecution.objects.filter(pipeline=pipeline, status=machine.FAILED, **wanted)
    return rows if cycles is None else rows.filter(cycle_id__in=cycles)


def _after(rows: QuerySet[Any], last: str) -> QuerySet[Any]:
    return rows.filter(pk__gt=UUID(last)) if last else rows


ACTS: Final[Mapping[str, Callable[[list[UUID]], int]]] = {
    "cancel": lambda ids: cancel_cycles(cycle_ids=ids),
    "retry": lambda ids: retry_executions(execution_ids=ids),
    "rerun": lambda ids: rerun_executions(execution_ids=ids),
}
TITLE: Final = {"cancel": "cancelling cycles", "retry": "retrying what failed", "rerun": "running a node again"}
WHAT: Final = {"cancel": "cycles", "retry": "executions", "rerun": "executions"}
