"""Two stages of review in a real browser: the second made by a lead, and what it sends back comes back to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

# By file name: how often the first stage decided, and whether the drawn box is approved.
STATE = """
import json
from annotation.models import TaskItemLog
from datasets.models import Annotation
first = TaskItemLog.objects.filter(task_item__task={first!r}, action="approve")
boxes = Annotation.objects.filter(item__dataset={dataset!r}, deleted_at=None).select_related("item")
print("SAID", json.dumps({{
    "first": sorted(first.values_list("task_item__item__filename", flat=True)),
    "approved": sorted(box.item.filename for box in boxes if box.approved_revision == box.revision),
    "not_yet": sorted(box.item.filename for box in boxes if box.approved_revision != box.revision),
}}))
"""


def add_stage(world: World, page: Page) -> World:
    """A second review behind the first, on the first one's page; the world in which it is the review."""
    page.goto(world.url(f"tasks/{world.tasks['qa']}/"))
    page.get_by_role("button", name="Add a stage after it").click()
    dialog = page.get_by_role("dialog", name="Add a review")
    dialog.get_by_label("Name of the review task").fill("Second look")
    dialog.get_by_role("button", name="Add review").click()
    expect(page.get_by_role("heading", name="Second look")).to_be_visible()
    return replace(world, tasks={**world.tasks, "qa": page.url.rstrip("/").rpartition("/")[2]})


def label_two(hand: Hand) -> None:
    hand.tool("Box")
    for _ in range(2):
        hand.drag((300, 200), (380, 260))
        hand.has(1)
        hand.submit()
    hand.saved()


def approve_all(review: Hand, count: int) -> None:
    for _ in range(count):
        review.has(1)
        shown = review.showing()
        review.page.keyboard.press("a")
        expect(review.filename()).not_to_have_text(shown)
    expect(review.page.get_by_text("Nothing to review now")).to_be_visible()
    review.saved()


def return_one_and_approve_one(second: Hand) -> str:
    """The name of the one that went back."""
    second.has(1)
    returned = second.showing()
    second.page.keyboard.press("x")
    second.page.keyboard.press("4")
    second.page.keyboard.press("Enter")
    expect(second.page.get_by_text("Returned to Ann with 1 issue.")).to_be_visible()
    expect(second.filename()).not_to_have_text(returned)
    approve_all(second, 1)
    return returned


@pytest.mark.thorough
def test_two_stages_when_the_second_returns_then_it_is_answered_to_it_and_approved_there(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = make_world(house, "Stages", ["box"], pictures=2)
    lead = world.sign_in(visitor(), "engineer")
    later = add_stage(world, lead)
    label_two(world.open(visitor()))
    approve_all(world.open(visitor(), role="reviewer", kind="qa"), 2)
    state = STATE.format(first=world.tasks["qa"], dataset=world.dataset)
    both = ["/p000.png", "/p001.png"]
    assert said(house, state) == {"first": both, "approved": [], "not_yet": both}

    second = later.reopen(lead, "qa")
    returned = return_one_and_approve_one(second)
    answer = world.open(visitor())
    expect(answer.page.locator(".studio-strip")).to_contain_text("Sent back by Eve")
    assert answer.showing() == returned
    answer.has(1)
    answer.press("Shift+N")
    answer.press("Alt+i")
    expect(answer.page.locator(".issue-thread")).to_contain_text("For review")
    answer.press("Control+Enter")
    expect(answer.filename()).not_to_have_text(returned)
    answer.saved()

    expect(second.page.locator(".studio-strip")).to_contain_text("Answered: you asked", timeout=30_000)
    expect(second.page.locator(".issue-thread")).to_contain_text("For review", timeout=30_000)
    second.page.keyboard.press("Alt+i")
    expect(second.page.locator(".issue-thread")).to_contain_text("Resolved")
    approve_all(second, 1)
    assert said(house, state) == {"first": both, "approved": both, "not_yet": []}  # the first was not asked again
