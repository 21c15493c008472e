"""The tools that see: the model in the browser (with threads and without), encodings by the server, scissors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from playwright.sync_api import Route, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

SIZE = (640, 480)
# Discs that the world draws on its first picture, clear of everything else.
LEFT, RIGHT = (177, 131, 37), (528, 344, 36)
# The model has 56 MB to be fetched and compiled, and the machine may be busy.
PATIENCE = 180_000

Windows = Callable[..., Visitor]


@pytest.fixture
def world(house: House, request: pytest.FixtureRequest) -> World:
    """One for each test: what a failed one left must not trip the next."""
    return make_world(house, f"smart{request.node.name[-12:]}".replace("_", ""), ["mask", "polygon"])


def disc_iou(shape: dict[str, Any], disc: tuple[int, int, int]) -> float:
    """How like an annotation is to the disc that was drawn."""
    geometry, (cx, cy, r) = shape["geometry"], disc
    ys, xs = np.mgrid[: SIZE[1], : SIZE[0]] + 0.5
    truth = np.hypot(xs - cx, ys - cy) < r
    covered = mask_hw(geometry) if shape["type"] == "mask" else polygon_hw(geometry)
    return float((covered & truth).sum() / (covered | truth).sum())


def mask_hw(geometry: dict[str, Any]) -> NDArray[np.bool_]:
    x, y, w, h = geometry["box"]
    covered = np.zeros((SIZE[1], SIZE[0]), dtype=np.bool_)
    runs = np.repeat(np.arange(len(geometry["rle"])) % 2 == 1, geometry["rle"])
    covered[y : y + h, x : x + w] = runs.reshape(h, w)
    return covered


def polygon_hw(geometry: dict[str, Any]) -> NDArray[np.bool_]:
    image = Image.new("1", SIZE)
    for ring in geometry["rings"]:
        ImageDraw.Draw(image).polygon([tuple(point) for point in ring], fill=1)
    return np.asarray(image, dtype=np.bool_)


def open_studio(world: World, window: Visitor) -> Hand:
    hand = world.open(window)
    hand.page.set_default_timeout(PATIENCE)
    return hand


def clear(hand: Hand) -> None:
    """Takes back what was made, so that every test finds the picture as it was."""
    while hand.shapes():
        hand.page.keyboard.press("Control+z")
        hand.page.wait_for_timeout(50)


@pytest.mark.thorough
def test_smart_when_an_object_is_clicked_or_keyed_then_it_becomes_a_mask_or_polygon_that_fits(
    visitor: Windows, world: World
) -> None:
    hand = open_studio(world, visitor())
    assert hand.page.evaluate("window.crossOriginIsolated")
    fetched: list[str] = []
    hand.page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))
    hand.page.keyboard.press("m")
    hand.click(*LEFT[:2])
    hand.page.keyboard.press("Enter")  # before the model has answered: kept when it has
    (mask,) = hand.has(1)
    assert mask["type"] == "mask"
    assert disc_iou(mask, LEFT) > 0.8
    assert len([name for name in fetched if name.endswith(".onnx")]) == 2

    # The second object costs the decoder only: a box round it.
    cx, cy, r = RIGHT
    hand.drag((cx - r - 4, cy - r - 4), (cx + r + 4, cy + r + 4))
    hand.page.keyboard.press("Enter")
    second = hand.has(2)[1]
    assert disc_iou(second, RIGHT) > 0.8
    assert len([name for name in fetched if name.endswith(".onnx")]) == 2
    assert len([name for name in fetched if "size=1024" in name]) == 1  # the picture was encoded once

    hand.saved()
    assert sorted(row["type"] for row in hand.holds(world.items["/p000.png"])) == ["mask", "mask"]
    clear(hand)
    hand.saved()
    only_keys(hand)
    closer_look(hand)


def only_keys(hand: Hand) -> None:
    """A polygon is made and taken back."""
    page = hand.page
    page.keyboard.press("Shift+M")
    page.mouse.move(*hand.at(LEFT[0] - 4, LEFT[1]))
    for _ in range(4):
        page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    (polygon,) = hand.has(1)
    assert polygon["type"] == "polygon"
    assert disc_iou(polygon, LEFT) > 0.8
    page.keyboard.press("Control+z")
    hand.has(0)


def closer_look(hand: Hand) -> None:
    """What is in sight is encoded by itself, and the polygon lies where the object does."""
    page, (cx, cy, _) = hand.page, RIGHT
    page.mouse.move(*hand.at(cx, cy))
    page.mouse.wheel(0, -700)
    page.keyboard.press("Alt+m")
    hand.click(cx, cy)
    page.keyboard.press("Enter")
    (closer,) = hand.has(1)
    assert disc_iou(closer, RIGHT) > 0.8
    page.keyboard.press("Control+z")
    hand.has(0)
    hand.saved()


@pytest.mark.thorough
def test_smart_when_the_page_is_not_isolated_then_one_thread_does_it(visitor: Windows, world: World) -> None:
    window = visitor()
    # The browser counts a page that comes out of a test's hands as one from elsewhere.
    window.allow("ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS")

    def alone(route: Route) -> None:
        answer = route.fetch()
        headers = {k: v for k, v in answer.headers.items() if k != "cross-origin-embedder-policy"}
        route.fulfill(response=answer, headers=headers)

    page = window.sign_in(world.email("annotator"), PASSWORD, f"/p/{world.project}/")
    window.context.route("**/studio/**", alone)
    page.goto(world.studio())
    hand = Hand(page)
    hand.ready()
    page.set_default_timeout(PATIENCE)
    assert not hand.page.evaluate("window.crossOriginIsolated")
    hand.page.keyboard.press("m")
    hand.click(*LEFT[:2])
    hand.page.keyboard.press("Enter")
    (mask,) = hand.has(1)
    assert disc_iou(mask, LEFT) > 0.8
    clear(hand)
    hand.saved()


@pytest.mark.thorough
def test_smart_when_the_browser_was_found_slow_then_the_server_encodes_and_it_decodes(
    visitor: Windows, world: World
) -> None:
    window = visitor()
    window.context.add_init_script("localStorage.setItem('alp.smart.slow', String(Date.now()))")
    hand = open_studio(world, window)
    fetched: list[str] = []
    hand.page.on("request", lambda request: fetched.append(request.url))
    hand.page.keyboard.press("m")
    hand.click(*LEFT[:2])
    hand.page.keyboard.press("Enter")
    (mask,) = hand.has(1)
    assert disc_iou(mask, LEFT) > 0.8
    item = world.items["/p000.png"]
    assert [url for url in fetched if url.endswith(f"/items/{item}/encoding/")]
    assert not [url for url in fetched if "encoder" in url]
    clear(hand)
    hand.saved()


def test_scissors_when_an_edge_is_clicked_along_then_the_polygon_follows_it(visitor: Windows, world: World) -> None:
    hand = open_studio(world, visitor())
    hand.page.keyboard.press("c")
    cx, cy, r = LEFT
    for turn in (0, 120, 240):
        angle = math.radians(turn)
        hand.click(cx + (r + 2) * math.cos(angle), cy + (r + 2) * math.sin(angle))
    hand.page.keyboard.press("Enter")
    (polygon,) = hand.has(1)
    assert polygon["type"] == "polygon"
    assert disc_iou(polygon, LEFT) > 0.93
    expect(hand.undo_button()).to_be_enabled()
    clear(hand)
    hand.saved()
