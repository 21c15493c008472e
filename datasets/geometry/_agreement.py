"""How far two or more people (or a model) say the same of one image: by type, label and place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from datasets.geometry._base import TYPES

__all__ = ["Consensus", "Shape", "agreement", "alike", "consensus", "matched"]

Size = tuple[int, int]


@dataclass(frozen=True)
class Shape:
    """One annotation, as far as agreement is about it."""

    type: str
    label: str
    geometry: Any = field(default=None, hash=False)


@dataclass(frozen=True)
class Consensus:
    """``score``: the mean ``agreement`` of all pairs, 0..1. ``kept``: (voter, index) of one annotation for each that
    most of them made: the one most like the others. ``votes``: how many made each of these."""

    score: float
    kept: tuple[tuple[int, int], ...]
    votes: tuple[int, ...]


def alike(first: Shape, second: Shape, size_wh: Size) -> float:
    """0 for another type or label, else the type's own measure (``iou``), 0..1."""
    if (first.type, first.label) != (second.type, second.label):
        return 0.0
    return TYPES.get(first.type).iou(first.geometry, second.geometry, size_wh)


def matched(first: Sequence[Shape], second: Sequence[Shape], size_wh: Size, least: float = 0.5) -> int:
    """How many of the two sides' annotations belong together, each used once, the most alike first. ``least``: how
    alike (0..1) two must be to count as the same."""
    pairs = [(alike(a, b, size_wh), i, j) for i, a in enumerate(first) for j, b in enumerate(second)]
    used: tuple[set[int], set[int]] = (set(), set())
    count = 0
    for value, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if value < least or value == 0:
            break
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            count += 1
    return count


def agreement(first: Sequence[Shape], second: Sequence[Shape], size_wh: Size, least: float = 0.5) -> float:
    """2 · matched / (all of both), 0..1, symmetric: what object detection calls F1. Two who say nothing agree."""
    total = len(first) + len(second)
    return 1.0 if not total else 2 * matched(first, second, size_wh, least) / total


def consensus(votes: Sequence[Sequence[Shape]], size_wh: Size, least: float = 0.5) -> Consensus:
    """What most of them say. An annotation joins the group of the most alike ones that has none of its voter yet; a
    group of more than half of the voters is kept. At least two voters."""
    if len(votes) < 2:
        raise ValueError("a consensus needs at least two voters")
    groups: list[list[tuple[int, int]]] = []
    for voter, shapes in enumerate(votes):
        for index, shape in enumerate(shapes):
            near = [_nearness(votes, group, voter, shape, size_wh) for group in groups]
            best = max(range(len(groups)), key=lambda at: near[at], default=-1)
            if best >= 0 and near[best] > 0 and near[best] >= least:
                groups[best].append((voter, index))
            else:
                groups.append([(voter, index)])
    most = [group for group in groups if 2 * len(group) > len(votes)]
    pairs = [agreement(a, b, size_wh, least) for a, b in combinations(votes, 2)]
    kept = tuple(max(group, key=lambda one: _likeness(votes, group, one, size_wh)) for group in most)
    return Consensus(sum(pairs) / len(pairs), kept, tuple(len(group) for group in most))


def _nearness(
    votes: Sequence[Sequence[Shape]], group: Sequence[tuple[int, int]], voter: int, shape: Shape, size_wh: Size
) -> float:
    """How alike a shape is to a group's members on average; 0 where its voter has one in it already."""
    if any(other == voter for other, _ in group):
        return 0.0
    return sum(alike(votes[v][i], shape, size_wh) for v, i in group) / len(group)


def _likeness(
    votes: Sequence[Sequence[Shape]], group: Sequence[tuple[int, int]], one: tuple[int, int], size_wh: Size
) -> float:
    mine = votes[one[0]][one[1]]
    return sum(alike(mine, votes[v][i], size_wh) for v, i in group if (v, i) != one)
