"""Truth and answers of a batch of images matched: what every metric of objects is made of.

``match_objects`` does the slow part once; ``ObjectMatches`` can be joined, cut by image, and kept as plain columns, so
that averages, slices, bootstraps and confusions are had later without matching again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from datasets.geometry._rings import expand
from models_registry.ml.matching import Candidates, greedy, rank_in_group
from models_registry.ml.records import FoundObjects, TruthObjects
from models_registry.ml.regions import alike_regions, region_iou
from models_registry.ml.similarity import POINT_SCALE, SIGMA, box_iou, keypoint_similarity, sigmas_of, turned_box_iou

__all__ = ["HIT", "IGNORED", "MISS", "RANGES", "THRESHOLDS", "Likeness", "ObjectMatches", "Rules", "match_objects"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Likeness = Literal["box", "region", "keypoints"]
THRESHOLDS = np.linspace(0.5, 0.95, 10)
RANGES: dict[str, tuple[float, float]] = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}
MISS, HIT, IGNORED = 0, 1, 2


@dataclass(frozen=True)
class Rules:
    """How answers are matched. likeness: overlap of boxes (turned ones exactly), overlap of regions, or keypoint
    similarity with ``sigmas`` (K,). thresholds: (T,). ranges: names of ``RANGES``; "all" comes first. most: the surest
    answers looked at per image and class. by_label False: labels are not looked at, ``most`` is per image."""

    likeness: Likeness = "box"
    thresholds: tuple[float, ...] = tuple(THRESHOLDS.tolist())
    ranges: tuple[str, ...] = tuple(RANGES)
    most: int = 100
    by_label: bool = True
    sigmas: tuple[float, ...] | None = None


@dataclass(frozen=True)
class ObjectMatches:
    """D answers and G truths of ``images`` images.

    found_image, found_index, found_label, rank: (D,) int64: which image, which row of its record, class, place by
    confidence inside image and class. score: (D,). state: (A, T, D) uint8 ``MISS``, ``HIT`` or ``IGNORED`` in each size
    range and at each threshold. partner: (T, D) int64 truth taken in the first range, -1 none. alike: (D,) to the truth
    taken at the lowest threshold, 0 none. truth_image, truth_index, truth_label: (G,). counted: (A, G) bool, whether
    the truth must be found.
    """

    images: int
    found_image: Ints
    found_index: Ints
    found_label: Ints
    rank: Ints
    score: Floats
    state: NDArray[np.uint8]
    partner: Ints
    alike: Floats
    truth_image: Ints
    truth_index: Ints
    truth_label: Ints
    counted: Flags

    @staticmethod
    def join(parts: Sequence[ObjectMatches]) -> ObjectMatches:
        """All parts as one; images and truths are counted on."""
        moved, images, truths = [], 0, 0
        for part in parts:
            moved.append(part.moved(images, truths))
            images += part.images
            truths += len(part.truth_label)
        columns = {
            f.name: np.concatenate([getattr(part, f.name) for part in moved], axis=-1)
            for f in fields(ObjectMatches)
            if f.name != "images"
        }
        return ObjectMatches(images=images, **columns)

    def of_images(self, chosen: Ints) -> ObjectMatches:
        """Only what lies in these images (no image twice), renumbered in the order given."""
        place = np.full(self.images, -1)
        place[chosen] = np.arange(len(chosen))
        found, truth = place[self.found_image] >= 0, place[self.truth_image] >= 0
        number = np.append(np.cumsum(truth) - 1, -1)
        return ObjectMatches(
            images=len(chosen),
            found_image=place[self.found_image[found]],
            found_index=self.found_index[found],
            found_label=self.found_label[found],
            rank=self.rank[found],
            score=self.score[found],
            state=self.state[:, :, found],
            partner=number[self.partner[:, found]],
            alike=self.alike[found],
            truth_image=place[self.truth_image[truth]],
            truth_index=self.truth_index[truth],
            truth_label=self.truth_label[truth],
            counted=self.counted[:, truth],
        )

    def moved(self, images: int, truths: int) -> ObjectMatches:
        """The same, with images and truths numbered from these on."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        columns["found_image"] = self.found_image + images
        columns["truth_image"] = self.truth_image + images
        columns["partner"] = np.where(self.partner >= 0, self.partner + truths, -1)
        return ObjectMatches(**columns)


