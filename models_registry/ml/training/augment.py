"""Augmentation decided by (seed, epoch, sample) alone: the same picture is changed the same way in whatever batch,
order or process it comes, which is what lets an interrupted training end as if it had not been."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_DRAWS = 8  # uniform numbers a sample uses


@dataclass(frozen=True)
class Augmentation:
    """flip: mirror half of the images. crop: largest share of a side cut away. colour: largest relative change."""

    flip: bool = True
    crop: float = 0.2
    colour: float = 0.2


def uniforms(seed: int, epoch: int, samples: NDArray[np.int64], draws: int = _DRAWS) -> NDArray[np.float64]:
    """(N, draws) numbers in [0, 1), a pure function of the key of each (splitmix64, Steele et al. 2014)."""
    with np.errstate(over="ignore"):
        state = _mix(np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + np.uint64(0x9E3779B97F4A7C15))
        state = _mix(state ^ np.uint64(epoch + 1))
        rows = _mix(state ^ (samples.astype(np.uint64)[:, None] + np.uint64(1)))
        mixed = _mix(rows ^ (np.arange(draws, dtype=np.uint64)[None, :] + np.uint64(0x5851F42D4C957F2D)))
    return (mixed >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _mix(z: NDArray[np.uint64] | np.uint64) -> NDArray[np.uint64]:
    z = np.asarray(z, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)), dtype=np.uint64)


def augment(images: Tensor, settings: Augmentation, seed: int, epoch: int, samples: NDArray[np.int64]) -> Tensor:
    """images: (B, 3, S, S) float in 0..255; samples: (B,) index of each in the training split. Returns a new tensor."""
    draws = uniforms(seed, epoch, samples)
    changed = _geometry(images, settings, draws)
    return _colour(changed, settings.colour, draws[:, 4:7]) if settings.colour > 0 else changed


def _geometry(images: Tensor, settings: Augmentation, draws: NDArray[np.float64]) -> Tensor:
    if not settings.flip and settings.crop <= 0:
        return images.clone()
    scale = 1.0 - settings.crop * draws[:, 0]
    room = 1.0 - scale  # how far the crop's centre may move, in units of half a side
    theta = np.zeros((len(draws), 2, 3))
    theta[:, 0, 0] = np.where(settings.flip & (draws[:, 1] < 0.5), -scale, scale)
    theta[:, 1, 1] = scale
    theta[:, 0, 2] = room * (2 * draws[:, 2] - 1)
    theta[:, 1, 2] = room * (2 * draws[:, 3] - 1)
    grid = functional.affine_grid(
        torch.as_tensor(theta, dtype=images.dtype, device=images.device), list(images.shape), align_corners=False
    )
    return functional.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def recolour(images: Tensor, strength: float, seed: int, epoch: int, samples: NDArray[np.int64]) -> Tensor:
    """Only the colours of ``augment``, by the same numbers."""
    return _colour(images, strength, uniforms(seed, epoch, samples)[:, 4:7]) if strength > 0 else images


def _colour(images: Tensor, strength: float, draws: NDArray[np.float64]) -> Tensor:
    """Brightness, contrast (about the picture's mean grey) and saturation (about each pixel's grey), in this order."""
    factors = torch.as_tensor(1.0 + strength * (2 * draws - 1), dtype=images.dtype, device=images.device)
    bright, contrast, saturation = (factors[:, i].view(-1, 1, 1, 1) for i in range(3))
    x = images * bright
    weights = torch.tensor([0.299, 0.587, 0.114], dtype=x.dtype, device=x.device).view(1, 3, 1, 1)
    mean = (x * weights).sum(1, keepdim=True).mean((2, 3), keepdim=True)
    x = (x - mean) * contrast + mean
    grey = (x * weights).sum(1, keepdim=True)
    return ((x - grey) * saturation + grey).clamp_(0, 255)
