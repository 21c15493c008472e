"""Mending a pipeline from its pages: a secret it lacks, items that ended on a loose end, requests that were refused, a
node that is to run once more."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from pipelines.demo.shapes import one
from tests.e2e.editor import Drafting, Hands, Windows, make_drafting
from tests.e2e.elsewhere import Elsewhere
from tests.e2e.loop import until
from tests.e2e.running import UPLOAD
from tests.house import House

KEY = "mauve-otter-93"
PICTURES = 2


def asking(address: str) -> dict[str, Any]:
    """Items that nobody wants end at the filter; the others are told to another server, with a key."""
    return {
        "nodes": [
            {"id": "wanted", "type": "filter", "name": "Wanted", "config": {"filter": {"name": "none.png"}}},
            {
                "id": "ask",
                "type": "http_request",
                "name": "Ask",
                "config": {
                    "url": f"http://{address}/items",
                    "headers": {"Authorization": "Bearer ${secrets.scorer}"},
                },
            },
        ],
        "connections": [
            {
                "source": {"node": "wanted", "port": "item"},
                "target": {"node": "ask", "port": "item"},
                "action": "matched",
            }
        ],
        "triggers": [{"id": "hand", "node": "wanted", "kind": "manual"}],
    }


def counts(drafting: Drafting, page: Page, node: str) -> dict[str, int]:
    found = page.request.get(f"{drafting.house.url}/api/v1/pipelines/{drafting.pipeline}/counters/").json()
    return {status: n for status, n in found["nodes"].get(node, {}).items() if n and status != "seconds"}


def wait_for(drafting: Drafting, page: Page, node: str, **wanted: int) -> None:
    until(f"{node} to have {wanted}", lambda: counts(drafting, page, node) == wanted, 120, page)


def look(drafting: Drafting, page: Page, node: str = "") -> None:
    """The page of the run, fresh; with a node's panel, if one is named."""
    page.goto(f"{drafting.house.url}/p/{drafting.project}/pipelines/")
    page.goto(f"{drafting.house.url}{drafting.path}#{node}")
    expect(page.locator("#pipeline-status")).to_contain_text("Running")


def keep_a_secret(drafting: Drafting, page: Page) -> None:
    page.goto(f"{drafting.house.url}/p/{drafting.project}/settings/#secrets")
    page.get_by_role("button", name="New secret").click()
    dialog = page.get_by_role("dialog", name="New secret")
    dialog.get_by_label("Name").fill("scorer")
    dialog.get_by_label("Value").fill(KEY)
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row").filter(has_text="scorer")
    expect(row.get_by_text("Eve")).to_be_visible()
    assert KEY not in page.content()


def start(drafting: Drafting, page: Page) -> None:
    """Not before the secret it names is there."""
    page.goto(f"{drafting.house.url}{drafting.path}edit/")
    hands = Hands(page)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("tab", name="Problems").click()
    expect(page.locator(".editor-drawer .problem-list").get_by_text("secret_missing")).to_be_visible()
    hands.saved()
    keep_a_secret(drafting, page)
    page.goto(f"{drafting.house.url}{drafting.path}")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#pipeline-status")).to_contain_text("Running")


def run_items(drafting: Drafting, page: Page) -> None:
    rng = np.random.default_rng(0)
    drawn = [one(label, rng) for label in ("circle", "square")]
    pictures = [[f"/{n}.png", base64.b64encode(data).decode()] for n, data in enumerate(drawn)]
    address = f"{drafting.house.url}/api/v1/datasets/{drafting.dataset}/items/"
    assert page.evaluate(UPLOAD, [address, "c" * 32, pictures]) == 200
    page.get_by_role("button", name="Run items…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Dataset").fill("Pictures")
    dialog.get_by_role("option", name="Pictures").click()
    expect(dialog.get_by_role("status")).to_have_text(f"{PICTURES} items match now.")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_be_hidden()
    wait_for(drafting, page, "wanted", done=PICTURES)


