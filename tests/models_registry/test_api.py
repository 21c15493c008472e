"""The REST API: roles, shapes, pages, query counts, the way of one version from form to best."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import jobs
from alp_site.people.models import Project
from datasets.models import TestSetVersion
from models_registry.models import Comparison, Model, Prediction
from models_registry.services import comparison, evaluation, prediction, promotion, versions

from .conftest import CLASSES, FAST, Shapes, subset_filter

pytestmark = pytest.mark.django_db
Train = Callable[..., Model]
SEES = ("owner", "engineer", "reviewer", "viewer")


def body_of(shapes: Shapes, base: Model, **more: Any) -> dict[str, Any]:
    return {
        "base_model": str(base.pk),
        "dataset": str(shapes.dataset.pk),
        "train_filter": subset_filter("train"),
        "validation_filter": subset_filter("validation"),
        "test_filter": subset_filter("test"),
        "name": "{base_model.name}-{n}",
        **more,
    }


def test_one_version_from_form_to_best(client_as: Any, project: Project, shapes: Shapes, base: Model) -> None:
    api = client_as("engineer")
    made = api.post(f"/api/v1/projects/{project.pk}/models/", body_of(shapes, base, train=True), format="json")
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["name"], body["status"], body["train_count"], body["labels"]) == ("seed-2", "training", 30, [*CLASSES])
    assert body["job"]["state"] == "queued"
    assert body["test_set_version"]["item_count"] == 24
    jobs.run_pending()
    url = f"/api/v1/models/{body['id']}/"
    assert api.get(url).json()["status"] == "trained"
    charts = {chart["figure"]: chart["series"] for chart in api.get(f"{url}metrics/").json()["figures"]}
    assert {line["legend"] for line in charts["loss"]} == {"train", "validation"}
    epochs = len(charts["loss"][0]["points"])
    assert epochs > 1
    for pace in ("learning_rate", "images_per_second"):
        assert [len(line["points"]) for line in charts[pace]] == [epochs]
    asked = api.post(f"{url}evaluations/", {"test_set_version": body["test_set_version"]["id"]}, format="json")
    assert asked.status_code == 202
    jobs.run_pending()
    report = api.get(f"/api/v1/evaluations/{asked.json()['id']}/").json()
    assert report["status"] == "done"
    assert len(report["metrics"]["per_class"]) == 3
    items = api.get(f"/api/v1/evaluations/{asked.json()['id']}/items/?limit=5").json()
    assert (items["total"], len(items["items"]), items["next"]) == (24, 5, "5")
    assert api.get(url).json()["evaluation"]["summary"]["accuracy"] == report["summary"]["accuracy"]
    assert api.post(f"{url}promote/", {"reason": "looks right"}, format="json").json()["stage"] == "best"
    history = api.get(f"/api/v1/projects/{project.pk}/promotions/").json()["items"]
    assert [(row["model"]["name"], row["reason"]) for row in history] == [("seed-2", "looks right")]
    lineage = api.get(f"{url}lineage/").json()
    assert [row["name"] for row in lineage["family"]] == ["seed", "seed-2"]
    assert len(api.get(f"{url}lineage/items/").json()["train"]) == 30
    for file in lineage["artifacts"]:
        answer = api.get(f"{url}artifacts/{file['name']}/")
        content = answer.content
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert "attachment" in answer["Content-Disposition"]
    assert api.get(f"{url}artifacts/../secret/").status_code == 404
    assert client_as("reviewer").get(f"{url}artifacts/lineage.json/").status_code == 403
    lines = [line["text"] for line in api.get(f"{url}log/").json()["items"]]
    assert any("trained" in line for line in lines)


def test_register_cancel_patch_delete(client_as: Any, project: Project, shapes: Shapes, base: Model) -> None:
    api = client_as("engineer")
    made = api.post(
        f"/api/v1/projects/{project.pk}/models/register/",
        {"name": "mine", "adapter": "small_cnn", "configuration": FAST, "labels": ["a", "b"]},
        format="json",
    )
    assert made.status_code == 201
    assert made.json()["status"] == "pre-trained"
    version = api.post(f"/api/v1/projects/{project.pk}/models/", body_of(shapes, base), format="json").json()
    url = f"/api/v1/models/{version['id']}/"
    assert api.post(f"{url}cancel/").status_code == 409
    assert api.post(f"{url}train/").status_code == 202
    assert api.post(f"{url}cancel/").json()["status"] == "cancelled"
    assert api.patch(url, {"name": "MINE"}, format="json").status_code == 400
    assert api.patch(url, {"name": "other", "description": "why"}, format="json").json()["name"] == "other"
    assert api.post(f"{url}archive/", {"reason": "no use"}, format="json").json()["stage_reason"] == "no use"
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"configuration": {"epochs": 0}}, "epochs"),
        ({"name": "{secret}"}, "secret"),
        ({"base_model": "018f0000-0000-7000-8000-000000000000"}, "base_model"),
        ({"train_filter": {"filter": {"colour": 1}}}, "colour"),
        ({"validation_filter": subset_filter("train")}, "train"),
    ],
)
def test_create_bad_input_is_named(
    client_as: Any, project: Project, shapes: Shapes, base: Model, change: dict[str, Any], field: str
) -> None:
    answer = client_as("owner").post(
        f"/api/v1/projects/{project.pk}/models/", body_of(shapes, base, **change), format="json"
    )
    assert answer.status_code == 400
    assert field in str(answer.json()["error"])
    assert Model.objects.count() == 1


@pytest.fixture
def judged(train_now: Train, frozen: TestSetVersion, shapes: Shapes) -> tuple[Model, Model, Comparison]:
    """Two evaluated versions, compared; the first is best; both predicted the pool."""
    one, two = train_now(seed=1, configuration_changes={"epochs": 1}), train_now(seed=2)
    for model in (one, two):
        evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
        prediction.ensure(model.pk, [item.pk for item in shapes.items["pool"]])
    jobs.run_pending()
    promotion.promote(model_id=one.pk)
    return one, two, comparison.compare(candidate_id=two.pk, incumbent_id=one.pk)


def routes(project: Project, judged: tuple[Model, Model, Comparison], shapes: Shapes) -> dict[str, list[str]]:
    one, _, verdict = judged
    model, home = f"/api/v1/models/{one.pk}/", f"/api/v1/projects/{project.pk}/"
    row = one.evaluations.get()
    return {
        "read": [
            f"{home}models/", f"{home}models/figures/", f"{home}promotions/", f"{home}comparisons/", model,
            f"{model}metrics/", f"{model}log/", f"{model}lineage/", f"{model}lineage/items/", f"{model}evaluations/",
            f"/api/v1/evaluations/{row.pk}/", f"/api/v1/evaluations/{row.pk}/items/",
            f"/api/v1/evaluations/{row.pk}/findings/",
            f"/api/v1/comparisons/{verdict.pk}/",
            f"/api/v1/items/{shapes.items['pool'][0].pk}/predictions/",
        ],
        "write": [
            f"{home}models/", f"{home}models/register/", f"{home}comparisons/", f"{model}train/", f"{model}cancel/",
            f"{model}promote/", f"{model}rollback/", f"{model}archive/", f"{model}evaluations/",
        ],
    }  # fmt: skip


def test_roles(client_as: Any, project: Project, judged: Any, shapes: Shapes) -> None:
    addresses = routes(project, judged, shapes)
    for role in ("owner", "engineer", "reviewer", "viewer", "annotator", "stranger", "anonymous"):
        api = client_as(role)
        refused = {"stranger": (404,), "anonymous": (401, 403)}.get(role, (403,))
        for address in addresses["read"]:
            expected = (200,) if role in SEES else refused
            assert api.get(address).status_code in expected, (role, address)
        if role in ("owner", "engineer"):
            continue
        for address in addresses["write"]:
            assert api.post(address, {}, format="json").status_code in refused, (role, address)
        model = f"/api/v1/models/{judged[0].pk}/"
        assert api.patch(model, {}, format="json").status_code in refused
        assert api.delete(model).status_code in refused
    assert Model.objects.filter(deleted_at__isnull=False).count() == 0


def test_adapters_have_forms(client_as: Any) -> None:
    adapters = {row["name"]: row for row in client_as("viewer").get("/api/v1/adapters/").json()["items"]}
    assert {"small_cnn", "efficientnet_lite0"} <= set(adapters)
    for row in adapters.values():
        assert set(row["defaults"]) == set(row["config_schema"]["properties"])


def test_predictions_of_an_item(client_as: Any, judged: Any, shapes: Shapes) -> None:
    item = shapes.items["pool"][0]
    rows = client_as("reviewer").get(f"/api/v1/items/{item.pk}/predictions/").json()["items"]
    assert [row["model"]["id"] for row in rows] == [str(judged[1].pk), str(judged[0].pk)]
    assert set(rows[0]["probabilities"]) == set(CLASSES)
    assert rows[0]["label"] == Prediction.objects.get(item=item, model=judged[1]).label


def test_list_filters_and_pages(client_as: Any, project: Project, judged: Any) -> None:
    api, url = client_as("viewer"), f"/api/v1/projects/{project.pk}/models/"
    assert [row["stage"] for row in api.get(f"{url}?stage=best").json()["items"]] == ["best"]
    assert api.get(f"{url}?status=pre-trained").json()["items"][0]["name"] == "seed"
    assert api.get(f"{url}?search=nothing").json()["items"] == []
    first = api.get(f"{url}?limit=2").json()
    rest = api.get(f"{url}?limit=2&after={first['next']}").json()
    ids = [row["id"] for row in [*first["items"], *rest["items"]]]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 3
    assert rest["next"] is None
    assert api.get(f"{url}?family=x").status_code == 400


def test_list_costs_the_same_for_many(client_as: Any, project: Project, judged: Any) -> None:
    api, url = client_as("viewer"), f"/api/v1/projects/{project.pk}/models/"
    api.get(url)
    with CaptureQueriesContext(connection) as few:
        assert len(api.get(url).json()["items"]) == 3
    for at in range(20):
        versions.register_base_model(project_id=project.pk, name=f"m{at}", adapter="small_cnn", labels=["a", "b"])
    with CaptureQueriesContext(connection) as many:
        assert len(api.get(url).json()["items"]) == 23
    assert len(many) == len(few) <= 9


def test_compare_through_the_api(client_as: Any, project: Project, judged: Any) -> None:
    one, two, verdict = judged
    api, url = client_as("engineer"), f"/api/v1/projects/{project.pk}/comparisons/"
    again = api.post(url, {"candidate": str(two.pk), "incumbent": str(one.pk)}, format="json")
    assert again.status_code == 201
    assert again.json()["id"] == str(verdict.pk)
    assert "report" in again.json()
    listed = api.get(f"{url}?model={one.pk}").json()["items"]
    assert [row["id"] for row in listed] == [str(verdict.pk)]
    same = api.post(url, {"candidate": str(one.pk), "incumbent": str(one.pk)}, format="json")
    assert (same.status_code, same.json()["error"]["data"]["field"]) == (400, "incumbent")
