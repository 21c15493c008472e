"""Which of two segmenters is better on the same frozen test images: what ``object_comparison`` is for objects.

The metric is mean intersection over union of the classes that the truth has; chance is ruled out by a permutation test:
were the models alike, each image could as well have been answered by the other one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml import paired
from models_registry.ml.checks import checks_reason
from models_registry.ml.comparison_config import CompareConfig, parse_config
from models_registry.ml.pixel_table import PixelTable
from models_registry.ml.verdict import Contender, Measure, Reason, Verdict
from models_registry.ml.verdict_reasons import guard_reasons, headline, metric_reason, untrained_verdict

__all__ = ["PixelContender", "compare_pixels", "pixel_seed_gains"]

NAME = "mean_iou"
LEAST_SWAPS, MOST_SWAPS = 2000, 20_000
_BLOCK = 4_000_000  # weights held at once


@dataclass(frozen=True)
class PixelContender(Contender):
    """One segmenter: its pixels beside the truth's; None only if it is untrained."""

    table: PixelTable | None = None


def compare_pixels(
    candidate: PixelContender,
    incumbent: PixelContender,
    class_names: Sequence[str],
    config: Mapping[str, Any] | None = None,
    *,
    groups: NDArray[Any] | None = None,
    k: int = 1,
    seed: int = 0,
    resamples: int = 2000,
) -> Verdict:
    """Judges the k-th candidate on this test set. groups: (N,) images that belong together are drawn and swapped
    together. Raises Invalid: configuration, unknown label, another truth. Same arguments, same verdict."""
    rules = parse_config(config)
    names = list(class_names)
    rules.check_labels(names)
    alpha_k = paired.alpha_at(k, rules.alpha)
    if candidate.table is None or incumbent.table is None:
        known = candidate.table or incumbent.table
        n = len(known.readable) if known is not None else 0
        figures = {"candidate": {"miou": known.mean_iou()}} if known is not None and candidate.table else {}
        return untrained_verdict(candidate, incumbent, rules, n=n, k=k, alpha_k=alpha_k, metrics=figures)
    duel = _Duel((candidate.table, incumbent.table), rules, names, groups)
    rules = rules.guarding(names[label] for label in np.flatnonzero(duel.truth.sum(axis=0)))
    deciding = duel.measure(seed, resamples)
    p = duel.permutation_p(seed, alpha_k)
    per_class = duel.per_class(names, rules, seed, resamples)
    first = checks_reason(candidate, incumbent, rules) if rules.checks else metric_reason(deciding, rules.min_delta)
    reasons = [first, _test_reason(p, alpha_k, k), *guard_reasons(per_class, rules)]
    if duel.n < rules.minimum_items:
        reasons.append(Reason("too_few", f"{duel.n} test images, at least {rules.minimum_items} are asked for.", False))
    won = all(reason.passed for reason in reasons)
    facts = f"p = {p:.2g}, needed below {alpha_k:.2g}"
    return Verdict(
        action="update model" if won else "discard",
        winner="candidate" if won else "incumbent",
        headline=headline(
            won, candidate.name, incumbent.name, deciding, reasons, facts, test="permutation test of the images"
        ),
        reasons=reasons,
        metrics={"candidate": {"miou": candidate.table.mean_iou()}, "incumbent": {"miou": incumbent.table.mean_iou()}},
        measures=[deciding],
        metric=deciding.name,
        gain=deciding.gain,
        interval=(deciding.low, deciding.high),
        p=p,
        alpha_k=alpha_k,
        k=k,
        only_candidate=duel.better,
        only_incumbent=duel.worse,
        per_class=per_class,
        smallest_gain=None,
        n=int(duel.readable.sum()),
        unreadable=int((~duel.readable).sum()),
        kind="pixels",
    )


def pixel_seed_gains(
    seeds: Sequence[PixelContender],
    incumbent: PixelContender,
    class_names: Sequence[str],
    config: Mapping[str, Any] | None = None,
) -> tuple[list[paired.Statistic], int]:
    """Of each seed the gain in mean intersection over union over the incumbent, and the number of images. Raises
    Invalid as ``compare_pixels`` does."""
    rules, names = parse_config(config), list(class_names)
    tables = [one.table for one in (*seeds, incumbent) if one.table is not None]
    readable = np.all([table.readable for table in tables], axis=0)
    known = [replace(table, readable=readable) for table in tables]
    duels = [_Duel((table, known[-1]), rules, names, None) for table in known[:-1]]
    return [duel.gain for duel in duels], len(readable)


