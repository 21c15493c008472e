"""A person draws while the server is killed, the network goes, tabs close and somebody else edits the same shapes.

Afterwards the server holds what the browser had acknowledged or kept on its disk: every shape once, as it was last
left, and what was deleted is gone. `make chaos` is the long form.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House, kill

pytestmark = [pytest.mark.serial, pytest.mark.chaos, pytest.mark.thorough]
LONG = os.environ.get("ALP_CHAOS") == "long"
SECONDS = 300 if LONG else 20
ON_DISK_MS = 400  # an edit is on the browser's disk long before

HELD = """
import json
from datasets.models import Annotation
rows = Annotation.objects.filter(item__dataset_id={dataset!r})
print("SAID", json.dumps({{
    str(r.pk): {{"item": str(r.item_id), "geometry": r.geometry, "gone": r.deleted_at is not None}} for r in rows
}}))
"""

# Somebody else, by the API's own door: moves a shape as it stands on the server now.
MEDDLE = """
import json
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from datasets.models import Annotation
from datasets.services.annotations import apply_operations
row = Annotation.objects.select_related("item__dataset").get(pk={annotation!r})
x1, y1, x2, y2 = row.geometry["xyxy"]
shape = {{**row.geometry, "xyxy": [x1 - 1, y1 - 1, x2 - 1, y2 - 1]}}
operation = {{"op_id": str(uuid7()), "type": "update", "annotation": str(row.pk), "base_revision": row.revision,
             "data": {{"geometry": shape}}}}
user = User.objects.get(email={email!r})
answer = apply_operations(item=row.item, operations=[operation], user=user)[0]
print("SAID", json.dumps({{"status": answer["status"], "geometry": shape}}))
"""


class Drawer:
    """The person at the page, and what they believe to have done."""

    def __init__(self, world: World, visitor: Visitor, rng: random.Random) -> None:
        self.world, self.visitor, self.rng = world, visitor, rng
        self.hand = world.open(visitor)
        self.believed: dict[str, Any] = {}  # id -> geometry
        self.deleted: set[str] = set()
        self.disputed: dict[str, list[Any]] = {}  # id -> geometries either of which may stand
        self.drawn = 0
        self.done: list[str] = []

    def look(self) -> None:
        """Takes down what the page shows now."""
        for row in self.hand.shapes():
            self.believed[row["id"]] = row["geometry"]

    def draw(self) -> str:
        """A new box, selected; its id."""
        known = {row["id"] for row in self.hand.shapes()}
        x, y = 12 + 26 * (self.drawn % 23), 12 + 22 * (self.drawn // 23 % 20)
        self.drawn += 1
        self.hand.page.keyboard.press("r")
        self.hand.drag((x, y), (x + 18, y + 14))
        rows = self.hand.has(len(known) + 1)
        self.look()
        return str(next(row["id"] for row in rows if row["id"] not in known))

    def nudge(self) -> str:
        """Moves what was drawn last."""
        last = self.draw()
        self.move(last, "ArrowRight")
        return last

    def move(self, shape: str, key: str) -> None:
        """The selected shape, by the select tool's keys."""
        before = self.believed[shape]
        self.hand.page.keyboard.press("v")
        for _ in range(self.rng.randint(1, 3)):
            self.hand.page.keyboard.press(key)
        self.hand.until("moved", lambda rows: any(r["id"] == shape and r["geometry"] != before for r in rows))
        self.hand.page.wait_for_timeout(50)
        self.look()

    def delete(self) -> None:
        last = self.draw()
        self.hand.page.keyboard.press("Delete")
        self.hand.until("one less", lambda rows: all(row["id"] != last for row in rows))
        self.believed.pop(last)
        self.deleted.add(last)

    def kill_server(self) -> None:
        for proc in self.world.house.of_kind("web"):
            kill(proc.pid)
        self.draw()

    def lose_network(self) -> None:
        self.visitor.context.set_offline(True)
        for _ in range(self.rng.randint(1, 3)):
            self.draw()
        self.hand.page.wait_for_timeout(self.rng.randint(200, 1500))
        self.visitor.context.set_offline(False)

    def close_tab(self) -> None:
        self.draw()
        self.hand.page.wait_for_timeout(ON_DISK_MS)
        self.hand.page.close()
        self.world.house.wait_until(self.world.house.answers, 60, "the web server to be back")
        page = self.visitor.new_tab()
        page.goto(self.world.url(f"studio/{self.world.tasks['annotation']}/"))
        self.hand = Hand(page)
        self.hand.ready()

    def collide(self) -> None:
        """Somebody else moves a shape; this person, who has not heard of it, moves it too."""
        shape = self.nudge()
        self.settle()
        self.visitor.context.set_offline(True)
        self.move(shape, "ArrowDown")
        self.hand.page.wait_for_timeout(ON_DISK_MS)
        email = f"engineer.{self.world.name}@example.org".lower()
        other = said(self.world.house, MEDDLE.format(annotation=shape, email=email))
        assert other["status"] == 200
        self.visitor.context.set_offline(False)
        dialog = self.hand.page.get_by_role("dialog")
        expect(dialog).to_be_visible(timeout=60_000)
        dialog.get_by_role("button", name=self.rng.choice(["Keep mine", "Take theirs"])).click()
        self.disputed[shape] = [self.believed[shape], other["geometry"]]
        expect(dialog).to_be_hidden()

    def settle(self) -> None:
        """Everything is sent and answered."""
        self.hand.page.wait_for_function(
            "() => window.alpStudio.saved().pending === 0 && window.alpStudio.saved().state === 'saved'", timeout=90_000
        )


def test_edits_when_everything_goes_wrong_are_all_there_in_the_end(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = make_world(house, f"Chaos{int(LONG)}", ["box"], pictures=1)
    window = visitor()
    for pattern in (r"Failed to load resource", r"WebSocket", r"net::ERR", r"ended \(", r"connection refused"):
        window.allow(pattern)
    seed = int(os.environ.get("ALP_CHAOS_SEED", time.time()))
    print(f"seed {seed}")
    rng = random.Random(seed)
    drawer = Drawer(world, window, rng)
    acts = [drawer.draw, drawer.nudge, drawer.delete, drawer.kill_server, drawer.lose_network, drawer.close_tab]
    ends = time.monotonic() + SECONDS
    turn = 0
    drawer.collide()
    while time.monotonic() < ends or turn < len(acts):
        act = acts[turn] if turn < len(acts) else rng.choice([*acts, drawer.collide])
        drawer.done.append(getattr(act, "__name__", ""))
        try:
            act()
        except (AssertionError, Error) as error:
            raise AssertionError(f"seed {seed}, after {drawer.done}") from error
        turn += 1
    house.wait_until(house.answers, 60, "the web server to be back")
    drawer.settle()
    drawer.hand.reload()
    drawer.settle()
    held = said(house, HELD.format(dataset=world.dataset))
    live = {pk: row["geometry"] for pk, row in held.items() if not row["gone"]}
    told = json.dumps({"seed": seed, "acts": drawer.done})
    assert live.keys() == drawer.believed.keys(), told
    assert not drawer.deleted & live.keys(), told
    for pk, geometry in live.items():
        assert geometry in drawer.disputed.get(pk, [drawer.believed[pk]]), told
    shown = {row["id"]: row["geometry"] for row in drawer.hand.shapes()}
    assert shown == live, told
