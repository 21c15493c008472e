"""Shapes in a task that takes every type: by keys alone, with a class beside them, and none at all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

Windows = Callable[..., Visitor]


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return make_world(house, "Orchard", [], pictures=4)


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
    # Those that have no digit are found by their name.
    hand.press("Shift+T")
    dialog = hand.page.get_by_role("dialog", name="Choose a label by its name")
    expect(dialog.get_by_role("option")).to_have_count(4)
    keys.type("bru")
    expect(dialog.get_by_role("option")).to_have_count(1)
    keys.press("Enter")
    hand.until("relabelled by name", lambda found: found[0]["label"] == "bruise")
    hand.submit()
    hand.saved()
    assert [row["label"] for row in hand.holds(item)] == ["bruise"]


def test_shape_when_the_picture_gets_a_class_beside_its_shapes_then_both_are_submitted(
    visitor: Windows, world: World
) -> None:
    hand = world.open(visitor())
    item = world.item_of(hand.showing())
    hand.tool("Box")
    hand.drag((100, 100), (220, 200))
    hand.has(1)
    hand.press("Shift+Digit2")
    hand.until("classed", lambda found: {one["type"] for one in found} == {"box", "class"})
    hand.press("Shift+Digit3")  # labels of one group exclude each other
    hand.until("changed", lambda found: [one["label"] for one in found if one["type"] == "class"] == ["leaf"])
    answered = hand.submit()
    hand.saved()
    assert sorted((row["type"], row["label"]) for row in hand.holds(item)) == [("box", "apple"), ("class", "leaf")]

    # Back at what was submitted, with the box still in hand: it can only be looked at until it is taken back.
    hand.press("d")
    expect(hand.filename()).to_have_text(answered)
    hand.sees()
    before = hand.has(2)
    hand.drag((300, 100), (420, 200))
    expect(hand.page.locator(".foot-words")).to_have_text("This picture can only be looked at now.")
    hand.press("Control+z")
    assert hand.shapes() == before


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


def test_shape_when_the_picture_is_slow_then_nothing_is_drawn_or_submitted_before_it_is_seen(
    visitor: Windows, world: World
) -> None:
    window = visitor()
    held: list[Route] = []
    pictures = re.compile(r"/items/[^/]+/(stream|thumbnail)/")

    def hold(route: Route) -> None:
        held.append(route)

    window.context.route(pictures, hold)
    hand = Hand(
        window.sign_in(world.email("annotator"), PASSWORD, f"/p/{world.project}/studio/{world.tasks['annotation']}/")
    )
    page = hand.page
    expect(page.get_by_text("Loading the picture")).to_be_visible()
    item = world.item_of(hand.showing())
    hand.press("r")
    stage = page.locator(".desk").bounding_box()
    assert stage
    for part in (0.4, 0.6):
        page.mouse.click(stage["x"] + part * stage["width"], stage["y"] + part * stage["height"])
    hand.press("Control+Enter")
    expect(page.get_by_text(re.compile("still being loaded|is not here yet|Nothing is labelled here"))).to_be_visible()
    if (dialog := page.get_by_role("dialog")).count():
        dialog.get_by_role("button", name="There is nothing").click()
        expect(page.get_by_text("is not here yet")).to_be_visible()
    expect(page.locator("#studio")).to_have_attribute("aria-busy", "true")
    assert world.item_of(hand.showing()) == item
    assert hand.shapes() == []

    for route in held:
        route.continue_()
    window.context.unroute(pictures)
    hand.ready()
    assert hand.shapes() == []
    hand.tool("Box")
    hand.drag((100, 100), (220, 200))
    hand.has(1)
    hand.saved()
    assert [row["type"] for row in hand.holds(item)] == ["box"]
