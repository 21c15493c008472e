"""What is drawn is kept when the session ends, the server dies in the middle of a save, or network and tab go.

Each once and at a known moment; test_studio_chaos.py does the same at random.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, Route, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, World, make_worlds
from tests.house import House, kill

Windows = Callable[..., Visitor]
OPERATIONS = "**/annotations/"
EVERYTHING = "**/api/**"
SIGNED_OUT = r"status of 40[13]|WebSocket connection|(WARNING|Forbidden|Unauthorized).*/(api|ws)/"
UNREACHABLE = r"net::ERR_|The network connection was lost|WebSocket connection"
KILLED = r"web ended|web \|"

# Ends it as the server does when it has run out.
END_SESSION = """
import json
from django.contrib.sessions.models import Session
ended, _ = Session.objects.filter(pk={key!r}).delete()
print("SAID", json.dumps({{"ended": ended}}))
"""


@pytest.fixture(scope="module")
def worlds(house: House) -> dict[str, World]:
    parts = {name: ["box", "polygon"] for name in ("session", "before", "after", "offline")}
    return make_worlds(house, "Kept", parts, pictures=3)


def end_session(world: World) -> None:
    assert said(world.house, END_SESSION.format(key=world.sessions["annotator"])) == {"ended": 1}


def box(hand: Hand, x: float, y: float) -> None:
    hand.tool("Box")
    hand.drag((x, y), (x + 60, y + 50))


def geometries(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {row["id"]: row["geometry"] for row in rows}


def sign_in_again(hand: Hand) -> None:
    dialog = hand.page.get_by_role("dialog", name="You are signed out")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()


@pytest.mark.thorough
def test_kept_when_the_session_ends_in_the_middle_of_a_polygon_then_it_is_drawn_on_and_saved(
    visitor: Windows, worlds: dict[str, World]
) -> None:
    world, window = worlds["session"], visitor()
    window.allow(SIGNED_OUT)
    hand = world.open(window)
    item = world.item_of(hand.showing())
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    hand.page.route(EVERYTHING, hold)
    end_session(world)
    with hand.page.expect_request(re.compile("/annotations/$")):
        box(hand, 60, 60)
    hand.tool("Polygon")
    hand.click(300, 100)
    hand.click(420, 110)
    for route in held:
        route.continue_()
    hand.page.unroute(EVERYTHING)

    expect(hand.page.locator(".save-state")).to_contain_text("Signed out, 1 kept in this browser")
    assert hand.has(1)
    sign_in_again(hand)
    hand.click(400, 220)
    hand.click(310, 200)
    hand.page.keyboard.press("Enter")
    shown = hand.has(2)
    assert [len(row["geometry"]["rings"][0]) for row in shown if row["type"] == "polygon"] == [4]
    hand.saved()
    assert geometries(hand.holds(item)) == geometries(shown)
    hand.page.keyboard.press("Control+z")
    hand.has(1)
    hand.saved()
    assert [row["type"] for row in hand.holds(item)] == ["box"]


@pytest.mark.thorough
@pytest.mark.parametrize("moment", ["before", "after"])
def test_kept_when_the_server_is_killed_before_or_after_it_wrote_then_the_edit_is_there_once(
    house: House, visitor: Windows, worlds: dict[str, World], moment: str
) -> None:
    world, window = worlds[moment], visitor()
    window.allow(f"{UNREACHABLE}|{KILLED}")
    hand = world.open(window)
    item = world.item_of(hand.showing())
    box(hand, 60, 60)
    hand.has(1)
    hand.saved()
    (web,) = house.of_kind("web")
    if moment == "before":
        # It stands still: the save leaves the browser and is never read.
        os.kill(web.pid, signal.SIGSTOP)
    else:
        hand.page.route(OPERATIONS, lambda route: answer_lost(route, web.pid), times=1)
    with hand.page.expect_request(re.compile("/annotations/$")):
        box(hand, 200, 200)
    with hand.page.expect_event("requestfailed"):
        if moment == "before":
            kill(web.pid)
    shown = hand.has(2)
    hand.page.keyboard.press("v")
    hand.page.keyboard.press("Shift+ArrowRight")
    hand.until("nudged", lambda rows: geometries(rows) != geometries(shown))
    expect(hand.page.locator(".save-state")).to_contain_text("kept in this browser")
    house.wait_until(house.answers, 60, "the web server to be back")
    hand.saved()
    held = hand.holds(item)
    assert geometries(held) == geometries(hand.shapes())
    # The box was made once and then moved, whether or not the server had heard of it before.
    assert sorted(row["revision"] for row in held) == [1, 2]
    assert len(hand.api(f"items/{item}/revisions/")["items"]) == 3


def answer_lost(route: Route, web: int) -> None:
    """The server has written it, and nobody ever hears of it."""
    assert route.fetch().status == 200
    kill(web)
    route.abort()


@pytest.mark.thorough
def test_kept_when_offline_edits_outlive_tab_and_session_then_the_server_holds_them_all(
    visitor: Windows, worlds: dict[str, World]
) -> None:
    world, window = worlds["offline"], visitor()
    window.allow(f"{SIGNED_OUT}|{UNREACHABLE}")
    hand = world.open(window)
    first = hand.showing()
    for x in (60, 160, 260):
        box(hand, x, 60)
    hand.has(3)
    hand.saved()
    before = geometries(hand.holds(world.item_of(first)))

    window.context.set_offline(True)
    hand.page.keyboard.press("Delete")  # the last one
    hand.has(2)
    box(hand, 360, 300)
    hand.page.keyboard.press("v")
    hand.page.keyboard.press("Shift+ArrowDown")
    hand.until("nudged", lambda rows: any(row["geometry"]["xyxy"][1] == pytest.approx(310, abs=2) for row in rows))
    wanted = {world.item_of(first): geometries(hand.shapes())}
    hand.submit()
    second = hand.showing()
    box(hand, 100, 200)
    wanted[world.item_of(second)] = geometries(hand.has(1))
    expect(hand.page.locator(".save-state")).to_contain_text(
        re.compile(r"Offline, [45] kept in this browser")
    )  # a move folds into its box while it waits
    hand.page.close()

    end_session(world)
    tab = window.new_tab()
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        tab.goto(world.studio())
    window.context.set_offline(False)
    window.page = tab
    window.sign_in(world.email("annotator"), path=f"/p/{world.project}/")
    again = world.reopen(tab)
    assert again.showing() == second
    again.saved()
    assert before != wanted[world.item_of(first)]
    for item, shapes in wanted.items():
        assert geometries(again.holds(item)) == shapes
    (status,) = again.api(f"items/{world.item_of(first)}/")["metadata"]["system"]["annotationStatus"]
    assert status == "completed"
