"""Every registered acquisition strategy: a new file is under test without an edit here."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.acquisition import STRATEGIES, Context, Pool, StrategyNotApplicable, choose
from models_registry.ml.acquisition.base import score_pool

load_all()
every_strategy = pytest.mark.parametrize("name", STRATEGIES.names())


def make_pool(n: int, classes: int = 4, dims: int = 6, seed: int = 0, invalid: tuple[int, ...] = ()) -> Pool:
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet(np.ones(classes), n).astype(np.float32).reshape(n, classes)
    embeddings = rng.normal(size=(n, dims)).astype(np.float16)
    probs[list(invalid)] = np.nan
    embeddings[list(invalid)] = np.nan
    return Pool(probs, embeddings)


def later(classes: int = 4) -> Context:
    """A context past every seed phase."""
    labelled = np.random.default_rng(9).normal(size=(7, 6)).astype(np.float16)
    return Context(np.full(classes, 50), 5, labelled)


def rows(picks: list) -> list[int]:
    return [pick.index for pick in picks]


@every_strategy
def test_declaration_is_complete(name: str) -> None:
    info = STRATEGIES.get(name).info
    assert (info.name, bool(info.title), bool(info.description)) == (name, True, True)


@every_strategy
@pytest.mark.parametrize("ctx", [Context(np.zeros(4, np.int64)), later()], ids=["first", "later"])
def test_scores_are_float64_and_nan_exactly_where_nothing_can_be_said(name: str, ctx: Context) -> None:
    scores = score_pool(name, make_pool(30, invalid=(3, 17)), ctx)
    assert scores.shape == (30,)
    assert scores.dtype == np.float64
    assert np.flatnonzero(np.isnan(scores)).tolist() == [3, 17]


@every_strategy
@settings(max_examples=25, deadline=None)
@given(
    n=st.integers(0, 40), budget=st.integers(0, 50), classes=st.integers(1, 5), dims=st.integers(1, 5),
    share=st.sampled_from([0.0, 0.1, 0.5, 1.0]), seed=st.integers(0, 99), first=st.booleans(),
)  # fmt: skip
def test_picks_are_distinct_valid_ranked_and_as_many_as_asked(
    name: str, n: int, budget: int, classes: int, dims: int, share: float, seed: int, first: bool
) -> None:
    invalid = tuple(range(0, n, 7))
    pool = make_pool(n, classes, dims, seed, invalid)
    ctx = Context(np.zeros(classes, np.int64)) if first else Context(np.full(classes, 60), 4)
    picks = choose(name, pool, budget, share, np.random.default_rng(seed), ctx)
    assert len(picks) == min(budget, n - len(invalid))
    assert len(set(rows(picks))) == len(picks)
    assert not set(rows(picks)) & set(invalid)
    assert [pick.rank for pick in picks] == list(range(len(picks)))
    assert all(np.isfinite(pick.score) for pick in picks)
    if share in (0.0, 1.0):
        assert {pick.arm for pick in picks} <= {"random" if share else "strategy"}


@every_strategy
@pytest.mark.parametrize("ctx", [Context(np.zeros(4, np.int64)), later()], ids=["first", "later"])
def test_same_seed_same_picks_and_nothing_global_or_given_is_touched(name: str, ctx: Context) -> None:
    pool = make_pool(60)
    assert pool.probs is not None
    assert pool.embeddings is not None
    before = (pool.probs.copy(), pool.embeddings.copy(), ctx.label_counts.copy())
    np.random.seed(5)  # noqa: NPY002 -- to see that nobody draws from it
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    picks = [choose(name, pool, 12, 0.25, np.random.default_rng(3), ctx) for _ in range(2)]
    assert picks[0] == picks[1]
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002
    np.testing.assert_array_equal(pool.probs, before[0])
    np.testing.assert_array_equal(pool.embeddings, before[1])
    np.testing.assert_array_equal(ctx.label_counts, before[2])


@every_strategy
@pytest.mark.parametrize("ctx", [Context(np.zeros(4, np.int64)), later()], ids=["first", "later"])
def test_identical_images_are_picked_by_chance_not_by_order(name: str, ctx: Context) -> None:
    pool = Pool(np.full((50, 4), 0.25, np.float32), np.ones((50, 6), np.float16))
    drawn = [rows(choose(name, pool, 5, 0.0, np.random.default_rng(seed), ctx)) for seed in range(20)]
    assert all(len(set(one)) == 5 for one in drawn)
    assert len({index for one in drawn for index in one}) > 20


@every_strategy
def test_missing_inputs_are_said_or_done_without(name: str) -> None:
    info = STRATEGIES.get(name).info
    full = make_pool(20)
    for pool, needed in (
        (Pool(None, full.embeddings), info.needs_probs), (Pool(full.probs, None), info.needs_embeddings),
        (Pool(size=20), info.needs_probs or info.needs_embeddings),
    ):  # fmt: skip
        if needed:
            with pytest.raises(StrategyNotApplicable):
                choose(name, pool, 5, 0.1, np.random.default_rng(0))
        else:
            assert len(choose(name, pool, 5, 0.1, np.random.default_rng(0))) == 5


@every_strategy
def test_random_arm_is_a_fair_draw_from_the_whole_pool(name: str) -> None:
    pool, counts, total = make_pool(20), np.zeros(20), 0
    for seed in range(600):
        picks = choose(name, pool, 5, 0.3, np.random.default_rng(seed), later())
        chance = [pick.index for pick in picks if pick.arm == "random"]
        counts[chance] += 1
        total += len(chance)
    assert total / (600 * 5) == pytest.approx(0.3, abs=0.03)
    assert counts.min() > 0.4 * counts.mean()
    assert counts.max() < 1.8 * counts.mean()


@pytest.mark.parametrize(("budget", "share"), [(-1, 0.1), (3, -0.1), (3, 1.1), (3, float("nan"))])
def test_impossible_requests_are_refused(budget: int, share: float) -> None:
    with pytest.raises(Invalid):
        choose("random", make_pool(5), budget, share, np.random.default_rng(0))


def test_importing_the_rooms_loads_no_torch_and_no_django() -> None:
    code = (
        "import sys; from models_registry.ml import load_all; load_all();"
        "import models_registry.ml.comparison, models_registry.ml.curves, models_registry.ml.metrics.report;"
        "print([m for m in ('torch', 'torchvision', 'django', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
