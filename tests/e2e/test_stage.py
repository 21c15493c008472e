"""The studio's canvas in a real browser: drawn piece by piece it looks as drawn anew; whose pointers are whose."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.bench.studio import built_page

# Pixels of the still layer as they are and as drawn anew; smoothed edges differ a little by the clip.
COMPARE = """async () => {
  const canvas = document.querySelector("canvas.stage-still");
  const pixels = () => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  await bench.settled();
  const pieced = pixels();
  bench.view.set({ ...bench.view.value, colors: new Map(bench.view.value.colors) });
  await bench.settled();
  const anew = pixels();
  let [covered, differing] = [0, 0];
  for (let i = 0; i < anew.length; i += 4) {
    if (anew[i + 3]) covered++;
    if ([0, 1, 2, 3].some((c) => Math.abs(anew[i + c] - pieced[i + c]) > 40)) differing++;
  }
  return { covered, differing };
}"""

# Edits at one zoom and turn, so that bitmaps are mended and not drawn anew.
EDITS = """async (round) => {
  let seed = 17 + round;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const { stage, store, view } = bench;
  const flip = (set, id) => { const next = new Set(set); if (!next.delete(id)) next.add(id); return next; };
  const any = () => { const all = store.all(); return all[Math.floor(random() * all.length)]; };
  for (let i = 0; i < 60; i++) {
    const one = any();
    const [dx, dy] = [80 * random() - 40, 80 * random() - 40];
    const moved = () => bench.typeOf(one.type).moved(one.geometry, dx, dy, [4000, 3000]);
    const acts = [
      () => store.patch(one.id, { geometry: moved() }),
      () => store.remove(one.id),
      () => store.put({ ...one, id: `new${round}/${i}`, geometry: moved(), metadata: { z: i % 3 } }),
      () => view.set({ ...view.value, hidden: flip(view.value.hidden, one.id) }),
      () => view.set({ ...view.value, selected: new Set([one.id]) }),
      () => stage.preview([{ type: one.type, geometry: moved(), color: "#ffffff", id: one.id }]),
      () => stage.preview([]),
      () => stage.pan(Math.round(dx / 4), Math.round(dy / 4)),
    ];
    acts[Math.floor(random() * acts.length)]();
    if (random() < 0.5) await bench.frame();
  }
  stage.preview([]);
}"""

INKED = """() => { const c = document.querySelector("canvas.stage-still");
  return c.getContext("2d").getImageData(0, 0, c.width, c.height).data.some((v) => v > 0); }"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with built_page() as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 900, "height": 600})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    page.wait_for_function("window.bench !== undefined")
    page.evaluate("bench.show(4000, 3000)")
    yield page
    page.close()
    assert not complaints, complaints


