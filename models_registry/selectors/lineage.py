"""What came of a version: how it was judged, when it was best, what was made from it, what hangs on it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from models_registry.models import Comparison, Evaluation, Model, Prediction, PromotionLog
from models_registry.selectors import payloads as render
from models_registry.selectors.versions import BY_CHANCE

__all__ = ["came_of"]

MOST = 6


def came_of(model: Model) -> dict[str, Any]:
    """``{"evaluations", "comparisons", "promotions", "descendants"}``, the newest six of each, and ``"counts"`` of all
    and of its predictions. Nine queries."""
    evaluations = Evaluation.objects.filter(model=model).select_related("test_set_version")
    comparisons = Comparison.objects.filter(Q(candidate=model) | Q(incumbent=model))
    promotions = PromotionLog.objects.filter(model=model)
    descendants = Model.objects.filter(base_model=model, deleted_at__isnull=True).exclude(lineage__has_key=BY_CHANCE)
    return {
        "evaluations": [
            {
                "id": str(row.pk), "status": row.status, "summary": row.summary,
                "test_set_version": render.test_set_version(row.test_set_version),
            }
            for row in evaluations.defer("metrics").order_by("-id")[:MOST]
        ],
        "comparisons": [
            {
                "id": str(row.pk), "verdict": row.verdict,
                "as": "candidate" if row.candidate_id == model.pk else "incumbent",
                "other": render.named(row.incumbent if row.candidate_id == model.pk else row.candidate),
            }
            for row in comparisons.select_related("candidate", "incumbent").defer("report").order_by("-id")[:MOST]
        ],
        "promotions": render.promotions(
            list(promotions.select_related("model", "previous", "person").order_by("-id")[:MOST])
        ),
        "descendants": [render.named(row) for row in descendants.order_by("-id")[:MOST]],
        "counts": {
            "evaluations": evaluations.count(),
            "comparisons": comparisons.count(),
            "descendants": descendants.count(),
            "predictions": Prediction.objects.filter(model=model).count(),
        },
    }  # fmt: skip
