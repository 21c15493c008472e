"""Estimated gain: what a training on the ground truth of now is expected to bring."""

from __future__ import annotations

from uuid import UUID

from datasets.selectors import ground_truth_items
from models_registry.ml.growth import LEAST_SIZES, expected_gain, exponent_of
from models_registry.models import Model
from models_registry.selectors.shifting import sizes_and_figures
from pipelines.engine.measures import Measure, MeasureSpec, Reading, Watched, register_measure


@register_measure
class EstimatedGain(Measure):
    """Counts from what was trained on last: a training whose version was kept out is not tried again at once."""

    spec = MeasureSpec(
        name="estimated_gain",
        title="Estimated gain",
        doc="Draws a power law (error = a n^-b) through the trained versions of the model's line, all on one test-set"
        " version, and reads from it what the training pictures there are now would bring. It needs three versions of"
        " different sizes; it fires where the expected rise of the figure is large enough.",
        reads={"model": "Model", "dataset": "Dataset"},
        settings={
            "gain": {
                "type": "number",
                "title": "Least gain",
                "description": "Expected rise of the figure (accuracy, AP50, mean IoU): 0.01 is one point.",
                "minimum": 0.0001,
                "maximum": 1,
                "default": 0.01,
            },
        },
    )

    def look(self, watched: Watched) -> Reading:
        model = Model.objects.filter(pk=watched.reads["model"], project_id=watched.project_id).first()
        if model is None:
            return Reading("there is no model")
        metric, points = sizes_and_figures(model)
        exponent = exponent_of([point for _, point in points])
        best = dict(points).get(model.pk)
        if exponent is None or best is None:
            sizes = len({n for _, (n, _) in points})
            return Reading(f"{sizes} of {LEAST_SIZES} sizes of training set were evaluated on one test set")
        there = ground_truth_items(UUID(watched.reads["dataset"]), model.train_filter).count()
        tried = int(watched.tried.get("items", 0)) if watched.tried.get("model") == str(model.pk) else 0
        start = max(best[0], tried)
        gain = expected_gain(exponent, best, start, there)
        words = (
            f"{gain:.4f} more {metric} is expected of {there} training items instead of {start}"
            f" (error falls as n^-{exponent:.2f} over {len(points)} versions)"
        )
        fires = gain >= watched.settings["gain"]
        keep = {"model": str(model.pk), "items": there}
        return Reading(words, gain, fires, key=f"{model.pk}:{there}", keep=keep)
