"""A linear head on cached embeddings: L2-regularised softmax regression along a path of ever weaker penalties.

Each point of the path is one "epoch": a convex problem solved to convergence by L-BFGS, started from the solution
before it. The validation log-loss chooses the point. [Friedman, Hastie & Tibshirani 2010: regularisation paths]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from models_registry.ml.adapters.base import TrainCancelled, TrainHooks, TrainResult
from models_registry.ml.training import checkpoint
from models_registry.ml.training.weights import class_weights, example_weights


@dataclass(frozen=True)
class HeadData:
    """Rows (N, D) float32 of embeddings and (N,) label indices. weights: of the training rows, as of ``Split``."""

    train: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    validation: NDArray[np.float32]
    validation_labels: NDArray[np.int64]
    weights: Sequence[float] | None = None


@dataclass(frozen=True)
class HeadRecipe:
    """penalties: strongest first. patience: path points without a better validation loss before stopping."""

    penalties: tuple[float, ...]
    patience: int
    class_weights: str


@dataclass
class Head:
    """logits = x @ weight.T + bias, for raw embeddings x (the scaling used in training is folded in)."""

    weight: Tensor  # (C, D) float32
    bias: Tensor  # (C,) float32


def fit_head(data: HeadData, recipe: HeadRecipe, classes: int, hooks: TrainHooks, key: str) -> tuple[Head, TrainResult]:
    """Runs the path, resuming from a checkpoint. Raises TrainCancelled. Nothing in it is random."""
    centre, scale = _scaling(data.train)
    train = torch.from_numpy((data.train - centre) / scale)
    validation = torch.from_numpy((data.validation - centre) / scale)
    labels, validation_labels = torch.from_numpy(data.train_labels), torch.from_numpy(data.validation_labels)
    sample_weights = torch.from_numpy(class_weights(data.train_labels, classes, recipe.class_weights))[labels]
    given = example_weights(data.weights, len(data.train_labels))
    if given is not None:
        sample_weights = sample_weights * torch.from_numpy(given)
    state = checkpoint.load(hooks.checkpoint_dir, key) or {"points": [], "history": []}
    points: list[Tensor] = state["points"]
    history: list[dict[str, float]] = state["history"]
    for step, row in enumerate(history):
        _tell(hooks, step, row, len(recipe.penalties))
    while len(points) < len(recipe.penalties) and not _stopped(history, recipe.patience):
        if hooks.cancelled():
            raise TrainCancelled(f"Training was cancelled at step {len(points)}.", epoch=len(points))
        start = points[-1] if points else torch.zeros(classes, train.shape[1] + 1)
        solution = _solve(train, labels, sample_weights, recipe.penalties[len(points)], start)
        row = {"penalty/l2": recipe.penalties[len(points)]} | _figures(solution, train, labels, "train")
        if len(validation_labels):
            row |= _figures(solution, validation, validation_labels, "validation")
            hooks.on_said(len(points), _shares(solution, validation))
        points.append(solution)
        history.append(row)
        checkpoint.save(hooks.checkpoint_dir, key, {"points": points, "history": history})
        _tell(hooks, len(points) - 1, row, len(recipe.penalties))
    return _chosen(points, history, validation, centre, scale, recipe)


def _chosen(
    points: list[Tensor],
    history: list[dict[str, float]],
    validation: Tensor,
    centre: NDArray[np.float32],
    scale: float,
    recipe: HeadRecipe,
) -> tuple[Head, TrainResult]:
    best = _best(history)
    probs = _shares(points[best], validation) if len(validation) else None
    metrics = {f"{figure}_{legend}": value for (figure, legend), value in _split(history[best]).items()}
    weight = points[best][:, :-1] / scale
    bias = points[best][:, -1] - weight @ torch.from_numpy(centre)
    stopped = len(points) < len(recipe.penalties)
    return Head(weight, bias), TrainResult(best, len(points), metrics, history, probs, stopped)


def _scaling(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """One centre and one scale for all dimensions: a standard deviation per dimension is noise at 50 rows."""
    centre = rows.mean(0, dtype=np.float64)
    scale = float(np.sqrt(((rows - centre) ** 2).sum(1, dtype=np.float64).mean()))
    return centre.astype(np.float32), scale if scale > 0 else 1.0


def _shares(solution: Tensor, rows: Tensor) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = torch.softmax(_logits(solution, rows).double(), 1).float().numpy()
    return shares


def _logits(solution: Tensor, rows: Tensor) -> Tensor:
    return functional.linear(rows, solution[:, :-1], solution[:, -1])


def _solve(rows: Tensor, labels: Tensor, weights: Tensor, penalty: float, start: Tensor) -> Tensor:
    """argmin of the weighted mean log-loss + penalty / 2 * |W|^2; the bias is free."""
    solution = start.clone().requires_grad_(True)
    optimiser = torch.optim.LBFGS(
        [solution],
        max_iter=100,
        history_size=10,
        tolerance_grad=1e-4,
        tolerance_change=1e-9,
        line_search_fn="strong_wolfe",
    )

    def closure() -> Tensor:
        optimiser.zero_grad()
        each = functional.cross_entropy(_logits(solution, rows), labels, reduction="none")
        loss = (each * weights).mean() + 0.5 * penalty * solution[:, :-1].square().sum()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return solution.detach()


def _figures(solution: Tensor, rows: Tensor, labels: Tensor, legend: str) -> dict[str, float]:
    logits = _logits(solution, rows).double()
    accuracy = float((logits.argmax(1) == labels).double().mean())
    return {f"loss/{legend}": float(functional.cross_entropy(logits, labels)), f"accuracy/{legend}": accuracy}


def _best(history: list[dict[str, float]]) -> int:
    """Lowest validation loss, the stronger penalty on a tie; without validation the last (weakest) point."""
    losses = [row.get("loss/validation", math.nan) for row in history]
    return len(losses) - 1 if math.isnan(losses[-1]) else int(np.argmin(losses))


def _stopped(history: list[dict[str, float]], patience: int) -> bool:
    return bool(history) and "loss/validation" in history[-1] and len(history) - 1 - _best(history) >= patience > 0


def _split(row: dict[str, float]) -> dict[tuple[str, str], float]:
    pairs = ((name.split("/"), value) for name, value in row.items())
    return {(figure, legend): value for (figure, legend), value in pairs}


def _tell(hooks: TrainHooks, step: int, row: dict[str, float], total: int) -> None:
    for (figure, legend), value in _split(row).items():
        hooks.on_metric(figure, legend, float(step), value)
    hooks.on_epoch(step + 1, total)
