"""How good shapes are while a net learns: average precision on the validation pictures, and the score worth showing.

For choosing weights; reports for people come from an evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models_registry.ml.shape_table import Shapes, ShapeTable, best_threshold, make_table
from models_registry.ml.shapes import Size

SHOWN = 0.3  # where no validation picture says better


@dataclass
class Quality:
    """``say``: what the net says now of the validation pictures, in their order; ``sizes`` as for ``make_table``."""

    truth: Shapes
    classes: int
    say: Callable[[], Shapes]
    sizes: Sequence[Size] | None = None

    def figures(self) -> dict[str, float]:
        """{} without anything to find on validation pictures."""
        if not any(len(shapes) for shapes in self.truth):
            return {}
        return {"map50/validation": self._table().mean_average_precision()}

    def threshold(self) -> float:
        """The score with the best F1 over all classes together."""
        return best_threshold(self._table(), SHOWN) if len(self.truth) else SHOWN

    def _table(self) -> ShapeTable:
        return make_table(self.truth, self.say(), self.classes, sizes=self.sizes)
