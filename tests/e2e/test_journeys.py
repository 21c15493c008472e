"""Every annotation type from the first stroke to ground truth, once by mouse and once by keys alone.

Drawn, edited, undone, there after a reload, submitted; rejected with an issue on the annotation; first in the queue
again, mended, marked fixed, submitted; approved: the server holds what the annotator last saw.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.kinds import KINDS, Doing, Kind
from tests.e2e.shapes import Hand, World, make_worlds
from tests.house import House

Windows = Callable[..., Visitor]
FIRST = "/p000.png"
WRONG = "Not quite, look again"

# Which hands were at work. What is typed into a field is typed by everybody.
WATCH = """
window.hands = { mouse: 0, keys: 0 };
addEventListener("pointerdown", () => { window.hands.mouse += 1; }, true);
addEventListener("keydown", ({ target }) => {
  if (!target.closest?.("input, textarea, select")) window.hands.keys += 1;
}, true);
"""


class Hands(Protocol):
    """How a person does what every journey needs, with one kind of hand."""

    def doing(self, kind: Kind) -> Doing: ...
    def take_select(self, hand: Hand) -> None: ...
    def undo(self, hand: Hand) -> None: ...
    def redo(self, hand: Hand) -> None: ...
    def submit(self, hand: Hand) -> None: ...
    def choose(self, hand: Hand, kind: Kind) -> None: ...
    def issue(self, hand: Hand, text: str) -> None: ...
    def reject(self, hand: Hand) -> None: ...
    def see_issue(self, hand: Hand) -> None: ...
    def mark_fixed(self, hand: Hand) -> None: ...


class Mouse:
    def doing(self, kind: Kind) -> Doing:
        return kind.mouse

    def take_select(self, hand: Hand) -> None:
        if hand.page.get_by_role("toolbar", name="Tools").is_visible():
            hand.tool("Select")

    def undo(self, hand: Hand) -> None:
        button(hand, "Undo").click()

    def redo(self, hand: Hand) -> None:
        button(hand, "Redo").click()

    def submit(self, hand: Hand) -> None:
        hand.sees()
        hand.page.locator(".studio-bar .btn-primary").click()

    def choose(self, hand: Hand, kind: Kind) -> None:
        if kind.held is None:
            hand.page.get_by_role("grid", name="Objects").get_by_role("row").first.click()
        else:
            hand.click(*kind.held)

    def issue(self, hand: Hand, text: str) -> None:
        hand.page.get_by_role("tab", name="Issues").click()
        hand.page.get_by_role("button", name="New issue").click()
        hand.page.get_by_label("What is wrong").fill(text)
        hand.page.get_by_role("button", name="Add", exact=True).click()

    def reject(self, hand: Hand) -> None:
        button(hand, "Reject").click()

    def see_issue(self, hand: Hand) -> None:
        hand.page.get_by_role("tab", name="Issues").click()
        hand.page.locator(".issue-row").first.click()

    def mark_fixed(self, hand: Hand) -> None:
        hand.page.get_by_role("button", name="Mark fixed").click()


class Keys:
    def doing(self, kind: Kind) -> Doing:
        return kind.keys

    def take_select(self, hand: Hand) -> None:
        hand.press("v")

    def undo(self, hand: Hand) -> None:
        hand.press("Control+z")

    def redo(self, hand: Hand) -> None:
        hand.press("Control+Shift+Z")

    def submit(self, hand: Hand) -> None:
        hand.sees()
        hand.press("Control+Enter")

    def choose(self, hand: Hand, kind: Kind) -> None:
        if kind.held is None:
            hand.press("Alt+o")
            hand.press("Home")
        else:
            hand.press("Alt+.")

    def issue(self, hand: Hand, text: str) -> None:
        hand.press("i")
        expect(hand.page.get_by_role("radio", checked=True)).to_be_focused()
        hand.press("Tab")
        hand.page.keyboard.type(text)
        hand.press("Control+Enter")

    def reject(self, hand: Hand) -> None:
        hand.press("x")

    def see_issue(self, hand: Hand) -> None:
        hand.press("Shift+N")

    def mark_fixed(self, hand: Hand) -> None:
        hand.press("Alt+i")


HANDS: dict[str, Hands] = {"mouse": Mouse(), "keys": Keys()}
DAILY = {"class", "box", "polygon", "mask"}
"""By keys in every `make test`; the other types, and each by mouse, are left to the thorough stage."""
CASES = [
    pytest.param(name, hands, marks=[] if hands == "keys" and name in DAILY else [pytest.mark.thorough])
    for name in KINDS
    for hands in HANDS
]


def button(hand: Hand, name: str) -> Any:
    return hand.page.locator(".studio-bar").get_by_role("button", name=name)


@pytest.fixture(scope="module")
def worlds(house: House) -> dict[str, World]:
    """Tasks of its own for every journey, so that what a failed one left trips no other."""
    parts = {f"{name} {hands}": [kind.type] for name, kind in KINDS.items() for hands in HANDS}
    return make_worlds(house, "Journeys", parts, pictures=2)


@pytest.mark.parametrize(("name", "hands"), CASES)
def test_type_when_drawn_rejected_and_mended_then_becomes_ground_truth(
    visitor: Windows, worlds: dict[str, World], name: str, hands: str
) -> None:
    world, kind, at = worlds[f"{name} {hands}"], KINDS[name], HANDS[hands]
    annotator, reviewer = visitor(), visitor()
    for window in (annotator, reviewer):
        window.context.add_init_script(WATCH)
    ann = world.open(annotator)
    assert ann.showing() == FIRST
    draw_and_submit(ann, kind, at)
    rex = world.open(reviewer, role="reviewer", kind="qa")
    reject(rex, kind, at)
    mended = mend(ann, kind, at)
    approve(rex, at, mended)
    item = world.item_of(FIRST)
    held = rex.holds(item)
    assert content(held) == mended
    assert all(row["approved"] for row in held)
    (issue,) = rex.api(f"tasks/{world.tasks['qa']}/issues/")["items"]
    assert (issue["state"], issue["body"], issue["item"]["id"]) == ("resolved", WRONG, item)
    (done,) = rex.api(f"tasks/{world.tasks['qa']}/items/?status=approved")["items"]
    assert done["item"]["id"] == item


def draw_and_submit(hand: Hand, kind: Kind, at: Hands) -> None:
    doing = at.doing(kind)
    doing.draw(hand)
    made = hand.until("drawn", kind.drawn)
    assert {row["type"] for row in made} == {kind.type}
    assert made[0]["label"] == kind.label
    at.take_select(hand)
    doing.edit(hand)
    edited = hand.until("edited", kind.edited)
    at.undo(hand)
    hand.until("as drawn", lambda rows: content(rows) == content(made))
    at.redo(hand)
    hand.until("edited again", lambda rows: content(rows) == content(edited))
    hand.saved()
    assert only(hand, at)

    hand.reload()
    hand.until("still edited", lambda rows: content(rows) == content(edited))
    at.undo(hand)  # the log is there too
    hand.until("as drawn", lambda rows: content(rows) == content(made))
    at.redo(hand)
    hand.until("edited once more", lambda rows: content(rows) == content(edited))
    at.submit(hand)
    expect(hand.filename()).not_to_have_text(FIRST)
    hand.saved()
    assert only(hand, at)


def reject(hand: Hand, kind: Kind, at: Hands) -> None:
    assert hand.showing() == FIRST
    hand.until("what was submitted", kind.edited)
    at.choose(hand, kind)
    at.issue(hand, WRONG)
    expect(hand.page.locator(".issue-thread")).to_contain_text(WRONG)
    expect(hand.page.locator(".issue-thread")).to_contain_text(f"{kind.label} #1")
    at.reject(hand)
    expect(hand.empty()).to_be_visible()
    hand.saved()


def mend(hand: Hand, kind: Kind, at: Hands) -> list[dict[str, Any]]:
    """It stands first in the queue again; returns what is there when it is submitted."""
    hand.page.reload()
    hand.ready()
    assert hand.showing() == FIRST
    expect(hand.page.locator(".studio-strip")).to_contain_text("Sent back by Rex")
    hand.until("what was submitted", kind.edited)
    at.see_issue(hand)
    expect(hand.page.locator(".issue-thread")).to_contain_text(WRONG)
    at.doing(kind).fix(hand)
    fixed = hand.until("mended", kind.fixed)
    at.mark_fixed(hand)
    expect(hand.page.locator(".issue-thread")).to_contain_text("For review")
    at.submit(hand)
    expect(hand.filename()).not_to_have_text(FIRST)
    hand.saved()
    assert only(hand, at)
    return content(fixed)


def approve(hand: Hand, at: Hands, mended: list[dict[str, Any]]) -> None:
    """It comes back to the page that waited for it."""
    hand.ready()
    assert hand.showing() == FIRST
    hand.until("what was mended", lambda rows: content(rows) == mended)
    expect(hand.page.locator(".studio-strip")).to_contain_text("Answered: you asked")
    at.submit(hand)
    expect(hand.empty()).to_be_visible()
    hand.saved()
    assert only(hand, at)


def content(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{part: row[part] for part in ("type", "label", "geometry")} for row in sorted(rows, key=lambda r: r["id"])]


def only(hand: Hand, at: Hands) -> bool:
    """Whether no other hand was at work since the page was loaded."""
    counts = hand.page.evaluate("window.hands")
    mine, other = ("keys", "mouse") if isinstance(at, Keys) else ("mouse", "keys")
    return bool(counts[mine] > 0 and counts[other] == 0)
