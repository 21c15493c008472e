"""Models from ONNX files: imported, predicted with, judged; never trained, never run as code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alp_site.lib import jobs
from alp_site.lib.errors import Invalid
from alp_site.lib.testing import failed_jobs
from alp_site.people.models import Project
from datasets.models import TestSetVersion
from models_registry.ml import load_all
from models_registry.ml.adapters import ADAPTERS, _weights, load_adapter, new_adapter
from models_registry.ml.adapters.base import BrokenArtifact, WeightsMissing
from models_registry.ml.pixel_table import make_pixel_table
from models_registry.models import Evaluation, Model, Prediction
from models_registry.services import evaluation, prediction, versions
from tests.models_registry.conftest import CLASSES, Shapes, subset_filter
from tests.pure.ml.drawn import LABELS, pictures
from tests.pure.ml.onnx_files import colour_classifier, colour_segmenter, fixed_detector
from tests.pure.ml.scenes import LABELS as SCENE_LABELS
from tests.pure.ml.scenes import scene

load_all()

COLOUR = {"file": "colour.onnx", "input_size": 16}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weights folder, with two models in it."""
    monkeypatch.setattr(_weights, "ENV", replace(_weights.ENV, weights_dir=str(tmp_path)))
    (tmp_path / "colour.onnx").write_bytes(colour_classifier())
    rows = np.array([[16, 12, 20, 10, 0.9, 0.1], [17, 12, 20, 10, 0.8, 0.0], [40, 30, 8, 8, 0.2, 0.7]])
    (tmp_path / "rows.onnx").write_bytes(fixed_detector(rows))
    (tmp_path / "pixels.onnx").write_bytes(colour_segmenter())
    return tmp_path


def test_a_classifier_from_a_file_predicts_and_keeps(files: Path, tmp_path: Path) -> None:
    adapter: Any = new_adapter("onnx_classification", COLOUR, LABELS)
    images, indices = pictures(9)
    found = adapter.predict([*images, b"broken"], embeddings=True)
    assert (found.probs[:9].argmax(1) == indices).mean() > 0.8
    np.testing.assert_allclose(found.probs[:9].sum(1), 1, atol=1e-5)
    assert set(found.errors) == {9}
    assert np.isnan(found.probs[9]).all()
    np.testing.assert_allclose(adapter.predict_from_embeddings(found.embeddings)[:9], found.probs[:9], atol=1e-2)
    usual = adapter._session
    with adapter.one_thread() as own:
        assert own
        assert adapter._session.get_session_options().intra_op_num_threads == 1
        np.testing.assert_allclose(adapter.predict(images).probs, found.probs[:9], atol=1e-5)
    assert adapter._session is usual
    adapter.save(tmp_path / "kept")
    (files / "colour.onnx").unlink()
    again: Any = load_adapter(tmp_path / "kept")
    np.testing.assert_array_equal(again.predict(images).probs, found.probs[:9])
    assert again.weights_digest() == adapter.weights_digest()
    (tmp_path / "kept" / "model.onnx").write_bytes(b"other")
    with pytest.raises(BrokenArtifact):
        load_adapter(tmp_path / "kept")


def test_a_detector_from_a_file_says_boxes_on_the_picture(files: Path) -> None:
    adapter: Any = new_adapter("onnx_detection", {"file": "rows.onnx", "input_size": 64}, ["a", "b"])
    small, large = scene(1)[0], scene(2, (128, 96))[0]
    found = adapter.detect([small, large, b"broken"], embeddings=True)
    first = [(shape.label, shape.geometry["xyxy"]) for shape in found.shapes[0]]
    assert first == [(0, [6.0, 7.0, 26.0, 17.0]), (1, [36.0, 26.0, 44.0, 34.0])]  # the second of a is the first again
    assert found.shapes[1][0].geometry["xyxy"] == [12.0, 14.0, 52.0, 34.0]
    assert set(found.errors) == {2}
    assert found.embeddings[0].tolist() == pytest.approx([0.9, 0.7], abs=1e-3)
    assert 0 < found.uncertainty[0] < 1


def test_a_segmenter_from_a_file_says_masks_on_the_picture(files: Path) -> None:
    config = {"file": "pixels.onnx", "input_size": 64}
    adapter: Any = new_adapter("onnx_segmentation", config, SCENE_LABELS)
    made = [scene(1), scene(2, (128, 96))]
    found = adapter.detect([*(picture for picture, _ in made), b"broken"], embeddings=True)
    assert set(found.errors) == {2}
    truth = [shapes for _, shapes in made]
    table = make_pixel_table(truth, found.shapes[:2], 2, found.sizes_wh[:2])
    assert table.mean_iou() > 0.85
    with pytest.raises(Invalid, match="Expected"):
        new_adapter("onnx_segmentation", config, ["one"]).detect([made[0][0]])
    bare: Any = new_adapter("onnx_segmentation", {**config, "background": False}, ["none", *SCENE_LABELS])
    assert {shape.label for shape in bare.detect([made[0][0]]).shapes[0]} >= {0}


