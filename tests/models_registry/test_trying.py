"""One picture shown to a version: what it says comes back, and nothing of it stays in a dataset."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from alp_site.lib import jobs
from alp_site.people.models import Project
from datasets.models import Item
from models_registry.models import Model, Prediction
from tests.models_registry.conftest import CLASSES, draw
from tests.models_registry.test_onnx import COLOUR, files
from tests.pure.ml.scenes import scene

__all__ = ["files"]
pytestmark = pytest.mark.django_db(transaction=True)


def registered(api: Any, project: Project, adapter: str, configuration: dict[str, Any], labels: list[str]) -> str:
    body = {"name": adapter, "adapter": adapter, "configuration": configuration, "labels": labels}
    made = api.post(f"/api/v1/projects/{project.pk}/models/register/", body, format="json").json()
    jobs.run_pending()
    return f"/api/v1/models/{made['id']}/"


def tried(api: Any, url: str, picture: bytes) -> dict[str, Any]:
    asked = api.post(f"{url}try/", {"file": io.BytesIO(picture)}, format="multipart")
    assert asked.status_code == 202, asked.json()
    place = f"{url}try/{asked.json()['job']}/"
    assert api.get(place).json()["state"] == "queued"
    jobs.run_pending()
    return dict(api.get(place).json())


def test_a_classifier_says_how_likely_each_class_is(files: Path, client_as: Any, project: Project) -> None:
    api = client_as("engineer")
    url = registered(api, project, "onnx_classification", COLOUR, ["disc", "cross", "square"])
    before = (Item.objects.count(), Prediction.objects.count())
    answer = tried(api, url, draw(CLASSES[0], 1))["answer"]
    assert {row["label"] for row in answer["classes"]} == {"disc", "cross", "square"}
    assert sum(row["share"] for row in answer["classes"]) == pytest.approx(1, abs=0.01)
    shares = [row["share"] for row in answer["classes"]]
    assert shares == sorted(shares, reverse=True)
    assert (Item.objects.count(), Prediction.objects.count()) == before


def test_a_detector_says_outlines_in_pixels_of_the_picture(files: Path, client_as: Any, project: Project) -> None:
    api = client_as("engineer")
    url = registered(api, project, "onnx_detection", {"file": "rows.onnx", "input_size": 64}, ["a", "b"])
    answer = tried(api, url, scene(2, (128, 96))[0])["answer"]
    assert answer["size_wh"] == [128, 96]
    first = answer["shapes"][0]
    assert (first["type"], first["label"], first["covers"]) == ("box", "a", True)
    assert first["rings"] == [[[12.0, 14.0], [52.0, 14.0], [52.0, 34.0], [12.0, 34.0]]]
    assert first["confidence"] == pytest.approx(0.9, abs=1e-3)
    assert 0 < answer["threshold"] < 1


def test_what_is_no_picture_and_who_has_no_weights_are_refused(
    files: Path, client_as: Any, project: Project, base: Model
) -> None:
    api = client_as("engineer")
    url = registered(api, project, "onnx_classification", COLOUR, ["disc", "cross", "square"])
    nonsense = api.post(f"{url}try/", {"file": io.BytesIO(b"import os")}, format="multipart")
    assert nonsense.status_code == 400
    assert "picture" in nonsense.json()["error"]["message"]
    untrained = f"/api/v1/models/{base.pk}/try/"
    picture = {"file": io.BytesIO(draw(CLASSES[0], 1))}
    assert api.post(untrained, picture, format="multipart").status_code == 409
    asked = api.post(f"{url}try/", {"file": io.BytesIO(draw(CLASSES[0], 1))}, format="multipart").json()
    assert api.get(f"/api/v1/models/{base.pk}/try/{asked['job']}/").status_code == 404
