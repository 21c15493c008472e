"""How alike an answer and a truth are, pair by pair and vectorised: boxes, turned boxes, keypoints, points.

Every function takes the two sides already paired, P rows each, and gives (P,) float64 in 0..1. Regions: ``regions``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["box_iou", "corners_of", "keypoint_similarity", "sigmas_of", "turned_box_iou"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
SIGMA = 0.05  # falloff of a keypoint whose spread nobody measured; COCO's lie between 0.025 (eyes) and 0.107 (hips)
POINT_SCALE = 0.01  # of the image's diagonal: the distance at which a lone point still counts exp(-1/2) = 0.61
_EPS = float(np.spacing(1))


def box_iou(found_xyxy: Floats, truth_xyxy: Floats, crowd: Flags) -> Floats:
    """Intersection over union of upright boxes, (P, 4) each; over the answer's own area where the truth is a crowd.
    Two boxes without area: 0. [COCO detection evaluation]"""
    low = np.maximum(found_xyxy[:, :2], truth_xyxy[:, :2])
    sides = np.maximum(np.minimum(found_xyxy[:, 2:], truth_xyxy[:, 2:]) - low, 0)
    shared = sides[:, 0] * sides[:, 1]
    areas = [(xyxy[:, 2] - xyxy[:, 0]) * (xyxy[:, 3] - xyxy[:, 1]) for xyxy in (found_xyxy, truth_xyxy)]
    return ratio(shared, areas[0], areas[1], crowd)


def turned_box_iou(
    found_xyxy: Floats, found_angle: Floats, truth_xyxy: Floats, truth_angle: Floats, crowd: Flags
) -> Floats:
    """Exact intersection over union of boxes (P, 4) turned clockwise about their centres by (P,) degrees.

    The truth is laid upright at the origin, the answer's corners with it; the shared area is then the integral of the
    answer's outline clamped to the truth's height over the truth's width (Green's theorem), edge by edge. It is
    continuous in all coordinates, so edges that lie on each other need no special case.
    """
    width, height = (truth_xyxy[:, 2:] - truth_xyxy[:, :2]).T
    corners = corners_of(found_xyxy, found_angle) - ((truth_xyxy[:, :2] + truth_xyxy[:, 2:]) / 2)[:, None, :]
    cos, sin = _turn(-truth_angle)
    x = corners[..., 0] * cos[:, None] - corners[..., 1] * sin[:, None] + width[:, None] / 2
    y = corners[..., 0] * sin[:, None] + corners[..., 1] * cos[:, None] + height[:, None] / 2
    shared = np.abs(_clamped_integral(x, y, width[:, None], height[:, None]).sum(axis=1))
    own = (found_xyxy[:, 2] - found_xyxy[:, 0]) * (found_xyxy[:, 3] - found_xyxy[:, 1])
    return ratio(np.minimum(shared, np.minimum(own, width * height)), own, width * height, crowd)


def corners_of(boxes_xyxy: Floats, angles: Floats) -> Floats:
    """(P, 4, 2) corners, clockwise from the one that was left top before the box was turned."""
    centre = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
    half = (boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]) / 2
    offset = half[:, None, :] * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    cos, sin = _turn(angles)
    x = offset[..., 0] * cos[:, None] - offset[..., 1] * sin[:, None]
    y = offset[..., 0] * sin[:, None] + offset[..., 1] * cos[:, None]
    return np.asarray(np.stack([x, y], axis=-1) + centre[:, None, :])


def _turn(angles: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine, exact at multiples of 90 degrees."""
    quarter = np.mod(angles, 90.0) == 0
    cos, sin = np.cos(np.radians(angles)), np.sin(np.radians(angles))
    return np.where(quarter, np.round(cos), cos), np.where(quarter, np.round(sin), sin)


def _clamped_integral(x: Floats, y: Floats, width: Floats, height: Floats) -> Floats:
    """Per edge of closed outlines (P, E): the integral of min(max(y, 0), height) dx over x in 0..width, signed."""
    x1, y1 = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = [(0 - x) / (x1 - x), (width - x) / (x1 - x), (0 - y) / (y1 - y), (height - y) / (y1 - y)]
    inner = [np.clip(np.nan_to_num(cut, nan=0.0), 0.0, 1.0) for cut in cuts]
    t = np.sort(np.stack([np.zeros_like(x), *inner, np.ones_like(x)], axis=-1), axis=-1)
    # Between two cuts x is inside or outside and y is clamped at one side, free, or clamped at the other: straight.
    at_x = np.clip(x[..., None] + t * (x1 - x)[..., None], 0, width[..., None])
    at_y = np.clip(y[..., None] + t * (y1 - y)[..., None], 0, height[..., None])
    return np.asarray((np.diff(at_x, axis=-1) * (at_y[..., 1:] + at_y[..., :-1]) / 2).sum(axis=-1))


def ratio(shared: Floats, found_area: Floats, truth_area: Floats, crowd: Flags) -> Floats:
    """Shared over united area; over the answer's area where the truth is a crowd; 0 where that is nothing."""
    whole = np.where(crowd, found_area, found_area + truth_area - shared)
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(whole), where=whole > 0))


def sigmas_of(points: int, sigmas: Floats | None) -> Floats:
    """(points,) falloffs: those given, else ``SIGMA`` for each."""
    return np.full(points, SIGMA) if sigmas is None else np.asarray(sigmas, np.float64)


def keypoint_similarity(
    found_xyv: Floats, truth_xyv: Floats, truth_areas: Floats, truth_xyxy: Floats, sigmas: Floats
) -> Floats:
    """Object keypoint similarity: the mean over the truth's labelled keypoints of exp(-d² / (2 area (2 sigma)²)).

    found_xyv, truth_xyv: (P, K, 3). truth_areas: (P,) square pixels. sigmas: (K,). Of a truth without a labelled
    keypoint it is measured how far the answer's lie outside twice the truth's box. [COCO keypoint evaluation]
    """
    delta = found_xyv[..., :2] - truth_xyv[..., :2]
    labelled = truth_xyv[..., 2] > 0
    none = np.asarray(~labelled.any(axis=1))
    if none.any():
        sides = truth_xyxy[none, 2:] - truth_xyxy[none, :2]
        low, high = truth_xyxy[none, :2] - sides, truth_xyxy[none, :2] + 2 * sides
        place = found_xyv[none, :, :2]
        delta[none] = np.maximum(0, low[:, None] - place) + np.maximum(0, place - high[:, None])
        labelled = labelled | none[:, None]
    exponent = (delta**2).sum(axis=-1) / (2 * sigmas) ** 2 / (truth_areas[:, None] + _EPS) / 2
    return np.asarray((np.exp(-exponent) * labelled).sum(axis=1) / np.maximum(labelled.sum(axis=1), 1))
