"""Every annotation type in the studio: drawn by mouse, edited, undone, there after a reload, submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Visitor
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

Windows = Callable[..., Visitor]


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("shapes"))
    try:
        house.start(timeout=180)
        yield house
    finally:
        house.kill_everything()


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return make_world(house, "Orchard", [], pictures=14)


def box(hand: Hand) -> None:
    hand.page.keyboard.press("r")
    hand.drag((100, 100), (220, 200))


def rotated(hand: Hand) -> None:
    hand.page.keyboard.press("Shift+R")
    for place in ((100, 100), (250, 150), (230, 210)):
        hand.click(*place)


def polygon(hand: Hand) -> None:
    hand.page.keyboard.press("p")
    for place in ((300, 100), (420, 110), (400, 220), (310, 200)):
        hand.click(*place)
    hand.page.keyboard.press("Enter")


def polyline(hand: Hand) -> None:
    hand.page.keyboard.press("l")
    for place in ((60, 60), (160, 90), (260, 60)):
        hand.click(*place)
    hand.page.keyboard.press("Enter")


def point(hand: Hand) -> None:
    hand.page.keyboard.press("k")
    hand.click(320, 240)


def ellipse(hand: Hand) -> None:
    hand.page.keyboard.press("o")
    hand.drag((200, 200), (320, 280))


def mask(hand: Hand) -> None:
    hand.page.keyboard.press("b")
    hand.drag((400, 300), (480, 330), (500, 380))


def skeleton(hand: Hand) -> None:
    hand.page.keyboard.press("4")
    hand.page.keyboard.press("Shift+K")
    for place in ((200, 100), (240, 180), (220, 260)):
        hand.click(*place)


DRAWN: dict[str, tuple[Callable[[Hand], None], str]] = {
    "box": (box, "box"),
    "rotated box": (rotated, "box"),
    "polygon": (polygon, "polygon"),
    "polyline": (polyline, "polyline"),
    "point": (point, "point"),
    "ellipse": (ellipse, "ellipse"),
    "mask": (mask, "mask"),
    "skeleton": (skeleton, "skeleton"),
}


def first_point(geometry: dict[str, Any]) -> tuple[float, float]:
    """Somewhere to take hold of: on the line, or inside."""
    if "xyxy" in geometry:
        x1, y1, x2, y2 = geometry["xyxy"]
        return (x1 + x2) / 2, (y1 + y2) / 2
    if "rings" in geometry:
        ring = geometry["rings"][0]
        return sum(p[0] for p in ring) / len(ring), sum(p[1] for p in ring) / len(ring)
    if "box" in geometry:
        return 440, 315
    if "center" in geometry:
        return geometry["center"][0], geometry["center"][1]
    if "points" in geometry:
        (x1, y1, *_), (x2, y2, *_) = geometry["points"][:2]
        return (x1 + x2) / 2, (y1 + y2) / 2
    if "keypoints" in geometry:
        (x1, y1, _), (x2, y2, _) = geometry["keypoints"][:2]
        return (x1 + x2) / 2, (y1 + y2) / 2
    return geometry["xy"][0], geometry["xy"][1]


@pytest.mark.parametrize("name", list(DRAWN))
def test_shape_when_drawn_edited_undone_and_reloaded_then_is_there_and_is_submitted(
    visitor: Windows, world: World, name: str
) -> None:
    draw, kind = DRAWN[name]
    hand = world.open(visitor())
    item = world.item_of(hand.showing())
    draw(hand)
    (made,) = hand.has(1)
    assert made["type"] == kind
    assert made["label"] == ("person" if kind == "skeleton" else "apple")
    if name == "rotated box":
        assert made["geometry"]["angle"] != 0

    hand.page.keyboard.press("v")
    x, y = first_point(made["geometry"])
    hand.drag((x, y), (x + 40, y + 30))
    (moved,) = hand.until("moved", lambda found: found[0]["geometry"] != made["geometry"])
    hand.page.keyboard.press("2")
    hand.until("relabelled", lambda found: found[0]["label"] == "bruise")

    hand.page.keyboard.press("Control+z")
    hand.page.keyboard.press("Control+z")
    hand.until("as drawn", lambda found: found[0]["geometry"] == made["geometry"])
    hand.page.keyboard.press("Control+Shift+Z")
    hand.until("moved again", lambda found: found[0]["geometry"] == moved["geometry"])
    hand.saved()

    hand.reload()
    (kept,) = hand.has(1)
    assert (kept["type"], kept["label"]) == (kind, made["label"])
    assert kept["geometry"] == moved["geometry"]
    hand.page.keyboard.press("Control+z")  # the log is there too
    hand.until("as drawn", lambda found: found[0]["geometry"] == made["geometry"])
    hand.submit()
    hand.saved()
    (held,) = hand.holds(item)
    assert (held["type"], held["label"]) == (kind, made["label"])
    expect(hand.page.locator(".toast.bad")).to_have_count(0)


def test_shape_when_the_mouse_is_never_touched_then_is_drawn_moved_and_submitted(
    visitor: Windows, world: World
) -> None:
    hand = world.open(visitor())
    item = world.item_of(hand.showing())
    keys = hand.page.keyboard
    hand.press("r")
    hand.press("ArrowRight")  # brings the cross
    hand.press("Space")
    for _ in range(4):
        keys.press("Control+ArrowRight")
        keys.press("Control+ArrowDown")
    keys.press("Space")
    (made,) = hand.has(1)
    assert made["type"] == "box"
    hand.press("v")
    keys.press("Shift+ArrowLeft")
    hand.until("nudged", lambda found: found[0]["geometry"] != made["geometry"])
    hand.press("3")
    hand.until("relabelled", lambda found: found[0]["label"] == "leaf")
    hand.submit()
    hand.saved()
    assert [row["label"] for row in hand.holds(item)] == ["leaf"]


def test_shape_when_the_picture_gets_a_class_beside_its_shapes_then_both_are_submitted(
    visitor: Windows, world: World
) -> None:
    hand = world.open(visitor())
    item = world.item_of(hand.showing())
    box(hand)
    hand.has(1)
    hand.press("Shift+Digit2")
    hand.until("classed", lambda found: {one["type"] for one in found} == {"box", "class"})
    hand.press("Shift+Digit3")  # labels of one group exclude each other
    hand.until("changed", lambda found: [one["label"] for one in found if one["type"] == "class"] == ["leaf"])
    hand.submit()
    hand.saved()
    assert sorted((row["type"], row["label"]) for row in hand.holds(item)) == [("box", "apple"), ("class", "leaf")]


def test_shape_when_nothing_is_drawn_then_submitting_asks_and_says_so(visitor: Windows, world: World) -> None:
    hand = world.open(visitor())
    item = world.item_of(hand.showing())
    before = hand.showing()
    hand.press("Control+Enter")
    dialog = hand.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing is labelled here")
    dialog.get_by_role("button", name="There is nothing").click()
    expect(hand.filename()).not_to_have_text(before)
    hand.saved()
    assert hand.holds(item) == []
