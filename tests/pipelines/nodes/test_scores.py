"""Nodes about what models say: accepted by a rule, compared with people or another model, embedded, put away."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import now
from rest_framework.test import APIClient

from alp_site.lib import storage
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import Project, User
from datasets.models import Annotation, Dataset, Item
from datasets.selectors import ground_truth_items
from datasets.services import set_class_label
from models_registry.models import Artifact, EmbeddingRow, MetricSample, Model, Prediction
from models_registry.services.versions import register_base_model
from pipelines.demo.world import World
from pipelines.models import Cycle, NodeExecution, Pipeline
from pipelines.nodes._items import drawn
from pipelines.nodes.shadow_predict import FIGURE
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.pipelines import create_pipeline, problems_of, start_pipeline
from pipelines.services.variables import set_variable
from tests.pipelines.conftest import graph, link, node
from tests.pipelines.nodes.conftest import Upload, counts, real

pytestmark = pytest.mark.django_db
Running = Callable[..., Pipeline]


def predict(model: Model, item: Item, label: str, confidence: float) -> Prediction:
    said = [{"type": "class", "label": label, "confidence": confidence}] if label else []
    return Prediction.objects.create(
        model=model, item=item, annotations=said, label=label, confidence=confidence, margin=confidence / 2,
        entropy=0.1, probs=b"", weights_digest="", input_key=b"", created_at=now(),
    )  # fmt: skip


def after(pipeline: Pipeline, node_id: str) -> set[str]:
    return set(NodeExecution.objects.filter(pipeline=pipeline, node_id=node_id).values_list("arrived__item", flat=True))


def ids(items: Any) -> set[str]:
    return {str(item.pk) for item in items}


# --- score router


def routed(base: Model, **config: Any) -> dict[str, Any]:
    """start → router, each action to a node of its name; the model is given."""
    spec = real("f", "score_router", inputs={"model": {"fixed": str(base.pk)}}, **config)
    ways = ("accepted", "audit", "people")
    return graph(
        [node("a", "person"), spec, *map(node, ways)], ["a -> f", *(link(f"f -> {w}", action=w) for w in ways)]
    )


def go(pipeline: Pipeline, items: list[Item]) -> None:
    """Starts a cycle an item at the router itself: their predictions are there."""
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin(f"go-{item.pk}", str(item.pk)) for item in items])
    settle()


def test_sure_predictions_become_ground_truth_by_a_named_rule_and_the_rest_goes_to_people(
    running: Running, upload: Upload, base: Model, raw: Dataset
) -> None:
    pipeline = running(routed(base, threshold=0.9, audit_percent=0, rule="sure"))
    sure, unsure, unknown, silent = upload(4)
    predict(base, sure, "circle", 0.95)
    predict(base, unsure, "circle", 0.89)
    predict(base, silent, "", 0.25)
    go(pipeline, [sure, unsure, unknown, silent])
    assert failed_jobs() == []
    assert after(pipeline, "accepted") == ids([sure])
    assert after(pipeline, "people") == ids([unsure, unknown, silent])
    (said,) = Annotation.objects.filter(deleted_at=None)
    assert (said.item, said.label, said.model_id, said.confidence) == (sure, "circle", base.pk, 0.95)
    assert (said.approved_rule, said.approved_by, said.creator) == ("sure: confidence at least 0.9", None, None)
    assert set(ground_truth_items(raw)) == {sure}
    (log,) = NodeExecution.objects.filter(node_id="f", action="accepted").values_list("log", flat=True)
    assert "approved by the rule" in log


def test_a_share_of_the_sure_ones_is_audited_the_same_always(running: Running, upload: Upload, base: Model) -> None:
    pipeline = running(routed(base, threshold=0.5, audit_percent=40, seed=3))
    items = upload(30)
    for item in items:
        predict(base, item, "circle", 0.9)
    go(pipeline, items)
    audited = {key for key in ids(items) if drawn(key, 40, 3)}
    assert 0 < len(audited) < 30
    assert after(pipeline, "audit") == audited
    assert not Annotation.objects.filter(item_id__in=audited).exists(), "people see the item as it is"


def test_what_people_labelled_is_never_overwritten(
    running: Running, upload: Upload, base: Model, annotator: User
) -> None:
    pipeline = running(routed(base, threshold=0.5, audit_percent=0))
    (item,) = upload(1)
    set_class_label(item_id=item.pk, label="square", author_user=annotator)
    predict(base, item, "circle", 0.99)
    go(pipeline, [item])
    assert after(pipeline, "people") == ids([item])
    (said,) = Annotation.objects.filter(item=item, deleted_at=None)
    assert (said.label, said.approved_rule) == ("square", "")


def test_a_second_pass_accepts_again_and_writes_nothing(running: Running, upload: Upload, base: Model) -> None:
    pipeline = running(routed(base, threshold=0.5, audit_percent=0))
    (item,) = upload(1)
    predict(base, item, "circle", 0.99)
    go(pipeline, [item])
    before = Item.objects.get(pk=item.pk).content_version
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin("again", str(item.pk))])
    settle()
    assert counts(pipeline, "accepted") == {"done": 2}
    assert Item.objects.get(pk=item.pk).content_version == before


def test_a_label_the_ontology_lacks_fails_that_item_alone(running: Running, upload: Upload, base: Model) -> None:
    pipeline = running(routed(base, threshold=0.5, audit_percent=0))
    good, bad = upload(2)
    predict(base, good, "circle", 0.99)
    predict(base, bad, "dragon", 0.99)
    go(pipeline, [good, bad])
    assert after(pipeline, "accepted") == ids([good])
    (failed,) = NodeExecution.objects.filter(status="failed")
    assert "dragon" in failed.error


def test_an_audit_that_nobody_takes_is_told(project: Project, base: Model) -> None:
    spec = routed(base)
    spec["connections"] = [c for c in spec["connections"] if c.get("action") != "audit"]
    found = {p.code for p in problems_of(create_pipeline(project=project, name="x", graph=spec)) if p.node == "f"}
    assert "audit_unconnected" in found


# --- with a trained model


def run_one(world: World, spec: dict[str, Any], item: Item) -> NodeExecution:
    """The node ``f`` for one item, in a pipeline of the world's project."""
    made = create_pipeline(project=world.project, name=f"One {Pipeline.objects.count()}", graph=graph([spec]))
    pipeline = start_pipeline(pipeline=made)
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin("one", str(item.pk))])
    settle()
    return NodeExecution.objects.get(pipeline=pipeline, node_id="f")