def match_objects(
    truths: Sequence[TruthObjects], found: Sequence[FoundObjects], rules: Rules | None = None
) -> ObjectMatches:
    """One truth and one answer an image, in the same order. Raises Invalid: lengths, no regions or keypoints."""
    rules = rules or Rules()
    if len(truths) != len(found):
        raise Invalid(f"{len(truths)} truths, but {len(found)} answers.", field="found")
    answers, marks = _Flat.of(found), _Flat.of(truths)
    classes = 1 + max(answers.label.max(initial=0), marks.label.max(initial=0)) if rules.by_label else 0
    group = answers.image * classes + answers.label if rules.by_label else answers.image
    scores = _joined([one.scores for one in found])
    rank = rank_in_group(group, scores)
    kept = rank < rules.most
    answers, group, scores, rank = answers.at(kept), group[kept], scores[kept], rank[kept]
    crowd = _joined([one.crowd for one in truths]).astype(np.bool_)
    pairs = _candidates(group, marks.image * classes + marks.label if rules.by_label else marks.image)
    alike = _alike(truths, found, answers, marks, pairs, crowd, rules)
    ignored = _ignored(truths, crowd, rules)
    outside = _outside(_joined([one.areas for one in truths]), rules.ranges)
    candidates = Candidates(pairs[:, 0], pairs[:, 1], alike)
    partner = greedy(candidates, rank, ignored | outside, crowd, np.array(rules.thresholds))
    areas = answers.picked([one.areas for one in found])
    state = _states(partner, ignored | outside, _outside(areas, rules.ranges))
    lowest = partner[0, int(np.argmin(rules.thresholds))] if len(rules.thresholds) else np.zeros(0, np.int32)
    best = np.zeros(len(rank))
    chosen = lowest[pairs[:, 0]] == pairs[:, 1]
    best[pairs[chosen, 0]] = alike[chosen]
    return ObjectMatches(
        images=len(truths), found_image=answers.image, found_index=answers.index, found_label=answers.label, rank=rank,
        score=scores, state=state, partner=partner[0].astype(np.int64), alike=best,
        truth_image=marks.image, truth_index=marks.index, truth_label=marks.label, counted=~(ignored | outside),
    )  # fmt: skip


@dataclass(frozen=True)
class _Flat:
    """The objects of all images one after the other: (N,) image, index inside it, label, and place before any were
    left out."""

    image: Ints
    index: Ints
    label: Ints
    place: Ints

    @classmethod
    def of(cls, records: Sequence[TruthObjects] | Sequence[FoundObjects]) -> _Flat:
        count = np.array([len(one) for one in records], np.int64)
        image, index = expand(np.zeros_like(count), count)
        return cls(image, index, _joined([one.labels for one in records]).astype(np.int64), np.arange(len(image)))

    def at(self, chosen: Flags) -> _Flat:
        return _Flat(self.image[chosen], self.index[chosen], self.label[chosen], self.place[chosen])

    def picked(self, columns: Sequence[NDArray[np.float64]]) -> Floats:
        """A column of all records at the objects that are left."""
        return _joined(columns)[self.place]


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(columns) if len(columns) else np.zeros(0)


def _candidates(found_group: Ints, truth_group: Ints) -> Ints:
    """(P, 2) every answer with every truth of its group."""
    order = np.argsort(truth_group, kind="stable")
    ranked = truth_group[order]
    low, high = (np.searchsorted(ranked, found_group, side=side) for side in ("left", "right"))
    which, at = expand(low, high)
    return np.stack([which, order[at]], axis=1)


def _outside(areas: Floats, ranges: Sequence[str]) -> Flags:
    """(A, N) whether each lies outside each size range; both ends belong to it."""
    limits = np.array([RANGES[name] for name in ranges]).reshape(-1, 2)
    return np.asarray((areas < limits[:, :1]) | (areas > limits[:, 1:]))


