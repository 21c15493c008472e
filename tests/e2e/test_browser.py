"""From the dataset browser into the studio and back, mentions in the top bar; both, and the pages around, under axe."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.axe import Ear
from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

PREPARE = """
import json
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from annotation.models import Task
from annotation.services import queue
from datasets.models import Item
from datasets.services.annotations import apply_operations
annotator, engineer = (User.objects.get(email=email) for email in {emails!r})
made = {{"type": "box", "label": "apple", "geometry": {{"xyxy": [60, 60, 240, 200]}}}}
apply_operations(item=Item.objects.get(pk={item!r}), user=engineer,
                 operations=[{{"op_id": str(uuid7()), "type": "create", "data": made}}])
(held,) = queue.next_items(task=Task.objects.get(pk={task!r}), person=annotator, limit=1)
print("SAID", json.dumps({{"held": str(held.pk), "item": str(held.item_id)}}))
"""

MENTION = """
import json
from alp_site.people.models import User
from annotation.services import issues
reviewer, engineer = (User.objects.get(email=email) for email in {emails!r})
said = issues.Said("@Eve is this a bruise?", [engineer.pk])
new = issues.NewIssue(category="wrong_label", said=said, place={{"x": 120, "y": 90}})
print("SAID", json.dumps({{"issue": str(issues.create_issue(task_item_id={held!r}, person=reviewer, new=new).pk)}}))
"""


def prepared(house: House, name: str) -> tuple[World, dict[str, str]]:
    """A world whose first picture has a box and is held by the annotator."""
    world = make_world(house, name, ["box", "polygon", "point"], pictures=4)
    emails = [world.email("annotator"), world.email("engineer")]
    code = PREPARE.format(emails=emails, item=world.item_of("/p000.png"), task=world.tasks["annotation"])
    return world, said(house, code)


def mention(house: House, world: World, held: str) -> None:
    said(house, MENTION.format(emails=[world.email("reviewer"), world.email("engineer")], held=held))


def browse(world: World, visitor: Visitor) -> Page:
    path = f"/p/{world.project}/data/{world.dataset}/"
    page = visitor.sign_in(world.email("engineer"), PASSWORD, path)
    expect(page.locator(".tile:not([hidden]) img")).to_have_count(4)
    return page


def test_browser_when_a_picture_is_opened_by_keys_then_it_is_edited_and_the_way_back_leads_to_it(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world, given = prepared(house, "Browse")
    page = browse(world, visitor())
    expect(page.locator("canvas.tile-outlines")).to_have_count(1)
    page.keyboard.press("o")
    expect(page.locator("canvas.tile-outlines")).to_have_count(0)
    page.keyboard.press("o")
    expect(page.locator("canvas.tile-outlines")).to_have_count(1)

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/**")
    hand = Hand(page)
    hand.ready()
    hand.has(1)
    expect(page.locator(".studio-strip")).to_contain_text(re.compile("Waits in “Label fruit”.*for Ann"))
    page.keyboard.press("2")
    hand.tool("Box")
    hand.drag((300, 300), (420, 400))
    hand.has(2)
    page.wait_for_function("() => window.alpStudio.saved().state === 'saved'")

    page.get_by_role("button", name="Next picture").click()
    expect(page.locator(".queue-place")).to_contain_text("2 of 4")
    expect(page).to_have_url(re.compile(f"item={world.item_of('/p001.png')}"))
    page.get_by_role("button", name="Previous picture").click()
    hand.has(2)
    page.get_by_role("link", name="Back to the dataset").click()
    page.wait_for_url("**/data/**")
    expect(page.locator(".tile.active")).to_contain_text("p000.png")
    expect(page.locator(".tile.active .tile-marks")).to_contain_text("2")
    chip = page.locator(".legend-chip", has_text="bruise")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")

    # Who sees only their own work is sent to their task.
    path = f"/p/{world.project}/data/{world.dataset}/studio/?item={given['item']}"
    other = visitor().sign_in(world.email("annotator"), PASSWORD, path)
    other.wait_for_url(f"**/studio/{world.tasks['annotation']}/?item={given['held']}")


def test_mention_when_made_then_the_bell_rings_and_leads_to_the_issue(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world, given = prepared(house, "Bell")
    page = visitor().sign_in(world.email("engineer"), PASSWORD, f"/p/{world.project}/tasks/")
    bell = page.get_by_role("button", name="Mentions")
    expect(bell).to_be_visible()
    expect(page.locator("#live")).to_have_text("Live")
    mention(house, world, given["held"])
    expect(page.locator(".bell-count")).to_have_text("1")
    page.keyboard.press("Shift+M")
    link = page.locator(".mention-link")
    expect(link).to_be_focused()
    expect(link).to_contain_text("Rex on p000.png")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/**")
    expect(page.locator(".issue-thread")).to_contain_text("is this a bruise?")
    page.goto(world.url("tasks/"))
    expect(page.get_by_role("button", name="Mentions", exact=True)).to_be_visible()
    expect(page.locator(".bell-count")).to_be_hidden()


def test_pages_when_looked_at_then_axe_finds_nothing_serious(house: House, visitor: Callable[..., Visitor]) -> None:
    world, given = prepared(house, "Axe")
    mention(house, world, given["held"])
    ear = Ear()
    page = browse(world, visitor())
    page.keyboard.press("ArrowRight")
    expect(page.locator(".drawer-open")).to_be_visible()
    expect(page.locator(".outline-legend")).to_be_visible()
    ear.listen(page, "dataset")

    page.keyboard.press("Enter")
    page.wait_for_url("**/studio/**")
    Hand(page).ready()
    ear.listen(page, "studio from the dataset")

    page.goto(world.url("tasks/"))
    expect(page.get_by_role("table", name="All tasks").get_by_role("row")).to_have_count(3)
    ear.listen(page, "tasks")
    expect(page.locator(".bell-count")).to_have_text("1")
    page.keyboard.press("Shift+M")
    expect(page.locator(".mention-link")).to_be_visible()
    ear.listen(page, "mentions")
    page.get_by_role("button", name="Mark all read").click()
    expect(page.get_by_text("Nothing unread")).to_be_visible()
    ear.listen(page, "no mentions")

    page.get_by_role("button", name="New task").click()
    expect(page.get_by_role("dialog", name="New task")).to_be_visible()
    ear.listen(page, "new task")
    page.get_by_role("dialog", name="New task").get_by_role("button", name="Cancel").click()
    page.goto(world.url(f"tasks/{world.tasks['annotation']}/"))
    expect(page.locator("#items table tbody tr").first).to_be_visible()
    ear.listen(page, "task")
    page.goto(world.url("tasks/figures/"))
    expect(page.locator(".figure-cards dd").first).to_be_visible()
    ear.listen(page, "figures")
    assert not ear.heard, "\n".join(ear.heard)
