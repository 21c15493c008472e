"""Every registered metric against its reference: a new metric brings ``metric_references/<name>.py``, no edit here."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.metrics import METRICS, NotComputableError, for_task
from models_registry.ml.records import KINDS, ClassMap
from tests.pure.ml.coco_reference import made_up

load_all()
every_metric = pytest.mark.parametrize("name", for_task("classification"))
Case = tuple[np.ndarray, np.ndarray]


def reference(name: str) -> Callable[..., Any]:
    return importlib.import_module(f"tests.contracts.metric_references.{name}").reference


def case(seed: int, n: int, classes: int, kind: str) -> Case:
    """Probabilities and labels: plain, with ties, with zeros and ones, with classes that never occur."""
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.full(classes, 0.7), n)
    labels = rng.integers(classes, size=n)
    if kind == "ties":
        coarse = np.floor(probs * 4) + 1
        probs = coarse / coarse.sum(1, keepdims=True)
    elif kind == "certain":
        probs = np.eye(classes)[rng.integers(classes, size=n)]
    elif kind == "uniform":
        probs = np.full((n, classes), 1 / classes)
    elif kind == "absent":
        labels = np.zeros(n, np.int64)
    elif kind == "right":
        probs = np.eye(classes)[labels] * 0.9 + 0.1 / classes
    return probs, labels


def value(name: str, probs: np.ndarray, labels: np.ndarray, cuts: tuple[int, ...] = ()) -> Any:
    metric = METRICS.get(name)(probs.shape[1])
    for rows in np.split(np.arange(len(labels)), cuts):
        metric.update(probs[rows], labels[rows])
    return metric.compute()


@every_metric
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000), n=st.integers(1, 60), classes=st.integers(2, 6),
    kind=st.sampled_from(["plain", "ties", "certain", "uniform", "absent", "right"]),
)  # fmt: skip
def test_value_equals_the_reference(name: str, seed: int, n: int, classes: int, kind: str) -> None:
    probs, labels = case(seed, n, classes, kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of classes that do not occur
        expected = reference(name)(probs, labels)
    np.testing.assert_allclose(value(name, probs, labels), expected, atol=1e-6, rtol=0)


@every_metric
def test_batches_and_order_do_not_matter(name: str) -> None:
    probs, labels = case(1, 50, 4, "ties")
    order = np.random.default_rng(2).permutation(50)
    whole = value(name, probs, labels)
    np.testing.assert_allclose(value(name, probs, labels, (0, 7, 7, 31)), whole, atol=1e-12)
    np.testing.assert_allclose(value(name, probs[order], labels[order]), whole, atol=1e-12)


@every_metric
def test_reset_forgets_and_nothing_seen_is_not_computable(name: str) -> None:
    probs, labels = case(1, 20, 3, "plain")
    metric = METRICS.get(name)(3)
    with pytest.raises(NotComputableError):
        metric.compute()
    metric.update(probs[:0], labels[:0])
    with pytest.raises(NotComputableError):
        metric.compute()
    metric.update(*case(9, 20, 3, "certain"))
    metric.reset()
    metric.update(probs, labels)
    np.testing.assert_array_equal(metric.compute(), value(name, probs, labels))


@every_metric
def test_inputs_are_left_alone_even_in_single_precision(name: str) -> None:
    probs, labels = case(3, 20, 3, "plain")
    single, before = probs.astype(np.float32), probs.astype(np.float32).copy()
    np.testing.assert_allclose(value(name, single, labels), value(name, probs, labels), atol=1e-4)
    np.testing.assert_array_equal(single, before)


@every_metric
@pytest.mark.parametrize(
    ("probs", "labels"),
    [
        (np.full((2, 3), 1 / 3), np.array([0, 3])),
        (np.full((2, 3), 1 / 3), np.array([0, -1])),
        (np.full((2, 3), 1 / 3), np.array([0])),
        (np.full((2, 2), 0.5), np.array([0, 1])),
        (np.array([[np.nan, 0.5, 0.5]]), np.array([0])),
        (np.array([[1.5, -0.5, 0.0]]), np.array([0])),
        (np.array([[0.2, 0.2, 0.2]]), np.array([0])),
    ],
    ids=["label too high", "label negative", "lengths", "classes", "nan", "outside 0..1", "sum"],
)
def test_malformed_input_is_refused(name: str, probs: np.ndarray, labels: np.ndarray) -> None:
    with pytest.raises(Invalid):
        METRICS.get(name)(3).update(probs, labels)


Records = tuple[list[Any], list[Any]]
OTHER_METRICS = sorted(set(METRICS.names()) - set(for_task("classification")))
every_other = pytest.mark.parametrize("name", OTHER_METRICS)


def records(name: str, seed: int, images: int, classes: int) -> Records:
    """Truths and answers of the kind that the metric takes: objects, or class maps with unlabelled pixels."""
    if "semantic_segmentation" not in METRICS.get(name).tasks:
        return made_up(seed, images, classes, ["plain", "ties", "crowd", "copies"][seed % 4])
    rng = np.random.default_rng(seed)
    truths = [rng.integers(-1, classes, (6, 5)) for _ in range(images)]
    truths[0][0, 0] = 0
    found = [np.where(rng.random((6, 5)) < 0.5, one, rng.integers(-1, classes, (6, 5))) for one in truths]
    return [ClassMap(one) for one in truths], [ClassMap(one) for one in found]


def value_of(name: str, truths: list[Any], found: list[Any], classes: int, cuts: tuple[int, ...] = ()) -> Any:
    metric: Any = METRICS.get(name)(classes)
    for begin, end in zip((0, *cuts), (*cuts, len(truths)), strict=True):
        metric.update(truths[begin:end], found[begin:end])
    return metric.compute()


def test_every_metric_is_for_a_kind_of_task() -> None:
    assert all(set(METRICS.get(name).tasks) & set(KINDS) for name in METRICS.names())
    assert all(for_task(kind) for kind in KINDS)


@every_other
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), images=st.integers(1, 8), classes=st.integers(2, 4))
def test_value_of_records_equals_the_reference(name: str, seed: int, images: int, classes: int) -> None:
    truths, found = records(name, seed, images, classes)
    expected = reference(name)(truths, found, classes)
    if expected == -1:
        with pytest.raises(NotComputableError):
            value_of(name, truths, found, classes)
    else:
        np.testing.assert_allclose(value_of(name, truths, found, classes), expected, atol=1e-6, rtol=0)


@every_other
def test_batches_of_records_do_not_matter_and_nothing_seen_is_not_computable(name: str) -> None:
    truths, found = records(name, 4, 9, 3)
    whole = value_of(name, truths, found, 3)
    np.testing.assert_allclose(value_of(name, truths, found, 3, (0, 4, 4)), whole, atol=1e-12)
    metric: Any = METRICS.get(name)(3)
    metric.update([], [])
    with pytest.raises(NotComputableError):
        metric.compute()
    metric.update(*records(name, 5, 2, 3))
    metric.reset()
    metric.update(truths, found)
    np.testing.assert_array_equal(metric.compute(), whole)


@every_other
def test_records_that_do_not_fit_are_refused(name: str) -> None:
    truths, found = records(name, 6, 3, 3)
    with pytest.raises(Invalid):
        METRICS.get(name)(3).update(truths, found[:2])
