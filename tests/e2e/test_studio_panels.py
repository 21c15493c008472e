"""The studio's panels in a real browser: a conflict is answered, an old version comes back, a pin opens its issue."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.axe import listen_light_and_dark
from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

MEANWHILE = """
import json
from alp_site.lib import ids
from alp_site.people.models import User
from datasets.models import Annotation
from datasets.services.annotations import apply_operations
row = Annotation.objects.select_related("item").get(item__dataset_id={dataset!r}, deleted_at=None)
data = {{"geometry": {{"xyxy": {xyxy!r}, "angle": 0}}}}
operation = {{"op_id": str(ids.uuid7()), "type": "update", "annotation": str(row.pk), "base_revision": row.revision,
             "data": data}}
user = User.objects.get(email={email!r})
print("SAID", json.dumps({{"answers": [a["status"] for a in
                                      apply_operations(item=row.item, user=user, operations=[operation])]}}))
"""
EDITS = re.compile(r"/api/v1/items/[^/]+/annotations/$")
ISSUES = re.compile(r"/issues/$")
THEIRS = [50, 60, 210, 200]


def picture(page: Page, name: str) -> None:
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(shots) / f"{name}.png"))


def xyxy(hand: Hand) -> list[float]:
    found: list[float] = hand.shapes()[0]["geometry"]["xyxy"]
    return found


def saved(hand: Hand, revision: int) -> None:
    hand.until(f"revision {revision}", lambda rows: all(row["revision"] >= revision for row in rows))


def collide(world: World, hand: Hand, one: Visitor) -> None:
    """Moves the box while the network is away, and somebody else meanwhile gives it another size."""
    one.context.set_offline(True)
    before = xyxy(hand)
    hand.page.keyboard.press("ArrowRight")
    hand.until("the nudge", lambda rows: rows[0]["geometry"]["xyxy"] != before)
    email = f"engineer.{world.name}@example.org".lower()
    code = MEANWHILE.format(dataset=world.dataset, email=email, xyxy=THEIRS)
    assert said(world.house, code) == {"answers": [200]}
    one.context.set_offline(False)


def test_two_people_at_one_box_when_the_second_saves_then_both_versions_are_shown(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = make_world(house, "Panels", ["box"], pictures=2)
    one: Any = visitor()
    one.allow("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_NETWORK|Forbidden")
    hand = world.open(one)
    page = hand.page
    hand.tool("Box")
    hand.drag((60, 60), (180, 170))
    hand.has(1)
    saved(hand, 1)
    page.keyboard.press("v")
    hand.click(120, 110)
    page.locator(".stage").focus()

    # Theirs, by its key.
    collide(world, hand, one)
    dialog = page.get_by_role("dialog", name="Someone else changed")
    expect(dialog).to_be_visible(timeout=30_000)
    expect(dialog.get_by_role("region", name="Theirs")).to_contain_text("160 × 140")
    expect(dialog.get_by_role("region", name="Mine")).to_contain_text("120 × 110")
    picture(page, "conflict")
    listen_light_and_dark(page, "conflict")
    page.keyboard.press("t")
    expect(dialog).to_be_hidden()
    hand.until("theirs", lambda found: found[0]["geometry"]["xyxy"] == THEIRS)

    # An earlier version comes back, as edits that undo takes back.
    page.get_by_role("tab", name="History").click()
    page.locator(".version").last.click()
    expect(page.locator(".history-compare")).to_contain_text("1 changed")
    picture(page, "compare")
    # By itself, as whoever saved it saw it: nothing is drawn over it, and Escape comes back.
    page.get_by_role("button", name="As it was").click()
    expect(page.locator(".past")).to_contain_text("As it was: Ann")
    picture(page, "as-it-was")
    listen_light_and_dark(page, "as it was")
    hand.drag((400, 300), (460, 360))
    expect(page.locator(".past")).to_be_visible()
    assert len(hand.shapes()) == 1
    page.locator(".stage").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".past")).to_be_hidden()
    expect(page.get_by_role("button", name="Beside now")).to_have_attribute("aria-pressed", "true")
    # What is submitted is what is there now: it is shown first.
    page.get_by_role("button", name="As it was").click()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".past")).to_be_hidden()
    expect(page.locator(".foot-words")).to_have_text("This is how it is now. Nothing was answered yet.")
    assert hand.showing() == "/p000.png"
    page.get_by_role("button", name="Restore this version").click()
    page.get_by_role("dialog", name="Restore this version?").get_by_role("button", name="Restore").click()
    hand.until("the first box", lambda rows: rows[0]["geometry"]["xyxy"] == [60, 60, 180, 170])
    page.keyboard.press("Control+z")
    hand.until("their box", lambda rows: rows[0]["geometry"]["xyxy"] == THEIRS)


def hang_on_unsaved(review: Hand) -> None:
    """An issue about what was drawn a moment ago, that names somebody: it waits until the server has the drawing."""
    page = review.page
    held: list[Route] = []
    told: list[dict[str, Any]] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(EDITS, hold)
    page.on(
        "request", lambda one: told.append(one.post_data_json) if ISSUES.search(one.url) and one.post_data else None
    )
    review.tool("Box")
    review.drag((420, 60), (520, 160))
    review.has(2)
    page.keyboard.press("i")
    draft = page.get_by_role("region", name="New issue")
    expect(draft).to_contain_text("apple #2")
    page.keyboard.press("Tab")
    page.keyboard.type("Like this one @an")
    people = draft.get_by_role("listbox", name="People")
    expect(people.get_by_role("option")).to_have_text(["Ann"])
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(300)
    assert told == [], "an issue was sent about what the server does not know"
    for route in held:
        route.continue_()
    page.unroute(EDITS)
    expect(page.locator(".issue-thread")).to_contain_text("Like this one @Ann")
    expect(page.locator(".issue-thread")).to_contain_text("apple #2")
    (issue,) = told
    (named,) = issue["mentions"]
    drawn = next(row["id"] for row in review.shapes() if row["geometry"]["xyxy"][0] > 400)
    assert issue["annotation"] == drawn
    assert (
        named
        == review.api(f"projects/{page.url.split('/p/')[1].split('/')[0]}/members/?q=ann")["items"][0]["user"]["id"]
    )


def test_an_issue_of_the_reviewer_stands_on_the_picture_of_the_annotator(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = make_world(house, "Pins", ["box"], pictures=1)
    hand = world.open(visitor())
    hand.tool("Box")
    hand.drag((60, 60), (180, 170))
    hand.has(1)
    hand.submit()
    review = world.open(visitor(), role="reviewer", kind="qa")
    review.has(1)
    review.page.keyboard.press("i")
    review.page.get_by_role("button", name="Place").click()
    review.drag((300, 200), (380, 260))
    review.page.get_by_label("What is wrong").fill("The white one is missing")
    review.page.get_by_role("button", name="Add").click()
    expect(review.page.get_by_role("tab", name="Issues")).to_contain_text("1")
    picture(review.page, "pin")
    review.page.get_by_role("tab", name="Objects").click()
    # The mark stands at the upper right corner of the place.
    review.click(380, 200)
    expect(review.page.get_by_role("tab", name="Issues")).to_have_attribute("aria-selected", "true")
    expect(review.page.locator(".issue-thread")).to_contain_text("The white one is missing")
    assert len(review.shapes()) == 1
    hang_on_unsaved(review)

    # The issues say enough: nothing more is asked.
    review.page.get_by_role("button", name="Reject").click()
    expect(review.page.get_by_text("Returned to Ann with 2 issues.")).to_be_visible()
    expect(hand.page.locator(".studio-strip")).to_contain_text("Sent back", timeout=30_000)
    hand.has(2)
    expect(hand.page.locator(".issue-thread")).to_contain_text("The white one is missing")
    hand.page.get_by_role("button", name="Mark fixed").click()
    expect(hand.page.locator(".issue-thread")).to_contain_text("For review")
