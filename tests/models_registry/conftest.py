"""Drawn, learnable pictures (three coloured shapes) in a dataset with approved labels and dealt subsets."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from alp_site.lib import jobs
from alp_site.lib.testing import failed_jobs
from alp_site.people.models import Project, User
from datasets.models import Dataset, Item, TestSetVersion
from datasets.services import approval, labels, test_sets
from datasets.services.datasets import create_dataset
from datasets.services.ontologies import create_ontology
from datasets.services.upload import add_many
from models_registry.models import Evaluation, Model
from models_registry.services import evaluation, training, versions

CLASSES = ("disc", "square", "cross")
COLOURS = {"disc": (215, 60, 50), "square": (50, 95, 215), "cross": (55, 175, 75)}
SIZE = 20
FAST = {"input_size": 16, "width": 8, "epochs": 8, "batch_size": 16, "dropout": 0.0, "crop": 0.0, "colour_jitter": 0.0}


def subset_filter(name: str) -> dict[str, Any]:
    """The template's filter of a subset."""
    return {"filter": {"$and": [{"hidden": False}, {"metadata": {"system": {"tags": {name: True}}}}, {"type": "file"}]}}


def draw(label: str, seed: int, size: int = SIZE) -> bytes:
    """A shape of the label's colour somewhere on a noisy grey ground, as PNG."""
    rng = np.random.default_rng(seed)
    ground = rng.integers(90, 150, (size, size, 3), dtype=np.uint8)
    image = Image.fromarray(ground)
    pen = ImageDraw.Draw(image)
    half = int(rng.integers(4, 7))
    x, y = (int(v) for v in rng.integers(half, size - half, 2))
    colour = tuple(int(np.clip(c + rng.integers(-25, 25), 0, 255)) for c in COLOURS[label])
    box = (x - half, y - half, x + half, y + half)
    if label == "disc":
        pen.ellipse(box, fill=colour)
    elif label == "square":
        pen.rectangle(box, fill=colour)
    else:
        pen.line((box[0], y, box[2], y), fill=colour, width=3)
        pen.line((x, box[1], x, box[3]), fill=colour, width=3)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@dataclass
class Shapes:
    """A dataset of shapes: items by subset, in the order of their names."""

    dataset: Dataset
    items: dict[str, list[Item]]
    truth: dict[Any, str]


Maker = Callable[..., Shapes]


@pytest.fixture
def make_shapes(project: Project, owner: User) -> Maker:
    """`make_shapes(train=30, validation=12, test=24)`: every subset holds the classes in turn, approved by a rule."""

    def make(name: str = "Shapes", **counts: int) -> Shapes:
        ontology = create_ontology(project=project, name=f"{name} labels", labels=list(CLASSES))
        dataset = create_dataset(project=project, name=name, user=owner, ontology=ontology)
        files, plan = [], []
        for subset, count in counts.items():
            for at in range(count):
                label = CLASSES[at % len(CLASSES)]
                path = f"/{subset}/{at:04d}.png"
                files.append((path, draw(label, seed=len(plan) + 1000)))
                plan.append((path, subset, label))
        add_many(dataset=dataset, files=files, user=owner)
        by_path = {item.filename: item for item in Item.objects.filter(dataset=dataset, type="file")}
        entries = [labels.ClassLabel(by_path[path].pk, label) for path, subset, label in plan if subset != "pool"]
        labels.set_class_labels(entries=entries, author_user=owner)
        approval.approve(item_ids=[entry.item_id for entry in entries], rule="answer key")
        items: dict[str, list[Item]] = {}
        for path, subset, _ in plan:
            items.setdefault(subset, []).append(by_path[path])
        for subset, rows in items.items():
            if subset != "pool":
                Item.objects.filter(pk__in=[row.pk for row in rows]).update(subset=subset)
        return Shapes(dataset, items, {by_path[path].pk: label for path, _, label in plan})

    return make


@pytest.fixture
def shapes(make_shapes: Maker) -> Shapes:
    """30 train, 12 validation, 24 test, 6 unlabelled."""
    return make_shapes(train=30, validation=12, test=24, pool=6)


@pytest.fixture
def frozen(shapes: Shapes, owner: User) -> TestSetVersion:
    """The frozen test set."""
    return test_sets.resolve_version(dataset=shapes.dataset, filter=subset_filter("test"), user=owner)


@pytest.fixture
def base(project: Project, shapes: Shapes, owner: User) -> Model:
    """An untrained small CNN."""
    return versions.register_base_model(
        project_id=project.pk,
        name="seed",
        adapter="small_cnn",
        configuration_values=FAST,
        dataset=shapes.dataset,
        person_id=owner.pk,
    )


@pytest.fixture
def make_version(shapes: Shapes, base: Model, frozen: TestSetVersion, owner: User) -> Callable[..., Model]:
    """`make_version(seed=1, configuration_changes={…})`: a version made from `base`, not trained yet."""

    def make(**changes: Any) -> Model:
        given: dict[str, Any] = {
            "project_id": base.project_id,
            "base_model": base,
            "dataset": shapes.dataset,
            "train_filter": subset_filter("train"),
            "validation_filter": subset_filter("validation"),
            "test_set_version": frozen,
            "person_id": owner.pk,
        }
        return versions.create_model_version(**{**given, **changes})

    return make


@pytest.fixture
def train_now(make_version: Callable[..., Model]) -> Callable[..., Model]:
    """`train_now(seed=1)`: a version, trained by the real job."""

    def make(**changes: Any) -> Model:
        model = make_version(**changes)
        training.start_training(model_id=model.pk)
        jobs.run_pending()
        model.refresh_from_db()
        assert model.status == "trained", failed_jobs()
        return model

    return make


def evaluated(model: Model, version: TestSetVersion) -> Evaluation:
    """The evaluation after its job has run."""
    row = evaluation.request_evaluation(model_id=model.pk, test_set_version_id=version.pk)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.status == "done", failed_jobs()
    return row


@pytest.fixture
def pair(train_now: Callable[..., Model], frozen: TestSetVersion) -> tuple[Model, Model]:
    """A good candidate and a weak incumbent, both evaluated."""
    weak = train_now(configuration_changes={"epochs": 1}, seed=2)
    good = train_now(seed=3)
    evaluated(weak, frozen)
    evaluated(good, frozen)
    return good, weak
