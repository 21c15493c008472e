"""Evaluate: the model on the cycle's frozen test set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from alp_site.lib.errors import AlpError
from datasets.models import TestSetVersion
from models_registry.models import Evaluation
from models_registry.services.evaluation import request_evaluation
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Port,
    Result,
    Tx,
    Wait,
    register,
    wait_on,
)
from pipelines.services.test_versions import MEMORY, remembered, resolve


@dataclass(frozen=True)
class Asked(Wait):
    """An evaluation that is to be asked for."""

    version: str = ""
    cycle: str = ""


@register
class Evaluate(Node):
    """Asks for the evaluation of the model on the test-set version of this cycle; one that exists is reused."""

    spec = NodeSpec(
        type="evaluate",
        title="Evaluate",
        category="Models",
        icon="target",
        doc="Measures the model on the frozen test set. An evaluation that was made before is reused.",
        inputs=(
            Port("model", "Model"),
            Port("dataset", "Dataset"),
            Port("filters", "Json", doc="The test subset, a query over the dataset."),
        ),
        outputs=(Port("model", "Model"), Port("dataset", "Dataset")),
        requires=("a published version of the test set",),
        batch=16,
    )

    def unmet(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        """Publishes version 1 of the test set when nothing is remembered and none is there."""
        problems = []
        for e in batch:
            try:
                version_of(e)
            except AlpError as error:
                problems.append(NodeError(e.id, error.code, error.message, error.data))
        return problems

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        results = []
        for e in batch:
            version = version_of(e)
            outputs = {"model": e.inputs["model"], "dataset": e.inputs["dataset"]}
            remember = {} if e.memory.get(MEMORY) else {MEMORY: str(version.pk)}
            results.append(
                Asked(
                    e.id, "waiting for the evaluation", "", outputs, remember, version=str(version.pk), cycle=e.cycle_id
                )
            )
        return results

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        done: list[Result] = []
        for result in results:
            if not isinstance(result, Asked):
                continue
            row = request_evaluation(
                model_id=UUID(result.outputs["model"]),
                test_set_version_id=UUID(result.version),
                cycle_id=UUID(result.cycle),
            )
            if row.status == Evaluation.Status.DONE:
                done.append(Outcome(result.execution_id, result.outputs, remember=result.remember))
            else:
                done.append(replace(result, on=wait_on("evaluation", row.pk)))
        return done

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        by_id = {e.wait_key.partition(":")[2]: e for e in waiting if not e.wait_key.startswith("model:")}
        done: list[Result] = []
        for row in Evaluation.objects.filter(pk__in=list(by_id)):
            e = by_id[str(row.pk)]
            if row.status == Evaluation.Status.DONE:
                done.append(Outcome(e.id, {"model": e.inputs["model"], "dataset": e.inputs["dataset"]}))
            elif row.status == Evaluation.Status.FAILED:
                done.append(NodeError(e.id, "evaluation_failed", (row.error or {}).get("message", "It failed.")))
        return done


def version_of(e: Execution) -> TestSetVersion:
    """The version this cycle remembered, else the newest of the filter's test set (the first is made if needed)."""
    known = remembered(e.memory, e.inputs["dataset"])
    if known is not None:
        return known
    return resolve(project_id=e.project_id, dataset_id=e.inputs["dataset"], dql=e.inputs["filters"])
