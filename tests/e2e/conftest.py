"""Journeys: a real `manage.py up` on its own database, the built front end, the system's Chromium.

Whatever the browser's console or the server's log complains of fails the test that was running.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.e2e.elsewhere import Elsewhere
from tests.house import ROOT, House

PASSWORD = "blue-heron-41"
# The shell is the same engine without a browser's own windows, each of which costs a second and a half of CPU.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|\b[A-Z]\w*Warning: |: Warning: |Traceback|Exception|ended \(")

# As long as for the page itself: a build machine may stand still for seconds.
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)

# These take longest: begun last, one of them would be waited for alone.
FIRST = "test_loop.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    journeys = [item for item in items if here in item.path.parents]
    for item in journeys:
        item.add_marker("e2e")
    if len(journeys) == len(items):
        items.sort(key=lambda item: item.path.name != FIRST)


def _missing(what: str) -> None:
    """Skips on a person's machine; on the build machine nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _missing(
            "There is no Chromium on this machine: install it to run the journeys "
            "(on Debian: apt install chromium-headless-shell)."
        )
    if not (ROOT / "static" / "dist" / "manifest.json").is_file():
        _missing("The front end is not built: `make test` does it.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[Elsewhere]:
    """The one server out of the house that its nodes may call."""
    server = Elsewhere()
    yield server
    server.close()


@pytest.fixture(scope="session")
def house(browser: Browser, elsewhere: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all journeys that make their own project in it."""
    house = House(tmp_path_factory.mktemp("house"), ALP_HTTP_HOSTS=elsewhere.address)
    try:
        house.start()
        yield house
        assert house.stop() == 0
    finally:
        house.kill_everything()


class Visitor:
    """One person's browser window, and what its console complained of."""

    def __init__(self, context: BrowserContext, house: House) -> None:
        self.house = house
        self.complaints: list[str] = []
        self.allowed: list[re.Pattern[str]] = []
        self.context = context
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Another tab of the same window, signed in as the others are."""
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.set_default_timeout(PATIENCE_MS)
        return page

    def allow(self, pattern: str) -> None:
        """A complaint, of the console or the server's log, that the journey brings about on purpose."""
        self.allowed.append(re.compile(pattern))

    def sign_in(self, email: str, password: str = PASSWORD, path: str = "/") -> Page:
        self.page.goto(f"{self.house.url}/accounts/login/?next={path}")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        # Not until all is loaded: a journey may hold a picture back.
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url, wait_until="domcontentloaded")
        return self.page

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(pattern.search(text) for pattern in self.allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            where = message.page.url if message.page else ""
            self.complaints.append(f"{where}: {message.type}: {message.text} {message.location.get('url', '')}")


@pytest.fixture
def visitor(browser: Browser, house: House) -> Iterator[Callable[..., Visitor]]:
    """`visitor()` opens a fresh window; after the test none may have complained, nor the server's log."""
    start = len(house.log())
    opened: list[tuple[BrowserContext, Visitor]] = []

    def open_window(**options: Any) -> Visitor:
        # Nothing spins or flows: a page that only waits would be drawn sixty times a second, by the processor.
        usual: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
        context = browser.new_context(**{**usual, **options})
        opened.append((context, Visitor(context, house)))
        return opened[-1][1]

    yield open_window
    complaints = [text for _, one in opened for text in one.unexpected()]
    for context, _ in opened:
        context.close()
    allowed = [pattern for _, one in opened for pattern in one.allowed]
    logged = [line for line in house.log()[start:].splitlines() if COMPLAINT.search(line)]
    logged = [line for line in logged if not any(pattern.search(line) for pattern in allowed)]
    assert not complaints, "the browser's console complained:\n" + "\n".join(complaints)
    assert not logged, "the server's log complained:\n" + "\n".join(logged)


@pytest.fixture
def person(house: House) -> Callable[[str], str]:
    """Makes an account; returns its address."""

    def make(name: str) -> str:
        email = f"{name.lower()}@example.org"
        house.manage("create_user", email, "--name", name, stdin=f"{PASSWORD}\n")
        return email

    return make
