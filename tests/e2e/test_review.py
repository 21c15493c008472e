"""Review in a real browser: rejecting and approving by keys alone, and a page of classes at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.axe import listen_light_and_dark
from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, make_world
from tests.house import House

Windows = Callable[..., Visitor]
ONE_CLASS = """
import json
from datasets.models import Label
print("SAID", json.dumps({{"labels": Label.objects.filter(ontology__project_id={project!r}).update(group="class")}}))
"""


def picture(page: Page, name: str) -> None:
    """SHOTS names a folder for pictures of what was looked at."""
    if shots := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(shots) / f"{name}.png"))


def issue_states(hand: Hand) -> list[str]:
    """Of the item on the screen, as the list of issues says them."""
    return hand.page.locator(".issue-row .visually-hidden").all_inner_texts()


def test_review_when_rejected_fixed_and_approved_by_keys_alone(house: House, visitor: Windows) -> None:
    world = make_world(house, "Keys", ["box"], pictures=2)
    hand = world.open(visitor())
    keys = hand.page.keyboard
    for _ in range(2):
        hand.press("r")
        hand.press("ArrowRight")
        hand.press("Space")
        for _ in range(4):
            keys.press("Control+ArrowRight")
            keys.press("Control+ArrowDown")
        keys.press("Space")
        hand.has(1)
        hand.submit()
    hand.saved()

    review = world.open(visitor(), role="reviewer", kind="qa")
    page, keys = review.page, review.page.keyboard
    reject_both(review)
    fix_both(world.open(visitor()))

    for _ in range(2):
        expect(page.locator(".studio-strip")).to_contain_text("Answered: you asked", timeout=30_000)
        review.has(1)
        review.sees()
        shown = review.showing()
        expect(page.locator(".issue-thread")).to_contain_text("For review", timeout=30_000)
        keys.press("Alt+i")
        expect(page.locator(".issue-thread")).to_contain_text("Resolved")
        keys.press("a")
        expect(review.filename()).not_to_have_text(shown)
    expect(page.get_by_text("Nothing to review now")).to_be_visible()
    review.saved()


def reject_both(review: Hand) -> None:
    """The first with an issue on a place, after a refused approval; the second with one said by X."""
    page, keys = review.page, review.page.keyboard
    review.has(1)
    review.sees()
    rejected = review.showing()
    # X says what is wrong first, with the selected object; Escape gives it up.
    keys.press("Alt+.")
    keys.press("x")
    draft = page.get_by_role("region", name="Reject: what is wrong?")
    expect(draft).to_contain_text("apple #1")
    expect(draft.get_by_role("radio", name="Outline is not exact")).to_be_focused()
    keys.press("Escape")
    expect(draft).to_be_hidden()
    # An issue on a place, moved there by arrows.
    keys.press("i")
    keys.press("2")
    keys.press("Alt+p")
    keys.press("Shift+ArrowLeft")
    keys.press("Shift+ArrowUp")
    picture(page, "issue-place")
    keys.press("Enter")
    keys.type("the left one")
    keys.press("Enter")
    expect(page.locator(".issue-row")).to_contain_text("at a place")
    # Approving is refused, and offers what can be done.
    keys.press("Escape")
    keys.press("a")
    refused = page.get_by_role("dialog", name="Not approved: 1 issue is open")
    expect(refused).to_be_visible()
    picture(page, "approve-refused")
    keys.press("Escape")
    expect(refused).to_be_hidden()
    assert review.showing() == rejected
    # With an issue open, X rejects at once.
    page.locator(".stage").focus()
    keys.press("x")
    expect(page.get_by_text("Returned to Ann with 1 issue.")).to_be_visible()
    expect(review.filename()).not_to_have_text(rejected)
    # The other one gets its issue with X: digit, Enter.
    review.has(1)
    keys.press("x")
    keys.press("4")
    picture(page, "reject")
    keys.press("Enter")
    expect(page.get_by_text("Nothing to review now")).to_be_visible()
    review.saved()


def fix_both(back: Hand) -> None:
    """Its annotator has them first, with their issues; marking them fixed and submitting brings them back."""
    for _ in range(2):
        back.sees()
        shown = back.showing()
        back.has(1)
        expect(back.page.locator(".studio-strip")).to_contain_text("Sent back by Rex")
        expect(back.page.get_by_role("tab", name="Issues")).to_have_attribute("aria-selected", "true")
        assert issue_states(back) == ["Open"]
        back.press("Shift+N")
        picture(back.page, "sent-back")
        back.press("Alt+i")
        expect(back.page.locator(".issue-thread")).to_contain_text("For review")
        back.press("Control+Enter")
        expect(back.filename()).not_to_have_text(shown)
    back.saved()


def test_review_by_pages_when_some_are_wrong_then_the_rest_is_approved_at_once(house: House, visitor: Windows) -> None:
    world = make_world(house, "Pages", ["class"], pictures=6)
    said(house, ONE_CLASS.format(project=world.project))
    hand = world.open(visitor())
    listen_light_and_dark(hand.page, "one class a picture")
    for _ in range(6):
        hand.act("1")
    hand.saved()
    expect(hand.empty()).to_be_visible()
    listen_light_and_dark(hand.page, "nothing to label")

    window = visitor()
    page = window.sign_in(f"reviewer.{world.name}@example.org".lower(), path=f"/p/{world.project}/tasks/")
    page.goto(world.url(f"tasks/{world.tasks['qa']}/"))
    page.get_by_role("link", name="Review by pages").click()
    tiles = page.get_by_role("option")
    expect(tiles).to_have_count(6)
    keys = page.keyboard
    keys.press("2")  # the first is a bruise
    keys.press("ArrowRight")
    keys.press("x")
    keys.press("Shift+Digit3")
    keys.press("ArrowRight")
    keys.press("s")
    expect(tiles.nth(1)).to_have_accessible_name("p001.png, apple, rejected: Should not be there")
    listen_light_and_dark(page, "grid")
    keys.press("Control+Enter")
    expect(page.get_by_text("4 approved, 1 sent back.")).to_be_visible()
    expect(tiles).to_have_count(1)
    keys.press("Control+z")
    expect(tiles).to_have_count(6)
    expect(tiles.nth(0)).to_have_accessible_name("p000.png, apple")
    keys.press("Control+Enter")
    expect(page.get_by_text("Nothing to review now")).to_be_visible()
    picture(page, "grid-done")
