"""Which of two detectors is better on the same frozen test images: boxes, regions or keypoints.

Promote = better by more than ``min_delta`` AND the paired bootstrap over images leaves chance out at alpha_k AND no
guarded class loses more average precision than allowed AND enough images. What ``comparison`` does for classifiers; the
same configuration is taken, its ``iou_threshold`` at its word: average precision at that likeness decides, or over 0.5
to 0.95 with the metric ``map``.
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
from models_registry.ml.object_matches import HIT, ObjectMatches, Rules
from models_registry.ml.object_paired import WeightedObjectPrecision
from models_registry.ml.verdict import Contender, Measure, Reason, Verdict
from models_registry.ml.verdict_reasons import guard_reasons, headline, metric_reason, percent, untrained_verdict

__all__ = ["LEAST_IMAGES", "ObjectContender", "compare_objects", "object_seed_gains"]

LEAST_IMAGES = 20  # a bootstrap over fewer says little
LEAST_OF_CLASS = 10  # images with the class, below which nothing is ruled out for a guarded one


@dataclass(frozen=True)
class ObjectContender(Contender):
    """One detector: its answers matched to the test set's truth by ``rules``; None only if it is untrained."""

    matches: ObjectMatches | None = None


def compare_objects(
    candidate: ObjectContender, incumbent: ObjectContender, class_names: Sequence[str],
    config: Mapping[str, Any] | None = None, *, rules: Rules | None = None, groups: NDArray[Any] | None = None,
    k: int = 1, seed: int = 0, resamples: int = 2000,
) -> Verdict:  # fmt: skip
    """Judges the k-th candidate on this test set. groups: (n,) images that belong together are drawn together. Raises
    Invalid: configuration, unknown label, another truth, a threshold that was not matched. Same arguments, same
    verdict."""
    wanted = parse_config(config)
    names = list(class_names)
    wanted.check_labels(names)
    if wanted.metric == "accuracy":
        raise Invalid("Accuracy is for classes: objects have average_precision or map.", field="metric")
    alpha_k = paired.alpha_at(k, wanted.alpha)
    if not (candidate.trained and incumbent.trained):
        known = candidate.matches or incumbent.matches
        return untrained_verdict(candidate, incumbent, wanted, n=known.images if known else 0, k=k, alpha_k=alpha_k)
    duel = _Duel(candidate, incumbent, rules or Rules(), wanted, names)
    wanted = wanted.guarding(names[label] for label in duel.classes)
    deciding = duel.resample(paired.Resampling(duel.n, seed=seed, groups=groups, resamples=resamples))
    p = duel.spread.p_not_above(wanted.min_delta)
    per_class = duel.per_class(names, wanted)
    first = checks_reason(candidate, incumbent, wanted) if wanted.checks else metric_reason(deciding, wanted.min_delta)
    reasons = [
        first,
        _test_reason(p, alpha_k, k, resamples),
        *guard_reasons(per_class, wanted, "average precision"),
        *_size_reasons(duel, wanted),
    ]
    won = all(reason.passed for reason in reasons)
    only_c, only_i = duel.only_one_found()
    return Verdict(
        action="update model" if won else "discard",
        winner="candidate" if won else "incumbent",
        headline=headline(
            won,
            candidate.name,
            incumbent.name,
            deciding,
            reasons,
            f"p = {p:.2g}, needed below {alpha_k:.2g}",
            test=f"bar for candidate {k} on this test set",
        ),
        reasons=reasons,
        metrics={"candidate": duel.figures(0), "incumbent": duel.figures(1)},
        measures=[deciding],
        metric=deciding.name,
        gain=deciding.gain,
        interval=(deciding.low, deciding.high),
        p=p,
        alpha_k=alpha_k,
        k=k,
        only_candidate=only_c,
        only_incumbent=only_i,
        per_class=per_class,
        smallest_gain=2.5 * duel.spread.error,
        n=duel.n,
        unreadable=0,
        kind="objects",
    )


def object_seed_gains(
    seeds: Sequence[ObjectContender], incumbent: ObjectContender, class_names: Sequence[str],
    config: Mapping[str, Any] | None = None, *, rules: Rules | None = None,
) -> tuple[list[paired.Statistic], int]:  # fmt: skip
    """Of each seed the gain in the deciding metric over the incumbent, and the number of images. Raises Invalid as
    ``compare_objects`` does."""
    wanted = parse_config(config)
    duels = [_Duel(one, incumbent, rules or Rules(), wanted, list(class_names)) for one in seeds]
    return [duel.gain for duel in duels], duels[0].n


