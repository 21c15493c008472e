"""Compare models: is the new one really better, on the same frozen test set?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from alp_site.lib.errors import AlpError
from models_registry.models import Comparison, Evaluation, Model
from models_registry.services.comparison import compare, start_seeds, version_for
from models_registry.services.evaluation import request_evaluation
from pipelines.engine.spec import (
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    Tx,
    Wait,
    register,
    wait_on,
)
from pipelines.services.checks import model_problems
from pipelines.services.test_versions import MEMORY


@register
class CompareModels(Node):
    """Waits until both models are evaluated on the cycle's test-set version (starting what is missing), then judges.

    The verdict is written once a pair and version, and paid for in the ledger; a tie keeps the current model.
    """

    spec = NodeSpec(
        type="compare",
        title="Compare models",
        category="Models",
        icon="scale",
        doc="Promote only what is really better: metric, significance with alpha spending, guarded classes.",
        inputs=(
            Port("previous_model", "Model"),
            Port("new_model", "Model"),
            Port("compare_config", "Json", required=False, widget="rule"),
            Port("dataset", "Dataset", required=False),
        ),
        outputs=(Port("winning_model", "Model"),),
        actions={"winning_model": ("update model", "discard")},
        requires=("the evaluations of both models on the cycle's test-set version",),
        batch=1,
    )

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        return model_problems(tx.project_id, place, "previous_model")

    def unmet(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        return [found for e in batch if (found := self._missing(e)) is not None]

    @staticmethod
    def _missing(e: Execution) -> Wait | NodeError | None:
        """The first of the two evaluations that is not there: asked for if nobody did; the reason if it failed."""
        try:
            version = _version(e)
        except AlpError as error:
            code = "no_test_set" if error.data.get("field") == "test_set_version" else error.code
            return NodeError(e.id, code, error.message, error.data)
        if version is None:  # by training figures alone
            return None
        for port in ("previous_model", "new_model"):
            model_id = UUID(e.inputs[port])
            row = Evaluation.objects.filter(model_id=model_id, test_set_version_id=version).first()
            if row is not None and row.status == Evaluation.Status.FAILED:
                name = Model.objects.values_list("name", flat=True).filter(pk=model_id).first()
                why = (row.error or {}).get("message", "")
                return NodeError(
                    e.id, "evaluation_failed", f"The evaluation of {name} failed: {why}", {"evaluation": str(row.pk)}
                )
            try:
                row = request_evaluation(model_id=model_id, test_set_version_id=version, cycle_id=UUID(e.cycle_id))
            except AlpError as error:
                return NodeError(e.id, error.code, error.message, error.data)
            if row.status != Evaluation.Status.DONE:
                return Wait(e.id, f"waiting for the evaluation of {row.model.name}", wait_on("evaluation", row.pk))
        return _repeats_missing(e, version)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        return [self._judge(e) for e in batch]

    @staticmethod
    def _judge(e: Execution) -> Result:
        row = compare(
            candidate_id=UUID(e.inputs["new_model"]),
            incumbent_id=UUID(e.inputs["previous_model"]),
            test_set_version_id=_version(e),
            config=e.inputs.get("compare_config") or {},
            cycle_id=UUID(e.cycle_id),
        )
        better = row.verdict == Comparison.Verdict.UPDATE
        winner = e.inputs["new_model"] if better else e.inputs["previous_model"]
        memory = {"incumbent": e.inputs["previous_model"], "comparison": str(row.pk), "verdict": row.reason}
        return Outcome(e.id, {"winning_model": winner}, action=str(row.verdict), remember=memory, log=row.reason)


def _repeats_missing(e: Execution, version: UUID) -> Wait | NodeError | None:
    """The first of the candidate's repeats that is not there, where the configuration asks for several seeds: all are
    started at once."""
    try:
        waiting = start_seeds(
            candidate_id=UUID(e.inputs["new_model"]),
            incumbent_id=UUID(e.inputs["previous_model"]),
            test_set_version_id=version,
            config=e.inputs.get("compare_config") or {},
            cycle_id=UUID(e.cycle_id),
        )
    except AlpError as error:
        return NodeError(e.id, error.code, error.message, error.data)
    for one in waiting:
        model = one if isinstance(one, Model) else one.model
        if one.status in ("failed", "cancelled"):
            why = (one.error or {}).get("message") or f"it was {one.status}"
            return NodeError(e.id, "repeat_failed", f"{model.name}, which repeats the candidate, has failed: {why}")
    for one in waiting:
        if isinstance(one, Model):
            return Wait(e.id, f"waiting for the training of {one.name}", wait_on("model", one.pk))
        return Wait(e.id, f"waiting for the evaluation of {one.model.name}", wait_on("evaluation", one.pk))
    return None


def _version(e: Execution) -> UUID | None:
    """The cycle's test-set version, else the candidate's own; None when the configuration does without. Raises Invalid
    when it does not."""
    known = e.memory.get(MEMORY)
    candidate = Model.objects.get(pk=UUID(e.inputs["new_model"]))
    found = version_for(candidate, UUID(known) if known else None, e.inputs.get("compare_config") or {})
    return found.pk if found else None
