"""A picture that comes as tiles, in the studio: coarse at first, sharp after, drawn on at its own coordinates."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

Windows = Callable[..., Visitor]

# A TIFF larger than any thumbnail, which no browser shows. Its squares of four pixels are gone in every reduced copy.
ADD = """
import io, json, time
import numpy as np
from PIL import Image
from annotation.models import Task
from annotation.services import task_items
from datasets.models import Dataset
from datasets.services import tiles, upload

y, x = np.indices((2000, 3000))
odd = (x // 4 + y // 4) % 2
field = np.dstack([np.where(odd, 250, 10), np.where(x < 1500, 200, 30), np.where(y < 1000, 180, 20)]).astype(np.uint8)
out = io.BytesIO()
Image.fromarray(field).save(out, "TIFF", compression="tiff_lzw")
dataset = Dataset.objects.get(pk={dataset!r})
user = dataset.project.memberships.get(role="owner").user
report = upload.add_many(dataset=dataset, files=[("/huge.tif", out.getvalue())], user=user)
assert not report.refused, report.refused
task_items.add_items(task=Task.objects.get(pk={task!r}), entries=[{{"item_id": report.item_ids[0], "priority": 9}}])
# The worker cuts it. Opened before, a picture is shown by its thumbnail at first, not by its coarsest tile.
until = time.monotonic() + 60
while not (state := tiles.ask(dataset.items.get(pk=report.item_ids[0]))).ready:
    assert not state.error and time.monotonic() < until, state
    time.sleep(0.2)
print("SAID", json.dumps({{"item": str(report.item_ids[0])}}))
"""


@pytest.fixture(scope="module")
def world(house: House) -> World:
    return make_world(house, "Huge", ["box", "mask", "polygon"], pictures=1)


@pytest.fixture(scope="module")
def huge(world: World) -> str:
    return str(said(world.house, ADD.format(dataset=world.dataset, task=world.tasks["annotation"]))["item"])


def shown(hand: Hand, x: float, y: float) -> tuple[int, ...]:
    """The colour that a person sees at an image pixel."""
    shot = Image.open(io.BytesIO(hand.page.screenshot())).convert("RGB")
    return tuple(shot.getpixel(tuple(round(v) for v in hand.at(x, y))))  # type: ignore[arg-type]


def settled(hand: Hand) -> None:
    hand.page.wait_for_function("() => performance.getEntriesByName('alp:picture-sharp').length > 0")
    hand.page.wait_for_load_state("networkidle")
    hand.page.wait_for_timeout(300)


@pytest.mark.thorough
def test_a_tiled_picture_when_opened_and_zoomed_then_is_as_sharp_as_its_file_and_takes_shapes(
    visitor: Windows, world: World, huge: str
) -> None:
    window = visitor()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    hand = world.open(window)
    settled(hand)
    assert not [url for url in asked if f"{huge}/stream" in url]
    first = {url.partition("/tiles/")[2].split("/")[0] for url in asked if f"{huge}/tiles/" in url} - {""}
    assert first <= {"0", "1", "2"}
    assert len(first) > 1
    for place, colour in (((700, 500), (200, 180)), ((2300, 1500), (30, 20))):
        assert shown(hand, *place)[1:] == pytest.approx(colour, abs=8)

    asked.clear()
    hand.page.mouse.move(*hand.at(1700, 1200))
    for _ in range(8):
        hand.page.mouse.wheel(0, -300)
    settled(hand)
    assert [url for url in asked if f"{huge}/tiles/3/" in url]
    for x, y in ((1696, 1200), (1700, 1200), (1704, 1204), (1700, 1204)):
        assert shown(hand, x + 2.5, y + 2.5) == ((250 if (x // 4 + y // 4) % 2 else 10), 30, 20)

    hand.page.keyboard.press("Home")
    hand.tool("Box")
    hand.drag((400, 300), (900, 800))
    box = hand.has(1)[0]["geometry"]["xyxy"]
    assert box == pytest.approx([400, 300, 900, 800], abs=4)
    expect(hand.page.locator("canvas.stage-minimap")).to_be_hidden()


@pytest.mark.thorough
def test_tools_that_look_at_colours_when_the_picture_is_tiled_then_read_the_tiles_in_sight(
    visitor: Windows, world: World, huge: str
) -> None:
    hand = world.open(visitor())
    settled(hand)
    before = len(hand.shapes())
    # One square of four pixels; its neighbours at the sides are of another red.
    hand.tool("Flood fill")
    hand.click(702, 498)
    mask = hand.until("flooded", lambda now: len(now) == before + 1)[-1]
    assert mask["geometry"]["box"] == [700, 496, 4, 4]
    assert sum(mask["geometry"]["rle"][1::2]) == 16
    hand.undo_button().click()
    hand.until("undone", lambda now: len(now) == before)
