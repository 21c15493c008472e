"""Data drift: the pictures that come in are another kind than those the model was judged on."""

from __future__ import annotations

from uuid import UUID

from models_registry.ml.shift import largest_shift
from models_registry.models import Model
from models_registry.selectors.shifting import answers_on_new_items, answers_on_test_set, count_new_answers
from pipelines.engine.measures import Measure, MeasureSpec, Reading, Watched, register_measure


@register_measure
class DataDrift(Measure):
    """Judges each window of new items once, so that looking often does not raise false alarms."""

    spec = MeasureSpec(
        name="data_drift",
        title="Data drift",
        doc="Compares what the model answers on new items with what it answered on its test set: the largest"
        " Kolmogorov-Smirnov distance of any class's score. Each window of items that came after the model became the"
        " best is judged once. It fires where the distance is large enough and chance is an unlikely reason.",
        reads={"model": "Model", "dataset": "Dataset"},
        settings={
            "window": {
                "type": "integer",
                "title": "New items a window",
                "description": "So many new items are compared at a time.",
                "minimum": 20,
                "maximum": 10000,
                "default": 200,
            },
            "distance": {
                "type": "number",
                "title": "Least distance",
                "description": "From 0 (the same) to 1 (nothing in common).",
                "minimum": 0,
                "maximum": 1,
                "default": 0.2,
            },
            "alpha": {
                "type": "number",
                "title": "False alarms",
                "description": "The share of windows of the same kind of pictures that may be called another kind.",
                "minimum": 0.000001,
                "maximum": 0.5,
                "default": 0.01,
            },
        },
    )

    def look(self, watched: Watched) -> Reading:
        model = Model.objects.filter(pk=watched.reads["model"], project_id=watched.project_id).first()
        if model is None:
            return Reading("there is no model")
        before = answers_on_test_set(model)
        if before is None:
            return Reading(f"{model.name} was not evaluated on a test set yet, or says no scores")
        dataset, window = UUID(watched.reads["dataset"]), int(watched.settings["window"])
        there = count_new_answers(model, dataset)
        whole = there // window
        if not whole:
            return Reading(f"{there} of {window} new items were predicted by {model.name}")
        now = answers_on_new_items(model, dataset, start=(whole - 1) * window, count=window)
        shift = largest_shift(before, now)
        fires = shift.distance >= watched.settings["distance"] and shift.p < watched.settings["alpha"]
        label = model.labels[shift.column]
        words = (
            f"window {whole} of {window} new items lies {shift.distance:.2f} from the test set of {model.name}"
            f" (by the score of {label}; p = {shift.p:.2g})"
        )
        return Reading(words, shift.distance, fires, key=f"{model.pk}:{whole}")