def some(world: World, count: int = 2) -> list[Item]:
    return list(Item.objects.filter(dataset=world.raw, type="file").order_by("id")[:count])


def test_a_model_agrees_with_people_or_not(world: World) -> None:
    first, second = some(world)
    model = {"model": {"fixed": str(world.seed_model.pk)}}
    said = Prediction.objects.filter(model=world.seed_model, item__in=[first, second])
    labels = dict(said.values_list("item_id", "label"))
    other = next(name for name in world.seed_model.labels if name != labels[second.pk])
    person = world.people["annotator"]
    set_class_label(item_id=first.pk, label=labels[first.pk], author_user=person)
    set_class_label(item_id=second.pk, label=other, author_user=person)
    agreed, differed = (run_one(world, real("f", "model_agreement", inputs=model), item) for item in (first, second))
    assert (agreed.action, agreed.outputs["score"]) == ("agree", 1.0)
    assert (differed.action, differed.outputs["score"]) == ("disagree", 0.0)
    assert Cycle.objects.get(pk=differed.cycle_id).memory["model_agreement"] == 0.0


def figures(client: APIClient, row: NodeExecution) -> Any:
    """What the panel of that execution's node tells of all of them."""
    return client.get(f"/api/v1/pipelines/{row.pipeline_id}/nodes/f/").json()["figures"]


def test_the_agreement_beyond_chance_is_that_of_the_model_that_predicted_last(world: World) -> None:
    first, second = some(world)
    client = APIClient()
    client.force_login(world.people["owner"])
    said = dict(Prediction.objects.filter(model=world.seed_model).values_list("item_id", "label"))
    other = next(name for name in world.seed_model.labels if name != said[second.pk])
    for item, label in ((first, said[first.pk]), (second, other)):
        set_class_label(item_id=item.pk, label=label, author_user=world.people["annotator"])
    variable = {"name": "best", "type": "Model", "value": str(world.seed_model.pk)}
    spec = graph([real("f", "model_agreement", inputs={"model": {"variable": "best"}})], variables=[variable])
    pipeline = start_pipeline(pipeline=create_pipeline(project=world.project, name="Compared", graph=spec))
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin(str(i.pk), str(i.pk)) for i in (first, second)])
    settle()
    row = NodeExecution.objects.filter(pipeline=pipeline, node_id="f").first()
    (told,) = figures(client, row)
    values = Counter([said[first.pk], said[first.pk], said[second.pk], other])
    expected = 1 - 3 * (4 - 2) / (16 - sum(n * n for n in values.values()))
    assert [v["value"] for v in told["values"]] == [0.5, pytest.approx(expected)]
    assert told["over"] == "2 items (2 units)"
    set_variable(pipeline_id=pipeline.pk, name="best", value=str(world.base.pk))
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin("again", str(first.pk))])
    settle()
    (told,) = figures(client, row)
    assert told["over"] == "1 item (1 unit)", "an untrained model says nothing, and its figures begin anew"
    assert told["values"][0]["value"] == 0.0


