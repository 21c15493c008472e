"""Which of two models that say shapes is better on the same frozen images, and whether that is more than chance.

The rule is that of ``ml.comparison``; the metric is mean average precision at the configured overlap, chance is ruled
out by a permutation test: were the models alike, each image could as well have been answered by the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml import paired
from models_registry.ml.checks import checks_reason
from models_registry.ml.comparison_config import CompareConfig, parse_config
from models_registry.ml.shape_table import OVERLAPS, ShapeTable, weighted_area
from models_registry.ml.verdict import Contender, Measure, Reason, Samples, Verdict
from models_registry.ml.verdict_reasons import guard_reasons, headline, metric_reason, untrained_verdict

NAME = "average_precision"
LEAST_SWAPS, MOST_SWAPS = 2000, 20_000
_BLOCK = 4_000_000  # weights held at once


@dataclass(frozen=True)
class ShapeContender:
    """One model. table: its answers on the test images, None only if it is untrained; threshold: from which score its
    answers count for recall."""

    name: str
    table: ShapeTable | None
    threshold: float = 0.3
    trained: bool = True
    samples: Samples | None = None

    def plain(self) -> Contender:
        """Without its answers, for the rules that ask for figures and names only."""
        return Contender(self.name, None, self.trained, self.samples or {})


def compare_shapes(
    candidate: ShapeContender,
    incumbent: ShapeContender,
    class_names: Sequence[str],
    groups: NDArray[Any] | None = None,
    config: Mapping[str, Any] | None = None,
    *,
    k: int = 1,
    seed: int = 0,
    resamples: int = 2000,
) -> Verdict:
    """Judges the k-th candidate on this test set. groups: (N,) of images that belong together, drawn and swapped
    together. Raises Invalid: configuration, unknown label, missing figure, tables that do not fit. Repeatable."""
    rules = parse_config(config)
    names = list(class_names)
    for label in (*rules.guard_labels, *((rules.specific_label,) if rules.specific_label else ())):
        if label not in names:
            raise Invalid(f"The test set has no label {label!r}. It has: {', '.join(names)}.", field="label")
    alpha_k = paired.alpha_at(k, rules.alpha)
    if candidate.table is None or incumbent.table is None:
        n = len((candidate.table or incumbent.table or _NOTHING).readable)
        figures = _figures(candidate)
        known = {"candidate": figures} if figures else {}
        return untrained_verdict(candidate.plain(), incumbent.plain(), rules, n=n, k=k, alpha_k=alpha_k, metrics=known)
    duel = _Duel(candidate, incumbent, rules, names, groups)
    measure = duel.measure(seed, resamples)
    p = duel.permutation_p(seed, alpha_k)
    per_class = duel.per_class(names, rules, seed, resamples)
    plain = (candidate.plain(), incumbent.plain())
    first = checks_reason(*plain, rules) if rules.checks else metric_reason(measure, rules.min_delta)
    reasons = [first, _test_reason(p, alpha_k, k), *guard_reasons(per_class, rules)]
    won = all(reason.passed for reason in reasons)
    facts = f"p = {p:.2g}, needed below {alpha_k:.2g}"
    return Verdict(
        action="update model" if won else "discard",
        winner="candidate" if won else "incumbent",
        headline=headline(won, candidate.name, incumbent.name, measure, reasons, facts),
        reasons=reasons,
        metrics={"candidate": _figures(candidate), "incumbent": _figures(incumbent)},
        measures=[measure],
        metric=NAME,
        gain=measure.gain,
        interval=(measure.low, measure.high),
        p=p,
        alpha_k=alpha_k,
        k=k,
        only_candidate=duel.better,
        only_incumbent=duel.worse,
        per_class=per_class,
        smallest_gain=None,
        n=int(duel.readable.sum()),
        unreadable=int((~duel.readable).sum()),
    )


_NOTHING = ShapeTable(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros((0, len(OVERLAPS)), bool),
    np.zeros((0, 0), np.int64), np.zeros(0, bool),
)  # fmt: skip


def _figures(contender: ShapeContender) -> dict[str, float]:
    if contender.table is None:
        return {}
    table = contender.table
    each = [table.mean_average_precision(float(least)) for least in OVERLAPS]
    return {"map50": each[0], "map": float(np.mean(each))}


@dataclass(frozen=True)
class _Class:
    """Both models' answers of one class, in one order of scores. mine: (D,) bool, the candidate's."""

    hit: NDArray[np.bool_]
    image: NDArray[np.int64]
    mine: NDArray[np.bool_]
    objects: NDArray[np.int64]

    def areas(self, first: NDArray[np.bool_], weights: NDArray[Any]) -> NDArray[np.float64]:
        """(B,) average precision of some of the answers, weights (N, B) of images."""
        totals = self.objects.astype(np.float64) @ weights.astype(np.float64)
        return weighted_area(self.hit[first], weights[self.image[first]], totals)


class _Duel:
    """Both models on the images that both could read."""

    def __init__(
        self,
        candidate: ShapeContender,
        incumbent: ShapeContender,
        rules: CompareConfig,
        names: list[str],
        groups: NDArray[Any] | None,
    ) -> None:
        assert candidate.table is not None and incumbent.table is not None  # noqa: PT018
        self.tables = (candidate.table, incumbent.table)
        self.thresholds = (candidate.threshold, incumbent.threshold)
        if not np.array_equal(self.tables[0].objects, self.tables[1].objects):
            raise Invalid("The two evaluations are not of the same images and objects.", field="test_set")
        self.readable = self.tables[0].readable & self.tables[1].readable
        if not self.readable.any():
            raise Invalid("The test set has no readable image.", field="test_set")
        self.n = len(self.readable)
        self.groups = groups
        self.overlap = _overlap(rules.iou_threshold)
        wanted = self.tables[0].present()
        if rules.specific_label is not None:
            label = names.index(rules.specific_label)
            if label not in wanted:
                raise Invalid(
                    f"The test set shows no {rules.specific_label!r}.", field="precision_recall.specific_label"
                )
            wanted = [label]
        self.name = NAME if rules.specific_label is None else f"{NAME} of {rules.specific_label}"
        self.classes = [self._class(label) for label in wanted]
        self.better, self.worse = self._images()

    def _class(self, label: int) -> _Class:
        both = [table.of(label, self.overlap) for table in self.tables]
        score = np.concatenate([one.score for one in both])
        order = np.argsort(-score, kind="stable")
        mine = np.arange(len(score)) < len(both[0].score)
        hit, image = (np.concatenate([getattr(one, name) for one in both]) for name in ("hit", "image"))
        seen = self.readable[image[order]]
        order = order[seen]
        return _Class(hit[order], image[order], mine[order], both[0].objects * self.readable)

    def _images(self) -> tuple[int, int]:
        """On how many images only one side's shown answers were more right (hits minus misses)."""
        sums = []
        for table, threshold in zip(self.tables, self.thresholds, strict=True):
            shown = table.score >= threshold
            at = int(np.argmin(np.abs(OVERLAPS - self.overlap)))
            gains = np.where(table.hits[shown, at], 1, -1)
            sums.append(np.bincount(table.image[shown], gains, minlength=self.n)[self.readable])
        return int((sums[0] > sums[1]).sum()), int((sums[0] < sums[1]).sum())

    def _mean(self, side: bool, weights: NDArray[Any]) -> NDArray[np.float64]:
        return _mean_present([one.areas(one.mine == side, weights) for one in self.classes])

    def gain(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """(B,) candidate minus incumbent under weights of images, (N, B)."""
        return self._mean(True, weights) - self._mean(False, weights)

    def measure(self, seed: int, resamples: int) -> Measure:
        ones = np.ones((self.n, 1), np.float32)
        values = float(self._mean(True, ones)[0]), float(self._mean(False, ones)[0])
        interval = paired.bootstrap_interval(self.gain, self.n, seed=seed, groups=self.groups, resamples=resamples)
        return Measure(self.name, *values, values[0] - values[1], interval.low, interval.high)

    def permutation_p(self, seed: int, alpha_k: float) -> float:
        """One-sided: the share of swaps with a gain at least as large as the one seen. As many swaps as it takes to
        tell a p below alpha_k. [Good 2005]"""
        owner = np.arange(self.n) if self.groups is None else np.unique(self.groups, return_inverse=True)[1].reshape(-1)
        units = int(owner.max()) + 1
        swaps = int(min(max(LEAST_SWAPS, 5 / alpha_k), MOST_SWAPS))
        rng = np.random.default_rng([seed, 11])
        seen = self._swapped(np.zeros((self.n, 1), bool))[0]
        step = max(1, _BLOCK // max(1, sum(len(one.hit) for one in self.classes)))
        as_large = 0
        for start in range(0, swaps, step):
            swapped = rng.random((units, min(step, swaps - start))) < 0.5
            as_large += int((self._swapped(swapped[owner]) >= seen - 1e-12).sum())
        return (1 + as_large) / (1 + swaps)

    def _swapped(self, swapped: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(B,) gain where the answers for some images, (N, B), are the other model's."""
        sides = []
        for side in (True, False):
            areas = []
            for one in self.classes:
                weights = ((one.mine == side)[:, None] != swapped[one.image]).astype(np.float32)
                totals = np.full(swapped.shape[1], float(one.objects.sum()))
                areas.append(weighted_area(one.hit, weights, totals))
            sides.append(_mean_present(areas))
        return sides[0] - sides[1]

    def per_class(self, names: list[str], rules: CompareConfig, seed: int, resamples: int) -> list[dict[str, Any]]:
        rows = []
        for label, name in enumerate(names):
            objects = int((self.tables[0].objects[:, label] * self.readable).sum())
            guarded = name in rules.guard_labels
            recalls = [self._recall(side, label) for side in (0, 1)]
            bound = self._recall_bound(label, seed, resamples) if guarded and objects else (0.0 if objects else -1.0)
            areas = [table.of(label, self.overlap).average_precision() if objects else None for table in self.tables]
            known = recalls[0] is not None and recalls[1] is not None
            rows.append(
                {
                    "name": name,
                    "support": objects,
                    "candidate_recall": recalls[0],
                    "incumbent_recall": recalls[1],
                    "recall_change": (recalls[0] or 0.0) - (recalls[1] or 0.0) if known else None,
                    "lower_bound": bound,
                    "candidate_average_precision": areas[0],
                    "incumbent_average_precision": areas[1],
                    "guarded": guarded,
                    "ok": not guarded or bound > -rules.guard_margin,
                }
            )
        return rows

    def _found(self, side: int, label: int) -> NDArray[np.float64]:
        """(N,) objects of the class that one side's shown answers hit."""
        one = self.tables[side].of(label, self.overlap)
        mine = one.hit & (one.score >= self.thresholds[side])
        return np.bincount(one.image[mine], minlength=self.n).astype(np.float64) * self.readable

    def _recall(self, side: int, label: int) -> float | None:
        objects = float((self.tables[0].objects[:, label] * self.readable).sum())
        return float(self._found(side, label).sum()) / objects if objects else None

    def _recall_bound(self, label: int, seed: int, resamples: int) -> float:
        """One-sided 95 % bound of the change in recall, by bootstrap over images."""
        change = self._found(0, label) - self._found(1, label)
        objects = (self.tables[0].objects[:, label] * self.readable).astype(np.float64)

        def statistic(weights: NDArray[np.float32]) -> NDArray[np.float64]:
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.asarray((change @ weights) / (objects @ weights))

        interval = paired.bootstrap_interval(
            statistic, self.n, seed=seed, groups=self.groups, resamples=resamples, level=0.9
        )
        return interval.low


def _mean_present(areas: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    each = np.stack(areas)
    known = np.isfinite(each)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, each, 0).sum(axis=0) / known.sum(axis=0))


def _overlap(wanted: float) -> float:
    nearest = float(OVERLAPS[int(np.argmin(np.abs(OVERLAPS - wanted)))])
    if abs(nearest - wanted) > 1e-9:
        known = ", ".join(f"{value:g}" for value in OVERLAPS)
        raise Invalid(f"iou_threshold {wanted:g} is not one of {known}.", field="precision_recall.iou_threshold")
    return nearest


def _test_reason(p: float, alpha_k: float, k: int) -> Reason:
    which = f"(candidate {k} on this test set)"
    if p < alpha_k:
        return Reason("significant", f"More than chance: p = {p:.2g}, below {alpha_k:.2g} {which}.", True)
    return Reason("not_significant", f"Within chance: p = {p:.2g}, needed below {alpha_k:.2g} {which}.", False)
