"""The pipeline editor in headless Chromium on its real page: frames a second with 300 nodes under the hand.

Frames are what requestAnimationFrame gives while a node is dragged, the ground is dragged, the wheel turns and a name
is typed, with the whole graph in sight (all) and as one works (near): at most 60 a second. ``BENCH_NODES`` changes the
size.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.bench import number, percentile, report, say
from tests.bench.studio import SCREEN, browser_here, load
from tests.e2e.editor import Drafting, box_of, make_drafting, middle
from tests.house import House

NODES, STEPS = number("NODES", 300), number("STEPS", 120)
WIDE = 20

Spot = tuple[float, float]

WATCH = """
() => {
  window.frames_ = [];
  let last = performance.now();
  window.watching = true;
  const tick = (now) => {
    window.frames_.push(now - last);
    last = now;
    if (window.watching) requestAnimationFrame(tick);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(tick); });
}
"""


def graph() -> dict[str, Any]:
    """Rows of Annotation tasks, each leading to its right neighbour and the one below it."""
    nodes = [
        {
            "id": f"n{i}", "type": "annotation_task", "name": f"Task {i}",
            "position": {"x": i % WIDE * 320, "y": i // WIDE * 180},
        }
        for i in range(NODES)
    ]  # fmt: skip
    steps = [(i, i + 1, "completed") for i in range(NODES - 1) if (i + 1) % WIDE]
    steps += [(i, i + WIDE, "discard") for i in range(NODES - WIDE)]
    connections = [
        {"source": {"node": f"n{a}", "port": "item"}, "target": {"node": f"n{b}", "port": "item"}, "action": action}
        for a, b, action in steps
    ]
    return {"nodes": nodes, "connections": connections}


def frames_of(page: Page, act: Callable[[], None]) -> list[float]:
    """Milliseconds between frames while the act is done."""
    page.evaluate(WATCH)
    act()
    times: list[float] = page.evaluate("() => { window.watching = false; return window.frames_; }")
    return times[2:]


def dragging(page: Page, start: Spot) -> Callable[[], None]:
    """The mouse is held down at `start` and goes round."""

    def act() -> None:
        for step in range(STEPS):
            page.mouse.move(start[0] + 5 + step % 40 * 4, start[1] + 5 + step % 30 * 3)

    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 5, start[1] + 5)
    return act


def zooming(page: Page, at: Spot) -> Callable[[], None]:
    def act() -> None:
        for step in range(STEPS):
            page.mouse.wheel(0, 40 if step % 20 < 10 else -40)

    page.mouse.move(*at)
    return act


def typing(page: Page, node: Spot) -> Callable[[], None]:
    def act() -> None:
        for step in range(STEPS // 2):
            page.keyboard.press("abcdefghij"[step % 10])

    page.mouse.click(*node)
    page.get_by_label("Name of the node").click()
    return act


def open_editor(browser: Browser, house: House, drafting: Drafting) -> Page:
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    cookies = {"sessionid": drafting.sessions["engineer"], "csrftoken": "c" * 32}
    context.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in cookies.items()])
    page = context.new_page()
    page.goto(f"{house.url}{drafting.path}edit/")
    expect(page.locator(".step").first).to_be_visible()
    page.wait_for_timeout(2000)
    return page


def measure(page: Page, what: str, act: Callable[[], None]) -> None:
    say(f"{what} …")
    times = frames_of(page, act)
    page.mouse.up()
    drawn = page.locator(".step").count()
    note = f"{NODES} nodes, {drawn} in sight; frame p95 {percentile(times, 0.95):.1f} ms; {load()}"
    for suffix, share in (("p50", 0.5), ("p05", 0.95)):
        value = 1000 / percentile(times, share)
        name = f"editor_{what}_frames_per_second_{suffix}"
        report(name, round(value, 1), "frames/s", baseline=50, ratio=round(value / 50, 2), note=note)


def heads_inside(page: Page, canvas: FloatRect) -> list[Spot]:
    """Heads of nodes a drag may start at and go round without leaving the canvas."""
    found = []
    for head in page.locator(".step-head").all():
        box = head.bounding_box()
        if box is None:  # it went out of sight meanwhile: only what is in sight is drawn
            continue
        x, y = middle(box)
        right, bottom = canvas["x"] + canvas["width"] - 260, canvas["y"] + canvas["height"] - 200
        if canvas["x"] + 60 < x < right and canvas["y"] + 60 < y < bottom:
            found.append((x, y))
    return found


def ground(page: Page, canvas: FloatRect) -> Spot:
    """A place of the canvas where nothing stands."""
    for y in range(60, 400, 10):
        for x in range(60, 600, 10):
            spot = canvas["x"] + x, canvas["y"] + y
            bare = "([x, y]) => document.elementFromPoint(x, y)?.classList.contains('react-flow__pane') ?? false"
            if page.evaluate(bare, list(spot)):
                return spot
    raise AssertionError("no bare ground in sight")


def measure_all(page: Page) -> None:
    canvas = box_of(page.locator(".react-flow"))
    centre = middle(canvas)
    measure(page, "all_drag", dragging(page, middle(box_of(page.locator(".step-head").nth(NODES // 2)))))
    page.keyboard.press("Control+z")
    measure(page, "all_pan", dragging(page, ground(page, canvas)))
    page.keyboard.press("0")
    page.wait_for_timeout(500)
    # As one works: some twenty nodes in sight.
    for _ in range(8):
        page.keyboard.press("+")
    page.wait_for_timeout(500)
    spots = heads_inside(page, canvas)
    measure(page, "near_drag", dragging(page, spots[len(spots) // 2]))
    measure(page, "near_pan", dragging(page, ground(page, canvas)))
    measure(page, "near_zoom", zooming(page, centre))
    spots = heads_inside(page, canvas)
    measure(page, "near_type", typing(page, spots[len(spots) // 2]))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="alp-bench-", ignore_cleanup_errors=True) as folder:
        house = House(Path(folder))
        try:
            house.start()
            drafting = make_drafting(house, "bench", graph())
            with browser_here() as browser:
                measure_all(open_editor(browser, house, drafting))
        finally:
            house.kill_everything()


if __name__ == "__main__":
    main()
