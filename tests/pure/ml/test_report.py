"""Evaluation report, calibration and learning curves."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from alp_site.lib.errors import Invalid
from models_registry.ml.calibration import Temperature, apply_temperature, fit_temperature
from models_registry.ml.curves import area_under, curve, isotonic, labels_to, summarise
from models_registry.ml.metrics import NotComputableError
from models_registry.ml.metrics.average_precision import pr_curve
from models_registry.ml.metrics.report import align_classes, evaluate_classification, thin

NAMES = ["a", "b", "c", "never"]


def overconfident(n: int, seed: int = 0, sharpness: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows drawn so that softmax(z) is calibrated; given are softmax(sharpness z)."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 3)) * 1.2
    honest = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    labels = (honest.cumsum(1) < rng.random((n, 1))).sum(1)
    sharp = np.exp(sharpness * z)
    return sharp / sharp.sum(1, keepdims=True), labels


def test_temperature_undoes_overconfidence() -> None:
    probs, labels = overconfident(4000)
    found = fit_temperature(probs, labels)
    assert found.value == pytest.approx(3.0, rel=0.1)
    assert found.reason is None
    np.testing.assert_array_equal(apply_temperature(probs, found.value).argmax(1), probs.argmax(1))


def test_temperature_needs_three_hundred_random_images() -> None:
    probs, labels = overconfident(400)
    assert fit_temperature(probs[:299], labels[:299]).value == 1
    assert "299" in (fit_temperature(probs[:299], labels[:299]).reason or "")
    probs[:101] = np.nan
    assert fit_temperature(probs, labels).n == 299


def test_all_right_gives_no_temperature_to_run_away_with() -> None:
    probs, _ = overconfident(400)
    assert fit_temperature(probs, probs.argmax(1)).value == 1


def four(probs: np.ndarray) -> np.ndarray:
    return align_classes(probs, NAMES[:3], NAMES)


def test_report_is_json_and_says_everything_once() -> None:
    probs, labels = overconfident(500)
    found = evaluate_classification(four(probs), labels, NAMES, Temperature(3.0, 400))
    report = json.loads(json.dumps(found.report))
    assert report["metrics"]["accuracy"] == pytest.approx((probs.argmax(1) == labels).mean())
    assert report["metrics"]["ece"] < report["raw"]["ece"]
    assert report["metrics"]["log_loss"] < report["raw"]["log_loss"]
    assert [row["support"] for row in report["per_class"]] == np.bincount(labels, minlength=4).tolist()
    never = report["per_class"][3]
    assert (never["recall"], never["average_precision"], never["precision"]) == (None, None, None)
    assert set(report["pr_curves"]) == set(NAMES[:3])
    assert all(len(one["recall"]) <= 200 for one in report["pr_curves"].values())
    assert sum(map(sum, report["confusion_matrix"])) == report["n"] == 500
    assert sum(report["calibration"]["count"]) == 500


def test_table_has_a_row_an_image_and_survives_npz() -> None:
    probs, labels = overconfident(50)
    rows = four(probs)
    rows[7] = np.nan
    found = evaluate_classification(rows, labels, NAMES)
    assert (found.report["n"], found.report["unreadable"]) == (49, 1)
    target = io.BytesIO()
    np.savez_compressed(target, **found.table)
    target.seek(0)
    table = dict(np.load(target, allow_pickle=False))
    assert {len(column) for column in table.values()} == {50}
    assert (table["predicted"][7], table["correct"][7], table["readable"][7]) == (-1, False, False)
    assert np.isnan(table["confidence"][7])
    assert table["correct"].sum() == found.report["metrics"]["accuracy"] * 49
    np.testing.assert_allclose(table["p_true"][0], probs[0, labels[0]], rtol=1e-6)


def test_test_set_without_a_readable_image_is_not_computable() -> None:
    with pytest.raises(NotComputableError):
        evaluate_classification(np.full((3, 2), np.nan), np.zeros(3, int), ["a", "b"])


def test_classes_are_aligned_by_name() -> None:
    aligned = align_classes(np.array([[0.7, 0.3]]), ["b", "a"], ["a", "b", "c"])
    np.testing.assert_allclose(aligned, [[0.3, 0.7, 0.0]])
    with pytest.raises(Invalid, match="lacks 'b'"):
        align_classes(np.array([[0.7, 0.3]]), ["b", "a"], ["a"])


def test_thinned_curve_keeps_its_ends_and_stays_on_the_curve() -> None:
    rng = np.random.default_rng(0)
    full = pr_curve(rng.random(5000), rng.random(5000) < 0.3)
    short = thin(full)
    assert 150 <= len(short["recall"]) <= 200
    assert (short["recall"][0], short["recall"][-1]) == (full.recall[0], full.recall[-1])
    points = set(zip(full.recall.tolist(), full.precision.tolist(), strict=True))
    assert set(zip(short["recall"], short["precision"], strict=True)) <= points


def test_isotonic_mean_is_that_of_scikit_learn() -> None:
    values = np.random.default_rng(0).normal(size=30).cumsum()
    expected = IsotonicRegression().fit_transform(np.arange(30), values)
    np.testing.assert_allclose(isotonic(values), expected, atol=1e-9)


def test_labels_to_a_target_are_read_between_points_and_null_when_never() -> None:
    labels, values = np.array([50.0, 100.0, 200.0]), np.array([0.5, 0.7, 0.8])
    assert labels_to(labels, values, 0.6) == 75
    assert labels_to(labels, values, 0.5) == 50
    assert labels_to(labels, values, 0.81) is None
    assert area_under(labels, values) == pytest.approx((50 * 0.6 + 100 * 0.75) / 150)


def test_summary_compares_with_the_baseline_and_claims_only_from_ten_seeds() -> None:
    rng = np.random.default_rng(0)
    labels = [50, 100, 150, 200]
    plain = 0.5 + 0.1 * np.arange(4) + rng.normal(size=(10, 4)) * 0.005
    found = summarise({
        "random": curve(labels, plain), "good": curve(labels, plain + 0.1), "bad": curve(labels, plain - 0.2),
    })  # fmt: skip
    good, bad, base = (found["strategies"][name] for name in ("good", "bad", "random"))
    assert found["claims"]
    assert base["ratio"] == pytest.approx(1)
    assert good["labels_to_target"] == pytest.approx(150, abs=5)
    assert good["ratio_interval"][0] <= good["ratio"] <= good["ratio_interval"][1] < 1
    assert good["aubc_gain_interval"][0] > 0
    assert (bad["labels_to_target"], bad["ratio"], bad["ratio_interval"]) == (None, None, None)
    json.dumps(found)
    assert not summarise({"random": curve(labels, plain[:5])})["claims"]
