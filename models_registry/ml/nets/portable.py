"""Nets with the last step of their answer inside, so that whoever runs the file needs none of our code."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models_registry.ml.nets.centre import STRIDE, CentreNet, cells_said
from models_registry.ml.nets.classifier import Classifier
from models_registry.ml.nets.instance import InstanceNet
from models_registry.ml.nets.tagger import TagNet


class ClassShares(nn.Module):
    """(N, 3, S, S) -> (N, C), rows sum to 1."""

    def __init__(self, net: Classifier) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.net(x), dim=1)


class Tags(nn.Module):
    """(N, 3, S, S) -> (N, C), each class for itself."""

    def __init__(self, net: TagNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.net(x))


class CentreRows(nn.Module):
    """(N, 3, S, S) -> (N, cells, 4 + C): centre x, y, width, height in pixels of the input and a score a class, 0 where
    a neighbouring cell scores higher. Overlapping rows of one class are left in."""

    def __init__(self, net: CentreNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        heat, geometry = self.net(x)
        probability = torch.sigmoid(heat)
        top = functional.max_pool2d(probability, 3, 1, 1).eq(probability)
        boxes = cells_said(geometry) * STRIDE
        return torch.cat([boxes, probability * top], 1).flatten(2).transpose(1, 2)


class CentreTurned(nn.Module):
    """As ``CentreRows`` with the angle in radians, clockwise, after the four numbers: (N, cells, 5 + C)."""

    def __init__(self, net: CentreNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        heat, geometry = self.net(x)
        probability = torch.sigmoid(heat)
        top = functional.max_pool2d(probability, 3, 1, 1).eq(probability)
        boxes = cells_said(geometry) * STRIDE
        angle = torch.atan2(geometry[:, 5:6], geometry[:, 4:5]) / 2
        return torch.cat([boxes, angle, probability * top], 1).flatten(2).transpose(1, 2)


class InstanceMaps(nn.Module):
    """(N, 3, S, S) -> what ``InstanceNet`` says, as a tuple."""

    def __init__(self, net: InstanceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        said = self.net(x)
        return torch.sigmoid(said.heat), said.geometry, said.mixtures, said.prototypes
