"""What a comparison is given and what it answers: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Samples = Mapping[tuple[str, str], Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class TestItems:
    """The frozen test set: (n,) true class of each image, the class names, and (n,) groups if images belong
    together."""

    labels: NDArray[np.int64]
    class_names: Sequence[str]
    groups: NDArray[Any] | None = None


@dataclass(frozen=True)
class Contender:
    """One model. probs: (n, C) on the test items in their order, over their classes (``report.align_classes``); None
    only if it is untrained. samples: stored training figures, (figure, legend) -> [(x, y), ...]; needed for checks."""

    name: str
    probs: NDArray[np.floating[Any]] | None
    trained: bool = True
    samples: Samples = field(default_factory=dict)


@dataclass(frozen=True)
class Reason:
    """One clause of the rule: a code for programs, a sentence for people, and which way it went."""

    code: str
    text: str
    passed: bool


@dataclass(frozen=True)
class Measure:
    """A metric of both models, the gain and its 95 % paired bootstrap interval."""

    name: str
    candidate: float
    incumbent: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """``as_dict`` is JSON-able. metrics: per model, its headline figures. measures: accuracy and the deciding metric
    with intervals. gain, interval: of the deciding metric. p, alpha_k, k: of the test that leaves chance out; p is None
    if nothing was tested.

    kind says what was counted and tested. classes: pictures that only one has right, McNemar's test; the classes'
    bounds are of recall. objects: objects that only one found, paired bootstrap; bounds of average precision. pixels:
    pictures on which only one erred less, permutation test; bounds of the recall of pixels, and what is called average
    precision of a class is its intersection over union."""

    action: Literal["update model", "discard"]
    winner: Literal["candidate", "incumbent"]
    headline: str
    reasons: list[Reason]
    metrics: dict[str, dict[str, float]]
    measures: list[Measure]
    metric: str
    gain: float | None
    interval: tuple[float, float] | None
    p: float | None
    alpha_k: float
    k: int
    only_candidate: int
    only_incumbent: int
    per_class: list[dict[str, Any]]
    smallest_gain: float | None
    n: int
    unreadable: int
    kind: Literal["classes", "objects", "pixels"] = "classes"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
