"""The studio when things go wrong around it: the server dies, the session ends, two people want the same pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, WebSocket, expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import PASSWORD, Loop, Studio, make_loop
from tests.house import House, kill

Windows = Callable[..., Visitor]


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: its server is killed, and its queues are to be full."""
    house = House(tmp_path_factory.mktemp("studio"))
    try:
        house.start()
        yield house
    finally:
        house.kill_everything()


@pytest.fixture(scope="module")
def loop(house: House) -> Loop:
    return make_loop(house, "digits", "--pool", "60", "--budget", "40")


def open_studio(loop: Loop, visitor: Visitor, role: str) -> Studio:
    studio = Studio(loop.sign_in(visitor, role))
    studio.page.goto(loop.url(f"studio/{loop.tasks['annotation']}/"))
    studio.ready()
    return studio


def label(loop: Loop, studio: Studio) -> str:
    return studio.act(loop.answer(studio.showing()))


def check(loop: Loop, files: list[str]) -> None:
    """Each was labelled once, with what was pressed."""
    found = loop.recount()
    assert {name: n for name, n in found["twice"].items() if n} == {}
    assert {file: found["labels_by_file"].get(file) for file in files} == {f: loop.answers[f] for f in files}
    assert found["counters_wrong"] == []


@pytest.mark.thorough
def test_studio_when_two_people_label_at_once_then_nobody_is_served_what_another_holds(
    visitor: Windows, loop: Loop
) -> None:
    one, two = (open_studio(loop, visitor(), role) for role in ("annotator", "reviewer"))
    done: dict[int, list[str]] = {0: [], 1: []}
    for _ in range(4):
        assert one.showing() != two.showing()
        for person, studio in enumerate((one, two)):
            done[person].append(label(loop, studio))
    for studio in (one, two):
        studio.saved()
    assert not set(done[0]) & set(done[1])
    check(loop, [*done[0], *done[1]])


def test_studio_when_someone_else_opens_the_same_picture_then_it_is_told_until_they_leave(
    visitor: Windows, loop: Loop
) -> None:
    one = Studio(loop.sign_in(visitor(), "annotator"))
    places: list[tuple[str, str]] = []  # the feed's address, what the page said there

    def watch(socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: places.append((socket.url, str(frame))))

    one.page.on("websocket", watch)
    one.page.goto(loop.url(f"studio/{loop.tasks['annotation']}/"))
    one.ready()
    told = one.page.locator(".presence")
    expect(told).to_be_hidden()
    one.page.wait_for_timeout(100)
    url, here = places[-1]
    assert '"here"' in here
    other = loop.sign_in(visitor(), "reviewer")
    other.evaluate(
        """([url, here]) => {
            window.there = new WebSocket(url);
            window.there.onopen = () => window.there.send(here);
        }""",
        [url, here],
    )
    expect(told).to_have_text("Reviewer has this image open too")
    other.evaluate("() => window.there.close()")
    expect(told).to_be_hidden()


def test_studio_when_the_server_is_killed_then_work_goes_on_and_arrives(
    house: House, visitor: Windows, loop: Loop
) -> None:
    window = visitor()
    window.allow(r"ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket connection|web ended|web \|")
    studio = open_studio(loop, window, "annotator")
    files = [label(loop, studio)]
    for proc in house.of_kind("web"):
        kill(proc.pid)
    files += [label(loop, studio) for _ in range(3)]
    expect(studio.page.locator(".save-state")).to_contain_text("kept in this browser")
    house.wait_until(house.answers, 60, "the web server to be back")
    studio.saved()
    check(loop, files)


def test_studio_when_the_session_ends_then_signing_in_again_sends_what_waited(
    house: House, visitor: Windows, loop: Loop
) -> None:
    window = visitor()
    window.allow(r"status of 40[13]|WebSocket connection|(WARNING|Forbidden|Unauthorized).*/(api|ws)/")
    studio = open_studio(loop, window, "annotator")
    files = [label(loop, studio)]
    studio.saved()
    window.context.clear_cookies(name="sessionid")
    files.append(label(loop, studio))
    expect(studio.page.locator(".save-state")).to_contain_text("Signed out, 1 kept in this browser")
    dialog = studio.page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("annotator@example.com")
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    studio.saved()
    check(loop, files)
