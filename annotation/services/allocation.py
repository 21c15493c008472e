"""Sharing items among people in proportion to their workload; pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

__all__ = ["share_out"]

P = TypeVar("P")
T = TypeVar("T")


def share_out(things: Sequence[T], shares: Mapping[P, int], held: Mapping[P, int] | None = None) -> dict[P, list[T]]:
    """Deal things to people so that what each holds comes as near to its share as whole things allow.

    shares: person -> weight > 0 (zero and less get nothing). held: what each already has of this stream. Each thing
    goes to the person furthest below their share, the first in `shares` on a tie, so dealing in two batches equals
    dealing in one. Raises ValueError when nobody has a share.
    """
    weights = {person: weight for person, weight in shares.items() if weight > 0}
    if not weights:
        raise ValueError("nobody has a share")
    total_weight = sum(weights.values())
    count = {person: (held or {}).get(person, 0) for person in weights}
    dealt: dict[P, list[T]] = {person: [] for person in weights}
    total = sum(count.values())
    for thing in things:
        total += 1
        person = max(weights, key=lambda p: weights[p] * total - count[p] * total_weight)
        dealt[person].append(thing)
        count[person] += 1
    return dealt
