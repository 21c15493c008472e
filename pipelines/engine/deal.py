"""Dealing a stream of items into groups with exact shares. Pure.

However the stream is cut into batches, no group gets more than its share of a label's items rounded up: the counts of
every label are exact wherever the shares are whole numbers and within one of them in between, and those of all items
together stay as near. Where a group could not get its share (items bound elsewhere) the shortfall stays until free
items come; ``largest_remainder`` says how large it is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

ALL = ""
"""The stratum that counts every item."""


@dataclass(frozen=True)
class Candidate:
    """An item to be dealt. Items with the same ``group_key`` stay together, whatever else; ``bound``: the one group
    it may go to while its key has none."""

    item: str
    label: str = "(none)"
    group_key: str = ""
    bound: str | None = None


@dataclass(frozen=True)
class Dealt:
    """Group of each item, and how many items each group lacks to its share."""

    groups: dict[str, str]
    shortfall: dict[str, int]


def fractions_of(percentages: Mapping[str, float]) -> dict[str, Fraction]:
    """Exact shares of decimal percentages; they are scaled to sum to one."""
    exact = {name: Fraction(Decimal(str(percent))) for name, percent in percentages.items()}
    total = sum(exact.values(), Fraction(0))
    if total <= 0 or any(share < 0 for share in exact.values()):
        raise ValueError("Shares must be positive and sum to more than nothing.")
    return {name: share / total for name, share in exact.items()}


def largest_remainder(total: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole numbers that sum to ``total``, each within one of its exact share; ties go to the group named first."""
    exact = {name: share * total for name, share in shares.items()}
    counts = {name: int(value) for name, value in exact.items()}
    left = total - sum(counts.values())
    by_remainder = sorted(shares, key=lambda name: exact[name] - counts[name], reverse=True)
    for name in by_remainder[:left]:
        counts[name] += 1
    return counts


def deal(
    candidates: Sequence[Candidate],
    shares: Mapping[str, Fraction],
    counts: Mapping[str, Mapping[str, int]],
    *,
    seed: int = 0,
    known_keys: Mapping[str, str] | None = None,
) -> Dealt:
    """Deals a batch.

    ``counts`` maps a label (and ``ALL``) to what each group got so far; ``known_keys`` a group key to its group. The
    order within the batch depends on seed and item ids alone, so the same batch is always dealt alike.
    """
    work = _Deal(shares, counts, dict(known_keys or {}))
    ordered = sorted(candidates, key=lambda c: _order(seed, c.item))
    free = [c for c in ordered if not work.bound(c)]
    work.free(free)
    target = largest_remainder(sum(work.total.values()), shares)
    return Dealt(work.groups, {name: max(0, target[name] - work.total[name]) for name in shares})


class _Deal:
    def __init__(
        self, shares: Mapping[str, Fraction], counts: Mapping[str, Mapping[str, int]], keys: dict[str, str]
    ) -> None:
        self.shares, self.keys = shares, keys
        self.total = Counter(dict(counts.get(ALL, {})))
        self.per_label = {label: Counter(dict(found)) for label, found in counts.items() if label != ALL}
        self.groups: dict[str, str] = {}

    def bound(self, c: Candidate) -> bool:
        """Deals an item that has no choice."""
        group = self._of_key(c) or c.bound
        if group is None or group not in self.shares:
            return False
        self._put(c, group)
        return True

    def free(self, candidates: Sequence[Candidate]) -> None:
        for c in candidates:
            self._put(c, self._of_key(c) or self._choose(c))

    def _of_key(self, c: Candidate) -> str | None:
        """Where the others of its key lie: a scene half in train and half in test would leak."""
        group = self.keys.get(c.group_key) if c.group_key else None
        return group if group in self.shares else None

    def _choose(self, c: Candidate) -> str:
        """Among the groups that one more item of this label does not bring above their share of the label rounded up
        (there always is one), the one that all items lack most; then the one the label lacks most."""
        mine = self.per_label.get(c.label, Counter())
        dealt, of_label = sum(self.total.values()) + 1, sum(mine.values()) + 1
        lack = {name: share * of_label - mine[name] for name, share in self.shares.items()}
        return max(
            (name for name in self.shares if lack[name] > 0),
            key=lambda name: self.shares[name] * dealt - self.total[name] + lack[name],
        )

    def _put(self, c: Candidate, group: str) -> None:
        self.groups[c.item] = group
        self.total[group] += 1
        self.per_label.setdefault(c.label, Counter())[group] += 1
        if c.group_key:
            self.keys.setdefault(c.group_key, group)


def _order(seed: int, item: str) -> bytes:
    return hashlib.sha256(f"{seed}:{item}".encode()).digest()