def test_what_cannot_be_run_is_refused_with_its_reason(files: Path) -> None:
    (files / "text.onnx").write_bytes(b"import os")
    with pytest.raises(Invalid, match="no ONNX model"):
        new_adapter("onnx_classification", {"file": "text.onnx"}, LABELS)
    with pytest.raises(WeightsMissing, match="Name the ONNX file"):
        new_adapter("onnx_classification", {}, LABELS)
    with pytest.raises(Invalid, match="outside"):
        new_adapter("onnx_classification", {"file": "../colour.onnx"}, LABELS)
    with pytest.raises(Invalid, match="3"):
        new_adapter("onnx_classification", COLOUR, ["a", "b"]).predict([pictures(1)[0][0]])  # type: ignore[union-attr]
    with pytest.raises(Invalid, match="cannot take"):
        new_adapter("onnx_classification", COLOUR | {"input_size": 24}, LABELS).predict(pictures(1)[0])  # type: ignore[union-attr]
    with pytest.raises(Invalid, match="numbers an answer"):
        new_adapter("onnx_detection", {"file": "rows.onnx", "input_size": 64}, ["a"]).detect([scene(1)[0]])  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_an_imported_model_is_predicted_with_and_judged_but_not_trained(
    files: Path, client_as: Any, project: Project, shapes: Shapes, frozen: TestSetVersion
) -> None:
    url = f"/api/v1/projects/{project.pk}/models/register/"
    body = {"name": "colours", "adapter": "onnx_classification", "configuration": COLOUR,
            "labels": ["disc", "cross", "square"]}  # fmt: skip
    answer = client_as("engineer").post(url, body, format="json")
    assert answer.status_code == 201, answer.json()
    waiting = answer.json()
    assert (waiting["status"], waiting["can_predict"], waiting["job"]["state"]) == ("created", False, "queued")
    jobs.run_pending()
    found = client_as("engineer").get(f"/api/v1/models/{waiting['id']}/").json()
    assert (found["status"], found["can_predict"], found["stage"]) == ("pre-trained", True, "candidate")
    model = Model.objects.get(pk=waiting["id"])
    pool = [item.pk for item in shapes.items["pool"]]
    prediction.ensure(model.pk, pool)
    assert set(Prediction.objects.filter(model=model).values_list("label", flat=True)) <= set(CLASSES)
    judged = evaluation.request_evaluation(model_id=model.pk, test_set_version_id=frozen.pk)
    jobs.run_pending()
    judged.refresh_from_db()
    assert judged.status == Evaluation.Status.DONE, failed_jobs()
    assert judged.summary["accuracy"] > 0.6  # its colours are theirs
    with pytest.raises(Invalid, match="not trained here"):
        versions.create_model_version(
            project_id=project.pk, base_model=model, dataset=shapes.dataset, train_filter=subset_filter("train"),
            validation_filter=subset_filter("validation"),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_loaded_is_told_on_the_version_and_can_be_tried_again(
    files: Path, client_as: Any, project: Project
) -> None:
    api = client_as("engineer")
    body = {"name": "colours", "adapter": "onnx_classification", "configuration": COLOUR | {"file": "late.onnx"},
            "labels": LABELS}  # fmt: skip
    made = api.post(f"/api/v1/projects/{project.pk}/models/register/", body, format="json").json()
    url = f"/api/v1/models/{made['id']}/"
    jobs.run_pending()
    failed = api.get(url).json()
    assert (failed["status"], failed["can_predict"]) == ("failed", False)
    assert "late.onnx" in failed["error"]["message"]
    assert failed["loaded"] is True
    (files / "late.onnx").write_bytes((files / "colour.onnx").read_bytes())
    for _ in range(2):  # asked twice, done once
        assert api.post(f"{url}load/").status_code == 202
    jobs.run_pending()
    found = api.get(url).json()
    assert (found["status"], found["can_predict"], found["error"]) == ("pre-trained", True, None)
    assert api.post(f"{url}load/").status_code == 409
    too_few = {**body, "labels": ["one"]}
    assert api.post(f"/api/v1/projects/{project.pk}/models/register/", too_few, format="json").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_public_model_is_imported_by_its_key_and_says_when_its_weights_cannot_be_had(
    files: Path, client_as: Any, project: Project, shapes: Shapes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from torchvision.models import get_model_weights

    weights = get_model_weights("mobilenet_v3_small").DEFAULT

    def offline(*args: Any, **options: Any) -> Any:
        raise OSError("no network")

    monkeypatch.setattr(type(weights), "get_state_dict", offline)
    api = client_as("engineer")
    listed = {row["key"]: row for row in api.get("/api/v1/gallery/").json()["items"]}
    assert {"torchvision_resnet18/torchvision", "efficientnet_lite0/package"} <= listed.keys()
    for row in listed.values():  # the name under which a file is looked for is torchvision's own
        kind: Any = ADAPTERS.get(row["adapter"])
        if row["file"] and hasattr(kind, "architecture"):
            assert get_model_weights(kind.architecture).DEFAULT.url.endswith(row["file"])
    register = f"/api/v1/projects/{project.pk}/models/register/"
    ask = {"name": "phone", "public": "torchvision_mobilenet_v3_small/torchvision", "dataset": str(shapes.dataset.pk)}
    made = api.post(register, ask, format="json").json()
    url = f"/api/v1/models/{made['id']}/"
    jobs.run_pending()
    failed = api.get(url).json()
    assert failed["status"] == "failed"
    file = listed[ask["public"]]["file"]
    assert "no network" in failed["error"]["message"]
    assert file in failed["error"]["message"]
    # Its file, put into the weights folder, serves.
    import torch
    from torchvision.models import get_model

    torch.save(get_model("mobilenet_v3_small").state_dict(), files / file)
    api.post(f"{url}load/")
    jobs.run_pending()
    found = api.get(url).json()
    assert (found["status"], found["can_predict"]) == ("pre-trained", False), found["error"]
    assert found["configuration"]["weights"] == "torchvision"
    assert found["labels"] == list(CLASSES)
    assert api.post(register, {"name": "none", "public": "none/at all"}, format="json").status_code == 400
    assert api.post(register, {"name": "none"}, format="json").status_code == 400
