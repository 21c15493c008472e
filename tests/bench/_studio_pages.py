"""The studio's real page, with a real server behind it: how soon pictures and shapes are there, what a save sends.

A 100-megapixel TIFF comes as tiles, a 12-megapixel JPEG whole, and 5,000 polygons lie on another such JPEG. Times are
from the beginning of the navigation, by the page's own clock; what the browser keeps of one opening is not there in the
next, since each has a window of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from tests.bench import own_house, report, say

OPENINGS = 3
HUGE, TWELVE = (11600, 8700), (4000, 3000)
SCREEN: Any = {"width": 1440, "height": 900}
EMAIL, PASSWORD = "bench@example.org", "blue-heron-41"
SHARP = "alp:picture-sharp"


@dataclass(frozen=True)
class Pages:
    url: str
    project: str
    tasks: dict[str, str]
    """By what the task has: huge, photo, polygons."""

    def of(self, what: str) -> str:
        return f"{self.url}/p/{self.project}/studio/{self.tasks[what]}/"


def measure(browser: Browser, pages: Pages, shapes: str, load: Callable[[], str]) -> None:
    """`shapes`: what lies on the third picture, in words."""
    context = browser.new_context(viewport=SCREEN)
    state = signed_in(context.new_page(), pages)
    context.close()
    times = {what: opened(browser, pages, what, state) for what in pages.tasks}
    huge, photo = (min(times[what]) for what in ("huge", "photo"))
    what = f"TIFF of {HUGE[0]}x{HUGE[1]} by tiles beside a JPEG of {TWELVE[0]}x{TWELVE[1]}"
    note = f"{what}; from navigation to the first sharp frame, best of {OPENINGS}; {load()}"
    report("studio_page_huge_seconds", huge, "s", baseline=photo, ratio=round(huge / photo, 2), note=note)
    note = f"{shapes}; from navigation to all drawn, best of {OPENINGS}; 2 s is wanted; {load()}"
    report("studio_page_open_seconds", min(times["polygons"]), "s", note=note)
    count, size, whole = saved(browser, pages, state)
    note = f"{count} operation in the request after one of {shapes} was moved; all of them take {whole} bytes"
    report("studio_save_bytes", size, "bytes", note=note)


def opened(browser: Browser, pages: Pages, what: str, state: Any) -> list[float]:
    """Seconds of each opening, in a window whose cache is empty."""
    say(f"opening: {what} …")
    found = []
    for _ in range(OPENINGS):
        context = browser.new_context(viewport=SCREEN, storage_state=state)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(pages.of(what))
        page.wait_for_function("(name) => performance.getEntriesByName(name).length > 0", arg=SHARP)
        seconds = page.evaluate("(name) => performance.getEntriesByName(name)[0].startTime / 1000", SHARP)
        if what == "polygons":
            seconds = max(seconds, drawn(page))
        found.append(round(seconds, 3))
        context.close()
    return found


def drawn(page: Page) -> float:
    """When the last shape was there and the stage had nothing left to draw."""
    return float(
        page.evaluate("""async () => {
          const busy = () => document.querySelector("#studio").getAttribute("aria-busy") !== "false";
          while (busy() || !window.alpStudio.idle()) await new Promise(requestAnimationFrame);
          return performance.now() / 1000;
        }""")
    )


def saved(browser: Browser, pages: Pages, state: Any) -> tuple[int, int, int]:
    """Operations and bytes of the request that one moved polygon brings about, and bytes of them all."""
    context = browser.new_context(viewport=SCREEN, storage_state=state)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(pages.of("polygons"))
    page.wait_for_function("(name) => performance.getEntriesByName(name).length > 0", arg=SHARP)
    drawn(page)
    ring = page.evaluate("window.alpStudio.annotations().at(-1).geometry.rings[0]")
    whole = page.evaluate("JSON.stringify(window.alpStudio.annotations()).length")
    middle = [sum(point[side] for point in ring) / len(ring) for side in (0, 1)]
    page.mouse.click(*page.evaluate("(at) => window.alpStudio.screenXY(at)", middle))
    with page.expect_request(lambda request: request.method == "POST" and "/annotations/" in request.url) as request:
        page.keyboard.press("ArrowRight")
    body = request.value.post_data or ""
    context.close()
    return len(json.loads(body)["operations"]), len(body), int(whole)


def signed_in(page: Page, pages: Pages) -> Any:
    page.goto(f"{pages.url}/accounts/login/")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    return page.context.storage_state()


@contextlib.contextmanager
def served(polygons: int, points: int, radius: int) -> Iterator[Pages]:
    """One web process on a database of its own, with the three tasks in it."""
    from tests.bench.saves import WebHouse

    with own_house() as folder:
        made = _world(polygons, points, radius)
        house = WebHouse(folder, ALP_DATA_DIR=os.environ["ALP_DATA_DIR"], ALP_SQLITE_FILE=os.environ["ALP_SQLITE_FILE"])
        try:
            house.start(timeout=120)
            yield Pages(house.url, **made)
        finally:
            house.kill_everything()


def _world(polygons: int, points: int, radius: int) -> dict[str, Any]:
    from alp_site.lib import jobs
    from alp_site.people.services import create_project, create_user
    from annotation.services import task_items, tasks
    from datasets.models import Item
    from datasets.services import create_dataset, upload

    user = create_user(email=EMAIL, name="Bench", password=PASSWORD)
    project = create_project(name="Bench", user=user)
    dataset = create_dataset(project=project, name="Pictures", user=user, labels=["car", "bus"])
    files = {
        "huge": ("huge.tif", "TIFF", HUGE, 1),
        "photo": ("a.jpg", "JPEG", TWELVE, 2),
        "polygons": ("b.jpg", "JPEG", TWELVE, 3),
    }
    made: dict[str, str] = {}
    for what, (name, kind, size, seed) in files.items():
        say(f"drawing {name} …")
        report_ = upload.add_many(dataset=dataset, files=[(name, _picture(kind, size, seed))], user=user)
        item = Item.objects.get(pk=report_.item_ids[0])
        if what == "polygons":
            _cover(item, user, polygons, points, radius)
        task = tasks.create_task(
            project=project, kind="annotation", dataset=dataset, user=user, name=what, annotation_types=["polygon"]
        )
        task_items.add_items(task=task, entries=[{"item_id": item.pk}])
        made[what] = str(task.pk)
    started = time.perf_counter()
    jobs.run_pending("default")
    seconds = round(time.perf_counter() - started, 1)
    note = f"cutting the tiles of {HUGE[0]}x{HUGE[1]}, and the small pictures of all three"
    report("studio_tiles_seconds", seconds, "s", note=note)
    return {"project": str(project.pk), "tasks": made}


def _picture(kind: str, size: tuple[int, int], seed: int) -> bytes:
    """Waves with grain: it compresses about as a photograph does."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(seed)
    grain = rng.integers(-12, 12, (512, size[0], 3), dtype=np.int16)
    across = 128 + 90 * np.sin(np.arange(size[0]) / (97 + seed))
    strips = []
    for top in range(0, size[1], 512):
        down = np.cos(np.arange(top, min(top + 512, size[1])) / (71 + seed))
        strip = (down[:, None] * across[None, :])[:, :, None] + grain[: len(down)]
        strips.append(np.clip(strip, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    Image.fromarray(np.concatenate(strips)).save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


def _cover(item: Any, user: Any, count: int, points: int, radius: int) -> None:
    """So many polygons, by the door that people's edits use."""
    import math
    import random

    from alp_site.lib.ids import uuid7
    from datasets.services.annotations import apply_operations

    rng = random.Random(5)
    operations = []
    for _ in range(count):
        x, y = (radius + rng.random() * (side - 2 * radius) for side in (item.width, item.height))
        ring = []
        for n in range(points):
            r, turn = radius * (0.6 + 0.4 * rng.random()), 2 * math.pi * n / points
            ring.append([round(x + r * math.cos(turn), 2), round(y + r * math.sin(turn), 2)])
        data = {"type": "polygon", "label": rng.choice(["car", "bus"]), "geometry": {"rings": [ring]}}
        operations.append({"op_id": str(uuid7()), "type": "create", "annotation": str(uuid7()), "data": data})
    for at in range(0, count, 200):
        apply_operations(item=item, operations=operations[at : at + 200], user=user)
