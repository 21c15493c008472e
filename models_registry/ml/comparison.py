"""Which of two models is better on the same frozen test images, and whether that is more than chance.

Promote = better by more than ``min_delta`` AND significant at alpha_k AND no guarded class worse. ``checks`` replace
the first clause only. A trained model beats an untrained base; a tie keeps the incumbent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml import paired
from models_registry.ml.checks import checks_reason
from models_registry.ml.comparison_config import CompareConfig, parse_config
from models_registry.ml.metrics.accuracy import Accuracy
from models_registry.ml.metrics.average_precision import AveragePrecision, area, pr_curve
from models_registry.ml.metrics.balanced_accuracy import BalancedAccuracy
from models_registry.ml.metrics.log_loss import LogLoss
from models_registry.ml.metrics.macro_f1 import MacroF1
from models_registry.ml.verdict import Contender, Measure, Reason, TestItems, Verdict
from models_registry.ml.verdict_reasons import (
    guard_reasons,
    headline,
    metric_reason,
    untrained_verdict,
)

__all__ = ["Contender", "Measure", "Reason", "TestItems", "Verdict", "compare", "seed_gains"]


def compare(
    candidate: Contender,
    incumbent: Contender,
    test: TestItems,
    config: Mapping[str, Any] | None = None,
    *,
    k: int = 1,
    seed: int = 0,
    resamples: int = 2000,
) -> Verdict:
    """Judges the k-th candidate on this test set (k from 1, counted by the ledger). Raises Invalid: configuration,
    unknown label, missing figure, arrays that do not fit. The same arguments give the same verdict."""
    rules = parse_config(config)
    names = list(test.class_names)
    rules.check_labels(names)
    if rules.metric == "map":
        raise Invalid("map is for objects: classes have average_precision or accuracy.", field="metric")
    alpha_k = paired.alpha_at(k, rules.alpha)
    if not (candidate.trained and incumbent.trained):
        metrics = {}
        if candidate.trained and candidate.probs is not None:
            own = _Duel(candidate, candidate, test)
            metrics["candidate"] = own.figures(np.asarray(candidate.probs, np.float64))
        return untrained_verdict(candidate, incumbent, rules, n=len(test.labels), k=k, alpha_k=alpha_k, metrics=metrics)
    duel = _Duel(candidate, incumbent, test)
    rules = rules.guarding(names[label] for label in np.unique(duel.labels))
    measures = _measures(duel, names, rules, seed, resamples)
    deciding = measures[-1]
    right_c, right_i = duel.decisions(_index(names, rules.specific_label))
    only_c, only_i = int((right_c & ~right_i).sum()), int((right_i & ~right_c).sum())
    p = paired.mcnemar_p(only_i, only_c)
    per_class = _per_class(duel, names, rules)
    first = checks_reason(candidate, incumbent, rules) if rules.checks else metric_reason(deciding, rules.min_delta)
    reasons = [first, _test_reason(p, alpha_k, k, only_c, only_i), *guard_reasons(per_class, rules)]
    if duel.n < rules.minimum_items:
        reasons.append(Reason("too_few", f"{duel.n} test images, at least {rules.minimum_items} are asked for.", False))
    won = all(reason.passed for reason in reasons)
    disagreement = float((right_c != right_i).mean())
    return Verdict(
        action="update model" if won else "discard",
        winner="candidate" if won else "incumbent",
        headline=headline(
            won, candidate.name, incumbent.name, deciding, reasons, f"p = {p:.2g}, needed below {alpha_k:.2g}"
        ),
        reasons=reasons,
        metrics={"candidate": duel.figures(duel.candidate), "incumbent": duel.figures(duel.incumbent)},
        measures=measures,
        metric=deciding.name,
        gain=deciding.gain,
        interval=(deciding.low, deciding.high),
        p=p,
        alpha_k=alpha_k,
        k=k,
        only_candidate=only_c,
        only_incumbent=only_i,
        per_class=per_class,
        smallest_gain=paired.smallest_gain(disagreement, duel.n),
        n=duel.n,
        unreadable=duel.unreadable,
    )


def seed_gains(
    seeds: Sequence[Contender], incumbent: Contender, test: TestItems, config: Mapping[str, Any] | None = None
) -> tuple[list[paired.Statistic], int, NDArray[Any] | None]:
    """Of each seed the gain in the deciding metric over the incumbent, on the images that all of them could read; how
    many those are, and their groups. Raises Invalid as ``compare`` does."""
    rules = parse_config(config)
    whole = [one.probs for one in (*seeds, incumbent) if one.probs is not None]
    readable = np.all([np.isfinite(probs).all(axis=1) for probs in whole], axis=0)
    groups = None if test.groups is None else np.asarray(test.groups)[readable]
    kept = TestItems(np.asarray(test.labels)[readable], test.class_names, groups)

    def cut(one: Contender) -> Contender:
        return Contender(one.name, None if one.probs is None else one.probs[readable])

    duels = [_Duel(cut(one), cut(incumbent), kept) for one in seeds]
    label = _index(list(test.class_names), rules.specific_label)
    classes = list(range(duels[0].classes)) if label is None else [label]
    if rules.metric == "accuracy":
        pairs = [duel.decisions(label) for duel in duels]
        return [paired.weighted_mean(new.astype(np.float64) - old) for new, old in pairs], duels[0].n, groups
    gains = [paired.mean_average_precision_gain(one.candidate, one.incumbent, one.labels, classes) for one in duels]
    return gains, duels[0].n, groups


class _Duel:
    """Both models' probabilities on the images that both could read."""

    def __init__(self, candidate: Contender, incumbent: Contender, test: TestItems) -> None:
        shape = (len(test.labels), len(test.class_names))
        for model in (candidate, incumbent):
            if model.probs is None or model.probs.shape != shape:
                got = None if model.probs is None else model.probs.shape
                raise Invalid(
                    f"{model.name}: expected {shape} probabilities on the test set, got {got}.", field="probs"
                )
        assert candidate.probs is not None
        assert incumbent.probs is not None
        readable = np.isfinite(candidate.probs).all(axis=1) & np.isfinite(incumbent.probs).all(axis=1)
        if not readable.any():
            raise Invalid("The test set has no readable image.", field="test_set")
        self.n = int(readable.sum())
        self.unreadable = int((~readable).sum())
        self.classes = shape[1]
        self.candidate = np.asarray(candidate.probs, np.float64)[readable]
        self.incumbent = np.asarray(incumbent.probs, np.float64)[readable]
        self.labels = np.asarray(test.labels, np.int64)[readable]
        self.groups = None if test.groups is None else np.asarray(test.groups)[readable]

    def decisions(self, label: int | None = None) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(n,) which images the candidate and the incumbent have right; of one label: which they rightly give or deny
        it."""
        new, old = self.candidate.argmax(axis=1), self.incumbent.argmax(axis=1)
        if label is None:
            return new == self.labels, old == self.labels
        truth = self.labels == label
        return (new == label) == truth, (old == label) == truth

    def figures(self, probs: NDArray[np.float64]) -> dict[str, float]:
        """Headline metrics of one model."""
        values = {}
        for kind in (Accuracy, BalancedAccuracy, MacroF1, AveragePrecision, LogLoss):
            counter = kind(self.classes)
            counter.update(probs, self.labels)
            values[kind.name] = float(counter.compute())
        return values


def _index(names: list[str], label: str | None) -> int | None:
    return None if label is None else names.index(label)


def _measures(duel: _Duel, names: list[str], rules: CompareConfig, seed: int, resamples: int) -> list[Measure]:
    """Accuracy, mean average precision and, last, the one that decides."""
    all_classes = list(range(duel.classes))
    wanted = [
        _measure(duel, "accuracy", None, seed, resamples),
        _measure(duel, "average_precision", all_classes, seed, resamples),
    ]
    label = _index(names, rules.specific_label)
    if label is None:
        return wanted if rules.metric == "average_precision" else wanted[::-1]
    if not (duel.labels == label).any():
        raise Invalid(
            f"The test set has no image of {rules.specific_label!r}.", field="precision_recall.specific_label"
        )
    if rules.metric == "average_precision":
        return [*wanted, _measure(duel, "average_precision", [label], seed, resamples, names[label])]
    return [*wanted, _measure(duel, "accuracy", [label], seed, resamples, names[label])]


def _measure(
    duel: _Duel, metric: str, classes: list[int] | None, seed: int, resamples: int, label: str | None = None
) -> Measure:
    if metric == "accuracy":
        new, old = duel.decisions(classes[0] if classes else None)
        values = (float(new.mean()), float(old.mean()))
        gain = paired.weighted_mean(new.astype(np.float64) - old)
    else:
        present = [c for c in classes or [] if (duel.labels == c).any()]
        values = (_mean_area(duel.candidate, duel.labels, present), _mean_area(duel.incumbent, duel.labels, present))
        gain = paired.mean_average_precision_gain(duel.candidate, duel.incumbent, duel.labels, present)
    interval = paired.bootstrap_interval(gain, duel.n, seed=seed, groups=duel.groups, resamples=resamples)
    name = metric if label is None else f"{metric} of {label}"
    return Measure(name, *values, values[0] - values[1], interval.low, interval.high)


def _mean_area(probs: NDArray[np.float64], labels: NDArray[np.int64], classes: list[int]) -> float:
    return float(np.mean([area(pr_curve(probs[:, c], labels == c)) for c in classes]))


def _test_reason(p: float, alpha_k: float, k: int, only_c: int, only_i: int) -> Reason:
    facts = f"right only by the candidate {only_c}, only by the current best {only_i}: p = {p:.2g}"
    if p < alpha_k:
        return Reason(
            "significant", f"More than chance: {facts}, below {alpha_k:.2g} (candidate {k} on this test set).", True
        )
    return Reason(
        "not_significant",
        f"Within chance: {facts}, needed below {alpha_k:.2g} (candidate {k} on this test set).",
        False,
    )


def _per_class(duel: _Duel, names: list[str], rules: CompareConfig) -> list[dict[str, Any]]:
    right_c, right_i = duel.decisions()
    rows = []
    for index, name in enumerate(names):
        mine = duel.labels == index
        support = int(mine.sum())
        new, old = (float(right[mine].mean()) if support else None for right in (right_c, right_i))
        bound = paired.recall_change_bound(right_i[mine], right_c[mine])
        areas = [
            area(pr_curve(probs[:, index], mine)) if support else None for probs in (duel.candidate, duel.incumbent)
        ]
        rows.append(
            {
                "name": name,
                "support": support,
                "candidate_recall": new,
                "incumbent_recall": old,
                "recall_change": None if new is None or old is None else new - old,
                "lower_bound": bound,
                "candidate_average_precision": areas[0],
                "incumbent_average_precision": areas[1],
                "guarded": name in rules.guard_labels,
                "ok": name not in rules.guard_labels or bound > -rules.guard_margin,
            }
        )
    return rows
