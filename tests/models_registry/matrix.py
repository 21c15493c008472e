"""Who may call the routes of models. Nothing is trained: versions wait, the evaluation's table is written by hand."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.lib.jobs import enqueue
from alp_site.lib.models import Job
from datasets.models import Item, TestSetVersion
from datasets.services import test_sets
from models_registry.models import Comparison, Evaluation, Model
from models_registry.selectors import tries
from models_registry.services import versions
from tests.datasets.matrix import dataset, item
from tests.matrix import ANYONE, Call, Row, World

SEES, EDITS = "oerv", "oe"
FAST = {"input_size": 16, "width": 8, "epochs": 1, "batch_size": 4}


def base(world: World) -> Model:
    return world.once("base", lambda: registered(world, "seed"))


def registered(world: World, name: str) -> Model:
    return versions.register_base_model(
        project_id=world.project.pk,
        name=name,
        adapter="small_cnn",
        configuration_values=FAST,
        dataset=dataset(world),
        person_id=world.owner.pk,
    )


def subsets(world: World) -> dict[str, Any]:
    """One picture to learn from, one to watch: enough to make a version."""

    def make() -> dict[str, Any]:
        first = item(world)
        others = Item.objects.filter(dataset=dataset(world), type="file").exclude(pk=first.pk)
        Item.objects.filter(pk=first.pk).update(subset="train")
        others.update(subset="validation")
        return {
            f"{name}_filter": {"filter": {"metadata.system.tags." + name: True}} for name in ("train", "validation")
        }

    return world.once("subsets", make)


def model(world: World) -> Model:
    """A version made from the base, not trained yet."""
    return world.once(
        "model",
        lambda: versions.create_model_version(
            project_id=world.project.pk,
            base_model=base(world),
            dataset=dataset(world),
            test_set_version=None,
            person_id=world.owner.pk,
            **subsets(world),
        ),
    )


def test_set_version(world: World) -> TestSetVersion:
    item(world)
    return world.once(
        "frozen", lambda: test_sets.resolve_version(dataset=dataset(world), filter={"filter": {}}, user=world.owner)
    )


def evaluation(world: World) -> Evaluation:
    def make() -> Evaluation:
        table = io.BytesIO()
        one = {"label": [0], "predicted": [0], "confidence": [0.9], "correct": [True], "readable": [True],
               "probs": [[1.0]]}  # fmt: skip
        columns = {name: np.array(values) for name, values in one.items()}
        np.savez_compressed(table, items=np.array([str(item(world).pk)]), classes=np.array(["robin"]), **columns)
        stored = storage.put_bytes(table.getvalue())
        with write():
            storage.retain({stored.sha256: stored.size})
            return Evaluation.objects.create(
                model=model(world), test_set_version=test_set_version(world), status="done", table_id=stored.sha256
            )

    return world.once("evaluation", make)


def two_versions(world: World) -> dict[str, Any]:
    """Judged on the same pictures."""
    one = evaluation(world)
    world.once("another evaluation", lambda: same_of(one, base(world)))
    return {"models": f"{one.model_id},{base(world).pk}"}


def same_of(one: Evaluation, other: Model) -> Evaluation:
    with write():
        storage.retain({one.table_id: 1})
        return Evaluation.objects.create(
            model=other, test_set_version=one.test_set_version, status="done", table_id=one.table_id
        )


def a_try(world: World) -> Job:
    return world.once(
        "try", lambda: enqueue(tries.KIND, key="try", payload={"model": str(model(world).pk), "blob": "0" * 64})
    )


def comparison(world: World) -> Comparison:
    return world.once(
        "comparison",
        lambda: Comparison.objects.create(
            project=world.project, candidate=model(world), incumbent=base(world), verdict="discard", input_key="x"
        ),
    )


def of_project(world: World) -> dict[str, Any]:
    return {"project_id": world.project.pk}


def of_model(world: World) -> dict[str, Any]:
    return {"model_id": model(world).pk}


def of_base(world: World) -> dict[str, Any]:
    return {"model_id": base(world).pk}


def of_evaluation(world: World) -> dict[str, Any]:
    return {"evaluation_id": evaluation(world).pk}


def new_version(world: World) -> dict[str, Any]:
    return {"base_model": str(base(world).pk), "dataset": str(dataset(world).pk), **subsets(world)}


def rivals(world: World) -> dict[str, Any]:
    return {
        "candidate": str(base(world).pk),
        "incumbent": str(registered(world, "other").pk),
        "test_set_version": str(test_set_version(world).pk),
    }


ROWS = {
    "adapters": Row(get=ANYONE),
    "gallery": Row(get=ANYONE),
    "models": Row(kwargs=of_project, get=SEES, post=Call(EDITS, body=new_version)),
    "model-register": Row(kwargs=of_project, post=Call(EDITS, body={"name": "New", "adapter": "small_cnn"})),
    "model-import": Row(
        kwargs=of_project, post=Call(EDITS, multipart=True, body=lambda world: {"file": io.BytesIO(b"no zip")})
    ),
    "model-tags": Row(kwargs=of_project, get=SEES),
    "model-export": Row(kwargs=of_model, get=EDITS),
    "model-exports": Row(kwargs=of_model, get=EDITS, post=Call(EDITS, body={"format": "onnx"})),
    "model-clone": Row(kwargs=of_model, post=Call(EDITS, body={})),
    "model-try": Row(
        kwargs=of_model, post=Call(EDITS, multipart=True, body=lambda world: {"file": io.BytesIO(b"no picture")})
    ),
    "model-tried": Row(kwargs=lambda world: {**of_model(world), "job_id": a_try(world).pk}, get=EDITS),
    "model-figures": Row(kwargs=of_project, get=SEES),
    "models-together": Row(kwargs=of_project, get=Call(SEES, query=two_versions)),
    "models-together-items": Row(kwargs=of_project, get=Call(SEES, query=two_versions)),
    "promotions": Row(kwargs=of_project, get=SEES),
    "comparisons": Row(kwargs=of_project, get=SEES, post=Call(EDITS, body=rivals)),
    "model": Row(kwargs=of_model, get=SEES, patch=Call(EDITS, body={"description": "New"}), delete=EDITS),
    "model-train": Row(kwargs=of_model, post=EDITS),
    "model-load": Row(kwargs=of_model, post=EDITS),
    "model-cancel": Row(kwargs=of_model, post=EDITS),
    "model-promote": Row(kwargs=of_base, post=Call(EDITS, body={})),
    "model-rollback": Row(kwargs=of_base, post=Call(EDITS, body={})),
    "model-archive": Row(kwargs=of_base, post=Call(EDITS, body={})),
    "model-metrics": Row(kwargs=of_model, get=SEES),
    "model-samples": Row(kwargs=of_model, get=SEES),
    "model-log": Row(kwargs=of_model, get=SEES),
    "model-lineage": Row(kwargs=of_model, get=SEES),
    "model-lineage-items": Row(kwargs=of_model, get=SEES),
    "model-artifact": Row(kwargs=lambda world: {**of_model(world), "name": "lineage.json"}, get=EDITS),
    "model-evaluations": Row(
        kwargs=of_model,
        get=SEES,
        post=Call(EDITS, body=lambda world: {"test_set_version": str(test_set_version(world).pk)}),
    ),
    "evaluation": Row(kwargs=of_evaluation, get=SEES),
    "evaluation-items": Row(kwargs=of_evaluation, get=SEES),
    "evaluation-table": Row(kwargs=of_evaluation, get=SEES),
    "evaluation-findings": Row(kwargs=of_evaluation, get=SEES),
    "evaluation-thresholds": Row(kwargs=of_evaluation, get=SEES),
    "comparison": Row(kwargs=lambda world: {"comparison_id": comparison(world).pk}, get=SEES),
    "item-predictions": Row(kwargs=lambda world: {"item_id": item(world).pk}, get=SEES),
    "scores": Row(kwargs=of_project, get=SEES, post=Call(EDITS, body={})),
    "scores-summary": Row(kwargs=of_project, get=Call("oer", query={"kind": "person"})),
    "scores-labels": Row(kwargs=of_project, get=SEES),
    "item-scores": Row(kwargs=lambda world: {"item_id": item(world).pk}, get=SEES),
    "item-encoding": Row(
        kwargs=lambda world: {"item_id": item(world).pk},
        get=Call("oer", hidden="a"),
        post=Call("oer", hidden="a", body={}),
    ),
}
