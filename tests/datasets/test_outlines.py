"""What the browser's thumbnails draw: coarse outlines, a page of items at a time."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from alp_site.lib import ids
from alp_site.people.models import Role, User
from datasets import selectors
from datasets.geometry import _base as geometry
from datasets.models import Annotation, Dataset, Item
from datasets.selectors import outlines
from datasets.services import upload
from datasets.services.annotations import apply_operations
from tests.conftest import ClientAs
from tests.datasets.conftest import draw

pytestmark = [pytest.mark.django_db, pytest.mark.scale]

SIZE = (1024, 512)  # two pixels are one unit
SHAPES: dict[str, Any] = {
    "box": {"xyxy": [100, 100, 300, 200]},
    "polygon": {"rings": [[[0, 0], [200, 0], [400, 0], [400, 300], [0, 300]], [[50, 50], [100, 50], [100, 100]]]},
    "mask": {"box": [200, 100, 40, 40], "rle": [0, 1600]},
    "point": {"xy": [512, 256]},
    "polyline": {"points": [[0, 0], [10, 10], [500, 10]]},
    "ellipse": {"center": [400, 200], "radii": [50, 20], "angle": 0},
    "class": None,
}


@pytest.fixture
def pictures(dataset: Dataset, engineer: User) -> list[Item]:
    files = [(f"{n}.png", draw(n, SIZE)) for n in range(6)]
    report = upload.add_many(dataset=dataset, files=files, user=engineer)
    return list(Item.objects.filter(pk__in=report.item_ids).select_related("dataset").order_by("pk"))


def draws(item: Item, user: User, *shapes: tuple[str, str]) -> None:
    made = [
        {"op_id": str(ids.uuid7()), "type": "create", "data": {"type": kind, "label": label, "geometry": SHAPES[kind]}}
        for kind, label in shapes
    ]
    assert {a["status"] for a in apply_operations(item=item, operations=made, user=user)} == {200}


def ask(client: APIClient, dataset: Dataset, items: list[Item]) -> dict[str, Any]:
    url = f"/api/v1/datasets/{dataset.pk}/outlines/"
    answer = client.post(url, {"ids": [str(item.pk) for item in items]}, format="json")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_outlines_when_shapes_of_every_type_are_drawn_then_they_come_in_units_of_the_longer_side(
    client_as: ClientAs, dataset: Dataset, pictures: list[Item], engineer: User
) -> None:
    draws(pictures[0], engineer, *((kind, "robin") for kind in SHAPES))
    body = ask(client_as(Role.VIEWER), dataset, pictures[:1])
    assert body["units"] == 512
    (one,) = body["items"]
    assert (one["id"], one["version"], one["cut"]) == (str(pictures[0].pk), 7, False)
    paths = {shape["type"]: shape["paths"] for shape in one["shapes"]}
    assert paths["box"] == [[50, 50, 150, 50, 150, 100, 50, 100]]
    assert paths["polygon"][0] == [0, 0, 200, 0, 200, 150, 0, 150]  # the point half-way along an edge says nothing
    assert paths["polygon"][1] == [25, 25, 50, 25, 50, 50]
    assert paths["mask"] == [[100, 50, 120, 50, 120, 70, 100, 70]]
    assert paths["point"] == [[256, 128]]
    assert paths["polyline"] == [[0, 0, 5, 5, 250, 5]]
    assert min(paths["ellipse"][0][0::2]) == 175
    assert max(paths["ellipse"][0][0::2]) == 225
    assert "class" not in paths


def test_outlines_when_an_item_has_more_shapes_than_a_thumbnail_shows_then_they_are_cut_and_said_so(
    client_as: ClientAs, dataset: Dataset, pictures: list[Item], engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlines, "MOST_SHAPES", 2)
    draws(pictures[0], engineer, *[("box", "robin")] * 3)
    draws(pictures[1], engineer, *[("box", "robin")] * 2)
    items = {one["id"]: one for one in ask(client_as(Role.OWNER), dataset, pictures[:2])["items"]}
    assert [(len(items[str(p.pk)]["shapes"]), items[str(p.pk)]["cut"]) for p in pictures[:2]] == [(2, True), (2, False)]


def test_outlines_when_an_annotator_asks_then_only_items_given_to_them_and_no_deleted_shapes(
    client_as: ClientAs, dataset: Dataset, pictures: list[Item], engineer: User
) -> None:
    draws(pictures[0], engineer, ("box", "robin"))
    assert ask(client_as(Role.ANNOTATOR), dataset, pictures[:1])["items"] == []
    Annotation.objects.update(deleted_at="2026-01-01T00:00:00Z")
    assert ask(client_as(Role.OWNER), dataset, pictures[:1])["items"][0]["shapes"] == []


def test_outlines_when_more_items_are_asked_for_then_no_more_queries(
    client_as: ClientAs, dataset: Dataset, pictures: list[Item], engineer: User, django_assert_max_num_queries: Any
) -> None:
    for one in pictures:
        draws(one, engineer, ("box", "robin"), ("polygon", "wren"))
    client = client_as(Role.OWNER)
    for some in (pictures[:1], pictures):
        with django_assert_max_num_queries(6):
            assert len(ask(client, dataset, some)["items"]) == len(some)


def test_sketch_when_a_mask_is_thinner_than_a_cell_then_its_box() -> None:
    thin = {"box": [0, 0, 9, 1], "rle": [0, 1, 3, 1, 4]}
    assert geometry.get("mask").sketch(thin, 4) == [[[0, 0], [9, 0], [9, 1], [0, 1]]]


def test_item_payloads_when_shapes_are_heavy_then_their_geometry_is_not_read(
    pictures: list[Item], engineer: User, django_assert_num_queries: Any
) -> None:
    draws(pictures[0], engineer, ("mask", "robin"))
    items = list(Item.objects.filter(pk=pictures[0].pk).select_related("dataset", "creator"))
    with django_assert_num_queries(3) as asked:
        assert selectors.item_payloads(items)[0]["labels"][0]["type"] == "mask"
    assert not any("geometry" in query["sql"] for query in asked.captured_queries)