class _Duel:
    """Both segmenters on the images that both could read. better, worse: on how many images only one erred less."""

    def __init__(
        self, tables: tuple[PixelTable, PixelTable], rules: CompareConfig, names: list[str], groups: NDArray[Any] | None
    ) -> None:
        self.readable = tables[0].readable & tables[1].readable
        if not self.readable.any():
            raise Invalid("The test set has no readable image.", field="test_set")
        if not np.array_equal(tables[0].truth[self.readable], tables[1].truth[self.readable]):
            raise Invalid("The two models were not judged on the same truth.", field="test_set")
        self.n, self.groups = len(self.readable), groups
        keep = self.readable[:, None]
        self.shared = [table.shared * keep for table in tables]
        self.unions = [(table.truth + table.said - table.shared) * keep for table in tables]
        self.truth = tables[0].truth * keep
        wanted = np.flatnonzero(self.truth.sum(axis=0)).tolist()
        if rules.specific_label is not None:
            label = names.index(rules.specific_label)
            if label not in wanted:
                text = f"The test set has no {rules.specific_label!r}."
                raise Invalid(text, field="precision_recall.specific_label")
            wanted = [label]
        self.wanted: list[int] = wanted
        self.name = NAME if rules.specific_label is None else f"{NAME} of {rules.specific_label}"
        wrong = [(union - shared).sum(axis=1) for union, shared in zip(self.unions, self.shared, strict=True)]
        self.better, self.worse = int((wrong[0] < wrong[1]).sum()), int((wrong[0] > wrong[1]).sum())

    def measure(self, seed: int, resamples: int) -> Measure:
        """Both means, the gain and its paired bootstrap interval."""
        ones = np.ones((self.n, 1), np.float32)
        new, old = float(self._side(0, ones)[0]), float(self._side(1, ones)[0])
        sure = paired.bootstrap_interval(self.gain, self.n, seed=seed, groups=self.groups, resamples=resamples)
        return Measure(self.name, new, old, new - old, sure.low, sure.high)

    def gain(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """(B,) under weights of images, (N, B)."""
        return self._side(0, weights) - self._side(1, weights)

    def permutation_p(self, seed: int, alpha_k: float) -> float:
        """One-sided: the share of swaps with a gain at least as large as the one seen; as many swaps as it takes to
        tell a p below alpha_k. [Good 2005]"""
        names = np.arange(self.n) if self.groups is None else self.groups
        owner = np.unique(names, return_inverse=True)[1].reshape(-1)
        swaps = int(min(max(LEAST_SWAPS, 5 / alpha_k), MOST_SWAPS))
        rng = np.random.default_rng([seed, 11])
        seen = self._swapped(np.zeros((self.n, 1), bool))[0]
        step = max(1, _BLOCK // max(1, self.n * len(self.wanted)))
        as_large = 0
        for start in range(0, swaps, step):
            swapped = rng.random((int(owner.max()) + 1, min(step, swaps - start))) < 0.5
            as_large += int((self._swapped(swapped[owner]) >= seen - 1e-12).sum())
        return (1 + as_large) / (1 + swaps)

    def _side(self, side: int, weights: NDArray[Any]) -> NDArray[np.float64]:
        """(B,) mean intersection over union of one model under weights of images, (N, B)."""
        return self._mean(self.shared[side].T @ weights, self.unions[side].T @ weights)

    def _swapped(self, swapped: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(B,) gain where the answers for some images, (N, B), are the other model's."""
        kept, other = (~swapped).astype(np.float64), swapped.astype(np.float64)
        sides = []
        for one, two in ((0, 1), (1, 0)):
            shared = self.shared[one].T @ kept + self.shared[two].T @ other
            union = self.unions[one].T @ kept + self.unions[two].T @ other
            sides.append(self._mean(shared, union))
        return sides[0] - sides[1]

    def _mean(self, shared: NDArray[np.float64], union: NDArray[np.float64]) -> NDArray[np.float64]:
        """(C, B) pixels each -> (B,), over the classes that have any."""
        shared, union = shared[self.wanted], union[self.wanted]
        there = union > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(there, shared / np.where(there, union, 1), 0).sum(axis=0) / there.sum(axis=0))

    def per_class(self, names: list[str], rules: CompareConfig, seed: int, resamples: int) -> list[dict[str, Any]]:
        """Recall of pixels; in place of average precision the intersection over union. lower_bound: one-sided 95 %
        bound of the change in recall; -1 (nothing is ruled out) without a pixel of the class."""
        rows = []
        bounds = self._recall_bounds(seed, resamples)
        for label, name in enumerate(names):
            total = float(self.truth[:, label].sum())
            recalls = [float(shared[:, label].sum()) / total if total else None for shared in self.shared]
            guarded = name in rules.guard_labels
            bound = bounds[label] if total else -1.0
            rows.append(
                {
                    "name": name,
                    "support": int((self.truth[:, label] > 0).sum()),
                    "candidate_recall": recalls[0],
                    "incumbent_recall": recalls[1],
                    "recall_change": (recalls[0] or 0.0) - (recalls[1] or 0.0) if total else None,
                    "lower_bound": bound,
                    "candidate_average_precision": self._iou(0, label),
                    "incumbent_average_precision": self._iou(1, label),
                    "guarded": guarded,
                    "ok": not guarded or bound > -rules.guard_margin,
                }
            )
        return rows

    def _recall_bounds(self, seed: int, resamples: int) -> list[float]:
        """Of every class, by one pass over the resamples."""
        change, totals = self.shared[0] - self.shared[1], self.truth

        def changes(weights: NDArray[Any]) -> NDArray[np.float64]:
            with np.errstate(invalid="ignore", divide="ignore"):
                return np.asarray((change.T @ weights) / (totals.T @ weights))

        draws = paired.Resampling(self.n, seed=seed, groups=self.groups, resamples=resamples)
        observed = changes(np.ones((self.n, 1)))[:, 0]
        drawn = np.concatenate([changes(weights) for weights in draws.weights()], axis=1)
        left_out = np.concatenate([changes(weights) for weights in draws.jackknife()], axis=1)
        rows = zip(observed.tolist(), drawn, left_out, strict=True)
        return [paired.Spread(*row).quantile(0.05) for row in rows]

    def _iou(self, side: int, label: int) -> float | None:
        union = float(self.unions[side][:, label].sum())
        return float(self.shared[side][:, label].sum()) / union if union else None


def _test_reason(p: float, alpha_k: float, k: int) -> Reason:
    which = f"(candidate {k} on this test set)"
    if p < alpha_k:
        return Reason("significant", f"More than chance: p = {p:.2g}, below {alpha_k:.2g} {which}.", True)
    return Reason("not_significant", f"Within chance: p = {p:.2g}, needed below {alpha_k:.2g} {which}.", False)
