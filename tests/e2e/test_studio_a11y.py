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

# What can be used now, and what of it the focus never came to. Acts in a row of a list have keys of the list.
WALK = """
() => {
  const all = "button, a[href], input, select, textarea, summary, [role=grid], [role=radio], [tabindex='0']";
  const there = [...document.querySelectorAll("#studio :is(" + all + ")")].filter(
    (one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }) && !one.closest("[role=row]"));
  const met = new Set();
  document.addEventListener("focusin", ({ target }) => met.add(target));
  window.walk = {
    missed: () => there.filter((one) => one.isConnected && !met.has(one)).map((one) => one.outerHTML.slice(0, 160)),
    /** How many are walked through by arrows where the focus is, and by which. */
    within: () => {
      const group = document.activeElement.closest("[role=toolbar], [role=tablist], [role=radiogroup]");
      const way = group?.getAttribute("aria-orientation") === "vertical" ? "ArrowDown" : "ArrowRight";
      const items = group ? [...group.querySelectorAll("button, input, [role=radio]")] : [];
      return [way, items.filter((one) => !one.disabled).length];
    },
  };
}
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


@pytest.mark.thorough
def test_studio_when_labelling_and_reviewing_has_no_serious_violation(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world, ear = world_of(house, "Access"), Ear()
    hand = world.open(visitor())
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
    page.locator(".stage").focus()
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Go to a picture by its name").get_by_role("option").first).to_be_visible()
    ear.listen(page, "go to a picture")
    page.keyboard.press("Escape")

    listen_to_review(ear, world.open(visitor(), role="reviewer", kind="qa"))
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


def walk(page: Page) -> list[str]:
    """Goes through everything by Tab, and by arrows where one stop stands for several; what was never come to."""
    page.evaluate(WALK)
    page.locator(".studio-bar a").first.focus()
    for _ in range(120):
        arrow, items = page.evaluate("walk.within()")
        for _ in range(items):
            page.keyboard.press(arrow)
        page.keyboard.press("Tab")
        if not page.evaluate("walk.missed().length"):
            return []
    return list(page.evaluate("walk.missed()"))


@pytest.mark.thorough
def test_studio_when_walked_through_by_keys_then_the_focus_comes_to_everything(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = world_of(house, "Walk")
    hand = world.open(visitor())
    file = hand.showing()
    hand.press("3")
    hand.tool("Box")
    hand.drag((60, 60), (180, 170))
    hand.saved()
    before = hand.has(1)
    hand.press("v")
    for panel in ("Objects", "Issues", "History"):
        tab(hand.page, panel)
        assert walk(hand.page) == [], panel
    assert (hand.shapes(), hand.showing()) == (before, file)
    hand.page.locator(".stage").focus()
    hand.submit()

    review = world.open(visitor(), role="reviewer", kind="qa")
    review.has(1)
    review.press("Alt+.")
    review.press("i")
    assert walk(review.page) == []
