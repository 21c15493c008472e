"""What a strategy is, and the one way a batch is chosen: first a random slice of the whole pool, then the strategy.

The random slice is a permanent control arm: its labels give unbiased estimates and show what the strategy saves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Conflict, Invalid
from alp_site.lib.registry import Registry

Floats = NDArray[np.floating[Any]]
Arm = Literal["strategy", "random"]


class StrategyNotApplicable(Conflict):
    """The strategy needs something this pool does not have (predictions, embeddings); the message names it."""

    code = "strategy_not_applicable"


@dataclass(frozen=True)
class StrategyInfo:
    """A strategy's declaration, served by the API."""

    name: str
    title: str
    description: str
    when_not: str = ""  # where the evidence speaks against it
    needs_probs: bool = False
    needs_embeddings: bool = False


@dataclass(frozen=True)
class Pool:
    """Unlabelled images, one row each.

    probs: (N, C) rows sum to 1, None without a model. embeddings: (N, D) float16 or float32, None without an encoder.
    A row with a NaN is an image that has no prediction or could not be read: it is never selected.
    """

    probs: Floats | None = None
    embeddings: Floats | None = None
    size: int | None = None  # needed only when both arrays are None

    def __post_init__(self) -> None:
        lengths = {len(a) for a in (self.probs, self.embeddings) if a is not None} | (
            {self.size} if self.size is not None else set()
        )
        if len(lengths) != 1:
            raise Invalid(f"A pool needs one length, got {sorted(lengths)}.", field="pool")
        for name, array in (("probs", self.probs), ("embeddings", self.embeddings)):
            if array is not None and array.ndim != 2:
                raise Invalid(f"{name} must have two dimensions, got {array.ndim}.", field=name)

    def __len__(self) -> int:
        return next(len(a) for a in (self.probs, self.embeddings, range(self.size or 0)) if a is not None)

    def valid(self) -> NDArray[np.bool_]:
        """(N,) rows that may be selected. Only the first embedding column is looked at: unreadable rows are all NaN."""
        ok = np.ones(len(self), bool)
        if self.probs is not None and self.probs.shape[1]:
            ok &= np.isfinite(self.probs).all(axis=1)
        if self.embeddings is not None and self.embeddings.shape[1]:
            ok &= np.isfinite(self.embeddings[:, 0])
        return ok

    def take(self, rows: NDArray[np.int64]) -> Pool:
        """The sub-pool of these rows."""
        return Pool(
            None if self.probs is None else self.probs[rows],
            None if self.embeddings is None else self.embeddings[rows],
            len(rows),
        )


@dataclass(frozen=True)
class Context:
    """What is known besides the pool.

    label_counts: (K,) labels so far of each known class. round_number: 0-based. labelled_embeddings: (M, D) of what is
    labelled or chosen already, same encoder as the pool's. options: of the strategy, e.g. {"temperature": 1.0}.
    """

    label_counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    round_number: int = 0
    labelled_embeddings: Floats | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def labelled(self) -> int:
        """Labels so far."""
        return int(self.label_counts.sum())