def _ignored(truths: Sequence[TruthObjects], crowd: Flags, rules: Rules) -> Flags:
    """(G,) crowds, what was marked so, and with keypoints a skeleton of which none is labelled."""
    ignored = crowd | _joined([one.ignored for one in truths]).astype(np.bool_)
    if rules.likeness == "keypoints":
        blank = [~(one.keypoints[..., 2] > 0).any(axis=1) for one in truths if one.keypoints is not None and len(one)]
        ignored = ignored | (np.concatenate(blank) if blank else False)
    return ignored


def _states(partner: NDArray[np.int32], ignored: Flags, outside: Flags) -> NDArray[np.uint8]:
    taken = partner >= 0
    padded = np.hstack([ignored, np.zeros((len(ignored), 1), np.bool_)])
    left_out = np.stack([padded[a][partner[a]] for a in range(len(ignored))]) & taken
    left_out |= ~taken & outside[:, None, :]
    return np.where(left_out, IGNORED, np.where(taken, HIT, MISS)).astype(np.uint8)


def _alike(
    truths: Sequence[TruthObjects], found: Sequence[FoundObjects], answers: _Flat, marks: _Flat, pairs: Ints,
    crowd: Flags, rules: Rules,
) -> Floats:  # fmt: skip
    """(P,) likeness of every candidate pair."""
    which, what = answers.place[pairs[:, 0]], pairs[:, 1]
    boxes = [_joined([one.boxes_xyxy for one in side]).reshape(-1, 4) for side in (found, truths)]
    if rules.likeness == "box":
        if all(one.angles is None for side in (found, truths) for one in side):
            return box_iou(boxes[0][which], boxes[1][what], crowd[what])
        turns = [_joined([_angles(one) for one in side]) for side in (found, truths)]
        return turned_box_iou(boxes[0][which], turns[0][which], boxes[1][what], turns[1][what], crowd[what])
    if rules.likeness == "region":
        sizes = [one.size_wh for side in (found, truths) for one in side for _ in range(len(one))]
        regions = [region for side in (found, truths) for one in side for region in _regions(one)]
        regions = alike_regions(regions, sizes)
        cut = len(boxes[0])
        return region_iou(regions[:cut], regions[cut:], np.stack([which, what], axis=1), crowd[what])
    points = [_keypoints(side) for side in (found, truths)]
    if len(pairs) and points[0].shape != (len(boxes[0]), *points[1].shape[1:]):
        raise Invalid("Answers and truth have another number of keypoints.", field="keypoints")
    areas = _joined([_spread(one) for one in truths])
    sigmas = sigmas_of(points[1].shape[1], None if rules.sigmas is None else np.array(rules.sigmas))
    return keypoint_similarity(points[0][which], points[1][what], areas[what], boxes[1][what], sigmas)


def _angles(one: TruthObjects | FoundObjects) -> Floats:
    return np.zeros(len(one)) if one.angles is None else one.angles


def _regions(one: TruthObjects | FoundObjects) -> Sequence[dict[str, object]]:
    if one.regions is None and len(one):
        raise Invalid("These objects have no regions.", field="regions")
    return one.regions or ()


def _keypoints(side: Sequence[TruthObjects] | Sequence[FoundObjects]) -> Floats:
    """(N, K, 3) of all images, those with fewer keypoints filled up with ones that are not labelled."""
    given = [one.keypoints for one in side if len(one) and one.keypoints is not None]
    if len(given) < sum(1 for one in side if len(one)):
        raise Invalid("These objects have no keypoints.", field="keypoints")
    most = max((one.shape[1] for one in given), default=1)
    filled = [np.pad(one, ((0, 0), (0, most - one.shape[1]), (0, 0))) for one in given]
    return np.concatenate([np.zeros((0, most, 3)), *filled])


def _spread(one: TruthObjects) -> Floats:
    """(N,) the area that keypoint distances are measured by: the object's; of lone points one by the image's size."""
    if one.keypoints is not None and one.keypoints.shape[1] == 1:
        return np.full(len(one), (POINT_SCALE * float(np.hypot(*one.size_wh)) / (2 * SIGMA)) ** 2)
    return one.areas
