"""Work in the background: ids in, a service does it. Every handler may run twice."""

from __future__ import annotations

from alp_site.lib import jobs
from models_registry.selectors import tries
from models_registry.services import encoding, evaluation, imports, portable, training, trying


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


@jobs.handler(portable.KIND, queue="ml", max_attempts=3, on_end=portable.check_ended)
def check_imported(run: jobs.Run) -> None:
    """Loads a version that came from outside and lets it predict."""
    portable.check_imported(run)


@jobs.handler(imports.KIND, queue="ml", max_attempts=3, on_end=imports.load_ended)
def load(run: jobs.Run) -> None:
    """Loads a version from a file, a server or public weights."""
    imports.load(run)


@jobs.handler(tries.KIND, queue="ml", max_attempts=2)
def try_picture(run: jobs.Run) -> None:
    """Shows a picture to a version."""
    trying.try_picture(run)
