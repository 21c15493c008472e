"""Work in the background: ids in, a service does it. Every handler may run twice."""

from __future__ import annotations

from alp_site.lib import jobs
from models_registry.selectors import tries
from models_registry.services import encoding, evaluation, exporting, imports, portable, scoring, training, trying

SCORES_SECONDS = 30


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


@jobs.handler(exporting.KIND, queue="ml", max_attempts=2)
def export(run: jobs.Run) -> None:
    """Writes a version as a file for other programs."""
    exporting.export_version(run)


@jobs.handler(imports.KIND, queue="ml", max_attempts=3, on_end=imports.load_ended)
def load(run: jobs.Run) -> None:
    """Loads a version from a file, a server or public weights."""
    imports.load(run)


@jobs.handler(scoring.COLLECT, queue="ml", max_attempts=5)
def collect_scores(run: jobs.Run) -> None:
    """Notes what is to be compared."""
    scoring.collect(run)


@jobs.handler(scoring.KIND, max_attempts=5)
def score(run: jobs.Run) -> None:
    """Compares what models and people said of items."""
    scoring.score_due(run)


@jobs.periodic("models.scores", SCORES_SECONDS)
def score_what_is_due() -> None:
    """A job for each project where something was said since."""
    scoring.request_due()


@jobs.handler(tries.KIND, queue="ml", max_attempts=2)
def try_picture(run: jobs.Run) -> None:
    """Shows a picture to a version."""
    trying.try_picture(run)
