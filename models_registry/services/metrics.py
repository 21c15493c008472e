"""Metric samples while a model trains: buffered, written in bulk, told to whoever looks on."""

from __future__ import annotations

import math
import time
from typing import Any
from uuid import UUID

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.lib.jobs import Run
from models_registry.models import MetricSample, Model

__all__ = ["MetricWriter", "tally"]

SECONDS = 1.0


class MetricWriter:
    """Collects samples and writes them about once a second, through the job's fence.

    The point (figure, legend, x) is the natural key: a resumed training tells its samples again and changes nothing.
    """

    def __init__(self, *, model: Model, run: Run) -> None:
        self._model = model
        self._run = run
        self._waiting: dict[tuple[str, str, float], float] = {}
        self._written = 0.0

    def add(self, figure: str, legend: str, x: float, y: float) -> None:
        """One sample. What is not a finite number has no place on a chart and is left out."""
        if math.isfinite(x) and math.isfinite(y):
            self._waiting[(figure, legend, float(x))] = float(y)

    def pace(self, epoch: int, learning_rate: float, images_per_second: float) -> None:
        """How an epoch went, as two more lines."""
        self.add("learning_rate", "train", epoch, learning_rate)
        self.add("images_per_second", "train", epoch, images_per_second)

    def epoch(self, done: int, total: int) -> None:
        """The end of an epoch: progress for the job, and a write when the last one is a second ago."""
        self._run.progress(done, total, f"epoch {done} of {total}")
        if time.monotonic() - self._written >= SECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes what waits, in one short transaction, with one event that carries the new points."""
        if not self._waiting:
            return
        rows = [
            MetricSample(model=self._model, figure=figure, legend=legend, x=x, y=y)
            for (figure, legend, x), y in self._waiting.items()
        ]
        points: list[dict[str, Any]] = [
            {"figure": row.figure, "legend": row.legend, "x": row.x, "y": row.y} for row in rows
        ]
        with self._run.commit():
            MetricSample.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["model", "figure", "legend", "x"], update_fields=["y"]
            )
            events.publish(
                "model.metric",
                project_id=self._model.project_id,
                ids=[str(self._model.pk)],
                data={"samples": points[-200:]},
            )
        self._waiting.clear()
        self._written = time.monotonic()


def tally(*, model_id: UUID, figure: str, legend: str, hits: int, total: int) -> None:
    """Adds to a share that grows: a point at x = how many so far, y = the share of hits among them. Joins the open
    transaction, which must be the one that counts these as done: it is not safe to repeat."""
    legend = legend[:80]
    with write():
        model = Model.objects.select_for_update().get(pk=model_id)
        rows = MetricSample.objects.filter(model=model, figure=figure, legend=legend)
        last = rows.order_by("-x").values_list("x", "y").first() or (0.0, 0.0)
        x = last[0] + total
        y = (last[0] * last[1] + hits) / x
        MetricSample.objects.create(model=model, figure=figure, legend=legend, x=x, y=y)
        point = {"figure": figure, "legend": legend, "x": x, "y": y}
        events.publish("model.metric", project_id=model.project_id, ids=[str(model.pk)], data={"samples": [point]})
