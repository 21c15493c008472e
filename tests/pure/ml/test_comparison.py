"""The gate: each clause alone decides, configurations say what they mean, ties keep the current best."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from alp_site.lib.errors import Invalid
from models_registry.ml.comparison import Contender, Verdict, compare
from models_registry.ml.comparison import TestItems as Truth
from models_registry.ml.comparison_config import parse_config

NAMES = ["cat", "dog", "owl"]
N = 600
LABELS = np.arange(N) % 3
TEST = Truth(LABELS, NAMES)


def probs(right: np.ndarray, seed: int = 0) -> np.ndarray:
    """Certain, slightly noisy rows: the true class where ``right``, the next one elsewhere."""
    decided = np.where(right, LABELS, (LABELS + 1) % 3)
    noise = np.random.default_rng(seed).random((N, 3)) * 0.2
    rows = np.eye(3)[decided] + noise
    return (rows / rows.sum(1, keepdims=True)).astype(np.float32)


def share(fraction: float) -> np.ndarray:
    """The first images of a fixed random order are right: a better model is right wherever a worse one is."""
    order = np.random.default_rng(1).permutation(N)
    right = np.zeros(N, bool)
    right[order[: round(fraction * N)]] = True
    return right


OLD = Contender("old", probs(share(0.7)))
BETTER = Contender("new", probs(share(0.8)))


def judge(candidate: Contender = BETTER, incumbent: Contender = OLD, config: Any = None, **kwargs: Any) -> Verdict:
    return compare(candidate, incumbent, TEST, config, resamples=400, **kwargs)


def codes(verdict: Verdict) -> list[str]:
    return [reason.code for reason in verdict.reasons]


def test_clearly_better_model_is_promoted_with_all_its_figures() -> None:
    verdict = judge()
    assert (verdict.action, verdict.winner) == ("update model", "candidate")
    assert codes(verdict) == ["better", "significant"]
    accuracy = next(measure for measure in verdict.measures if measure.name == "accuracy")
    assert accuracy.gain == pytest.approx(0.1)
    assert 0 < accuracy.low < 0.1 < accuracy.high
    assert (verdict.only_candidate, verdict.only_incumbent, verdict.n) == (60, 0, N)
    assert verdict.kind == "classes"
    assert verdict.metrics["candidate"]["accuracy"] == pytest.approx(0.8)
    assert verdict.smallest_gain == pytest.approx(2.5 * (0.1 / N) ** 0.5)
    assert "new is better" in verdict.headline
    assert json.loads(json.dumps(verdict.as_dict()))["action"] == "update model"


def test_tie_and_worse_keep_the_current_best() -> None:
    assert judge(OLD).action == "discard"
    assert codes(judge(OLD)) == ["tie", "not_significant"]
    worse = judge(OLD, BETTER)
    assert worse.action == "discard"
    assert "worse" in codes(worse)
    assert "new stays" in worse.headline


def test_gain_that_may_be_chance_is_not_promoted() -> None:
    verdict = judge(Contender("lucky", probs(share(0.703))))
    assert verdict.gain is not None
    assert codes(verdict)[1] == "not_significant"
    assert verdict.action == "discard"
    assert "the difference may be chance (p = " in verdict.headline


def test_headline_when_interval_is_above_zero_but_the_test_is_not_sure_then_it_says_which_clause_decided() -> None:
    verdict = judge(Contender("new", probs(share(0.7 + 9 / N))), k=6)
    assert verdict.interval is not None
    assert verdict.interval[0] > 0
    assert verdict.headline.startswith("old stays, new is kept out: ")
    assert (
        "but the paired test of single answers allows for chance (p = 0.002, needed below 0.0012)" in verdict.headline
    )


def test_later_candidates_need_stronger_evidence() -> None:
    candidate = Contender("new", probs(share(0.7 + 9 / N)))  # nine images to none: p = 1/512
    assert judge(candidate, k=1).action == "update model"
    late = judge(candidate, k=6)
    assert (late.action, codes(late)) == ("discard", ["better", "not_significant"])
    assert late.alpha_k == pytest.approx(0.05 / 42)


def test_min_delta_must_be_exceeded_not_reached() -> None:
    def rules(delta: float) -> dict[str, Any]:
        return {"precision_recall": {"min_delta": delta, "metric": "accuracy"}}

    assert judge(config=rules(0.0999)).action == "update model"
    assert codes(judge(config=rules(0.1)))[0] == "gain_too_small"
    assert judge(config=rules(0.1)).action == "discard"


def test_guarded_class_blocks_a_model_that_forgets_it() -> None:
    forgetful = share(0.95)
    owls = np.flatnonzero(LABELS == 2)
    forgetful[owls[:80]] = False
    candidate = Contender("new", probs(forgetful))
    assert judge(candidate).action == "update model"
    verdict = judge(candidate, config={"guard": {"labels": ["owl"], "margin": 0.1}})
    assert (verdict.action, codes(verdict)[-1]) == ("discard", "guard_broken")
    assert "guarded class" in verdict.headline
    kept = judge(candidate, config={"guard": {"labels": ["cat"], "margin": 0.1}})
    assert kept.action == "update model"


def test_specific_label_is_judged_alone() -> None:
    only_cats = share(0.7) | ((LABELS == 0) & share(0.95))
    candidate = Contender("new", probs(only_cats))
    cats = judge(candidate, config={"precision_recall": {"specific_label": "cat"}})
    assert (cats.action, cats.metric) == ("update model", "average_precision of cat")
    owls = judge(candidate, config={"precision_recall": {"specific_label": "owl", "metric": "accuracy"}})
    assert owls.action == "discard"
    with pytest.raises(Invalid, match="no label 'cow'"):
        judge(candidate, config={"precision_recall": {"specific_label": "cow"}})


def test_trained_beats_untrained_and_untrained_never_wins() -> None:
    base = Contender("base", None, trained=False)
    assert codes(judge(OLD, base)) == ["untrained_base"]
    assert judge(OLD, base).action == "update model"
    assert judge(OLD, base).metrics["candidate"]["accuracy"] == pytest.approx(0.7)
    assert judge(base, OLD).action == "discard"
    assert judge(base, base).action == "discard"


def with_samples(model: Contender, **last: float) -> Contender:
    samples = {
        ("loss", "validation"): [(1.0, last["loss"]), (0.0, 9.0)],
        ("accuracy", "validation"): [(0.0, last["acc"])],
    }
    return Contender(model.name, model.probs, samples=samples)


LOSS = {"figure": "loss", "legend": "validation", "maximize": False, "min_delta": 0.1}
ACC = {"figure": "accuracy", "legend": "validation", "min_delta": 0.1}


@pytest.mark.parametrize(
    ("wins", "passed"), [("any", True), ("all", False), (0.5, True), (0.6, False), (1, False), (0.01, True)]
)
def test_checks_count_wins_as_asked(wins: Any, passed: bool) -> None:
    new, old = with_samples(BETTER, loss=0.5, acc=0.75), with_samples(OLD, loss=1.0, acc=0.7)
    verdict = judge(new, old, {"checks": [LOSS, ACC], "wins": wins})
    assert codes(verdict)[0] == ("checks_won" if passed else "checks_lost")
    assert (verdict.action == "update model") is passed


def test_checks_replace_the_first_clause_only() -> None:
    new, old = with_samples(OLD, loss=0.1, acc=0.9), with_samples(OLD, loss=1.0, acc=0.7)
    verdict = judge(new, old, {"checks": [LOSS], "wins": "all"})
    assert codes(verdict) == ["checks_won", "not_significant"]
    assert verdict.action == "discard"


def test_x_index_counts_samples_in_the_order_of_x() -> None:
    new, old = with_samples(BETTER, loss=0.5, acc=0.9), with_samples(OLD, loss=1.0, acc=0.7)
    first = judge(new, old, {"checks": [LOSS | {"x_index": 0}]})
    assert codes(first)[0] == "checks_lost"  # both began at 9.0
    with pytest.raises(Invalid, match="x_index 2"):
        judge(new, old, {"checks": [LOSS | {"x_index": 2}]})


def test_missing_figure_is_an_error_that_lists_what_there_is() -> None:
    new, old = with_samples(BETTER, loss=0.5, acc=0.9), with_samples(OLD, loss=1.0, acc=0.7)
    with pytest.raises(Invalid, match="no samples of mAP/test"):
        judge(new, old, {"checks": [{"figure": "mAP", "legend": "test"}]})


@pytest.mark.parametrize(
    ("config", "field", "says"),
    [
        ({"checks": [LOSS], "wins": "0.6"}, "wins", "without quotes"),
        ({"checks": [LOSS], "wins": 0}, "wins", "above 0"),
        ({"checks": [LOSS], "wins": 1.5}, "wins", "at most 1"),
        ({"checks": [LOSS], "wins": True}, "wins", "'any', 'all' or a number"),
        ({"checks": [LOSS], "wins": None}, "wins", "'any', 'all' or a number"),
        ({"checks": []}, "checks", "empty"),
        ({"wins": "any"}, "wins", "needs 'checks'"),
        ({"checks": [{"figure": "loss"}]}, "checks.0", "legend"),
        ({"checks": [LOSS | {"better": 1}]}, "checks.0", "better"),
        ({"precision_recal": {}}, "precision_recal", "Unknown field"),
        ({"precision_recall": {"min_delta": -1}}, "precision_recall.min_delta", "minimum"),
        ({"precision_recall": {"iou_threshold": "high"}}, "precision_recall.iou_threshold", "number"),
        ({"guard": {"labels": ["owl"], "margin": 0}}, "guard.margin", "0"),
        (["precision_recall"], "", "object"),
    ],
)
def test_malformed_configuration_names_field_and_reason(config: Any, field: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_config(config)
    assert caught.value.data["field"] == field
    assert says in caught.value.message


def test_template_configuration_is_accepted() -> None:
    config = parse_config({"precision_recall": {"iou_threshold": 0.5, "min_delta": 0}})
    assert (config.min_delta, config.checks, parse_config(None), parse_config({})) == (0, (), config, config)
    assert parse_config({"checks": [LOSS | {"x_index": -1}], "wins": "any", "verbose": False}).wins == "any"


def test_unreadable_images_are_left_out_for_both() -> None:
    holes = BETTER.probs.copy()  # type: ignore[union-attr]
    holes[:10] = np.nan
    verdict = judge(Contender("new", holes))
    assert (verdict.n, verdict.unreadable) == (N - 10, 10)


def test_predictions_of_another_shape_are_refused() -> None:
    with pytest.raises(Invalid, match="expected"):
        judge(Contender("new", np.ones((3, 3)) / 3))


def test_noise_is_a_tie_and_a_real_gain_is_found() -> None:
    """150 images. Of two equally good classifiers none is promoted in at least 95 % of 200 pairs; one that is right on
    10 points more is, in at least 80 %."""
    n = 150
    test = Truth(LABELS[:n], NAMES)

    def right(seed: int, luck: int, skill: float) -> np.ndarray:
        hard = np.random.default_rng(seed).normal(size=N)
        return hard + np.random.default_rng([seed, luck]).normal(0, 0.4, N) < skill

    def promoted(seed: int, skill: float) -> tuple[bool, float]:
        both = right(seed, 1, skill), right(seed, 2, 0.5)
        pair = [Contender(str(i), probs(one, seed + i)[:n]) for i, one in enumerate(both)]
        verdict = compare(*pair, test, {"precision_recall": {"metric": "accuracy"}}, resamples=20, seed=seed)
        return verdict.action == "update model", float(both[0][:n].mean() - both[1][:n].mean())

    noise = [promoted(seed, 0.5) for seed in range(200)]
    real = [promoted(seed, 0.82) for seed in range(200)]
    assert np.mean([gain for _, gain in real]) == pytest.approx(0.1, abs=0.005)
    assert sum(not won for won, _ in noise) >= 190
    assert sum(won for won, _ in real) >= 160
