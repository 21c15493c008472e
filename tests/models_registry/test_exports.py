"""Versions written for other programs: checked against the net on real pictures; a file that differs is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rest_framework.test import APIClient

from alp_site.lib import jobs, storage
from alp_site.lib.models import Job
from models_registry.ml import exporting
from models_registry.ml.adapters import _weights, new_adapter, says_classes
from models_registry.models import Artifact, Model
from models_registry.services.runtime import runtime_of

from .conftest import Shapes

pytestmark = pytest.mark.django_db
Train = Callable[..., Model]
ClientAs = Callable[[str], APIClient]


def asked(client: APIClient, model: Model, kind: str) -> dict[str, Any]:
    """What the API says of the format once its job has ended."""
    answer = client.post(f"/api/v1/models/{model.pk}/exports/", {"format": kind}, format="json")
    assert answer.status_code == 202, answer.content
    jobs.run_pending()
    return row(client, model, kind)


def row(client: APIClient, model: Model, kind: str) -> dict[str, Any]:
    rows = client.get(f"/api/v1/models/{model.pk}/exports/").json()["items"]
    return next(one for one in rows if one["format"] == kind)


def downloaded(client: APIClient, model: Model, name: str) -> bytes:
    answer = client.get(f"/api/v1/models/{model.pk}/artifacts/{name}/")
    assert answer.status_code == 200
    return bytes(answer.getvalue())


def test_an_onnx_file_says_what_the_version_says_and_is_read_by_our_own_adapter(
    train_now: Train, shapes: Shapes, client_as: ClientAs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, client = train_now(configuration_changes={"epochs": 1}), client_as("engineer")
    found = asked(client, model, "onnx")
    assert (found["reason"], found["job"]) == ("", None)
    about = json.loads(downloaded(client, model, found["about"]))
    assert about["labels"] == model.labels
    assert about["check"]["pictures"] == 8
    assert about["check"]["largest_difference"]["probabilities"] < 1e-4
    monkeypatch.setattr(_weights, "ENV", replace(_weights.ENV, weights_dir=str(tmp_path)))
    file = tmp_path / "ours.onnx"
    file.write_bytes(downloaded(client, model, found["file"]["name"]))
    reads = about["reads_as"]
    adapter = new_adapter(reads["adapter"], {**reads["configuration"], "file": file.name}, model.labels, 0)
    pictures = [storage.path(item.blob_id) for item in shapes.items["test"]]
    own = runtime_of(model).adapter
    assert says_classes(own)
    assert says_classes(adapter)
    np.testing.assert_allclose(adapter.predict(pictures).probs, own.predict(pictures).probs, atol=1e-4)
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"/api/v1/models/{model.pk}/export/").getvalue()))
    assert not [name for name in archive.namelist() if name.startswith("exports/")]


def test_a_pytorch_program_is_loaded_and_says_the_same(train_now: Train, client_as: ClientAs) -> None:
    import torch

    model, client = train_now(configuration_changes={"epochs": 1}), client_as("owner")
    found = asked(client, model, "exported_program")
    program = torch.export.load(io.BytesIO(downloaded(client, model, found["file"]["name"])))
    said = program.module()(torch.zeros(3, 3, 16, 16))
    assert said.shape == (3, 3)
    assert torch.allclose(said.sum(1), torch.ones(3), atol=1e-5)


def test_a_file_that_differs_is_not_offered_and_the_figures_are_told(
    train_now: Train, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, client = train_now(configuration_changes={"epochs": 1}), client_as("owner")
    write = exporting._write_program

    def wrong(*given: Any) -> Any:
        run = write(*given)
        return lambda x: {name: rows + 0.01 for name, rows in run(x).items()}

    monkeypatch.setattr(exporting, "_write_program", wrong)
    found = asked(client, model, "exported_program")
    assert found["file"] is None
    assert found["job"]["state"] == "failed"
    assert "probabilities by up to 0.01" in found["job"]["error"]
    assert not Artifact.objects.filter(model=model, name__startswith="exports/").exists()


def test_what_is_missing_is_said_before_anything_is_begun(
    train_now: Train, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, client = train_now(configuration_changes={"epochs": 1}), client_as("owner")
    for module in ("models_registry.services.exporting", "models_registry.selectors.exports"):
        monkeypatch.setattr(f"{module}.missing_packages", lambda kind: ["onnxscript"] if kind == "onnx" else [])
    assert "pip install onnxscript" in row(client, model, "onnx")["reason"]
    answer = client.post(f"/api/v1/models/{model.pk}/exports/", {"format": "onnx"}, format="json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "package_missing")
    assert not Job.objects.filter(kind="models.export").exists()


def test_what_has_no_weights_or_no_such_format_is_refused(base: Model, client_as: ClientAs) -> None:
    client = client_as("owner")
    url = f"/api/v1/models/{base.pk}/exports/"
    assert client.post(url, {"format": "onnx"}, format="json").status_code == 409
    assert client.post(url, {"format": "pickle"}, format="json").status_code == 400