class _Duel:
    """Both detectors' answers on the same truth, and what resampling says of them."""

    def __init__(
        self, candidate: ObjectContender, incumbent: ObjectContender, rules: Rules, wanted: CompareConfig,
        names: list[str],
    ) -> None:  # fmt: skip
        if candidate.matches is None or incumbent.matches is None:
            raise Invalid("A trained model needs its answers on the test set.", field="matches")
        self.sides = (candidate.matches, incumbent.matches)
        for name in ("images", "truth_image", "truth_label"):
            if not np.array_equal(getattr(self.sides[0], name), getattr(self.sides[1], name)):
                raise Invalid("The two models were not judged on the same truth.", field="matches")
        self.n = self.sides[0].images
        self.steps = _steps(rules, wanted)
        self.metric = wanted.metric
        own = self.sides[0].truth_label[self.sides[0].counted[0]]
        self.classes = sorted(set(own.tolist()))
        if wanted.specific_label is not None:
            self.chosen = [names.index(wanted.specific_label)]
            if self.chosen[0] not in self.classes:
                raise Invalid(
                    f"The test set has no {wanted.specific_label!r}.", field="precision_recall.specific_label"
                )
            self.title = f"{wanted.metric} of {wanted.specific_label}"
        else:
            self.chosen, self.title = self.classes, wanted.metric
        if not self.n or not self.classes:
            raise Invalid("The test set has no object.", field="test_set")
        self.areas = [{c: WeightedObjectPrecision(side, c, self.steps) for c in self.classes} for side in self.sides]

    def resample(self, draws: paired.Resampling) -> Measure:
        """Goes through the resamples once, for all classes and their mean."""
        plain = np.ones((self.n, 1), np.float32)
        self.values = [{c: float(side[c](plain)[0]) for c in self.classes} for side in self.areas]
        drawn = np.concatenate([self._gains(weights) for weights in draws.weights()], axis=1)
        left_out = np.concatenate([self._gains(weights) for weights in draws.jackknife()], axis=1)
        rows = [self.classes.index(c) for c in self.chosen]
        both = [float(np.mean([side[c] for c in self.chosen])) for side in self.values]
        self.spread = paired.Spread(both[0] - both[1], _mean(drawn[rows]), _mean(left_out[rows]))
        self.by_class = {
            c: paired.Spread(self.values[0][c] - self.values[1][c], drawn[row], left_out[row])
            for row, c in enumerate(self.classes)
        }
        sure = self.spread.interval()
        return Measure(self.title, both[0], both[1], both[0] - both[1], sure.low, sure.high)

    def _gains(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """(C, B) candidate less incumbent."""
        return np.stack([self.areas[0][c](weights) - self.areas[1][c](weights) for c in self.classes])

    def gain(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """(B,) of the deciding metric."""
        return _mean(self._gains(weights)[[self.classes.index(c) for c in self.chosen]])

    def figures(self, side: int) -> dict[str, float]:
        """Headline figures of one model: the deciding average precision, and the share of objects found."""
        return {
            self.metric: float(np.mean(list(self.values[side].values()))),
            "recall": float(self._found(side).mean()),
        }

    def only_one_found(self) -> tuple[int, int]:
        """Objects that only the candidate, and that only the incumbent found at the deciding (lowest) threshold."""
        new, old = self._found(0), self._found(1)
        return int((new & ~old).sum()), int((old & ~new).sum())

    def _found(self, side: int) -> NDArray[np.bool_]:
        """(counted truths,) whether an answer hit it."""
        matches, step = self.sides[side], self.steps[0]
        found = np.zeros(len(matches.truth_label), np.bool_)
        found[matches.partner[step][matches.state[0, step] == HIT]] = True
        return np.asarray(found[matches.counted[0]])

    def per_class(self, names: list[str], wanted: CompareConfig) -> list[dict[str, Any]]:
        """A row for each class. lower_bound: one-sided 95 % bound of the change in average precision; -1 (nothing is
        ruled out) with fewer than 10 images that have it."""
        truth = self.sides[0]
        label, image = truth.truth_label[truth.counted[0]], truth.truth_image[truth.counted[0]]
        found = [self._found(side) for side in (0, 1)]
        rows = []
        for c, name in enumerate(names):
            mine = label == c
            known = c in self.by_class
            new, old = (float(side[mine].mean()) if known else None for side in found)
            enough = known and len(np.unique(image[mine])) >= LEAST_OF_CLASS
            bound = self.by_class[c].quantile(0.05) if enough else -1.0
            guarded = name in wanted.guard_labels
            rows.append(
                {
                    "name": name,
                    "support": int(mine.sum()),
                    "candidate_recall": new,
                    "incumbent_recall": old,
                    "recall_change": None if new is None or old is None else new - old,
                    "candidate_average_precision": self.values[0].get(c),
                    "incumbent_average_precision": self.values[1].get(c),
                    "average_precision_change": self.by_class[c].observed if known else None,
                    "lower_bound": bound,
                    "guarded": guarded,
                    "ok": not guarded or bound > -wanted.guard_margin,
                }
            )
        return rows


def _steps(rules: Rules, wanted: CompareConfig) -> list[int]:
    """Indices of the thresholds that decide. Raises Invalid for one that was not matched."""
    if wanted.metric == "map":
        return list(range(len(rules.thresholds)))
    near = [i for i, value in enumerate(rules.thresholds) if abs(value - wanted.iou_threshold) < 1e-6]
    if not near:
        have = ", ".join(f"{value:g}" for value in rules.thresholds)
        raise Invalid(
            f"Nothing was matched at IoU {wanted.iou_threshold:g}: {have}.", field="precision_recall.iou_threshold"
        )
    return near


def _mean(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(B,) mean over the classes that a resample has; NaN for one without any."""
    known = np.isfinite(rows)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, rows, 0).sum(axis=0) / known.sum(axis=0))


def _test_reason(p: float, alpha_k: float, k: int, resamples: int) -> Reason:
    passed = p < alpha_k
    facts = f"p = {p:.2g} by {resamples} resamples of the images"
    bar = f"below {alpha_k:.2g} (candidate {k} on this test set)"
    said = f"More than chance: {facts}, {bar}." if passed else f"Within chance: {facts}, needed {bar}."
    return Reason("significant" if passed else "not_significant", said, passed)


def _size_reasons(duel: _Duel, wanted: CompareConfig) -> list[Reason]:
    needed = max(LEAST_IMAGES, wanted.minimum_items)
    if duel.n >= needed:
        return []
    smallest = percent(2.5 * duel.spread.error)
    return [
        Reason("too_few", f"{duel.n} test images, at least {needed} are needed (these can show {smallest}).", False)
    ]
