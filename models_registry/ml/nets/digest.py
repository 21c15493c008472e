"""Fingerprints of weights."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import torch
from torch import Tensor


def state_digest(state: Mapping[str, Tensor], extra: str = "") -> str:
    """sha256 over names, shapes, types and bytes of tensors in the order of their names, and ``extra``."""
    sha = hashlib.sha256(extra.encode())
    for name in sorted(state):
        tensor = state[name].detach().cpu().contiguous()
        sha.update(f"|{name}|{tuple(tensor.shape)}|{tensor.dtype}|".encode())
        sha.update(tensor.view(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return sha.hexdigest()
