"""Where to cut, by the API; the pictures behind a cell; doubted ones sent to review; the score to show shapes from."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from django.test import Client

from alp_site.lib.testing import failed_jobs
from alp_site.people.models import Project, User
from models_registry.ml.metrics.object_report import evaluate_objects
from models_registry.ml.pixel_table import make_pixel_table, report_pixels
from models_registry.ml.records import FoundObjects, TruthObjects
from models_registry.ml.shapes import Shape
from models_registry.models import Evaluation, Model
from models_registry.services import versions
from models_registry.services.runtime import input_key
from tests.models_registry.conftest import CLASSES, FAST, Maker, Shapes
from tests.models_registry.test_findings import judged

N = 24
BOX = [[0, 0, 9, 9]]


@pytest.fixture
def pictures(make_shapes: Maker) -> Shapes:
    return make_shapes(test=N)


@pytest.fixture
def detector(pictures: Shapes, project: Project) -> Model:
    return versions.register_base_model(
        project_id=project.pk, name="seed", adapter="centre_small", dataset=pictures.dataset
    )


@pytest.fixture
def evaluation(detector: Model, pictures: Shapes, owner: User) -> Evaluation:
    """All found with scores that rise; the first six are hits of nothing, number 20 is surely called otherwise."""
    truths = [TruthObjects((20, 20), [at % 3] if at >= 6 else [], BOX[: at >= 6]) for at in range(N)]
    found = [FoundObjects((20, 20), [at % 3], BOX, scores=[0.3 + at / 100]) for at in range(N)]
    found[20] = FoundObjects((20, 20), [0], BOX, scores=[0.99])
    done = evaluate_objects(truths, found, CLASSES, threshold=0.2)
    row = judged(detector, pictures, owner, dict(done.table))
    Evaluation.objects.filter(pk=row.pk).update(metrics=done.report)
    return row


def cut(api: Any, row: Evaluation, query: str = "") -> dict[str, Any]:
    return dict(api.get(f"/api/v1/evaluations/{row.pk}/thresholds/?{query}").json())


def test_the_cut_suits_the_wish_and_says_what_it_costs(evaluation: Evaluation, client_as: Any) -> None:
    api = client_as("viewer")
    best = cut(api, evaluation)
    assert (best["label"], best["whole"], best["labels"]) == (None, True, list(CLASSES))
    # 17 of 18 marks hit, one answer is another's label: cutting off the six that hit nothing is best.
    assert best["cut"]["threshold"] == pytest.approx(0.36)
    assert (best["cut"]["false"], best["cut"]["missed"]) == (1, 1)
    assert best["cut"]["f1"] == pytest.approx(17 / 18, abs=1e-4)
    assert len(best["curve"]["threshold"]) == len(best["curve"]["recall"]) == N
    dear = cut(api, evaluation, "wish=cost&cost_false=10&cost_missed=1")["cut"]
    assert dear["cost"] == dear["false"] * 10 + dear["missed"]
    one = cut(api, evaluation, f"label={CLASSES[1]}&wish=precision&target=1")["cut"]
    assert (one["precision"], one["recall"]) == (1.0, 1.0)
    never = cut(api, evaluation, f"label={CLASSES[0]}&wish=precision&target=1")
    assert never["cut"] is None
    assert "No threshold reaches" in never["reason"]
    for bad in ("wish=luck", "label=none", "target=nan", "cost_false=-1"):
        assert api.get(f"/api/v1/evaluations/{evaluation.pk}/thresholds/?{bad}").status_code == 400, bad


def test_a_classifier_is_cut_class_by_class(pictures: Shapes, project: Project, owner: User, client_as: Any) -> None:
    model = versions.register_base_model(
        project_id=project.pk, name="says classes", adapter="small_cnn", configuration_values=FAST,
        dataset=pictures.dataset,
    )  # fmt: skip
    truth = np.arange(N) % 3
    probs = np.full((N, 3), 0.1)
    probs[np.arange(N), truth] = 0.8
    row = judged(
        model, pictures, owner,
        {"label": truth, "predicted": truth, "correct": np.ones(N, bool), "confidence": np.full(N, 0.8),
         "probs": probs, "readable": np.ones(N, bool)},
    )  # fmt: skip
    found = cut(client_as("viewer"), row)
    assert (found["label"], found["whole"]) == (CLASSES[0], False)
    assert found["cut"]["f1"] == 1.0
    asked = client_as("engineer").patch(f"/api/v1/models/{model.pk}/", {"shown_from": 0.5}, format="json")
    assert asked.status_code == 400  # it shows no shapes


def test_a_score_to_show_from_is_kept_told_and_changes_what_is_predicted(detector: Model, client_as: Any) -> None:
    api, url = client_as("engineer"), f"/api/v1/models/{detector.pk}/"
    before = input_key(detector, "0" * 64)
    assert api.patch(url, {"shown_from": 0.42}, format="json").json()["shown_from"] == 0.42
    detector.refresh_from_db()
    assert input_key(detector, "0" * 64) != before
    assert "0.420" in api.get(f"{url}log/").json()["items"][-1]["text"]
    assert api.patch(url, {"shown_from": 1.5}, format="json").status_code == 400
    assert api.patch(url, {"shown_from": None}, format="json").json()["shown_from"] is None
    detector.refresh_from_db()
    assert input_key(detector, "0" * 64) == before


def test_the_list_is_told_what_the_project_models_do(detector: Model, people: dict[str, User]) -> None:
    page = Client()
    page.force_login(people["viewer"])
    boot = page.get(f"/p/{detector.project_id}/models/").context["boot"]
    assert boot["page"]["task"] == "detection"
    detector.delete()
    assert page.get(f"/p/{detector.project_id}/models/").context["boot"]["page"]["task"] == "classification"


def test_a_cell_opens_its_pictures(evaluation: Evaluation, pictures: Shapes, client_as: Any) -> None:
    items = [str(item.pk) for item in pictures.items["test"]]

    def cell(truth: str, predicted: str) -> list[str]:
        query = f"truth={truth}&predicted={predicted}"
        answer = client_as("viewer").get(f"/api/v1/evaluations/{evaluation.pk}/items/?{query}").json()
        assert answer["dataset"] == str(pictures.dataset.pk)
        return sorted(row["item"] for row in answer["items"])

    assert cell(CLASSES[20 % 3], CLASSES[0]) == [items[20]]
    assert cell("nothing", CLASSES[1]) == sorted([items[1], items[4]])
    assert cell(CLASSES[1], "nothing") == []

    of_label = {"slice": json.dumps({"label": CLASSES[20 % 3]}), "only": "wrong"}
    rows = client_as("viewer").get(f"/api/v1/evaluations/{evaluation.pk}/items/", of_label).json()["items"]
    assert [row["item"] for row in rows] == [items[20]]


def test_a_cell_of_pixels_opens_its_pictures(detector: Model, pictures: Shapes, owner: User, client_as: Any) -> None:
    truth = [[Shape("mask", at % 3, {"box": [0, 0, 8, 4], "rle": [0, 32]})] for at in range(N)]
    found = [list(shapes) for shapes in truth]
    found[5], found[7] = [], [Shape("mask", 2, truth[7][0].geometry)]
    table = make_pixel_table(truth, found, 3, [(20, 20)] * N, whole=True)
    row = judged(detector, pictures, owner, dict(table.columns()))
    Evaluation.objects.filter(pk=row.pk).update(metrics=report_pixels(table, CLASSES))
    items = [str(item.pk) for item in pictures.items["test"]]
    for cell, at in (((5 % 3, None), 5), ((7 % 3, 2), 7)):
        asked = {
            name: "nothing" if label is None else CLASSES[label]
            for name, label in zip(("truth", "predicted"), cell, strict=True)
        }
        answer = client_as("viewer").get(f"/api/v1/evaluations/{row.pk}/items/", asked).json()
        assert [one["item"] for one in answer["items"]] == [items[at]]


def test_what_is_doubted_goes_to_review_in_one_act(
    evaluation: Evaluation, pictures: Shapes, project: Project, client_as: Any
) -> None:
    """The page's button does these two requests."""
    api = client_as("reviewer")
    told = api.get(f"/api/v1/evaluations/{evaluation.pk}/findings/").json()
    doubted = [row["item"] for row in told["suspects"]]
    assert str(pictures.items["test"][20].pk) in doubted
    body = {"name": "Doubted by seed", "kind": "qa", "dataset": told["dataset"], "items": doubted}
    made = api.post(f"/api/v1/projects/{project.pk}/tasks/", body, format="json")
    assert made.status_code == 201, made.json()
    listed = api.get(f"/api/v1/tasks/{made.json()['id']}/items/").json()["items"]
    assert len(listed) == len(doubted), failed_jobs()
    pulled = api.post(f"/api/v1/tasks/{made.json()['id']}/queue/next/")
    assert pulled.status_code == 200, pulled.json()
