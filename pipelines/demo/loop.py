"""The loop without people: the answer key labels and reviews through the same services, round after round."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from alp_site.lib import jobs
from alp_site.lib.models import Job, JobState
from alp_site.lib.testing import settle
from annotation.models import Task, TaskItem
from annotation.services import answer_key
from datasets.selectors import ground_truth_items
from models_registry.models import Comparison, Evaluation, Model
from models_registry.services.evaluation import request_evaluation
from pipelines.demo import embedding_cache
from pipelines.demo.pictures import Say
from pipelines.demo.world import Plan, World, build, subset_filter
from pipelines.models import NodeExecution, SelectionRound
from pipelines.services.variables import get_variable

__all__ = ["LoopStuck", "run"]

SHAPES = ("map_50", "map_75", "map", "precision", "recall", "f1", "miou", "dice")
HEADLINES = ("accuracy", "map_50", "miou")


class LoopStuck(RuntimeError):
    """Nobody is asked anything any more although the loop should go on; the message says what failed."""


@dataclass
class Clock:
    """Seconds by what they were spent on."""

    spent: dict[str, float]
    last: float

    @classmethod
    def started(cls) -> Clock:
        return cls({}, time.perf_counter())

    def lap(self, name: str) -> None:
        moment = time.perf_counter()
        self.spent[name] = round(self.spent.get(name, 0) + moment - self.last, 3)
        self.last = moment


def run(plan: Plan, rounds: int, say: Say) -> dict[str, Any]:
    """Makes the project and turns the loop; returns {config, rounds: [...]}, round 0 being the seed model."""
    clock = Clock.started()
    world = build(plan, say, warm=embedding_cache.take)
    settle()
    embedding_cache.keep(world.base)
    clock.lap("prepare")
    found = [first(world, clock.spent)]
    say(_line(found[0]))
    for report in turn(world, rounds):
        found.append(report)
        say(_line(report))
    return {"config": {**asdict(plan), "rounds": rounds}, "rounds": found}


def turn(world: World, rounds: int) -> Iterator[dict[str, Any]]:
    """One report a round: what was asked is answered, reviewed, learnt from and judged."""
    for number in range(1, rounds + 1):
        clock = Clock.started()
        before = best_of(world)
        known = set(Model.objects.filter(project=world.project).values_list("pk", flat=True))
        asked = open_items(world.task(Task.Kind.ANNOTATION))
        if not asked:
            raise LoopStuck(f"Round {number}: nothing is to be labelled. {what_failed()}")
        answer_all(world, Task.Kind.ANNOTATION, "annotator")
        settle()
        clock.lap("label")
        answer_all(world, Task.Kind.QA, "reviewer")
        clock.lap("review")
        settle()
        clock.lap("learn")
        yield report_of(world, number, before, known, clock.spent)


def answer_all(world: World, kind: str, role: str) -> None:
    task = world.task(kind)
    while open_items(task):
        done = answer_key.answer(task=task, person=world.people[role], count=answer_key.MAX_AT_ONCE)
        if not done.answered:
            raise LoopStuck(f"The answer key knows nothing of the open items of {task.name}.")


def open_items(task: Task) -> int:
    return TaskItem.objects.filter(task=task, finished_at=None, held_back_at=None, retired_at=None).count()


def best_of(world: World) -> Model:
    """The model the pipeline's variable names now."""
    value = get_variable(world.pipeline.pk, "Best Model").value
    return Model.objects.get(pk=str(value))


def first(world: World, seconds: dict[str, float]) -> dict[str, Any]:
    """Round 0: the seed model, best because there is no other."""
    best = best_of(world)
    return {
        "round": 0,
        **counts(world),
        "best": figures(world, best),
        "candidate": None,
        "promoted": False,
        "reason": "the seed model",
        "seconds": dict(seconds),
    }


def report_of(world: World, number: int, before: Model, known: set[UUID], seconds: dict[str, float]) -> dict[str, Any]:
    best = best_of(world)
    candidate = Model.objects.filter(project=world.project).exclude(pk__in=known).order_by("id").last()
    verdict = Comparison.objects.filter(candidate=candidate).order_by("id").last() if candidate else None
    chosen = SelectionRound.objects.filter(pipeline=world.pipeline, number=number).first()
    return {
        "round": number,
        **counts(world),
        "best": figures(world, best),
        "candidate": figures(world, candidate) if candidate else None,
        "promoted": best.pk != before.pk,
        "reason": verdict.reason if verdict else f"no new model: {what_failed() or 'too little new ground truth'}",
        "method": chosen.method if chosen else None,
        "chosen_by": before.name,
        "seconds": {**seconds, **({"choose": chosen.report.get("seconds", {})} if chosen else {})},
    }


def counts(world: World) -> dict[str, int]:
    """All labels that were paid for, and those of them models learn from."""
    total = ground_truth_items(world.truth, {}).count()
    return {"labels": total, "train_labels": ground_truth_items(world.truth, subset_filter("train")).count()}


def figures(world: World, model: Model) -> dict[str, Any]:
    """The model's headline figures on the frozen test set."""
    row = Evaluation.objects.filter(model=model, test_set_version=world.version).first()
    if row is None or row.status != Evaluation.Status.DONE:
        row = request_evaluation(model_id=model.pk, test_set_version_id=world.version.pk)
        jobs.run_pending()
        row.refresh_from_db()
    wanted = ("accuracy", "balanced_accuracy", "macro_f1", "mean_average_precision", "log_loss", "ece", *SHAPES)
    shown = {name: row.summary[name] for name in wanted if name in row.summary}
    return {"model": model.name, "train": model.train_count, "status": model.status, **shown}


def what_failed() -> str:
    """Errors of failed jobs and executions, for a message a person can act on."""
    texts = [f"{job.kind}: {job.error}" for job in Job.objects.filter(state=JobState.FAILED)[:3]]
    rows = NodeExecution.objects.filter(status="failed").values_list("node_id", "error").distinct()[:3]
    return "; ".join([*texts, *(f"{node}: {error}" for node, error in rows)])


def _line(report: dict[str, Any]) -> str:
    best, candidate = report["best"], report["candidate"] or {}
    figure = next((name for name in HEADLINES if name in best), HEADLINES[0])
    said = f"candidate {candidate[figure]:.3f}" if figure in candidate else "no candidate"
    state = "promoted" if report["promoted"] else "kept"
    spent = sum(v for v in report["seconds"].values() if isinstance(v, float))
    return (
        f"round {report['round']}: {report['train_labels']} train labels, best {figure} {best.get(figure, 0):.3f}, "
        f"{said}, {state}, {spent:.1f} s"
    )
