"""The studio under axe, labelling and reviewing, light and dark: nothing serious outside the canvas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import Ear
from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_world
from tests.house import House

ASK = """
import json
from datasets.models import Dataset
from datasets.services.ontologies import add_attribute
ontology = Dataset.objects.get(pk={dataset!r}).ontology
add_attribute(ontology=ontology, key="severity", kind="options", values=["light", "medium", "deep"], optional=False,
              scope=["bruise"])
add_attribute(ontology=ontology, key="skin", title="skin broken", kind="boolean")
add_attribute(ontology=ontology, key="parts", kind="options", values=["stem", "side", "bottom"], multi=True)
add_attribute(ontology=ontology, key="share", kind="range", value_range={{"min": 0, "max": 100, "step": 5}})
add_attribute(ontology=ontology, key="note", kind="text")
print("SAID", json.dumps({{}}))
"""


def world_of(house: House, name: str) -> World:
    made = make_world(house, name, ["box", "polygon", "point"], pictures=3)
    said(house, ASK.format(dataset=made.dataset))
    return made


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def draw(hand: Hand) -> None:
    hand.page.keyboard.press("3")
    hand.tool("Box")
    hand.drag((60, 60), (180, 170))
    hand.has(1)
    hand.page.keyboard.press("2")
    hand.drag((300, 200), (380, 260))
    hand.has(2)
    hand.tool("Point")
    hand.click(480, 100)
    hand.has(3)
    hand.page.keyboard.press("v")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_studio_when_labelling_and_reviewing_has_no_serious_violation(
    house: House, visitor: Callable[..., Visitor], scheme: str
) -> None:
    world, ear = world_of(house, f"Access{scheme}"), Ear(scheme)
    hand = world.open(visitor(color_scheme=scheme))
    page = hand.page
    draw(hand)
    grid = page.get_by_role("grid", name="Objects")
    page.keyboard.press("Alt+o")
    expect(grid).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(grid.get_by_role("row", selected=True)).to_have_count(1)
    expect(page.get_by_role("region", name="Attributes").get_by_role("group", name="severity")).to_be_visible()
    ear.listen(page, "labelling objects")

    tab(page, "History")
    page.locator(".version").first.click()
    expect(page.locator(".history-compare")).to_be_visible()
    ear.listen(page, "labelling history")
    tab(page, "Objects")

    # Submitting asks for what is required, and goes there.
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".answer.wanting")).to_be_visible()
    expect(page.locator(".answer.wanting button").first).to_be_focused()
    ear.listen(page, "labelling missing")
    for _ in range(2):
        page.keyboard.press("2")
        expect(page.locator(".answer.wanting")).to_have_count(0)
        page.keyboard.press("Control+Enter")
        if not page.locator(".answer.wanting").count():
            break

    page.keyboard.press("Shift+G")
    expect(page.get_by_role("dialog", name="Look")).to_be_visible()
    ear.listen(page, "labelling look")
    page.keyboard.press("Escape")
    page.locator(".stage").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    ear.listen(page, "shortcuts")
    page.keyboard.press("Escape")

    listen_to_review(ear, world.open(visitor(color_scheme=scheme), role="reviewer", kind="qa"))
    assert not ear.heard, "\n".join(ear.heard)


def listen_to_review(ear: Ear, review: Hand) -> None:
    page = review.page
    review.has(3)
    tab(page, "Changes")
    expect(page.get_by_role("tabpanel", name="Changes")).to_be_visible()
    ear.listen(page, "reviewing changes")
    tab(page, "Objects")
    page.keyboard.press("Alt+.")
    page.keyboard.press("i")
    expect(page.get_by_role("region", name="New issue")).to_contain_text("leaf #1")
    page.get_by_label("What is wrong").fill("The edge is loose. @An")
    expect(page.get_by_role("listbox", name="People")).to_be_visible()
    ear.listen(page, "reviewing new issue")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("tab", name="Issues")).to_contain_text("1")
    expect(page.locator(".issue-thread")).to_contain_text("The edge is loose. @Ann")
    ear.listen(page, "reviewing issues")
