"""The studio in headless Chromium: frames a second with 5,000 polygons under the hand, and how its real page opens.

Frames are what requestAnimationFrame gives, so 60 a second is the most. The baseline of each is the plain way in the
same run: every shape drawn in every frame. ``BENCH_POLYGONS`` and ``BENCH_FRAMES`` change the sizes.
"""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench import _studio_pages, number, percentile, report, say

POLYGONS, FRAMES = number("POLYGONS", 5000), number("FRAMES", 240)
POINTS, RADIUS = 20, 26
SCREEN = {"width": 1440, "height": 900}
TWELVE, FORTY = (4000, 3000), (7744, 5200)
ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# The page is built apart from the product, which has no entry for it.
BUILD = """
import { build } from "vite";
const [entry, outDir] = process.argv.slice(1);
await build({
  configFile: false, root: process.cwd(), base: "./", logLevel: "warn",
  resolve: { alias: { "@": process.cwd() + "/src" } },
  build: { outDir, emptyOutDir: true, target: "es2022", modulePreload: false,
           rolldownOptions: { input: entry, output: { entryFileNames: "page.js", assetFileNames: "page.[ext]" } } },
});
"""
PAGE = """<!doctype html><meta charset="utf-8"><title>Bench</title><link rel="stylesheet" href="page.css">
<style>html,body{margin:0;height:100%}.stage{width:100vw;height:100vh}:root{--desk:#08090c;--desk-dot:#1d2129}</style>
<body><script type="module" src="page.js"></script></body>"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and keeps no log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        return


@contextlib.contextmanager
def built_page() -> Iterator[str]:
    """The page, built and served; yields its address."""
    with tempfile.TemporaryDirectory(prefix="alp-bench-") as name:
        entry = ROOT / "tests" / "bench" / "studio_page.ts"
        command = ["node", "--input-type=module", "-e", BUILD, str(entry), name]
        subprocess.run(command, cwd=ROOT / "static", check=True)
        (Path(name) / "index.html").write_text(PAGE)
        handler = functools.partial(Quiet, directory=name)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


@contextlib.contextmanager
def browser_here() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit("There is no Chromium on this machine: install it (on Debian: apt install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@contextlib.contextmanager
def open_page(url: str) -> Iterator[Page]:
    """Headless Chromium with the page; what its console complains of is an error."""
    complaints: list[str] = []
    with browser_here() as browser:
        page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(120_000)
        page.goto(url)
        page.wait_for_function("window.bench !== undefined")
        yield page
    if complaints:
        raise SystemExit("\n".join(complaints))


def load() -> str:
    """How busy the machine is: others slow a measurement."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def tell_frames(name: str, times: list[float], baseline: list[float], note: str) -> None:
    """Frames a second at the median and at the slowest twentieth, beside the plain way's."""
    for suffix, share in (("p50", 0.5), ("p05", 0.95)):
        value, plain = (1000 / percentile(one, share) for one in (times, baseline))
        slow = f"{note}; frame p50 {percentile(times, 0.5):.1f} ms, p95 {percentile(times, 0.95):.1f} ms; {load()}"
        name_ = f"studio_{name}frames_per_second_{suffix}"
        report(name_, round(value, 1), "frames/s", baseline=round(plain, 1), ratio=round(value / plain, 2), note=slow)


def measure_polygons(page: Page) -> None:
    """Opening, pan, zoom and drag with all polygons."""
    page.evaluate("([w, h]) => bench.show(w, h)", TWELVE)
    seconds = page.evaluate("([n, p, r]) => bench.polygons(n, p, r)", [POLYGONS, POINTS, RADIUS])
    what = f"{POLYGONS} polygons of {POINTS} points on {TWELVE[0]}x{TWELVE[1]}, {SCREEN['width']}x{SCREEN['height']}"
    report("studio_open_seconds", round(seconds, 3), "s", note=f"from the store to the last stroke; {what}; {load()}")
    plain = page.evaluate("(n) => bench.plain(n)", FRAMES // 4)
    every: list[float] = []
    for act in ("pan", "zoom", "drag"):
        say(f"{act} …")
        times = page.evaluate(f"(n) => bench.{act}(n)", FRAMES)
        page.evaluate("bench.stage.fit(), bench.settled()")
        tell_frames(f"{act}_", times, plain, what)
        every += times
    tell_frames("", every, plain, f"pan, zoom and drag together; {what}")


def measure_masks(page: Page) -> None:
    """200 masks on twelve megapixels: opening, pan and zoom."""
    page.evaluate("([w, h]) => bench.show(w, h)", TWELVE)
    seconds = page.evaluate("([n, r]) => bench.masks(n, r)", [200, 320])
    what = "200 masks of 0.2 megapixels on 12 megapixels"
    report("studio_masks_open_seconds", round(seconds, 3), "s", note=f"{what}; {load()}")
    plain = page.evaluate("(n) => bench.plain(n)", FRAMES // 4)
    times = page.evaluate("(n) => bench.pan(n)", FRAMES) + page.evaluate("(n) => bench.zoom(n)", FRAMES)
    tell_frames("masks_", times, plain, f"pan and zoom; {what}")


def measure_brush(page: Page) -> None:
    """A stroke over the width of forty megapixels."""
    page.evaluate("([w, h]) => bench.show(w, h)", FORTY)
    for radius in (40, 200):
        moves, frames = page.evaluate(
            "async ([n, r]) => { const b = await bench.brush(n, r); return [b.moves, b.frames]; }", [FRAMES, radius]
        )
        for suffix, share in (("p50", 0.5), ("p95", 0.95)):
            note = f"nib of {2 * radius} px on {FORTY[0]}x{FORTY[1]}, whole picture in sight; frame {suffix} "
            note += f"{percentile(frames, share):.1f} ms; {load()}"
            name = f"studio_brush_{2 * radius}_move_{suffix}"
            report(name, round(percentile(moves, share), 2), "ms", baseline=16.0, note=note)


def main() -> None:
    """`BENCH_PARTS=canvas` or `pages` measures that part alone."""
    parts = os.environ.get("BENCH_PARTS", "canvas,pages").split(",")
    if "pages" in parts:
        measure_pages()
    if "canvas" in parts:
        with built_page() as url, open_page(url) as page:
            measure_polygons(page)
            measure_masks(page)
            measure_brush(page)


def measure_pages() -> None:
    with _studio_pages.served(POLYGONS, POINTS, RADIUS) as pages, browser_here() as browser:
        _studio_pages.measure(browser, pages, f"{POLYGONS} polygons of {POINTS} points", load)


if __name__ == "__main__":
    main()
