"""Metric samples while a model trains: buffered, written in bulk, told to whoever looks on."""

from __future__ import annotations

import math
import time
from typing import Any

from alp_site.lib import events
from alp_site.lib.jobs import Run
from models_registry.models import MetricSample, Model

__all__ = ["MetricWriter"]

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
