"""How good a detector is while it learns: average precision on the validation pictures, and the score worth showing.

For choosing weights; reports for people come from ``ml.metrics``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models_registry.ml.averages import average_over, mean_of
from models_registry.ml.metrics.base import NotComputableError
from models_registry.ml.metrics.object_report import LIKENESS
from models_registry.ml.object_matches import HIT, ObjectMatches, Rules, match_objects
from models_registry.ml.records import TaskKind
from models_registry.ml.shape_records import Shapes, found_records, truth_records
from models_registry.ml.shapes import Size
from models_registry.ml.thresholds import cuts, pick

SHOWN = 0.3  # where no validation picture says better
HIGHEST = 0.9  # of a threshold: a handful of sure answers must not hide the rest


@dataclass
class Quality:
    """``say``: what the net says now of the validation pictures, in their order."""

    truth: Shapes
    sizes: Sequence[Size]
    classes: int
    say: Callable[[], Shapes]
    kind: TaskKind = "detection"
    said: Shapes | None = None
    """What it was last judged by."""

    def figures(self) -> dict[str, float]:
        """{} without anything to find on validation pictures."""
        if not any(len(shapes) for shapes in self.truth):
            return {}
        value = mean_of(average_over(self._matches(), self.classes).ap(0, 0))
        return {"map_50/validation": value or 0.0}

    def threshold(self) -> float:
        """The score with the best F1 over all classes together."""
        if not any(len(shapes) for shapes in self.truth):
            return SHOWN
        matches = self._matches()
        try:
            found = cuts(matches.score, matches.state[0, 0] == HIT, int(matches.counted[0].sum()))
        except NotComputableError:
            return SHOWN
        return min(float(found.threshold[pick(found)]), HIGHEST)

    def _matches(self) -> ObjectMatches:
        rules = Rules(LIKENESS[self.kind], thresholds=(0.5,), ranges=("all",))
        truths = truth_records(self.truth, self.sizes, self.kind)
        self.said = self.say()
        return match_objects(truths, found_records(self.said, self.sizes, self.kind), rules)
