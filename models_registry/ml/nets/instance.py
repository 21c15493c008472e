"""Masks for the objects of a centre-point net: each is a mixture of a few maps that all objects share.

Prototypes and coefficients after YOLACT [Bolya et al. 2019]: one branch says maps for the whole picture, the other at
each object's centre how much of each map its mask takes; what is outside the object's box is cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from datasets.geometry import _rle as rle
from models_registry.ml.fitted import Fitted
from models_registry.ml.nets import centre
from models_registry.ml.nets.centre import CentreHead, Peaks, Targets
from models_registry.ml.nets.pyramid import Lite0Maps, Maps
from models_registry.ml.shapes import Shape

STRIDE = 4  # canvas pixels of a prototype's cell
PROTOTYPES = 24
MARGIN = 2  # cells that a mask may go beyond its box
_NEAR = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # the cells that learn an object's mixture: its peak may be beside


@dataclass(frozen=True)
class Said:
    """heat, geometry: as of ``CentreHead``; mixtures: (N, P, h, w) at stride 8; prototypes: (N, P, 2h, 2w)."""

    heat: Tensor
    geometry: Tensor
    mixtures: Tensor
    prototypes: Tensor


@dataclass(frozen=True)
class Masks:
    """What is to be learnt of one picture: its centre targets, and of its n objects cells: (n, 2) int64 column and row
    of the centre at stride 8, masks: (n, H/4, W/4) bool, boxes: (n, 4) xyxy in cells of those."""

    centre: Targets
    cells: Tensor
    masks: Tensor
    boxes: Tensor


class InstanceHead(nn.Module):
    """Maps -> ``Said``."""

    def __init__(self, channels: tuple[int, int, int], classes: int, *, width: int = 64) -> None:
        super().__init__()
        self.centres = CentreHead(channels, classes, width=width)
        self.mixture = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(width, PROTOTYPES, 1)
        )
        self.prototype = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False),
            nn.Conv2d(width, width, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, PROTOTYPES, 1),
        )

    def forward(self, maps: Maps) -> Said:
        joined = self.centres.neck(maps)
        heat, geometry = self.centres.said(joined)
        return Said(heat, geometry, self.mixture(joined), self.prototype(joined))


class InstanceNet(nn.Module):
    """(N, 3, H, W), sides multiples of 32 -> ``Said``."""

    def __init__(self, backbone: Lite0Maps, head: InstanceHead) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, x: Tensor) -> Said:
        said: Said = self.head(self.backbone(x))
        return said


def losses(said: Said, wanted: Sequence[Masks]) -> dict[str, Tensor]:
    """Parts of the loss, to be summed: those of the centres, and of the masks cross-entropy inside the box and 1 - Dice
    [Milletari et al. 2016], means over the objects."""
    targets = centre.join_targets([one.centre for one in wanted], said.heat.device)
    found = centre.losses(said.heat, said.geometry, targets)
    mixtures, prototypes = said.mixtures.float(), said.prototypes.float()
    parts = [_mask_losses(mixtures[at], prototypes[at], one) for at, one in enumerate(wanted)]
    each = torch.cat([*parts, said.mixtures.new_zeros(0)])
    return {**found, "mask": each.sum() / max(len(each), 1)}


def _mask_losses(mixtures: Tensor, prototypes: Tensor, wanted: Masks) -> Tensor:
    """(n * 5,) of one picture's objects, each learnt by the cell of its centre and the four beside it."""
    if not len(wanted.cells):
        return mixtures.new_zeros(0)
    where = mixtures.device
    near = (wanted.cells[:, None, :] + torch.tensor(_NEAR)).to(where)  # (n, 5, 2)
    columns = near[..., 0].clamp(0, mixtures.shape[2] - 1)
    rows = near[..., 1].clamp(0, mixtures.shape[1] - 1)
    mixed = mixtures[:, rows, columns].permute(1, 2, 0)  # (n, 5, P)
    high, wide = min(prototypes.shape[1], wanted.masks.shape[1]), min(prototypes.shape[2], wanted.masks.shape[2])
    truth = wanted.masks[:, :high, :wide].to(where).float()
    inside = _inside(wanted.boxes.to(where), high, wide)
    logits = torch.einsum("nkp,phw->nkhw", mixed, prototypes[:, :high, :wide])
    wrong = functional.binary_cross_entropy_with_logits(logits, truth[:, None].expand_as(logits), reduction="none")
    room = inside.sum((1, 2)).clamp(min=1)[:, None]
    entropy = (wrong * inside[:, None]).sum((2, 3)) / room
    covered = torch.sigmoid(logits) * inside[:, None]
    shared, sums = (covered * truth[:, None]).sum((2, 3)), covered.sum((2, 3)) + truth.sum((1, 2))[:, None]
    return (entropy + 1 - (2 * shared + 1) / (sums + 1)).flatten()


def _inside(boxes: Tensor, high: int, wide: int) -> Tensor:
    """(n, 4) xyxy -> (n, high, wide) of 0 and 1: cells whose middle is in the box or at most ``MARGIN`` beside it."""
    xs = torch.arange(wide, device=boxes.device)[None, None, :] + 0.5
    ys = torch.arange(high, device=boxes.device)[None, :, None] + 0.5
    x1, y1, x2, y2 = (boxes[:, at, None, None] for at in range(4))
    return ((xs > x1 - MARGIN) & (xs < x2 + MARGIN) & (ys > y1 - MARGIN) & (ys < y2 + MARGIN)).float()


def mask_shapes_of(found: Peaks, mixtures: Tensor, prototypes: Tensor, picture: Fitted, *, floor: float) -> list[Shape]:
    """Peaks of one picture as masks on it, best first; those with a score below ``floor``, or without a pixel, are left
    out. mixtures: (P, h, w), prototypes: (P, 2h, 2w)."""
    kept = int((found.score >= floor).sum())
    if not kept:
        return []
    column = (found.cell[:kept] % mixtures.shape[2]).to(mixtures.device)
    row = (found.cell[:kept] // mixtures.shape[2]).to(mixtures.device)
    logits = torch.einsum("pk,phw->khw", mixtures[:, row, column], prototypes)
    canvas = picture.pixels.shape[:2]
    whole = functional.interpolate(logits[None], size=canvas, mode="bilinear", align_corners=False)[0]
    covered = (whole > 0).cpu().numpy()
    rows, columns = picture.places()
    shapes = []
    for at in range(kept):
        x1, y1, x2, y2 = _box_on(found.centre_size[at].tolist(), picture)
        there = covered[at][rows[y1:y2], columns[:, x1:x2]]
        geometry = rle.encode(there, (x1, y1)) if there.size else None
        if geometry is not None:
            score = float(np.clip(found.score[at].item(), 0.0, 1.0))
            shapes.append(Shape("mask", int(found.label[at]), geometry, score))
    return shapes


def _box_on(centre_size: Sequence[float], picture: Fitted) -> tuple[int, int, int, int]:
    """The part of the picture in which a mask of that box may lie: x1, y1, x2, y2 in whole pixels."""
    (sx, sy), (width, height) = picture.scale_xy, picture.size_wh
    cx, cy, w, h = centre_size
    room = MARGIN * STRIDE
    x1, x2 = (cx - w / 2 - room) / sx, (cx + w / 2 + room) / sx
    y1, y2 = (cy - h / 2 - room) / sy, (cy + h / 2 + room) / sy
    left, top = min(max(int(x1), 0), width), min(max(int(y1), 0), height)
    return left, top, min(max(int(x2) + 1, left), width), min(max(int(y2) + 1, top), height)
