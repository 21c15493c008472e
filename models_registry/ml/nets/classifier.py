"""Backbone plus linear head: the shape of every classification net in the house."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Classifier(nn.Module):
    """backbone: (N, 3, S, S) -> (N, D). forward gives logits (N, C); ``both`` gives class probabilities and
    embeddings."""

    def __init__(self, backbone: nn.Module, width: int, classes: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = backbone
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.dropout(self.backbone(x)))
        return logits

    def both(self, x: Tensor) -> tuple[Tensor, Tensor]:
        embedding: Tensor = self.backbone(x)
        return torch.softmax(self.head(embedding).double(), dim=1), embedding