def send_on(drafting: Drafting, page: Page) -> None:
    look(drafting, page)
    ends = page.get_by_role("region", name="Ended on a loose end")
    ends.get_by_role("button", name="Send on what ended at Wanted: not matched").click()
    dialog = page.get_by_role("dialog", name="Send on")
    dialog.get_by_label("Where to").select_option("Ask, as if matched")
    dialog.get_by_role("button", name=f"Send {PICTURES} on").click()
    expect(dialog).to_be_hidden()
    expect(ends).to_be_hidden()
    wait_for(drafting, page, "ask", failed=PICTURES)


def send_again(drafting: Drafting, page: Page, elsewhere: Elsewhere) -> None:
    look(drafting, page, "ask")
    elsewhere.status = 200
    page.get_by_role("button", name="What it sent").click()
    dialog = page.get_by_role("dialog", name="Sent by Ask")
    again = dialog.get_by_role("button", name="Send to")
    expect(again).to_have_count(PICTURES)
    for left in range(PICTURES, 0, -1):
        again.first.click()
        expect(again).to_have_count(left - 1, timeout=60_000)  # a worker comes to it, and it arrives
    wait_for(drafting, page, "ask", done=PICTURES)
    dialog.get_by_role("button", name="delivered", exact=True).click()
    expect(dialog.get_by_role("row").filter(has_text="answer 200")).to_have_count(PICTURES)
    dialog.get_by_role("button", name="Close").last.click()


def run_again(drafting: Drafting, page: Page) -> None:
    look(drafting, page, "wanted")
    page.get_by_role("button", name="Run again from here…").click()
    dialog = page.get_by_role("dialog", name="Run Wanted again")
    expect(dialog.get_by_role("status")).to_have_text(f"{PICTURES} cycles would run Wanted again, and what follows.")
    dialog.get_by_role("button", name="Run again").click()
    expect(dialog).to_be_hidden()
    wait_for(drafting, page, "wanted", done=2 * PICTURES)


def choose(page: Page, act: str, confirm: str) -> None:
    """One of the acts behind "More", and yes to its question."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=act).click()
    page.get_by_role("dialog").get_by_role("button", name=confirm, exact=True).click()


def begin_anew(drafting: Drafting, page: Page) -> None:
    """All its cycles go; then it goes itself, and comes back."""
    look(drafting, page)
    choose(page, "Reset…", "Reset")
    expect(page.locator("#pipeline-status")).to_contain_text("Draft")
    for node in ("wanted", "ask"):
        wait_for(drafting, page, node)
    expect(page.locator("#pipeline-sub")).to_have_text("0 cycles open · 0 done")
    choose(page, "Delete…", "Delete the pipeline")
    page.get_by_role("button", name="Undo").click()
    row = page.get_by_role("region", name="Pipelines of this project").get_by_role("row").filter(has_text="Mine")
    expect(row).to_contain_text("Draft")


@pytest.mark.thorough
def test_pipeline_when_it_lacks_a_key_loses_items_and_is_refused_then_all_is_mended_from_its_pages(
    house: House, elsewhere: Elsewhere, visitor: Windows
) -> None:
    drafting = make_drafting(house, "mending", asking(elsewhere.address))
    elsewhere.status, elsewhere.heard = 403, []
    window = visitor()
    window.allow("409|400")
    page = drafting.sign_in(window)
    start(drafting, page)
    run_items(drafting, page)
    send_on(drafting, page)
    send_again(drafting, page, elsewhere)
    run_again(drafting, page)
    assert {one["authorization"] for one in elsewhere.heard} == {f"Bearer {KEY}"}
    assert set(Counter(one["idempotency-key"] for one in elsewhere.heard).values()) == {2}, "each twice, by one key"
    assert len(elsewhere.heard) == 2 * PICTURES
    begin_anew(drafting, page)
