"""The pipeline editor in headless Chromium on its real page: frames a second with 300 nodes under the hand.

Frames are what requestAnimationFrame gives while the mouse drags a node and while the ground is dragged, so 60 a second
is the most. ``BENCH_NODES`` changes the size.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.bench import number, percentile, report, say
from tests.bench.studio import SCREEN, browser_here, load
from tests.e2e.editor import Drafting, box_of, make_drafting, middle
from tests.house import House

NODES, STEPS = number("NODES", 300), number("STEPS", 120)
WIDE = 20

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


def frames_of(page: Page, start: tuple[float, float]) -> list[float]:
    """Milliseconds between frames while the mouse, held down from `start`, goes round."""
    mouse = page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(start[0] + 5, start[1] + 5)
    page.evaluate(WATCH)
    for step in range(STEPS):
        mouse.move(start[0] + 5 + step % 40 * 4, start[1] + 5 + step % 30 * 3)
    times: list[float] = page.evaluate("() => { window.watching = false; return window.frames_; }")
    mouse.up()
    return times[2:]


def open_editor(browser: Browser, house: House, drafting: Drafting) -> Page:
    context = browser.new_context(viewport=SCREEN)  # type: ignore[arg-type]
    cookies = {"sessionid": drafting.sessions["engineer"], "csrftoken": "c" * 32}
    context.add_cookies([{"name": name, "value": value, "url": house.url} for name, value in cookies.items()])
    page = context.new_page()
    page.goto(f"{house.url}{drafting.path}edit/")
    expect(page.locator(".step").first).to_be_visible()
    page.wait_for_timeout(2000)
    return page


def measure(page: Page, what: str, start: tuple[float, float]) -> None:
    say(f"{what} …")
    times = frames_of(page, start)
    drawn = page.locator(".step").count()
    note = f"{NODES} nodes, {drawn} in sight; frame p95 {percentile(times, 0.95):.1f} ms; {load()}"
    for suffix, share in (("p50", 0.5), ("p05", 0.95)):
        value = 1000 / percentile(times, share)
        name = f"editor_{what}_frames_per_second_{suffix}"
        report(name, round(value, 1), "frames/s", baseline=50, ratio=round(value / 50, 2), note=note)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="alp-bench-", ignore_cleanup_errors=True) as folder:
        house = House(Path(folder))
        try:
            house.start()
            drafting = make_drafting(house, "bench", graph())
            with browser_here() as browser:
                page = open_editor(browser, house, drafting)
                measure(page, "all_drag", middle(box_of(page.locator(".step-head").nth(NODES // 2))))
                page.keyboard.press("Control+z")
                # As one works: some twenty nodes in sight.
                for _ in range(8):
                    page.keyboard.press("+")
                page.wait_for_timeout(500)
                canvas = box_of(page.locator(".react-flow"))
                inside = [
                    spot for head in page.locator(".step-head").all()
                    if canvas["x"] + 60 < (spot := middle(box_of(head)))[0] < canvas["x"] + canvas["width"] - 260
                    and canvas["y"] + 60 < spot[1] < canvas["y"] + canvas["height"] - 200
                ]  # fmt: skip
                measure(page, "near_drag", inside[len(inside) // 2])
                measure(page, "near_pan", (canvas["x"] + 6, canvas["y"] + 6))
        finally:
            house.kill_everything()


if __name__ == "__main__":
    main()