class Strategy:
    """Subclass, give ``info`` and ``score``; override ``select`` if picks depend on each other.

    Both get a pool without invalid rows and need not look for NaN; inputs are never changed.
    """

    info: ClassVar[StrategyInfo]

    def score(self, pool: Pool, ctx: Context) -> NDArray[np.float64]:
        """(N,) float64, higher = label sooner."""
        raise NotImplementedError

    def select(
        self, pool: Pool, budget: int, rng: np.random.Generator, ctx: Context, scores: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Distinct rows, at most ``budget``, the most wanted first. Ties fall by ``rng``."""
        return top(scores, budget, rng)


STRATEGIES: Registry[Strategy] = Registry("acquisition strategy")


@dataclass(frozen=True)
class Pick:
    """index: row in the pool. rank: 0 is labelled first. score: the strategy's, also for the random arm; NaN if
    none."""

    index: int
    arm: Arm
    rank: int
    score: float


def top(scores: NDArray[np.float64], budget: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of the highest scores, best first; equal scores in random order, so a tie never means upload order."""
    budget = min(budget, len(scores))
    if budget <= 0:
        return np.zeros(0, np.int64)
    tiebreak = rng.random(len(scores))
    if budget < len(scores):
        edge = np.partition(scores, len(scores) - budget)[len(scores) - budget]
        candidates = np.flatnonzero(scores >= edge)
    else:
        candidates = np.arange(len(scores))
    order = np.lexsort((tiebreak[candidates], -scores[candidates]))
    return candidates[order][:budget].astype(np.int64)


def score_pool(strategy: str, pool: Pool, ctx: Context | None = None) -> NDArray[np.float64]:
    """(N,) scores of the whole pool, NaN for rows that cannot be selected. Raises StrategyNotApplicable."""
    chosen = _applicable(strategy, pool)
    valid = np.flatnonzero(pool.valid())
    scores = np.full(len(pool), np.nan)
    if len(valid):
        scores[valid] = chosen.score(pool if len(valid) == len(pool) else pool.take(valid), ctx or Context())
    return scores


def choose(
    strategy: str,
    pool: Pool,
    budget: int,
    random_fraction: float,
    rng: np.random.Generator,
    ctx: Context | None = None,
) -> list[Pick]:
    """Picks ``budget`` rows (fewer if fewer are valid), by rank. The same generator state gives the same picks.

    The random slice is drawn first, from all valid rows alike; its expected share is exactly ``random_fraction`` (a
    broken number is rounded up with the probability of its fraction). The strategy takes the rest. Ranks of the two
    arms are mixed, so a round that is cut short has labelled some of each. Raises StrategyNotApplicable, Invalid.
    """
    ctx = ctx or Context()
    if budget < 0:
        raise Invalid(f"The budget must not be negative, got {budget}.", field="budget")
    if not 0.0 <= random_fraction <= 1.0:
        raise Invalid(f"The random share must lie in 0..1, got {random_fraction}.", field="random_fraction")
    entry = _applicable(strategy, pool)
    valid = np.flatnonzero(pool.valid())
    budget = min(budget, len(valid))
    if budget == 0:
        return []
    wanted = budget * random_fraction
    slice_size = min(budget, int(wanted) + int(rng.random() < wanted - int(wanted)))
    random_rows = rng.choice(len(valid), slice_size, replace=False)
    everything = pool if len(valid) == len(pool) else pool.take(valid)
    scores = _checked(entry.score(everything, ctx), len(valid), strategy)
    rest = np.delete(np.arange(len(valid)), random_rows)
    chosen = np.zeros(0, np.int64)
    if budget > slice_size:
        remaining = everything if not slice_size else everything.take(rest)
        chosen = rest[entry.select(remaining, budget - slice_size, rng, ctx, scores[rest])]
    return _ranked(valid, chosen, random_rows, scores, rng)


def _ranked(
    valid: NDArray[np.int64],
    chosen: NDArray[np.int64],
    random_rows: NDArray[np.int64],
    scores: NDArray[np.float64],
    rng: np.random.Generator,
) -> list[Pick]:
    total = len(chosen) + len(random_rows)
    places = set(rng.choice(total, len(random_rows), replace=False).tolist())
    by_strategy, by_chance = iter(chosen.tolist()), iter(random_rows.tolist())
    picks = []
    for rank in range(total):
        arm: Arm = "random" if rank in places else "strategy"
        row = next(by_chance if arm == "random" else by_strategy)
        picks.append(Pick(int(valid[row]), arm, rank, float(scores[row])))
    return picks


def _checked(scores: NDArray[np.float64], count: int, strategy: str) -> NDArray[np.float64]:
    if scores.shape != (count,):
        raise ValueError(f"{strategy} scored {scores.shape}, expected ({count},)")
    return scores


def _applicable(strategy: str, pool: Pool) -> Strategy:
    entry = STRATEGIES.get(strategy)
    if entry.info.needs_probs and pool.probs is None:
        raise StrategyNotApplicable(f"{entry.info.title} needs predictions, and there is no model yet.", needs="probs")
    if entry.info.needs_embeddings and pool.embeddings is None:
        raise StrategyNotApplicable(
            f"{entry.info.title} needs embeddings, and this model has no encoder.", needs="embeddings"
        )
    return entry
