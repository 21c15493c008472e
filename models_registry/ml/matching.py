"""Which answer belongs to which truth: greedily in the order of confidence, many images at once.

The rules are COCO's: inside an image and a class, the surest answer chooses first; it takes the most alike truth that
is still free and at least as alike as the threshold; a truth that counts goes before one that is ignored; a crowd can
be taken any number of times. What is chosen depends on the threshold and on which truths are ignored, so one matching
is made for each size range and threshold. [COCO detection evaluation]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidates", "greedy", "rank_in_group", "run_starts"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Candidates:
    """Pairs that may match. found, truth: (P,) indices; alike: (P,) 0..1. Answers of one image and class compete."""

    found: Ints
    truth: Ints
    alike: Floats


def rank_in_group(group: Ints, scores: Floats) -> Ints:
    """(D,) place of each answer inside its group by falling score, from 0; equal scores in the order given."""
    order = np.lexsort((-scores, group))
    first = run_starts(group[order])
    run = np.diff(np.append(first, len(order)))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(first, run)
    return rank


def run_starts(values: NDArray[Any]) -> Ints:
    """Where each run of equal neighbours begins; of nothing, nothing."""
    return np.flatnonzero(np.append(True, values[1:] != values[:-1]))[: len(values)]


def greedy(pairs: Candidates, rank: Ints, ignored: Flags, crowd: Flags, thresholds: Floats) -> NDArray[np.int32]:
    """(A, T, D) the truth each of D answers takes, -1 for none.

    rank: (D,) from ``rank_in_group``. ignored: (A, G) in each size range; crowd: (G,). thresholds: (T,). All groups
    take their turns together: first every group's surest answer, then every second one. Of equally alike truths the
    later one is taken, as COCO does.
    """
    ranges, steps = len(ignored), len(thresholds)
    taken = np.zeros((ranges, steps, len(crowd)), np.bool_)
    partner = np.full((ranges, steps, len(rank)), -1, np.int32)
    least = np.minimum(thresholds, 1 - 1e-10)
    kept = pairs.alike >= least.min(initial=2.0)
    found, truth, alike = pairs.found[kept], pairs.truth[kept], pairs.alike[kept]
    order = np.lexsort((truth, alike, found, rank[found]))
    found, truth, alike = found[order], truth[order], alike[order]
    turn = rank[found]
    bounds = run_starts(turn)
    for begin, end in zip(bounds, [*bounds[1:], len(turn)], strict=False):
        who, what, how = found[begin:end], truth[begin:end], alike[begin:end]
        first = run_starts(who)
        free = ~taken[:, :, what] | crowd[what]
        free &= (how >= least[:, None])[None]
        # Inside an answer's run the pairs stand by how alike they are, so the last free place is the best one; those
        # that count are moved behind all that do not.
        place = np.arange(len(who)) + np.where(ignored[:, what], 0, len(who))
        best = np.maximum.reduceat(np.where(free, place[:, None, :], -1), first, axis=2)
        a, t, run = np.nonzero(best >= 0)
        chosen = what[best[a, t, run] % len(who)]
        taken[a, t, chosen] = True
        partner[a, t, who[first[run]]] = chosen
    return partner
