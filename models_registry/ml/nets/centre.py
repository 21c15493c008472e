"""A small detector without anchors: objects are peaks of a heat map, and each peak says its box.

Centre points and their loss after CornerNet and CenterNet [Law & Deng 2018; Zhou et al. 2019]; boxes are learnt at
every cell of an object's Gaussian, not at its peak alone, by generalised IoU [TTFNet: Liu et al. 2020; Rezatofighi et
al. 2019], which is what makes it learn in minutes from few pictures. A turned box is said by the cosine and sine of its
doubled angle: a rectangle comes back to itself after half a turn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.fitted import Fitted
from models_registry.ml.nets.pyramid import Lite0Maps, Maps, Neck, SmallMaps
from models_registry.ml.shapes import Shape, box_shapes, point_shape

STRIDE = 8
PRIOR = 0.01  # what a heat map says before it has learnt anything; so the many empty cells do not drown the start
_SPREAD = 0.54 / 6  # standard deviation of an object's Gaussian, in units of its side [TTFNet]
_LEAST_SPREAD = 0.6  # cells
_ANSWERS = 0.15  # cells of a Gaussian higher than this answer for its box


@dataclass(frozen=True)
class Boxes:
    """The objects of one picture, on its canvas. centre_size: (n, 4) cx, cy, w, h in pixels; angle: (n,) radians, as
    drawn clockwise, w >= h where it counts; labels: (n,) int64."""

    centre_size: Tensor
    angle: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Peaks:
    """What was found in one picture, best first: score (k,), label (k,), centre_size (k, 4) in pixels, angle (k,), cell
    (k,) of the map it was read from, row by row."""

    score: Tensor
    label: Tensor
    centre_size: Tensor
    angle: Tensor
    cell: Tensor


class CentreHead(nn.Module):
    """Maps -> heat logits (N, C, h, w) and geometry (N, 4 or 6, h, w) at stride 8.

    Geometry: offset of the centre in cells (x, y), log of width and height in cells, then cos and sin of twice the
    angle if ``rotated``.
    """

    def __init__(self, channels: tuple[int, int, int], classes: int, *, width: int = 64, rotated: bool = False) -> None:
        super().__init__()
        self.neck = Neck(channels, width)
        self.heat = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True))
        self.heat_out = nn.Conv2d(width, classes, 1)
        self.geometry = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.ReLU(inplace=True))
        self.geometry_out = nn.Conv2d(width, 6 if rotated else 4, 1)
        with torch.no_grad():
            self.heat_out.bias.fill_(-math.log((1 - PRIOR) / PRIOR))  # type: ignore[union-attr]  # it has a bias
            self.geometry_out.weight.normal_(std=0.01)
            start = [0.0, 0.0, math.log(5.0), math.log(5.0)]  # an object of five cells to begin with
            self.geometry_out.bias.copy_(torch.tensor(start + [0.0, 0.0] * rotated))  # type: ignore[union-attr]

    def forward(self, maps: Maps) -> tuple[Tensor, Tensor]:
        return self.said(self.neck(maps))

    def said(self, joined: Tensor) -> tuple[Tensor, Tensor]:
        """Heat and geometry from what the neck joined."""
        return self.heat_out(self.heat(joined)), self.geometry_out(self.geometry(joined))


class CentreNet(nn.Module):
    """(N, 3, H, W), sides multiples of 32 -> what ``CentreHead`` says."""

    def __init__(self, backbone: Lite0Maps | SmallMaps, head: CentreHead) -> None:
        super().__init__()
        self.backbone, self.head = backbone, head

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        heat, geometry = self.head(self.backbone(x))
        return heat, geometry

    def with_embedding(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Heat logits, geometry and (N, D) embeddings from one pass."""
        maps = self.backbone(x)
        heat, geometry = self.head(maps)
        return heat, geometry, self.backbone.embed(maps[2])


