"""Versions as files: out, in again, and what is refused; copies; tags, sorting and searching of the list."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import jobs
from alp_site.people.models import Project
from models_registry.models import Model, Prediction
from models_registry.services import prediction, versions

from .conftest import FAST, Shapes

Train = Callable[..., Model]

pytestmark = pytest.mark.django_db


def exported(api: Any, model: Model) -> dict[str, bytes]:
    """The files of its zip."""
    answer = api.get(f"/api/v1/models/{model.pk}/export/")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{model.name}.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    out.seek(0)
    out.name = "version.zip"
    return out


def sent(api: Any, project: Project, file: io.BytesIO) -> Any:
    return api.post(f"/api/v1/projects/{project.pk}/models/import/", {"file": file}, format="multipart")


def test_a_version_that_was_exported_is_imported_and_says_the_same(
    client_as: Any, project: Project, shapes: Shapes, train_now: Train
) -> None:
    source, api = train_now(), client_as("engineer")
    files = exported(api, source)
    assert {"alp-model.json", "lineage.json", "training.json", "weights/config.json"} <= files.keys()
    made = sent(api, project, zipped(files))
    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["status"], body["name"], body["can_predict"]) == ("created", f"{source.name}-2", False)
    jobs.run_pending()
    twin = Model.objects.get(pk=body["id"])
    assert (twin.status, twin.weights_digest, twin.temperature) == (
        "trained", source.weights_digest, source.temperature,
    )  # fmt: skip
    assert twin.stage == ""
    items = [item.pk for item in shapes.items["test"]]
    for model in (source, twin):
        prediction.ensure(model_id=model.pk, item_ids=items)
    said = [
        dict(Prediction.objects.filter(model=model).values_list("item_id", "input_key")) for model in (source, twin)
    ]
    assert said[0] == said[1]
    assert len(said[0]) == len(items)


def test_the_score_that_shapes_are_shown_from_goes_along(client_as: Any, project: Project, train_now: Train) -> None:
    api, source = client_as("engineer"), train_now()
    Model.objects.filter(pk=source.pk).update(shown_from=0.5)
    manifest = json.loads(exported(api, source)["alp-model.json"])
    assert manifest["shown_from"] == 0.5
    file = {"sha256": hashlib.sha256(b"{}").hexdigest(), "size": 2}

    def taken(score: float, adapter: str) -> Any:
        told = {**manifest, "adapter": adapter, "shown_from": score, "files": {"weights/config.json": file}}
        told["configuration"] = {}
        return sent(api, project, zipped({"alp-model.json": json.dumps(told).encode(), "weights/config.json": b"{}"}))

    made = taken(0.42, "centre_small")
    assert (made.status_code, made.json().get("shown_from")) == (201, 0.42), made.json()
    assert taken(0.42, "small_cnn").json()["shown_from"] is None  # it says classes: there is no such score
    refused = taken(1.5, "centre_small")
    assert (refused.status_code, "shown_from" in json.dumps(refused.json())) == (400, True)


def test_a_file_that_can_run_code_or_is_not_what_it_says_is_refused_by_name(
    client_as: Any, project: Project, train_now: Train
) -> None:
    api = client_as("engineer")
    files = exported(api, train_now())
    weights = next(name for name in files if name.endswith(".safetensors"))
    manifest = json.loads(files["alp-model.json"])
    cases = [
        ({**files, "weights/model.pt": b"x"}, "can run code"),
        ({**files, "weights/model.onnx": b"x"}, "Register the model there"),
        ({**files, "../outside.json": b"{}"}, "does not belong"),
        ({**files, weights: files[weights][:-1] + b"!"}, "sha256 differs"),
        ({name: data for name, data in files.items() if name != weights}, "is not there"),
        ({name: data for name, data in files.items() if name != "alp-model.json"}, "not exported"),
        ({**files, "alp-model.json": json.dumps({**manifest, "adapter": "magic"}).encode()}, "magic"),
        ({**files, "alp-model.json": json.dumps({**manifest, "name": "a\0b"}).encode()}, "zero byte"),
        ({**files, "alp-model.json": b"[1"}, "no JSON object"),
    ]
    before = Model.objects.count()
    for bad, word in cases:
        answer = sent(api, project, zipped(bad))
        assert answer.status_code in (400, 404, 413), (word, answer.status_code)
        assert word in answer.json()["error"]["message"], answer.json()
    assert sent(api, project, io.BytesIO(b"no zip at all")).status_code == 400
    assert Model.objects.count() == before


def test_weights_that_do_not_load_are_told_on_the_version_and_it_never_predicts(
    client_as: Any, project: Project, train_now: Train
) -> None:
    api = client_as("engineer")
    files = exported(api, train_now())
    manifest = json.loads(files["alp-model.json"])
    weights = next(name for name in files if name.endswith(".safetensors"))
    files[weights] = b"\x08\0\0\0\0\0\0\0{}      "
    manifest["files"][weights] = {"sha256": hashlib.sha256(files[weights]).hexdigest(), "size": len(files[weights])}
    files["alp-model.json"] = json.dumps(manifest).encode()
    made = sent(api, project, zipped(files)).json()
    jobs.run_pending()
    found = api.get(f"/api/v1/models/{made['id']}/").json()
    assert (found["status"], found["can_predict"]) == ("failed", False)
    assert found["error"]["message"]
    # There is nothing to train it from.
    assert api.post(f"/api/v1/models/{made['id']}/train/").status_code == 409


def test_a_copy_shares_weights_and_files_and_is_in_no_stage(client_as: Any, base: Model, train_now: Train) -> None:
    source, api = train_now(), client_as("engineer")
    api.patch(f"/api/v1/models/{source.pk}/", {"tags": ["night", " night ", "good  one"]}, format="json")
    answer = api.post(f"/api/v1/models/{source.pk}/clone/", {"name": "Mine"}, format="json")
    assert answer.status_code == 201, answer.json()
    clone = answer.json()
    assert (clone["name"], clone["stage"], clone["status"]) == ("Mine", "", "trained")
    assert clone["weights_digest"] == source.weights_digest
    assert clone["tags"] == ["good one", "night"]
    assert clone["number"] == source.number + 1
    assert exported(api, Model.objects.get(pk=clone["id"])).keys() == exported(api, source).keys()
    untrained = api.post(f"/api/v1/models/{base.pk}/clone/", {}, format="json")
    assert (untrained.status_code, untrained.json()["error"]["code"]) == (409, "not_trained")


def test_the_list_is_searched_sorted_and_paged_and_costs_the_same(
    client_as: Any, project: Project, shapes: Shapes
) -> None:
    api = client_as("viewer")
    for number, name in enumerate(("pear", "Apple", "fig", "date", "plum")):
        model = versions.register_base_model(
            project_id=project.pk, name=name, adapter="small_cnn", configuration_values=FAST, dataset=shapes.dataset
        )
        Model.objects.filter(pk=model.pk).update(train_count=number // 2)
        versions.rename(model_id=model.pk, tags=["odd" if number % 2 else "even"], description=f"note {name}")
    url = f"/api/v1/projects/{project.pk}/models/"

    def names(query: str) -> list[str]:
        found, after = [], ""
        while True:
            page = api.get(f"{url}?limit=2&{query}{after and f'&after={after}'}").json()
            found += [row["name"] for row in page["items"]]
            if not page["next"]:
                return found
            after = page["next"]

    assert names("sort=-train_count") == ["plum", "date", "fig", "Apple", "pear"]
    assert names("sort=train_count") == ["Apple", "pear", "date", "fig", "plum"]
    assert set(names("sort=-accuracy")) == {"pear", "Apple", "fig", "date", "plum"}
    assert names("tag=odd") == ["date", "Apple"]
    assert names("search=note%20f") == ["fig"]
    assert api.get(f"/api/v1/projects/{project.pk}/models/tags/").json()["items"] == ["even", "odd"]
    assert api.get(f"{url}?sort=weights").status_code == 400
    counts = []
    for limit in (2, 5):
        with CaptureQueriesContext(connection) as asked:
            api.get(f"{url}?limit={limit}&sort=-accuracy")
        counts.append(len(asked))
    assert counts[0] == counts[1]
