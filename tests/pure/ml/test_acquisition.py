"""What the strategies choose, on pools where the right answer is known; the fast forms against the plain ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models_registry.ml import load_all
from models_registry.ml.acquisition import Context, Pool, _distance, choose
from models_registry.ml.acquisition._distance import farthest_first, k_means, nearest
from models_registry.ml.acquisition.auto import in_seed_phase
from models_registry.ml.acquisition.base import STRATEGIES
from models_registry.ml.acquisition.cluster_margin import round_robin
from models_registry.ml.uncertainty import entropy, least_confidence, margin_uncertainty

load_all()
LATER = Context(np.full(3, 100), 9)


def picks(name: str, pool: Pool, budget: int, ctx: Context = LATER, seed: int = 0) -> list[int]:
    return [pick.index for pick in choose(name, pool, budget, 0.0, np.random.default_rng(seed), ctx)]


def test_uncertainties_have_their_textbook_values() -> None:
    probs = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.6, 0.3, 0.1]])
    np.testing.assert_allclose(margin_uncertainty(probs), [1, 0, 0.7])
    np.testing.assert_allclose(least_confidence(probs), [0.5, 0, 0.4])
    np.testing.assert_allclose(entropy(probs)[:2], [np.log(2), 0])


@pytest.mark.parametrize("name", ["margin", "least_confidence", "entropy"])
def test_the_least_certain_come_first(name: str) -> None:
    sure = np.linspace(0.4, 0.99, 20)
    probs = np.stack([sure, (1 - sure) * 0.6, (1 - sure) * 0.4], 1)
    order = np.random.default_rng(0).permutation(20)
    assert picks(name, Pool(probs[order]), 3) == [int(np.flatnonzero(order == i)[0]) for i in range(3)]


def _naive(rows: np.ndarray, distance: np.ndarray, count: int) -> list[int]:
    distance, found = distance.astype(np.float64).copy(), []
    for _ in range(count):
        found.append(int(distance.argmax()))
        distance = np.minimum(distance, ((rows - rows[found[-1]]) ** 2).sum(1))
        distance[found] = -1
    return found


@settings(max_examples=40, deadline=None)
@given(n=st.integers(1, 120), count=st.integers(1, 30), ahead=st.sampled_from([2, 8, 512]), seed=st.integers(0, 999))
def test_look_ahead_picks_what_the_naive_loop_picks(n: int, count: int, ahead: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(n, 5)).astype(np.float32)
    start = (rows**2).sum(1)
    count = min(n, count)
    fast = farthest_first(rows, start, count, look_ahead=ahead)
    plain = _naive(rows, start, count)
    assert len(set(fast)) == count
    covered = [float(_distance.nearest(rows, rows[one])[1].max()) for one in (fast, plain)]
    np.testing.assert_allclose(covered[0], covered[1], rtol=1e-3, atol=1e-5)
    assert fast == plain


def test_nearest_is_the_brute_force_answer() -> None:
    rng = np.random.default_rng(0)
    rows, centres = rng.normal(size=(300, 7)).astype(np.float32), rng.normal(size=(9, 7)).astype(np.float32)
    full = ((rows[:, None] - centres[None]) ** 2).sum(2)
    which, distance = nearest(rows, centres)
    np.testing.assert_array_equal(which, full.argmin(1))
    np.testing.assert_allclose(distance, full.min(1), atol=1e-4)


def _naive_means(rows: np.ndarray, members: np.ndarray, centres: np.ndarray) -> np.ndarray:
    moved = centres.copy()
    for cluster in range(len(centres)):
        if (members == cluster).any():
            moved[cluster] = rows[members == cluster].astype(np.float64).mean(0)
    return moved


@pytest.mark.parametrize("stored", [np.float16, np.float32])
def test_blocked_distances_when_labelled_are_many_then_the_picks_are_those_of_the_naive_loop(
    stored: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_distance, "_BLOCK", 1 << 12)  # many blocks, the last one short
    rng = np.random.default_rng(3)
    rows: np.ndarray = rng.normal(size=(1203, 24)).astype(stored)
    labelled: np.ndarray = rng.normal(size=(130, 24)).astype(stored)
    wide, known = rows.astype(np.float64), labelled.astype(np.float64)
    start = ((wide[:, None] - known[None]) ** 2).sum(2).min(1)
    scores = STRATEGIES.get("k_center").score(Pool(None, rows), Context(labelled_embeddings=labelled))
    np.testing.assert_allclose(scores, np.sqrt(start), rtol=1e-5)
    assert picks("k_center", Pool(None, rows), 60, Context(labelled_embeddings=labelled)) == _naive(wide, start, 60)


@pytest.mark.parametrize("stored", [np.float16, np.float32])
def test_k_means_of_unit_rows_when_blocked_then_equals_the_plain_form(
    stored: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_distance, "_BLOCK", 1 << 11)
    monkeypatch.setattr(_distance, "_UNIT_BLOCK", 1 << 9)
    rows: np.ndarray = np.random.default_rng(5).normal(size=(901, 16)).astype(stored)
    rows[7] = 0
    length = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    plain = (rows / np.where(length > 0, length, 1)).astype(np.float32)
    np.testing.assert_allclose(_distance.unit_rows(rows), plain, atol=1e-6)
    backwards = np.arange(len(rows))[::-1].copy()
    np.testing.assert_array_equal(_distance.unit_rows(rows, backwards), _distance.unit_rows(rows)[::-1])
    fast = k_means(rows, 40, np.random.default_rng(1), sample=300, unit=True)
    whole = k_means(_distance.unit_rows(rows), 40, np.random.default_rng(1), sample=300)
    np.testing.assert_array_equal(fast.members, whole.members)
    centres = _distance.unit_rows(rows)[:40]
    found = _distance._means(plain, fast.members, centres)
    np.testing.assert_allclose(found, _naive_means(plain, fast.members, centres), atol=1e-6)


def test_k_means_finds_separated_groups_and_survives_duplicates() -> None:
    rng = np.random.default_rng(1)
    truth = np.repeat(np.arange(6), 40)
    rows = (rng.normal(size=(6, 8)) * 20)[truth] + rng.normal(size=(240, 8))
    found = k_means(rows.astype(np.float32), 6, rng).members
    assert all(len(np.unique(found[truth == group])) == 1 for group in range(6))
    assert len(np.unique(found)) == 6
    same = k_means(np.ones((20, 3), np.float32), 5, rng)
    assert np.isfinite(same.centres).all()


def test_cluster_margin_takes_one_of_each_group_of_lookalikes() -> None:
    groups = np.repeat(np.arange(5), 10)
    embeddings = (np.eye(5) * 10)[groups] + np.random.default_rng(0).normal(size=(50, 5)) * 0.01
    sure = 0.5 + np.arange(50) / 1000  # the first group is the least certain: plain margin would take only it
    pool = Pool(np.stack([sure, 1 - sure], 1), embeddings.astype(np.float32))
    assert sorted(groups[picks("cluster_margin", pool, 5)]) == [0, 1, 2, 3, 4]
    assert set(groups[picks("margin", pool, 5)]) == {0}


def test_round_robin_starts_with_small_groups_and_keeps_the_order_inside() -> None:
    members = np.array([0, 0, 1, 0, 2, 2])
    assert round_robin(members).tolist() == [2, 4, 0, 5, 1, 3]


def test_k_center_covers_and_stays_away_from_what_is_labelled() -> None:
    corners = np.array([[0, 0], [10, 0], [0, 10], [10, 10]], np.float32)
    rows = np.concatenate([corners, np.full((20, 2), 5) + np.random.default_rng(0).normal(size=(20, 2)) * 0.1])
    pool = Pool(None, rows.astype(np.float32))
    assert set(picks("k_center", pool, 4)) == {0, 1, 2, 3}
    near = Context(labelled_embeddings=corners[:1])
    assert 0 not in picks("k_center", pool, 3, near)


def test_typiclust_starts_in_each_dense_group_and_skips_labelled_ones() -> None:
    rng = np.random.default_rng(0)
    directions = np.eye(4, 6)
    groups = np.repeat(np.arange(4), 30)
    rows = (directions[groups] * 5 + rng.normal(size=(120, 6)) * 0.2).astype(np.float32)
    pool = Pool(None, rows)
    assert sorted(groups[picks("typiclust", pool, 4, Context())]) == [0, 1, 2, 3]
    known = Context(labelled_embeddings=(directions[:2] * 5).astype(np.float32))
    assert sorted(groups[picks("typiclust", pool, 2, known)]) == [2, 3]


def test_auto_leaves_the_seed_phase_by_labels_or_by_rounds() -> None:
    assert in_seed_phase(Context(np.array([30, 30, 30]), 9), has_model=False)
    assert in_seed_phase(Context(np.array([40, 9, 0]), 2), has_model=True)
    assert not in_seed_phase(Context(np.array([40, 9, 0]), 3), has_model=True)
    assert in_seed_phase(Context(np.array([20, 20, 9]), 0), has_model=True)
    assert not in_seed_phase(Context(np.array([20, 20, 10]), 0), has_model=True)
    assert in_seed_phase(Context(np.full(20, 4), 0), has_model=True)  # 80 labels, but 20 classes ask for 100


def test_badge_distances_are_those_of_the_written_out_gradients() -> None:
    """The first pick is the longest gradient; picks spread over different gradients, not over copies of one."""
    rng = np.random.default_rng(0)
    probs, rows = rng.dirichlet(np.ones(3), 40), rng.normal(size=(40, 4)).astype(np.float32)
    errors = probs.copy()
    errors[np.arange(40), probs.argmax(1)] -= 1
    gradients = np.einsum("ic,id->icd", errors, rows).reshape(40, -1)
    longest = int(np.linalg.norm(gradients, axis=1).argmax())
    assert picks("badge", Pool(probs, rows), 1) == [longest]
    twice = Pool(np.repeat(probs[:5], 20, 0), np.repeat(rows[:5], 20, 0))
    assert len({index // 20 for index in picks("badge", twice, 5)}) == 5


def test_class_stratified_gives_each_predicted_class_its_turn() -> None:
    probs = np.array([[0.5, 0.4, 0.1]] * 10 + [[0.05, 0.9, 0.05]] + [[0.0, 0.01, 0.99]])
    assert set(picks("class_stratified", Pool(probs), 3)) >= {10, 11}