@dataclass(frozen=True)
class Targets:
    """heat: (N, C, h, w) 0..1, 1 at centres. box: (N, 4, h, w) cx, cy, w, h in cells and turn: (N, 2, h, w) of the
    object a cell answers for; weight: (N, h, w), 0 where it answers for none. objects: how many there are."""

    heat: Tensor
    box: Tensor
    turn: Tensor
    weight: Tensor
    objects: int


def make_targets(objects: Boxes, classes: int, height: int, width: int) -> Targets:
    """Targets of one picture (N = 1) on a map of ``height`` x ``width`` cells."""
    heat = torch.zeros(1, classes, height, width)
    box = torch.zeros(1, 4, height, width)
    turn = torch.zeros(1, 2, height, width)
    weight = torch.zeros(1, height, width)
    ys = torch.arange(height, dtype=torch.float32)[:, None] + 0.5
    xs = torch.arange(width, dtype=torch.float32)[None, :] + 0.5
    cells = objects.centre_size / STRIDE
    for i in torch.argsort(cells[:, 2] * cells[:, 3], descending=True).tolist():  # small ones in front
        cx, cy, w, h = cells[i].tolist()
        cos, sin = math.cos(float(objects.angle[i])), math.sin(float(objects.angle[i]))
        dx, dy = xs - cx, ys - cy
        along, across = dx * cos + dy * sin, dy * cos - dx * sin
        spread_w, spread_h = max(w * _SPREAD, _LEAST_SPREAD), max(h * _SPREAD, _LEAST_SPREAD)
        bump = torch.exp(-0.5 * ((along / spread_w) ** 2 + (across / spread_h) ** 2))
        col, row = min(max(int(cx), 0), width - 1), min(max(int(cy), 0), height - 1)
        bump[row, col] = 1.0
        plane = heat[0, int(objects.labels[i])]
        torch.maximum(plane, bump, out=plane)
        mine = bump > _ANSWERS
        share = bump[mine]
        weight[0][mine] = share / share.sum()
        box[0][:, mine] = cells[i][:, None]
        turn[0][:, mine] = torch.tensor([[2 * cos * cos - 1], [2 * sin * cos]])
    return Targets(heat, box, turn, weight, len(cells))


def join_targets(parts: Sequence[Targets], where: torch.device) -> Targets:
    """One batch of several, on the device."""
    heat, box, turn, weight = (
        torch.cat([getattr(part, name) for part in parts]).to(where) for name in ("heat", "box", "turn", "weight")
    )
    return Targets(heat, box, turn, weight, sum(part.objects for part in parts))


def losses(heat: Tensor, geometry: Tensor, targets: Targets) -> dict[str, Tensor]:
    """Parts of the loss, to be summed: heat, box, and turn for a net with angles."""
    objects = max(targets.objects, 1)
    heat, geometry = heat.float(), geometry.float()  # logarithms need more than 16 bits
    probability = torch.sigmoid(heat).clamp(1e-4, 1 - 1e-4)
    centre = targets.heat.eq(1.0)
    hit = torch.log(probability) * (1 - probability).square() * centre
    miss = torch.log1p(-probability) * probability.square() * (1 - targets.heat).pow(4) * ~centre
    found = {"heat": -(hit.sum() + miss.sum()) / objects}
    mine = targets.weight > 0
    share = targets.weight[mine]
    said = cells_said(geometry).permute(0, 2, 3, 1)[mine]
    wanted = targets.box.permute(0, 2, 3, 1)[mine]
    found["box"] = 5.0 * ((1 - generalised_iou(said, wanted)) * share).sum() / objects
    if geometry.shape[1] == 6:
        turn = functional.normalize(geometry[:, 4:].permute(0, 2, 3, 1)[mine], dim=1, eps=1e-3)
        gone = 1 - (turn * targets.turn.permute(0, 2, 3, 1)[mine]).sum(1)
        found["turn"] = 2.0 * (gone * share).sum() / objects
    return found