def test_a_model_that_predicted_nothing_yet_is_asked(world: World) -> None:
    (item,) = some(world, 1)
    Prediction.objects.all().delete()
    run_one(world, real("f", "model_agreement", inputs={"model": {"fixed": str(world.seed_model.pk)}}), item)
    assert Prediction.objects.filter(model=world.seed_model, item=item).exists()


def test_without_any_model_the_reason_is_said(world: World) -> None:
    (item,) = some(world, 1)
    assert run_one(world, real("f", "model_agreement"), item).error_code == "no_model"


def test_a_shadow_is_compared_and_counted_once(world: World) -> None:
    first, second = some(world)
    both = {"model": {"fixed": str(world.seed_model.pk)}, "candidate": {"fixed": str(world.base.pk)}}
    rows = [run_one(world, real("f", "shadow_predict", inputs=both), item) for item in (first, second)]
    assert [row.action for row in rows] == ["differ", "differ"], "an untrained candidate says nothing"
    assert Prediction.objects.filter(model=world.base, item__in=[first, second]).count() == 2
    points = MetricSample.objects.filter(model=world.base, figure=FIGURE).order_by("x")
    assert list(points.values_list("legend", "x", "y")) == [
        (f"against {world.seed_model.name}", 1.0, 1.0), (f"against {world.seed_model.name}", 2.0, 1.0),
    ]  # fmt: skip
    same = {"model": {"fixed": str(world.seed_model.pk)}, "candidate": {"fixed": str(world.seed_model.pk)}}
    alike = run_one(world, real("f", "shadow_predict", inputs=same), first)
    assert alike.action == "agree"
    client = APIClient()
    client.force_login(world.people["owner"])
    assert [figures(client, row)[0]["values"][0]["value"] for row in (rows[0], alike)] == [0.0, 1.0]
    assert [row.noted["units"]["class"][0][1] for row in (rows[0], alike)] == [1, 1]


def test_pictures_are_embedded_once_and_unreadable_ones_told(world: World) -> None:
    (item,) = some(world, 1)
    EmbeddingRow.objects.all().delete()
    spec = real("f", "embed", inputs={"model": {"fixed": str(world.seed_model.pk)}})
    done = run_one(world, spec, item)
    assert done.status == "done"
    assert done.outputs["embedding"]["dimension"] > 0
    assert EmbeddingRow.objects.filter(blob_sha256=item.blob_id).count() == 1
    run_one(world, spec, item)
    assert EmbeddingRow.objects.count() == 1
    broken = storage.put_bytes(b"no picture")
    storage.retain({broken.sha256: broken.size})
    Item.objects.filter(pk=item.pk).update(blob_id=broken.sha256)
    assert run_one(world, spec, item).error_code == "unreadable_image"


# --- predictions away


def test_predictions_are_archived_in_a_file_of_their_model_and_then_gone(
    running: Running, upload: Upload, base: Model, project: Project, raw: Dataset
) -> None:
    other = register_base_model(
        project_id=project.pk, name="other", adapter="small_cnn", labels=list(base.labels), dataset=raw
    )
    Model.objects.filter(pk=other.pk).update(stage="best")
    pipeline = running(graph([real("f", "drop_predictions")]))
    items = upload(3)
    for item in items:
        predict(base, item, "circle", 0.5)
        predict(other, item, "square", 0.5)
    settle()
    assert failed_jobs() == []
    assert counts(pipeline, "f") == {"done": 3}
    assert set(Prediction.objects.values_list("model_id", flat=True)) == {other.pk}
    files = Artifact.objects.filter(model=base, name__startswith="predictions/")
    lines = [json.loads(line) for f in files for line in storage.read_bytes(f.blob_id).decode().splitlines()]
    assert {line["item"] for line in lines} == ids(items)
    assert {(line["label"], line["filename"]) for line in lines} >= {("circle", items[0].filename)}


def test_deleting_keeps_no_file_and_takes_one_models_alone(running: Running, upload: Upload, base: Model) -> None:
    spec = real("f", "drop_predictions", inputs={"model": {"fixed": str(base.pk)}}, mode="delete", keep_best=False)
    running(graph([spec]))
    (item,) = upload(1)
    predict(base, item, "circle", 0.5)
    settle()
    assert not Prediction.objects.exists()
    assert not Artifact.objects.filter(name__startswith="predictions/").exists()
