"""Versions of an image's annotations: listed, looked at, brought back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib import ids
from alp_site.people.models import User
from datasets.models import Annotation, AnnotationRevision, Item
from datasets.services import approve, set_class_label
from datasets.services.annotations import apply_operations, fold
from datasets.services.ontologies import delete_label
from datasets.services.versions import restore_version
from tests.conftest import ClientAs

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


def box(right: float) -> dict[str, Any]:
    return {"xyxy": [1.0, 1.0, right, 9.0], "angle": 0.0}


def do(item: Item, user: User, kind: str, key: str | None = None, visit: uuid.UUID | None = None, **data: Any) -> str:
    """One operation on the annotation as it is now; returns its id."""
    operation: dict[str, Any] = {"op_id": str(ids.uuid7()), "type": kind, "data": data}
    operation["annotation"] = key or str(ids.uuid7())
    if kind != "create":
        operation["base_revision"] = Annotation.objects.get(pk=key).revision
    answer = apply_operations(item=item, operations=[operation], user=user, visit=visit)[0]
    assert answer["status"] == 200, answer
    return str(operation["annotation"])


def state(item: Item) -> dict[str, Any]:
    rows = Annotation.objects.filter(item=item, deleted_at=None)
    return {str(r.pk): (r.label, r.geometry, r.attributes, r.model_id, r.confidence) for r in rows}


@pytest.fixture
def item(fill: Callable[..., list[Item]]) -> Item:
    return fill(1)[0]


@pytest.fixture
def versions(client_as: ClientAs, item: Item) -> Callable[..., list[dict[str, Any]]]:
    def get(query: str = "") -> list[dict[str, Any]]:
        response = client_as("reviewer").get(f"/api/v1/items/{item.pk}/versions/{query}")
        assert response.status_code == 200, response.content
        return list(response.json()["items"])

    return get


def test_one_sitting_of_one_person_is_one_version(
    item: Item, engineer: User, reviewer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    one = do(item, engineer, "create", visit=first, type="box", label="robin", geometry=box(9))
    two = do(item, engineer, "create", visit=first, type="box", label="wren", geometry=box(8))
    do(item, engineer, "update", one, visit=first, geometry=box(7))
    do(item, reviewer, "delete", two, visit=second)
    do(item, engineer, "create", visit=first, type="box", label="robin", geometry=box(5))
    found = versions()
    assert [v["author"]["name"] for v in found] == ["Engineer", "Reviewer", "Engineer"]
    assert [v["labels"] for v in found] == [{"robin": 2}, {"robin": 1}, {"robin": 1, "wren": 1}]
    assert [v["count"] for v in found] == [2, 1, 2]
    assert [v["actions"] for v in found] == [{"create": 1}, {"delete": 1}, {"create": 2, "update": 1}]
    assert [v["content_version"] for v in found] == [5, 4, 3]
    assert [v["current"] for v in found] == [True, False, False]
    assert found[0]["started_at"] <= found[0]["at"]


def test_without_a_visit_each_transaction_is_a_version_and_an_approved_one_is_told(
    item: Item, engineer: User, reviewer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    set_class_label(item_id=item.pk, label="robin", author_user=engineer)
    approve(item_ids=[item.pk], approver=reviewer, refs={item.pk: uuid.uuid4()})
    set_class_label(item_id=item.pk, label="wren", author_user=engineer)
    found = versions()
    assert [(v["labels"], v["approved"]) for v in found] == [({"wren": 1}, False), ({"robin": 1}, True)]


def test_an_approval_within_a_visit_ends_its_version(
    item: Item, engineer: User, reviewer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    visit = uuid.uuid4()
    do(item, engineer, "create", visit=visit, type="box", label="robin", geometry=box(9))
    approve(item_ids=[item.pk], approver=reviewer)
    do(item, engineer, "create", visit=visit, type="box", label="robin", geometry=box(8))
    assert [(v["count"], v["approved"]) for v in versions()] == [(2, False), (1, True)]


def test_pages_go_on_to_older_ones(
    client_as: ClientAs, item: Item, engineer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    for n in range(5):
        do(item, engineer, "create", visit=uuid.uuid4(), type="box", label="robin", geometry=box(5 + n))
    whole = versions()
    url = f"/api/v1/items/{item.pk}/versions/"
    first = client_as("viewer").get(f"{url}?limit=2").json()
    second = client_as("viewer").get(f"{url}?limit=2&after={first['next']}").json()
    last = client_as("viewer").get(f"{url}?limit=2&after={second['next']}").json()
    assert first["items"] + second["items"] + last["items"] == whole
    assert last["next"] is None
    assert client_as("viewer").get(f"{url}?limit=0").status_code == 400


def test_a_list_costs_the_same_however_long(
    client_as: ClientAs, item: Item, engineer: User, reviewer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    client, url = client_as("reviewer"), f"/api/v1/items/{item.pk}/versions/"
    counts = []
    for person in (engineer, reviewer):
        do(item, person, "create", visit=uuid.uuid4(), type="box", label="robin", geometry=box(9))
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10, counts


def test_a_version_shows_the_annotations_as_they_were(
    client_as: ClientAs, item: Item, engineer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    model = ids.uuid7()
    one = do(item, engineer, "create", visit=uuid.uuid4(), type="box", label="robin", geometry=box(9),
             model_id=str(model), model_name="Finder", confidence=0.75)  # fmt: skip
    before = client_as("viewer").get(f"/api/v1/items/{item.pk}/annotations/").json()["items"]
    old = versions()[0]["id"]
    do(item, engineer, "update", one, visit=uuid.uuid4(), geometry=box(4), label="owl")
    do(item, engineer, "create", visit=uuid.uuid4(), type="box", label="wren", geometry=box(5))
    do(item, engineer, "delete", one, visit=uuid.uuid4())
    shown = client_as("viewer").get(f"/api/v1/items/{item.pk}/versions/{old}/").json()
    assert shown["version"]["id"] == old
    (was,) = shown["items"]
    (asked,) = before
    assert {**was, "metadata": None} == {**asked, "metadata": None}
    assert was["metadata"]["user"]["model"]["confidence"] == 0.75
    assert client_as("viewer").get(f"/api/v1/items/{item.pk}/versions/{old + 1000}/").status_code == 404


def test_restoring_makes_an_old_state_the_newest_and_loses_nothing(
    client_as: ClientAs, item: Item, engineer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    kept = do(item, engineer, "create", visit=uuid.uuid4(), type="box", label="robin", geometry=box(9))
    moved = do(item, engineer, "create", visit=uuid.uuid4(), type="box", label="wren", geometry=box(8))
    dropped = do(item, engineer, "create", visit=uuid.uuid4(), type="class", label="owl")
    then, old = state(item), versions()[0]["id"]
    do(item, engineer, "update", moved, visit=uuid.uuid4(), geometry=box(3), attributes={"a": 1})
    do(item, engineer, "delete", dropped, visit=uuid.uuid4())
    do(item, engineer, "create", visit=uuid.uuid4(), type="class", label="robin")  # takes the group of the dropped one
    now, newest = state(item), versions()[0]
    url = f"/api/v1/items/{item.pk}/versions/{old}/restore/"
    answer = client_as("reviewer").post(url, {"seen_version": newest["content_version"]}, format="json").json()
    assert state(item) == then
    assert (answer["changed"], answer["content_version"]) == (3, newest["content_version"] + 3)
    assert {a["id"] for a in answer["items"]} == set(then) == {kept, moved, dropped}
    assert Annotation.objects.get(pk=kept).revision == 1  # what was alike is not touched
    latest = versions()[0]
    assert (latest["author"]["name"], latest["actions"]) == ("Reviewer", {"delete": 1, "update": 1, "restore": 1})
    client_as("owner").post(f"/api/v1/items/{item.pk}/versions/{newest['id']}/restore/", {}, format="json")
    assert state(item) == now


def test_restoring_twice_changes_nothing_the_second_time(item: Item, engineer: User) -> None:
    key = do(item, engineer, "create", type="box", label="robin", geometry=box(9))
    first = AnnotationRevision.objects.get().pk
    do(item, engineer, "update", key, geometry=box(4))
    assert restore_version(item=item, version=first, user=engineer) == 1
    assert restore_version(item=item, version=first, user=engineer) == 0
    assert Item.objects.get(pk=item.pk).content_version == 3


def test_restoring_something_stale_or_impossible_changes_nothing(
    client_as: ClientAs, item: Item, engineer: User
) -> None:
    owl = do(item, engineer, "create", type="box", label="owl", geometry=box(9))
    wren = do(item, engineer, "create", type="box", label="wren", geometry=box(9))
    old = AnnotationRevision.objects.latest("pk").pk
    do(item, engineer, "update", owl, label="robin")
    do(item, engineer, "update", wren, geometry=box(5))
    now = state(item)
    url = f"/api/v1/items/{item.pk}/versions/{old}/restore/"
    stale = client_as("owner").post(url, {"seen_version": 1}, format="json")
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "version_stale")
    from datasets.models import Label

    Annotation.objects.filter(label="owl").update(label="robin")
    delete_label(label=Label.objects.get(name="owl"))
    broken = client_as("owner").post(url, {}, format="json")
    assert broken.status_code == 409
    assert "'owl'" in broken.json()["error"]["message"]
    assert state(item) == now
    assert client_as("owner").post(f"/api/v1/items/{item.pk}/versions/{old + 999}/restore/", {}).status_code == 404


def test_more_than_a_batch_of_annotations_comes_back_in_one_version(
    item: Item, engineer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    for start in range(0, 600, 300):
        operations = [
            {"op_id": str(ids.uuid7()), "type": "create", "annotation": str(ids.uuid7()),
             "data": {"type": "point", "label": "robin", "geometry": {"xy": [n % 8, start % 7]}}}
            for n in range(300)
        ]  # fmt: skip
        answers = apply_operations(item=item, operations=operations, user=engineer, visit=uuid.UUID(int=5))
        assert {a["status"] for a in answers} == {200}
    old = AnnotationRevision.objects.latest("pk").pk
    for _ in range(0, 600, 300):
        keys = list(Annotation.objects.filter(deleted_at=None).values_list("pk", flat=True)[:300])
        operations = [
            {"op_id": str(ids.uuid7()), "type": "delete", "annotation": str(key), "base_revision": 1} for key in keys
        ]
        apply_operations(item=item, operations=operations, user=engineer, visit=uuid.UUID(int=6))
    assert state(item) == {}
    assert restore_version(item=item, version=old, user=engineer) == 600
    assert len(state(item)) == 600
    assert [v["count"] for v in versions()] == [600, 0, 600]


def test_what_was_folded_leaves_the_end_of_its_visit(
    item: Item, engineer: User, versions: Callable[..., list[dict[str, Any]]]
) -> None:
    visit = uuid.uuid4()
    key = do(item, engineer, "create", visit=visit, type="box", label="robin", geometry=box(9))
    do(item, engineer, "update", key, visit=visit, geometry=box(8))
    fold(item_ids=[item.pk], user=engineer)
    (only,) = versions()
    assert (only["labels"], only["content_version"]) == ({"robin": 1}, 2)


def test_many_annotations_come_back_with_as_few_queries_as_one(item: Item, engineer: User) -> None:
    def queries(count: int) -> int:
        keys = [do(item, engineer, "create", type="box", label="robin", geometry=box(9)) for _ in range(count)]
        then = AnnotationRevision.objects.latest("pk").pk
        for key in keys:
            do(item, engineer, "update", key, geometry=box(7))
        with CaptureQueriesContext(connection) as captured:
            assert restore_version(item=item, version=then, user=engineer) == count
        assert {r.geometry["xyxy"][2] for r in Annotation.objects.filter(pk__in=keys)} == {9.0}
        return len(captured)

    assert queries(12) == queries(1)
