"""The REST of datasets through HTTP, as named roles."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from rest_framework.test import APIClient

from alp_site.lib import storage
from alp_site.lib.testing import failed_jobs, settle
from alp_site.people.models import User
from datasets.errors import QueryInvalid
from datasets.models import Dataset, Item
from datasets.services import ClassLabel, approve, create_dataset, set_class_labels
from datasets.services.bulk import AT_ONCE
from datasets.services.refs import RefChange, project_refs
from tests.conftest import ClientAs
from tests.datasets.conftest import draw, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.scale]
Fill = Callable[..., list[Item]]
LINE = b"\r\n"


def multipart(*parts: tuple[str, str | None, bytes]) -> tuple[bytes, str]:
    """A body of (name, filename, content) parts, spelled by hand so that names stay as they are."""
    body = b""
    for name, filename, content in parts:
        extra = f'; filename="{filename}"' if filename is not None else ""
        body += b"--XX" + LINE + f'Content-Disposition: form-data; name="{name}"{extra}'.encode() + LINE * 2
        body += content + LINE
    return body + b"--XX--" + LINE, "multipart/form-data; boundary=XX"


@pytest.fixture
def engine(client_as: ClientAs) -> APIClient:
    return client_as("engineer")


def send(client: APIClient, dataset: Dataset, *parts: tuple[str, str | None, bytes], query: str = "") -> Any:
    body, kind = multipart(*parts)
    return client.generic("POST", f"/api/v1/datasets/{dataset.pk}/items/{query}", body, content_type=kind)


# ---- upload


def test_upload_takes_paths_metadata_and_says_what_became_of_each(engine: APIClient, dataset: Dataset) -> None:
    answer = send(
        engine,
        dataset,
        ("metadata", None, json.dumps({"user": {"cam": 1}}).encode()),
        ("path", None, b"in/a.png"),
        ("file", "a.png", draw(1)),
        ("file", "b.png", draw(2)),
        ("file", "notes.txt", b"hello"),
    ).json()
    assert [(r["filename"], r["status"]) for r in answer["results"]] == [
        ("in/a.png", "added"),
        ("b.png", "added"),
        ("notes.txt", "refused"),
    ]
    assert (answer["added"], answer["refused"]) == (2, 1)
    assert answer["results"][2]["reason"] == "unsupported_type"
    item = Item.objects.get(filename="/in/a.png")
    assert item.metadata == {"user": {"cam": 1}}
    assert storage.read_bytes(item.blob_id) == draw(1)


def test_upload_when_a_filename_climbs_out_then_it_is_refused_by_name(engine: APIClient, dataset: Dataset) -> None:
    answer = send(engine, dataset, ("file", "../../etc/x.png", draw(1)), ("file", "ok.png", draw(2))).json()
    assert [r["status"] for r in answer["results"]] == ["refused", "added"]
    assert answer["results"][0] | {"message": ""} == {
        "filename": "../../etc/x.png", "status": "refused", "reason": "path_traversal", "message": "",
    }  # fmt: skip


def test_upload_of_a_large_file_streams_into_storage(engine: APIClient, dataset: Dataset) -> None:
    large = draw(1, (1400, 1200), "BMP")
    assert len(large) > 5_000_000
    answer = send(engine, dataset, ("file", "l.bmp", large), ("file", "s.png", draw(2))).json()
    assert answer["added"] == 2
    assert storage.read_bytes(Item.objects.get(name="l.bmp").blob_id) == large


def test_upload_of_a_large_file_between_small_ones_keeps_every_byte(engine: APIClient, dataset: Dataset) -> None:
    large = draw(1, (1400, 1200), "BMP")
    parts = [("file", "a.png", draw(2)), ("file", "l.bmp", large), ("file", "b.png", draw(3)), ("file", "m.bmp", large)]
    answer = send(engine, dataset, *parts).json()
    assert [r["status"] for r in answer["results"]] == ["added"] * 4
    for _, name, data in parts:
        assert storage.read_bytes(Item.objects.get(name=name).blob_id) == data


def test_upload_overwrites_when_asked(engine: APIClient, dataset: Dataset) -> None:
    send(engine, dataset, ("file", "a.png", draw(1)))
    assert send(engine, dataset, ("file", "a.png", draw(2))).json()["skipped"] == 1
    assert send(engine, dataset, ("file", "a.png", draw(2)), query="?mode=overwrite").json()["overwritten"] == 1
    assert send(engine, dataset, ("file", "a.png", draw(2)), query="?mode=burn").status_code == 400


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"--XX\r\nnonsense", "multipart/form-data"),
        (b"", "multipart/form-data; boundary="),
    ],
)
def test_upload_of_what_is_no_form_is_refused(engine: APIClient, dataset: Dataset, body: bytes, kind: str) -> None:
    answer = engine.generic("POST", f"/api/v1/datasets/{dataset.pk}/items/", body, content_type=kind)
    assert answer.status_code in (400, 415)
    assert answer.json()["error"]["code"]


def test_upload_by_session_needs_the_csrf_token(people: dict[str, User], dataset: Dataset) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people["engineer"])
    assert send(client, dataset, ("file", "a.png", draw(1))).status_code == 403
    client.cookies["csrftoken"] = token = "a" * 32
    body, kind = multipart(("file", "a.png", draw(1)))
    url = f"/api/v1/datasets/{dataset.pk}/items/"
    answer = client.generic("POST", url, body, content_type=kind, HTTP_X_CSRFTOKEN=token)
    assert answer.json()["added"] == 1


def test_a_zip_is_unpacked_in_the_background(engine: APIClient, dataset: Dataset) -> None:
    body, kind = multipart(("file", "set.zip", zipped({"a/x.png": draw(1), "y.txt": b"no"})))
    url = f"/api/v1/datasets/{dataset.pk}/imports/?directory=/z"
    answer = engine.generic("POST", url, body, content_type=kind)
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    settle()
    done = engine.get(f"/api/v1/imports/{answer.json()['id']}/").json()
    assert (done["state"], done["added"], done["refused"][0]["filename"]) == ("done", 1, "y.txt")
    assert Item.objects.filter(filename="/z/a/x.png").exists()


# ---- bytes


def test_bytes_are_served_so_that_nothing_can_run_in_them(engine: APIClient, fill: Fill) -> None:
    item = fill(1)[0]
    answer = engine.get(f"/api/v1/items/{item.pk}/stream/?v={item.blob_id[:12]}", HTTP_ACCEPT="image/avif,image/*")
    assert answer.content == storage.read_bytes(item.blob_id)
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == 'inline; filename="0000.png"'
    assert "immutable" in answer["Cache-Control"]
    again = engine.get(f"/api/v1/items/{item.pk}/stream/", HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert "immutable" not in again["Cache-Control"]


@pytest.mark.parametrize(
    ("header", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-4", 206, slice(-4, None)),
        ("bytes=2-999999", 206, slice(2, None)),
        ("bytes=-", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=999999-", 416, None),
    ],
)
def test_ranges(engine: APIClient, fill: Fill, header: str, status: int, part: slice | None) -> None:
    item = fill(1)[0]
    whole = storage.read_bytes(item.blob_id)
    answer = engine.get(f"/api/v1/items/{item.pk}/stream/", HTTP_RANGE=header)
    assert answer.status_code == status
    if part is not None:
        assert answer.content == whole[part]
    if status == 206:
        start = whole.index(answer.content)
        assert answer["Content-Range"] == f"bytes {start}-{start + len(answer.content) - 1}/{len(whole)}"


@pytest.mark.parametrize(("kind", "name"), [("TIFF", "x.tif"), ("JPEG", "x.jpg"), ("BMP", "x.bmp")])
def test_thumbnails_are_small_upright_and_shown_by_browsers(
    engine: APIClient, dataset: Dataset, kind: str, name: str
) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"exif": exif} if kind != "BMP" else {}
    send(engine, dataset, ("file", name, draw(3, (800, 400), kind, **options)))
    item = Item.objects.get(type="file")
    answer = engine.get(f"/api/v1/items/{item.pk}/thumbnail/?size=200")
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.format == "WEBP"
        assert image.size == ((256, 128) if kind == "BMP" else (128, 256))
    assert storage.derived_path("thumb/256", item.blob_id, ".webp").is_file()


def test_a_large_file_is_streamed(engine: APIClient, dataset: Dataset) -> None:
    large = draw(1, (1400, 1200), "BMP")
    send(engine, dataset, ("file", "l.bmp", large))
    answer = engine.get(f"/api/v1/items/{Item.objects.get(type='file').pk}/stream/")
    assert answer.streaming
    assert b"".join(answer.streaming_content) == large


# ---- lists and queries


def test_lists_cost_the_same_whatever_their_length(
    engine: APIClient, fill: Fill, dataset: Dataset, project: Any, engineer: User, django_assert_max_num_queries: Any
) -> None:
    rows = fill(60)
    set_class_labels(entries=[ClassLabel(r.pk, "owl") for r in rows], author_user=engineer)
    project_refs([RefChange(r.pk, "task", r.pk, "completed", engineer.pk) for r in rows])
    for n in range(8):
        create_dataset(project=project, name=f"d{n}", user=engineer)
    with django_assert_max_num_queries(9):
        page = engine.post(f"/api/v1/datasets/{dataset.pk}/items/query/", {"filter": {"type": "file"}}).json()
    assert len(page["items"]) == 60
    with django_assert_max_num_queries(9):
        assert len(engine.get(f"/api/v1/datasets/{dataset.pk}/items/").json()["items"]) == 60
    with django_assert_max_num_queries(9):
        assert len(engine.get(f"/api/v1/projects/{project.pk}/datasets/").json()["items"]) == 9


def test_datasets_are_found_by_a_part_of_their_name(engine: APIClient, project: Any, engineer: User) -> None:
    for name in ("Night birds", "Day birds", "100 % sure"):
        create_dataset(project=project, name=name, user=engineer)

    def names(text: str) -> set[str]:
        answer = engine.get(f"/api/v1/projects/{project.pk}/datasets/", {"q": text})
        assert answer.status_code == 200, answer.content
        return {row["name"] for row in answer.json()["items"]}

    assert names("BIRD") == {"Night birds", "Day birds"}
    assert names(" 0 % ") == {"100 % sure"}
    assert names("heron") == set()
    assert names("") >= {"Night birds", "Day birds", "100 % sure"}


def test_the_envelope_counts_only_when_asked(engine: APIClient, fill: Fill, dataset: Dataset) -> None:
    fill(5)
    url = f"/api/v1/datasets/{dataset.pk}/items/query/"
    page = engine.post(url, {"filter": {"type": "file"}, "pageSize": 2}).json()
    assert (page["totalItemsCount"], page["hasNextPage"], len(page["items"])) == (None, True, 2)
    counted = engine.post(url, {"filter": {"type": "file"}, "pageSize": 2, "count": True}).json()
    assert (counted["totalItemsCount"], counted["totalPagesCount"]) == (5, 3)
    only = engine.post(url, {"filter": {"type": "file"}, "pageSize": 0}).json()
    assert (only["totalItemsCount"], only["items"]) == (5, [])


@pytest.mark.parametrize(
    "sort",
    [
        {},
        {"name": "descending"},
        {"metadata.system.size": "ascending"},
        {"dir": "ascending", "createdAt": "descending"},
        {"annotationsCount": "descending"},
    ],
)
def test_keyset_pages_and_numbered_pages_are_the_same(
    engine: APIClient, fill: Fill, dataset: Dataset, engineer: User, sort: dict[str, str]
) -> None:
    rows = fill(7, "/a") + fill(6, "/b", first=20)
    set_class_labels(entries=[ClassLabel(r.pk, "owl") for r in rows[::3]], author_user=engineer)
    url = f"/api/v1/datasets/{dataset.pk}/items/query/"
    base = {"filter": {"type": "file"}, "pageSize": 4, "sort": sort}
    by_number, by_cursor, after = [], [], None
    for page in range(4):
        by_number += [r["id"] for r in engine.post(url, {**base, "page": page}).json()["items"]]
        got = engine.post(url, {**base, "after": after}).json()
        by_cursor += [r["id"] for r in got["items"]]
        after = got["next"]
    assert after is None
    assert by_cursor == by_number
    assert sorted(by_cursor) == sorted(str(r.pk) for r in rows)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"filter": {"colour": 1}}, "colour"),
        ({"filter": {"metadata.system.taskStatusLog": []}}, "metadata.system.taskStatusLog"),
        ({"filter": {"name.first": "x"}}, "name.first"),
        ({"filter": {"name": {"$regex": "x"}}}, "$regex"),
        ({"filter": {"$not": {"name": "x"}}}, "$not"),
        ({"filter": {"$or": []}}, "$or"),
        ({"filter": {"$and": {"name": "x"}}}, "$and"),
        ({"filter": {"name": {"$in": "x"}}}, "$in"),
        ({"filter": {"name": 5}}, "name"),
        ({"filter": {"metadata.system.width": "wide"}}, "metadata.system.width"),
        ({"filter": {"hidden": "yes"}}, "hidden"),
        ({"filter": {"hidden": {"$gt": 1}}}, "hidden"),
        ({"filter": {"createdAt": {"$gt": "yesterday"}}}, "createdAt"),
        ({"filter": {"name": {"$exists": 1}}}, "$exists"),
        ({"filter": {"metadata.user.a": {"$gt": None}}}, "$gt"),
        ({"filter": {'metadata.user.a"b': 1}}, 'metadata.user.a"b'),
        ({"filter": {"name": "*a*b*c*d*e*f*g*h*i*"}}, "name"),
        ({"filter": {}, "sort": {"colour": "ascending"}}, "colour"),
        ({"filter": {}, "sort": {"metadata.user.a": "ascending"}}, "metadata"),
        ({"filter": {}, "sort": {"name": "up"}}, "sort.name"),
        ({"filter": {}, "delete": True}, "delete"),
        ({"filter": {}, "page": -1}, "page"),
        ({"filter": {}, "pageSize": 5000}, "pageSize"),
        ({"filter": {}, "after": "x"}, "after"),
        ({"filter": {}, "resource": "models"}, "resource"),
        ({"filter": {}, "join": {"on": {"resource": "models"}}}, "join.on.resource"),
        ({"filter": {}, "context": {"teams": []}}, "context"),
        ({"filter": []}, "filter"),
        ({"filter": {"metadata.system.refs": {"$match": {"colour": 1}}}}, "colour"),
    ],
)
def test_a_bad_query_gets_400_and_names_what_is_wrong(
    engine: APIClient, dataset: Dataset, body: Any, named: str
) -> None:
    answer = engine.post(f"/api/v1/datasets/{dataset.pk}/items/query/", body)
    assert answer.status_code == 400, answer.content
    error = answer.json()["error"]
    assert named in json.dumps(error, ensure_ascii=False).replace('\\"', '"')


def test_joins_ask_for_one_row_that_passes_all(engine: APIClient, fill: Fill, dataset: Dataset, engineer: User) -> None:
    from datasets.services.ontologies import add_label

    assert dataset.ontology
    add_label(ontology=dataset.ontology, name="wet", group="")
    one, two, three = fill(3)
    set_class_labels(entries=[ClassLabel(one.pk, "owl"), ClassLabel(two.pk, "wren")], author_user=engineer)
    set_class_labels(entries=[ClassLabel(two.pk, "wet")], author_user=engineer)
    url = f"/api/v1/datasets/{dataset.pk}/items/query/"
    on = {"resource": "annotations", "local": "itemId", "forigen": "id"}

    def found(join: dict[str, Any], **more: Any) -> set[str]:
        body = {"filter": {"type": "file"}, "join": {"on": on, "filter": join}, **more}
        return {r["id"] for r in engine.post(url, body).json()["items"]}

    assert found({"$and": [{"label": "owl"}, {"type": "class"}]}) == {str(one.pk)}
    assert found({"$and": [{"label": "wren"}, {"label": "wet"}]}) == set()
    assert found({"label": {"$ne": "wren"}}) == {str(one.pk), str(two.pk)}
    assert found({"creator": "engineer@example.org", "label": "w*"}) == {str(two.pk)}
    body = {"filter": {"type": "file"}, "except": {"query": {"join": {"on": on, "filter": {"label": "owl"}}}}}
    assert {r["id"] for r in engine.post(url, body).json()["items"]} == {str(two.pk), str(three.pk)}
    annotations = {
        "resource": "annotations", "filter": {"label": {"$in": ["owl", "wet"]}}, "sort": {"label": "descending"},
        "join": {"on": {"resource": "items", "local": "id", "forigen": "itemId"}, "filter": {"dir": "/"}},
    }  # fmt: skip
    assert [r["label"] for r in engine.post(url, annotations).json()["items"]] == ["wet", "owl"]


def test_a_filter_may_stand_bare_or_in_its_envelope(fill: Fill, dataset: Dataset) -> None:
    from datasets import query, selectors

    rows = fill(3)
    base = selectors.items_of(dataset)
    assert query.compile({"name": "0001.png"}).queryset(base).get() == rows[1]
    assert query.compile({"filter": {"name": "0001.png"}}).queryset(base).get() == rows[1]
    assert query.compile({}).queryset(base).count() == 3
    ids = [r.pk for r in rows]
    assert query.matches({"name": {"$ne": "0001.png"}}, ids, base) == {ids[0], ids[2]}


def test_higher_apps_add_fields(fill: Fill, dataset: Dataset) -> None:
    from datasets import query, selectors
    from datasets.models import ItemTag
    from datasets.query import _resources

    source = query.Related(ItemTag, {"name": query.Column("text", "name")})

    class Tags:
        def field(self, path: tuple[str, ...]) -> Any:
            return source if path == ("name",) or not path else None

    rows = fill(2)
    ItemTag.objects.create(item=rows[0], name="night")
    query.register_source("toys", Tags())
    try:
        base = selectors.items_of(dataset)
        assert query.compile({"toys.name": "n*"}).queryset(base).get() == rows[0]
        assert query.compile({"toys": {"$match": {"name": "night"}}}).queryset(base).get() == rows[0]
        assert query.compile({"toys": []}).queryset(base).get() == rows[1]
        with pytest.raises(QueryInvalid):
            query.compile({"toys.size": 1})
        with pytest.raises(ValueError, match="taken"):
            query.register_source("toys", Tags())
    finally:
        del _resources._SOURCES["toys"]


# ---- bulk


def test_bulk_delete_can_be_undone(engine: APIClient, fill: Fill, dataset: Dataset) -> None:
    rows = fill(5)
    url = f"/api/v1/datasets/{dataset.pk}/items/bulk/"
    answer = engine.post(url, {"action": "delete", "filter": {"name": {"$in": ["0001.png", "0002.png"]}}}).json()
    assert (answer["changed"], answer["job"]) == (2, None)
    assert engine.get(f"/api/v1/items/{rows[1].pk}/").status_code == 404
    assert engine.post(url, answer["undo"]).json()["changed"] == 2
    assert engine.get(f"/api/v1/items/{rows[1].pk}/").status_code == 200


def test_bulk_over_many_is_a_job(engine: APIClient, fill: Fill, dataset: Dataset, monkeypatch: Any) -> None:
    monkeypatch.setattr("datasets.services.bulk.AT_ONCE", 3)
    assert AT_ONCE >= 100
    fill(8)
    url = f"/api/v1/datasets/{dataset.pk}/items/bulk/"
    answer = engine.post(url, {"action": "subset", "value": "train", "filter": {"type": "file"}})
    assert (answer.status_code, answer.json()["changed"]) == (202, None)
    settle()
    assert not failed_jobs()
    assert Item.objects.filter(subset="train").count() == 8
    gone = engine.post(url, {"action": "delete", "filter": {"type": "file"}}).json()
    settle()
    assert not Item.objects.filter(deleted_at=None, type="file").exists()
    engine.post(url, gone["undo"])
    settle()
    assert Item.objects.filter(deleted_at=None, type="file").count() == 8


@pytest.mark.parametrize(
    "body",
    [
        {"action": "explode", "filter": {}},
        {"action": "subset", "value": "holdout", "filter": {}},
        {"action": "subset", "value": "train"},
        {"action": "subset", "value": "train", "filter": {}, "ids": []},
        {"action": "hide", "value": "yes", "filter": {}},
        {"action": "add_tag", "value": "a.b", "filter": {}},
        {"action": "subset", "value": "train", "filter": {"colour": 1}},
    ],
)
def test_a_bad_bulk_act_is_refused(engine: APIClient, fill: Fill, dataset: Dataset, body: Any) -> None:
    fill(1)
    assert engine.post(f"/api/v1/datasets/{dataset.pk}/items/bulk/", body).status_code == 400


def test_cloning_many_is_a_job_that_takes_labels_along(
    engine: APIClient, fill: Fill, dataset: Dataset, project: Any, engineer: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr("datasets.services.bulk.AT_ONCE", 3)
    rows = fill(6)
    set_class_labels(entries=[ClassLabel(r.pk, "owl") for r in rows], author_user=engineer)
    approve(item_ids=[rows[0].pk], approver=engineer)
    target = create_dataset(project=project, name="T", user=engineer)
    body = {"target": str(target.pk), "filter": {"type": "file"}}
    for _ in range(2):
        assert engine.post(f"/api/v1/datasets/{dataset.pk}/items/clone/", body).status_code == 202
        settle()
    assert not failed_jobs()
    copies = Item.objects.filter(dataset=target, type="file")
    assert (copies.count(), copies.filter(annotated=True).count()) == (6, 6)
    assert copies.exclude(approved_version=None).count() == 1


def test_cloning_into_a_strangers_dataset_is_not_found(
    engine: APIClient, fill: Fill, dataset: Dataset, other_project: Any, people: dict[str, User]
) -> None:
    fill(1)
    theirs = create_dataset(project=other_project, name="T", user=people["stranger"])
    body = {"target": str(theirs.pk), "filter": {}}
    assert engine.post(f"/api/v1/datasets/{dataset.pk}/items/clone/", body).status_code == 404


def test_facets_count_by_status(engine: APIClient, fill: Fill, dataset: Dataset, engineer: User) -> None:
    rows = fill(6)
    set_class_labels(entries=[ClassLabel(r.pk, "owl") for r in rows[:3]], author_user=engineer)
    approve(item_ids=[rows[0].pk], approver=engineer)
    project_refs([RefChange(r.pk, "task", r.pk, "completed" if n < 2 else "", None) for n, r in enumerate(rows[:4])])
    facets = engine.get(f"/api/v1/datasets/{dataset.pk}/facets/").json()
    status = {row["value"]: row["count"] for row in facets["status"]}
    assert status == {"unlabelled": 3, "in_task": 2, "completed": 2, "discard": 0, "approved": 1, "changed": 0}
    assert facets["label"] == [{"value": "owl", "count": 3}]
    assert facets["subset"][0] == {"value": "", "count": 6}


def test_patch_of_an_item_is_all_or_nothing(engine: APIClient, fill: Fill) -> None:
    item = fill(1)[0]
    url = f"/api/v1/items/{item.pk}/"
    bad = engine.patch(url, {"metadata": {"user": {"a": 1}}, "dir": "/../x"})
    assert bad.status_code == 400
    good = engine.patch(url, {"metadata": {"user": {"a": 1}}, "dir": "/new", "subset": "test"}).json()
    assert (good["metadata"]["user"], good["filename"], good["subset"]) == ({"a": 1}, "/new/0000.png", "test")
    assert engine.patch(url, {"metadata": {"system": {"note": 1}}}).status_code == 400
    assert engine.patch(f"{url}?system=true", {"metadata": {"system": {"note": 1}}}).status_code == 200


def test_the_pages_open(client: Any, engineer: User, dataset: Dataset, project: Any) -> None:
    client.force_login(engineer)
    assert client.get(f"/p/{project.pk}/data/").status_code == 200
    assert b"Raw" in client.get(f"/p/{project.pk}/data/{dataset.pk}/").content
    assert django_settings.ROOT_URLCONF
