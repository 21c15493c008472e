"""The public COCO detector: brought as a package, translated, imported from the gallery."""

from __future__ import annotations

import io
import json
import math
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from alp_site.lib import jobs, packages
from alp_site.people.models import Project
from models_registry.ml import load_all
from models_registry.ml.adapters import _weights, coco_ssd, load_adapter, new_adapter
from models_registry.ml.adapters.base import WeightsMissing
from tests.models_registry.conftest import Shapes

load_all()

ANCHORS = np.array([[[0.1, 0.2, 0.5, 0.4], [0.6, 0.5, 0.8, 0.9]]])
SAID = np.array([[[1, -1, 0.5, 0], [0, 0, 0, 1]]])
LOGITS = np.full((1, 2, 90), -9.0)
LOGITS[0, 0, coco_ssd.PLACES["dog"]] = 2.0
LOGITS[0, 1, coco_ssd.PLACES["toothbrush"]] = 1.0


def package(path: Path) -> None:
    """A net of two anchors that says the same of every picture."""
    weights = {"said": SAID, "none": np.zeros(1), "logits": LOGITS, coco_ssd.ANCHORS: ANCHORS}
    rows = [{"name": name, "shape": list(v.shape), "dtype": "float32"} for name, v in weights.items()]
    nodes = [
        {"name": coco_ssd.BOXES, "op": "Add", "input": ["said", "none"]},
        {"name": coco_ssd.SCORES, "op": "Sigmoid", "input": ["logits"]},
    ]
    about = {"modelTopology": {"node": nodes}, "weightsManifest": [{"paths": ["shard"], "weights": rows}]}
    shard = b"".join(np.asarray(v, "<f4").tobytes() for v in weights.values())
    with tarfile.open(path, "w:gz") as files:
        for name, content in (("model.json", json.dumps(about).encode()), ("shard", shard)):
            entry = tarfile.TarInfo(coco_ssd.FOLDER + name)
            entry.size = len(content)
            files.addfile(entry, io.BytesIO(content))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The weights folder; and no network."""
    monkeypatch.setattr(_weights, "ENV", replace(_weights.ENV, weights_dir=str(tmp_path)))
    monkeypatch.setattr(packages, "ENV", replace(packages.ENV, cache_dir=tmp_path / "cache"))
    monkeypatch.setattr(packages, "ATTEMPTS", 1)
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    return tmp_path


def grey(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (90, 90, 90)).save(out, "PNG")
    return out.getvalue()


def test_boxes_are_decoded_from_their_anchors_for_the_labels_that_coco_knows(files: Path) -> None:
    package(files / coco_ssd.FILE)
    adapter: Any = new_adapter("coco_ssd", {}, ["gnome", "toothbrush", "dog"], 0)
    dog, brush = adapter.detect([grey(600)]).shapes[0]
    assert (dog.label, brush.label) == (2, 1)
    assert dog.score == pytest.approx(1 / (1 + math.exp(-2)))
    # Anchor 0: centre (.3, .3), .2 wide, .4 high; moved by a tenth of -1 and 1 sides, its height grown by e^(.2 · .5).
    x, y, wide, high = 0.3 - 0.1 * 0.2, 0.3 + 0.1 * 0.4, 0.2, 0.4 * math.exp(0.1)
    want = [600 * v for v in (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)]
    assert dog.geometry["xyxy"] == pytest.approx(want, abs=0.02)
    assert brush.geometry["xyxy"][2] - brush.geometry["xyxy"][0] == pytest.approx(600 * 0.4 * math.exp(0.2), abs=0.02)
    adapter.save(files / "kept")
    (files / coco_ssd.FILE).unlink()
    again: Any = load_adapter(files / "kept")
    assert again.detect([grey(600)]).shapes[0] == [dog, brush]


def test_without_a_network_it_says_which_file_to_put_where(files: Path) -> None:
    with pytest.raises(WeightsMissing, match=coco_ssd.FILE):
        new_adapter("coco_ssd", {}, ["dog"], 0)


@pytest.mark.django_db(transaction=True)
def test_it_is_imported_in_one_click_with_cocos_labels_or_those_of_the_dataset(
    files: Path, client_as: Any, project: Project, shapes: Shapes
) -> None:
    api = client_as("engineer")
    register = f"/api/v1/projects/{project.pk}/models/register/"
    ask = {"name": "COCO", "public": "coco_ssd/npm"}
    made = api.post(register, ask, format="json").json()
    jobs.run_pending()
    failed = api.get(f"/api/v1/models/{made['id']}/").json()
    assert failed["status"] == "failed"
    assert coco_ssd.FILE in failed["error"]["message"]
    package(files / coco_ssd.FILE)
    api.post(f"/api/v1/models/{made['id']}/load/")
    jobs.run_pending()
    found = api.get(f"/api/v1/models/{made['id']}/").json()
    assert (found["status"], found["can_predict"]) == ("pre-trained", True), found["error"]
    assert len(found["labels"]) == 80
    other = api.post(register, {**ask, "dataset": str(shapes.dataset.pk)}, format="json")
    assert other.status_code == 400
    assert "knows none of the labels" in other.json()["error"]["message"]


@pytest.mark.thorough
def test_the_package_as_it_is_published_finds_people_on_a_photograph() -> None:
    """Of scikit-learn's photograph of a Chinese temple: small figures walk at its foot."""
    from sklearn.datasets import load_sample_image

    out = io.BytesIO()
    Image.fromarray(load_sample_image("china.jpg")).save(out, "PNG")
    adapter: Any = new_adapter("coco_ssd", {}, list(coco_ssd.PLACES), 0)
    found = [shape for shape in adapter.detect([out.getvalue()]).shapes[0] if adapter.labels[shape.label] == "person"]
    x1, y1, x2, y2 = found[0].geometry["xyxy"]
    assert 300 < x1 < x2 < 350
    assert 260 < y1 < y2 < 320
