"""Three versions side by side on one test set, by the API: figures, slices, and the pictures one alone got right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alp_site.people.models import User
from datasets.models import Item
from models_registry.models import Evaluation
from models_registry.services import versions
from tests.models_registry.conftest import FAST, Maker, Shapes
from tests.models_registry.test_findings import judged

N = 30


@pytest.fixture
def shapes(make_shapes: Maker) -> Shapes:
    """The first ten of the test pictures were taken by night."""
    made = make_shapes(test=N)
    for at, item in enumerate(made.items["test"]):
        item.metadata = {**item.metadata, "user": {"light": "night" if at < 10 else "day"}}
    Item.objects.bulk_update(made.items["test"], ["metadata"])
    return made


def answered(shapes: Shapes, owner: User, name: str, wrong: list[int], unreadable: tuple[int, ...] = ()) -> Evaluation:
    """A version that is wrong about these pictures and right about the rest."""
    model = versions.register_base_model(
        project_id=shapes.dataset.project_id, name=name, adapter="small_cnn", configuration_values=FAST,
        dataset=shapes.dataset, person_id=owner.pk,
    )  # fmt: skip
    truth = np.arange(N) % 3
    seen = truth.copy()
    seen[wrong] = (seen[wrong] + 1) % 3
    readable = np.ones(N, bool)
    readable[list(unreadable)] = False
    probs = np.eye(3)[seen]
    made = judged(
        model, shapes, owner,
        {"label": truth, "predicted": seen, "correct": truth == seen, "confidence": probs.max(1), "probs": probs,
         "readable": readable},
    )  # fmt: skip
    rows = [{"name": str(c), "support": 10, "precision": 1.0, "recall": 0.5, "average_precision": 0.5} for c in "abc"]
    Evaluation.objects.filter(pk=made.pk).update(metrics={"per_class": rows[: 3 - len(unreadable)]})
    return made


@pytest.fixture
def three(shapes: Shapes, owner: User) -> list[Evaluation]:
    night = list(range(10))
    return [
        answered(shapes, owner, "blind at night", night),
        answered(shapes, owner, "wrong by day", [0, *range(10, 25)]),
        answered(shapes, owner, "one unreadable", night[:5], unreadable=(29,)),
    ]


def ids(rows: list[Evaluation]) -> str:
    return ",".join(str(row.model_id) for row in rows)


def test_figures_and_slices_stand_beside_each_other_on_the_pictures_that_all_could_read(
    three: list[Evaluation], shapes: Shapes, client_as: Any, django_assert_max_num_queries: Any
) -> None:
    url = f"/api/v1/projects/{shapes.dataset.project_id}/models/together/"
    api = client_as("viewer")
    with django_assert_max_num_queries(16):
        answer = api.get(url, {"models": ids(three)})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["measure"], body["n"], body["right_from"]) == ("right", 29, 1.0)
    assert [row["name"] for row in body["models"]] == ["blind at night", "wrong by day", "one unreadable"]
    assert [row["mean"] for row in body["models"]] == pytest.approx([19 / 29, 13 / 29, 24 / 29], abs=1e-6)
    assert [row["only"] for row in body["models"]] == [0, 4, 0]  # 1 to 4: the others are blind there
    assert (body["all_right"], body["none_right"]) == (4, 1)
    assert body["slices"][0]["facts"] == {"metadata.user.light": "night"}
    assert (body["slices"][0]["n"], body["slices"][0]["values"]) == (10, [0.0, 0.9, 0.5])
    spread = [max(row["values"]) - min(row["values"]) for row in body["slices"]]
    assert spread == sorted(spread, reverse=True)
    assert [row["name"] for row in body["classes"]] == ["a", "b", "c"]
    nothing = dict.fromkeys(("average_precision", "recall", "precision", "iou"))
    assert body["classes"][2]["values"][2] == nothing


def test_the_pictures_that_one_alone_got_right_are_listed(
    three: list[Evaluation], shapes: Shapes, client_as: Any
) -> None:
    api, url = client_as("engineer"), f"/api/v1/projects/{shapes.dataset.project_id}/models/together/items/"
    names = [item.name for item in shapes.items["test"]]
    found = api.get(url, {"models": ids(three), "only": str(three[1].model_id)}).json()
    assert ([row["name"] for row in found["items"]], found["total"], found["next"]) == (names[1:5], 4, None)
    assert found["items"][0]["values"] == [0.0, 1.0, 0.0]
    assert [row["name"] for row in api.get(url, {"models": ids(three)}).json()["items"]] == [names[0]]
    other = api.get(url, {"models": ids(three[:2]), "only": str(three[2].model_id)})
    assert (other.status_code, other.json()["error"]["data"]["field"]) == (400, "only")


def test_what_cannot_stand_beside_each_other_is_said(three: list[Evaluation], shapes: Shapes, client_as: Any) -> None:
    api, url = client_as("engineer"), f"/api/v1/projects/{shapes.dataset.project_id}/models/together/"
    one = ids(three[:1])
    for models, words in ((one, "2 to 6"), (f"{one},{shapes.dataset.pk}", "no such model"), ("x,y", "")):
        answer = api.get(url, {"models": models})
        assert answer.status_code == 400, models
        assert words in answer.json()["error"]["message"]
    Evaluation.objects.filter(pk=three[0].pk).update(status="failed")
    answer = api.get(url, {"models": ids(three)})
    assert "no test set version that all" in answer.json()["error"]["message"]