def cells_said(geometry: Tensor) -> Tensor:
    """(N, 4 or 6, h, w) -> (N, 4, h, w): cx, cy, w, h in cells."""
    height, width = geometry.shape[2:]
    xs = torch.arange(width, device=geometry.device, dtype=geometry.dtype)[None, None, :] + 0.5
    ys = torch.arange(height, device=geometry.device, dtype=geometry.dtype)[None, :, None] + 0.5
    sides = geometry[:, 2:4].clamp(-4.0, 6.0).exp()
    return torch.stack([geometry[:, 0] + xs, geometry[:, 1] + ys, sides[:, 0], sides[:, 1]], 1)


def generalised_iou(first: Tensor, second: Tensor) -> Tensor:
    """(n, 4) cx, cy, w, h each -> (n,) in -1..1. [Rezatofighi et al. 2019]"""
    a1, a2 = first[:, :2] - first[:, 2:] / 2, first[:, :2] + first[:, 2:] / 2
    b1, b2 = second[:, :2] - second[:, 2:] / 2, second[:, :2] + second[:, 2:] / 2
    shared = (torch.minimum(a2, b2) - torch.maximum(a1, b1)).clamp(min=0).prod(1)
    union = first[:, 2:].prod(1) + second[:, 2:].prod(1) - shared
    hull = (torch.maximum(a2, b2) - torch.minimum(a1, b1)).prod(1)
    return shared / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


@torch.no_grad()
def peaks(heat: Tensor, geometry: Tensor, *, most: int = 100, overlap: float = 0.6) -> list[Peaks]:
    """Local maxima of 3x3 cells, at most ``most`` a picture, those that a better one of their class overlaps (IoU of
    the boxes before they are turned) taken out."""
    from torchvision.ops import batched_nms

    probability = torch.sigmoid(heat)
    top = functional.max_pool2d(probability, 3, 1, 1).eq(probability)
    classes, cells = heat.shape[1], heat.shape[2] * heat.shape[3]
    scores, places = (probability * top).flatten(1).topk(min(most, classes * cells), dim=1)
    cell, label = places % cells, (places // cells).cpu()
    box = at_cells(cells_said(geometry).flatten(2) * STRIDE, cell)
    turn = at_cells(geometry[:, 4:].flatten(2), cell)
    corners = torch.cat([box[..., :2] - box[..., 2:] / 2, box[..., :2] + box[..., 2:] / 2], 2)
    angle = torch.atan2(turn[..., 1], turn[..., 0]) / 2 if geometry.shape[1] == 6 else torch.zeros(label.shape)
    scores, cell = scores.cpu(), cell.cpu()  # all of a batch at once: a GPU is waited for once, not for each picture
    found = []
    for at in range(len(heat)):
        keep = batched_nms(corners[at], scores[at], label[at], overlap)
        found.append(Peaks(scores[at][keep], label[at][keep], box[at][keep], angle[at][keep], cell[at][keep]))
    return found


def at_cells(maps: Tensor, cell: Tensor) -> Tensor:
    """(N, C, h * w) and (N, k) -> (N, k, C) on the CPU."""
    return maps.gather(2, cell[:, None].expand(-1, maps.shape[1], -1)).transpose(1, 2).cpu()


def shapes_of(found: Peaks, picture: Fitted, *, floor: float, points: bool = False) -> list[Shape]:
    """Peaks as boxes, or points, on the picture, best first; those with a score below ``floor`` are left out."""
    sx, sy = picture.scale_xy
    kept = int((found.score >= floor).sum())  # the best come first
    score, label = found.score[:kept].numpy(), found.label[:kept].numpy()
    box = found.centre_size[:kept].double().numpy()
    if points:
        places = (box[:, :2] / (sx, sy)).tolist()
        rows = zip(label.tolist(), places, score.tolist(), strict=True)
        return [point_shape(one, place, sure, picture.size_wh) for one, place, sure in rows]
    corners = np.concatenate([box[:, :2] - box[:, 2:] / 2, box[:, :2] + box[:, 2:] / 2], 1) / (sx, sy, sx, sy)
    angle = np.degrees(found.angle[:kept].double().numpy()) % 180
    return box_shapes(label, corners, score, picture.size_wh, angle)
