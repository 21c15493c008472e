"""Tools that cut out or aim, going to a picture by its name, what the server does not take, what a reload keeps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Request, expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

Windows = Callable[..., Visitor]

ASK = """
import json
from datasets.models import Dataset
from datasets.services.ontologies import add_attribute
ontology = Dataset.objects.get(pk={dataset!r}).ontology
add_attribute(ontology=ontology, key="ripe", kind="options", title="Ripeness", values=["green", "ripe"])
print("SAID", json.dumps({{}}))
"""
CHANGE = """
import json
from datasets.models import Dataset
from datasets.services.ontologies import update_attribute
ontology = Dataset.objects.get(pk={dataset!r}).ontology
update_attribute(attribute=ontology.attributes.get(key="ripe"), values=["soft", "hard"])
print("SAID", json.dumps({{}}))
"""


@pytest.fixture(scope="module")
def world(house: House) -> World:
    made = make_world(house, "Tools", ["box", "mask", "polygon"], pictures=5)
    said(house, ASK.format(dataset=made.dataset))
    return made


def go_to(hand: Hand, name: str) -> None:
    """To a picture by a part of its name."""
    page = hand.page
    page.keyboard.press("/")
    dialog = page.get_by_role("dialog", name="Go to a picture by its name")
    expect(dialog.get_by_role("option").first).to_be_visible()
    page.keyboard.type(name)
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(hand.filename()).to_have_text(f"/{name}.png")
    hand.ready()


def test_an_object_in_a_box_is_cut_out_by_its_colour_and_what_the_server_refuses_is_said_there(
    visitor: Windows, world: World
) -> None:
    window = visitor()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    hand = world.open(window)
    # The early script's answers were taken over: neither was asked for twice.
    assert len([one for one in asked if "queue/next/" in one]) == 1
    assert len([one for one in asked if one.startswith("GET") and one.endswith("/open/")]) == 1

    # The white rectangle, which overlaps two discs.
    hand.tool("Cut out by colour")
    hand.drag((285, 185), (395, 275))
    hand.page.wait_for_timeout(200)
    for _ in range(100):
        hand.page.keyboard.press("Enter")
        if hand.shapes():
            break
        hand.page.wait_for_timeout(100)
    mask = hand.has(1)[0]
    assert (mask["type"], mask["geometry"]["box"]) == ("mask", [300, 200, 81, 61])
    hand.page.keyboard.press("v")
    hand.click(340, 230)
    hand.page.wait_for_function("() => window.alpStudio.saved().state === 'saved'")

    said(world.house, CHANGE.format(dataset=world.dataset))
    hand.page.get_by_role("group", name="Ripeness").get_by_role("button", name="ripe").click()
    alert = hand.page.get_by_role("alert")
    expect(alert).to_contain_text("takes soft, hard, not 'ripe'")
    expect(hand.page.locator(".save-state")).to_contain_text("1 not taken")
    alert.get_by_role("button", name="Take back").click()
    expect(alert).to_have_count(0)
    expect(hand.page.locator(".save-state")).to_contain_text("Saved")
    hand.until("as the server has it", lambda now: now[0]["attributes"] == {})
    assert hand.holds(world.item_of("/p000.png"))[0]["attributes"] == {}


def test_a_brush_is_set_at_the_desk_and_what_is_locked_is_locked_after_a_reload(visitor: Windows, world: World) -> None:
    hand = world.open(visitor())
    hand.page.keyboard.press("PageDown")
    expect(hand.page.get_by_text("/p004.png")).to_be_visible()
    hand.ready()
    hand.tool("Brush")
    options = hand.page.get_by_role("group", name="Options of the tool")
    options.get_by_role("slider", name="Size").fill("40")
    options.get_by_role("button", name="Square").click()
    hand.drag((100, 400), (180, 400))
    mask = hand.has(1)[0]
    assert mask["geometry"]["box"] == pytest.approx([80, 380, 120, 40], abs=2)
    assert sum(mask["geometry"]["rle"][1::2]) == mask["geometry"]["box"][2] * mask["geometry"]["box"][3]

    hand.page.keyboard.press("v")
    hand.page.keyboard.press("l")
    row = hand.page.get_by_role("grid", name="Objects").get_by_role("row")
    expect(row.get_by_role("button", name="Unlock")).to_have_count(1)
    hand.page.wait_for_function("() => window.alpStudio.saved().state === 'saved'")
    hand.reload()
    hand.page.keyboard.press("PageDown")
    expect(row.get_by_role("button", name="Unlock")).to_have_count(1)


def test_a_box_is_made_of_four_points_and_pinned_on_a_picture_gone_to_by_its_name(
    visitor: Windows, world: World
) -> None:
    hand = world.open(visitor())
    page = hand.page
    go_to(hand, "p002")

    # The white rectangle, by a point on each of its sides, in any order; a step back takes the last point.
    page.keyboard.press("Shift+X")
    for x, y in ((340, 200), (300, 215), (360, 180)):
        hand.click(x, y)
    page.keyboard.press("Backspace")
    for x, y in ((380, 250), (330, 260)):
        hand.click(x, y)
    (box,) = hand.has(1)
    assert box["type"] == "box"
    assert box["geometry"]["xyxy"] == pytest.approx([300, 200, 380, 260], abs=2)

    # Pinned it stays where it is, by mouse and by keys, and says so; its sides and label may still change.
    page.keyboard.press("v")
    hand.click(340, 230)
    page.keyboard.press("Shift+Q")
    hand.until("pinned", lambda rows: rows[0]["metadata"].get("pinned") is True)
    before = hand.shapes()[0]["geometry"]
    hand.drag((340, 230), (440, 330))
    hand.press("ArrowRight")
    row = page.get_by_role("grid", name="Objects").get_by_role("row")
    expect(row).to_have_accessible_name(re.compile("pinned"))
    hand.saved()
    assert hand.shapes()[0]["geometry"] == before
    assert hand.holds(world.item_of("/p002.png"))[0]["metadata"]["pinned"] is True
    page.keyboard.press("Shift+Q")
    hand.until("free again", lambda rows: "pinned" not in rows[0]["metadata"])
    hand.drag((340, 230), (440, 330))
    hand.until("moved", lambda rows: rows[0]["geometry"]["xyxy"] == pytest.approx([400, 300, 480, 360], abs=2))


def test_several_are_resized_as_one_by_their_frame_saved_at_once_and_undone_at_once(
    visitor: Windows, world: World
) -> None:
    hand = world.open(visitor())
    page = hand.page
    go_to(hand, "p001")
    hand.tool("Box")
    hand.drag((100, 100), (140, 140))
    hand.drag((200, 100), (260, 160))
    hand.has(2)
    hand.saved()
    page.keyboard.press("v")
    page.keyboard.press("Control+a")

    sent: list[list[str]] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/annotations/"):
            sent.append([one["type"] for one in (request.post_data_json or {})["operations"]])

    page.on("request", note)
    before = places(hand.shapes())
    # The frame lies 8 screen pixels outside; with Shift what is pulled keeps its proportions.
    x, y = hand.at(260, 160)
    far_x, far_y = hand.at(340, 180)
    page.mouse.move(x + 8, y + 8)
    page.keyboard.down("Shift")
    page.mouse.down()
    page.mouse.move(far_x + 8, far_y + 8, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    rows = hand.until("half as large again", lambda now: widths(now) == pytest.approx([60, 90], abs=2))
    assert [box[:2] for box in corners(rows)] == [pytest.approx([100, 100], abs=2), pytest.approx([250, 100], abs=2)]
    hand.saved()
    assert sent == [["update", "update"]]
    assert places(hand.holds(world.item_of("/p001.png"))) == places(rows)

    page.keyboard.press("Control+z")
    hand.until("as before", lambda now: places(now) == before)

    # By keys alone: the fifth handle is the corner at the lower right.
    for _ in range(5):
        page.keyboard.press(".")
    for _ in range(16):
        page.keyboard.press("Shift+ArrowRight")
    hand.until("twice as wide", lambda now: widths(now) == pytest.approx([80, 120], abs=4))
    page.keyboard.press("Control+z")
    hand.until("as before", lambda now: places(now) == before)


def test_a_flood_is_converted_cut_and_joined_step_by_step_and_taken_back_again(visitor: Windows, world: World) -> None:
    hand = world.open(visitor())
    page = hand.page
    go_to(hand, "p003")
    hand.tool("Flood fill")
    hand.click(340, 230)  # the white rectangle, which PIL draws with both its ends
    (flooded,) = hand.has(1)
    assert (flooded["type"], flooded["geometry"]["box"]) == ("mask", [300, 200, 81, 61])
    area = sum(flooded["geometry"]["rle"][1::2])
    page.keyboard.press("v")
    assert len(turned_into(hand, "Alt+p", "polygon")["rings"][0]) == 4
    assert turned_into(hand, "Alt+r", "box")["xyxy"] == [300, 200, 381, 261]
    assert turned_into(hand, "Alt+b", "mask") == flooded["geometry"]

    # A line across: two masks that share nothing, both selected, so that one key makes them whole again.
    page.keyboard.press("Alt+j")
    hand.drag((340, 180), (340, 280))
    halves = hand.has(2)
    assert sum(sum(row["geometry"]["rle"][1::2]) for row in halves) == area
    page.keyboard.press("v")
    page.keyboard.press("j")
    (whole,) = hand.has(1)
    assert whole["geometry"] == flooded["geometry"]
    hand.saved()
    assert [row["geometry"] for row in hand.holds(world.item_of("/p003.png"))] == [flooded["geometry"]]
    for _ in range(6):
        page.keyboard.press("Control+z")
    hand.has(0)
    hand.saved()


def turned_into(hand: Hand, key: str, kind: str) -> dict[str, Any]:
    """The geometry of the one shape there is, once a key has made it another."""
    hand.press(key)
    (made,) = hand.until(kind, lambda rows: [row["type"] for row in rows] == [kind])
    return dict(made["geometry"])


def corners(rows: list[dict[str, Any]]) -> list[list[float]]:
    """Of each box, from left to right."""
    return sorted(row["geometry"]["xyxy"] for row in rows)


def widths(rows: list[dict[str, Any]]) -> list[float]:
    return [box[2] - box[0] for box in corners(rows)]


def places(rows: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Of each box by its id."""
    return {row["id"]: row["geometry"]["xyxy"] for row in rows}
