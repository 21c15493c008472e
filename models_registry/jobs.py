"""Work in the background: ids in, a service does it. Every handler may run twice."""

from __future__ import annotations

from alp_site.lib import jobs
from models_registry.services import encoding, evaluation, training


@jobs.handler(training.KIND, queue="ml", max_attempts=5, on_end=training.training_ended)
def train(run: jobs.Run) -> None:
    """Trains a version."""
    training.train(run)


@jobs.handler(evaluation.KIND, queue="ml", max_attempts=5, on_end=evaluation.evaluation_ended)
def evaluate(run: jobs.Run) -> None:
    """Runs a version on a test set version."""
    evaluation.evaluate(run)


@jobs.handler(encoding.KIND, queue="ml", max_attempts=2)
def encode(run: jobs.Run) -> None:
    """Encodes a picture for the smart tool."""
    encoding.encode(run)