def pixel(page: Page, x: int, y: int) -> tuple[int, ...]:
    """What a person sees there."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    return tuple(shot.getpixel((x, y)))  # type: ignore[arg-type]


def test_stage_when_edited_piece_by_piece_then_looks_as_drawn_anew(page: Page) -> None:
    page.evaluate("bench.polygons(300, 12, 90)")
    page.evaluate("bench.masks(30, 150)")
    for turn, act in enumerate(("fit()", "zoom(2.1, [200, 100])", "rotateView()", "zoom(0.3)", "rotateView(2)")):
        page.evaluate(f"async () => {{ bench.stage.{act}; await bench.settled(); }}")
        page.evaluate(EDITS, turn)
        found = page.evaluate(COMPARE)
        assert found["covered"] > 20_000, act
        assert found["differing"] <= found["covered"] / 2000, act


def test_stage_when_many_shapes_come_go_and_hide_then_looks_as_drawn_anew(page: Page) -> None:
    page.evaluate("bench.polygons(800, 12, 60)")
    page.evaluate("bench.store.remove(bench.store.all().slice(0, 300).map(({ id }) => id))")
    page.evaluate("bench.view.set({...bench.view.value, hidden: new Set(bench.store.all().slice(200).map(s => s.id))})")
    before = page.evaluate(COMPARE)
    assert before["covered"] > 20_000
    assert before["differing"] == 0
    page.evaluate("bench.view.set({...bench.view.value, selected: new Set(bench.store.all().map(({ id }) => id))})")
    assert page.evaluate(COMPARE)["differing"] == 0


def test_stage_when_a_preview_stands_for_a_shape_then_the_shape_is_not_drawn_twice(page: Page) -> None:
    page.evaluate("bench.polygons(1, 12, 300)")
    assert page.evaluate(INKED)
    page.evaluate("""async () => { const one = bench.store.get("p0");
      bench.stage.preview([{ type: one.type, geometry: one.geometry, color: "#ffffff", id: one.id }]);
      await bench.settled(); }""")
    assert not page.evaluate(INKED)
    page.evaluate("async () => { bench.stage.preview([]); await bench.settled(); }")
    assert page.evaluate(INKED)


def test_stage_when_the_picture_is_turned_and_zoomed_then_picks_what_is_under_the_pointer(page: Page) -> None:
    page.evaluate("bench.polygons(40, 12, 120)")
    for act in ("fit()", "rotateView()", "zoom(2.3, [100, 500])", "rotateView()", "oneToOne()", "rotateView(-1)"):
        page.evaluate(f"bench.stage.{act}")
        wrong = page.evaluate("""() => bench.store.all().filter(({ id, geometry }) => {
          const [x, y] = geometry.rings[0].reduce(([a, b], [c, d]) => [a + c / 12, b + d / 12], [0, 0]);
          return !bench.stage.pick(bench.stage.viewport.value.screenXY([x, y])).some((one) => one.id === id);
        }).map(({ id }) => id)""")
        assert wrong == [], act


def test_stage_when_pointers_come_then_pans_and_zooms_itself_and_hands_the_rest_to_the_tool(page: Page) -> None:
    page.evaluate("""() => { window.told = [];
      const note = (kind) => (e) => told.push([kind, ...(e?.image ?? []).map(Math.round)]);
      bench.stage.pointer = { down: note("down"), move: note("move"), up: note("up"), cancel: note("cancel") }; }""")
    view = "(() => { const v = bench.stage.viewport.value; return [v.scale, ...v.offsetXY]; })()"
    at = "([x, y]) => bench.stage.viewport.value.imageXY([x, y])"
    scale, x, y = page.evaluate(view)

    page.mouse.move(300, 200)
    page.mouse.down(button="middle")
    page.mouse.move(340, 230)
    page.mouse.up(button="middle")
    assert page.evaluate(view) == pytest.approx([scale, x + 40, y + 30])
    page.keyboard.down(" ")
    page.mouse.down()
    page.mouse.move(300, 200)
    page.mouse.up()
    page.keyboard.up(" ")
    assert page.evaluate(view) == pytest.approx([scale, x, y])
    assert {kind for kind, *_ in page.evaluate("told")} <= {"move"}

    under = page.evaluate(at, [300, 200])
    page.mouse.wheel(0, -240)
    page.wait_for_function(f"bench.stage.viewport.value.scale > {scale} * 1.2")
    assert page.evaluate(at, [300, 200]) == pytest.approx(under)

    page.evaluate("told.length = 0")
    page.mouse.down()
    page.mouse.move(310, 205)
    page.mouse.up()
    told = page.evaluate("told")
    page.keyboard.press(" ")  # does not stay held
    assert [kind for kind, *_ in told] == ["down", "move", "up"]
    assert told[0][1:] == pytest.approx(under, abs=0.6)
    assert told[-1][1:] == pytest.approx(page.evaluate(at, [310, 205]), abs=0.6)


def test_stage_when_a_place_is_to_be_seen_then_brings_it_into_sight(page: Page) -> None:
    page.evaluate("bench.polygons(1, 12, 200)")
    seen = """() => { const { viewport, element } = bench.stage;
      const [x1, y1, x2, y2] = viewport.value.screenBox([3000, 2000, 3600, 2500]);
      return x1 >= 0 && y1 >= 0 && x2 <= element.clientWidth && y2 <= element.clientHeight; }"""
    page.evaluate("bench.stage.oneToOne(), bench.stage.centre([100, 100])")
    assert not page.evaluate(seen)
    page.evaluate("bench.stage.reveal([3000, 2000, 3600, 2500])")
    assert page.evaluate(seen)
    page.evaluate("bench.stage.fit(), bench.stage.keepClear(80)")
    assert page.evaluate("bench.stage.viewport.value.screenXY([0, 0])[1]") >= 80


def test_stage_when_the_last_shape_goes_then_nothing_of_it_is_left(page: Page) -> None:
    page.evaluate("bench.polygons(1, 12, 200)")
    assert page.evaluate(INKED)
    page.evaluate("async () => { bench.store.remove('p0'); await bench.settled(); }")
    assert not page.evaluate(INKED)


def test_stage_when_adjusted_then_the_picture_changes_and_the_shapes_do_not(page: Page) -> None:
    page.evaluate("bench.view.set({...bench.view.value, opacity: 1, labelsShown: false})")
    page.evaluate("bench.polygons(1, 12, 300)")
    shape = page.evaluate("bench.stage.viewport.value.screenXY(bench.store.get('p0').geometry.rings[0][0])")
    ring = page.evaluate("bench.store.get('p0').geometry.rings[0]")
    middle = [sum(p[i] for p in ring) / len(ring) for i in (0, 1)]
    inside = [round(v) for v in page.evaluate("(p) => bench.stage.viewport.value.screenXY(p)", middle)]
    outside = [round(shape[0]) + 150 if shape[0] < 450 else round(shape[0]) - 350, inside[1]]
    before = pixel(page, *inside), pixel(page, *outside)
    assert before[1] != (255, 255, 255)
    page.evaluate("""async () => { const { look } = bench.stage;
      look.set({ ...look.value, adjust: { ...look.value.adjust, brightness: 1 } }); await bench.settled(); }""")
    assert (pixel(page, *inside), pixel(page, *outside)) == (before[0], (255, 255, 255))


def test_stage_when_a_pixel_is_large_then_it_is_a_sharp_square_in_a_grid(page: Page) -> None:
    page.evaluate("async () => { bench.stage.oneToOne(); bench.stage.zoom(40, [450, 300]); await bench.settled(); }")
    lines = """() => { const c = document.querySelector("canvas.stage-still");
      const row = c.getContext("2d").getImageData(0, 307, c.width, 1).data;
      return Array.from({ length: c.width }, (_, x) => row[4 * x + 3] > 0).filter(Boolean).length; }"""
    assert 20 <= page.evaluate(lines) <= 50  # 900 pixels of screen at 40 each, a line of one or two pixels
    page.evaluate("async () => { bench.stage.zoom(0.2); await bench.settled(); }")
    assert page.evaluate(lines) == 0
