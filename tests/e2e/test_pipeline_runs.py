"""A pipeline's life in a browser: built by hand from an empty canvas, it fails too early, people work, it is edited,
paused, resumed and retried, a new model wins, and someone takes that back."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.axe import Ear
from tests.e2e.building import TEMPLATE, build, comparable
from tests.e2e.editor import Hands, Windows
from tests.e2e.loop import Studio, until
from tests.e2e.running import Running, make_running
from tests.house import House

FIRST, ALL = 8, 10


def lacks_only_values(hands: Hands) -> None:
    """What is left to do is to say which datasets and model: nothing else is wrong."""
    hands.page.get_by_role("tab", name="Problems").click()
    expect(hands.page.locator(".problem-list code").first).to_be_visible()
    assert set(hands.page.locator(".editor-drawer .problem-list code").all_inner_texts()) == {"variable_empty"}
    hands.page.get_by_role("button", name="Start").click()
    expect(hands.page.get_by_text("It cannot start yet")).to_be_visible()


def all_there(hands: Hands) -> None:
    # Only what is in sight is drawn, and all is once the graph has been fitted to the window.
    expect(hands.page.locator(".step-head b")).to_have_count(len(TEMPLATE["nodes"]))
    assert sorted(hands.names()) == sorted(node["name"] for node in TEMPLATE["nodes"])


def equals_the_template(run: Running, page: Page) -> None:
    """The file that the page of the run gives."""
    run.watch(page)
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Export to a file").click()
    exported = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert comparable(exported["graph"]) == comparable(TEMPLATE)


def fill_in(run: Running, hands: Hands) -> None:
    """The variables that the template leaves to people, chosen from what the project has; then it is started."""
    hands.page.get_by_role("tab", name="Variables").click()
    for name, value in (
        ("Raw Dataset", "Raw pictures"),
        ("Ground Truth Dataset", "Ground truth"),
        ("Best Model", run.base),
    ):
        hands.page.locator(".variable-list").get_by_role("button", name=re.compile(f"^{name}")).click()
        dialog = hands.page.get_by_role("dialog", name=name)
        dialog.get_by_role("combobox", name="Value").fill(value)
        dialog.get_by_role("option", name=value, exact=True).click()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_be_hidden()
    hands.page.get_by_role("button", name="Start").click()
    expect(hands.page.locator("#pipeline-status")).to_contain_text("Running")


def fail_too_early(run: Running, page: Page) -> None:
    """Its clock strikes before there is anything to learn from."""
    triggers = run.get(page, f"pipelines/{run.pipeline}/triggers/")["items"]
    clock = next(trigger for trigger in triggers if trigger["kind"] == "cron")
    run.post(page, f"triggers/{clock['id']}/fire/")
    run.until(page, "Create New Model", failed=1)
    run.watch(page)
    expect(page.get_by_text("1 failed step")).to_be_visible()


def edit_while_it_runs(run: Running, page: Page) -> None:
    """From now on new cycles put what they made into another folder."""
    hands = run.edit(page)
    hands.choose("Ground Truth")
    hands.setting("Folder").fill("/second")
    hands.setting("Folder").press("Tab")
    hands.saved()
    page.get_by_role("button", name="Publish").click()
    until("revision 2", lambda: run.get(page, f"pipelines/{run.pipeline}/")["revision_number"] == 2, 60, page)


def ask_the_key(run: Running, owner: Page, person: Page, kind: str) -> None:
    """The button in the studio, once for all that wait there."""
    run.until(
        owner,
        "Labeling Task (Active Learning)" if kind == "annotation" else "Review Task (Active Learning)",
        waiting=ALL,
    )
    person.goto(run.url(f"studio/{run.task(owner, kind)}/"))
    Studio(person).ready()
    person.get_by_role("button", name="Label for me" if kind == "annotation" else "Review for me").click()


def pause_and_resume(run: Running, page: Page) -> None:
    """What comes in meanwhile waits, and goes on afterwards."""
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    run.upload(page, FIRST, ALL)
    run.until(page, "Raw Data", done=FIRST, ready=ALL - FIRST)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    run.until(page, "Raw Data", done=ALL)


def take_back(run: Running, page: Page) -> None:
    """The winner is not wanted: the variable gets the value it had."""
    page.locator("#variables").get_by_role("button", name=re.compile("^Best Model")).click()
    dialog = page.get_by_role("dialog", name="Best Model")
    change = dialog.locator(".execution-line").filter(has_text=f"→ {run.base}-")
    change.get_by_role("button", name="Revert").click()
    expect(dialog).to_be_hidden()
    shown = page.locator("#variables").get_by_role("button", name=re.compile("^Best Model"))
    expect(shown.get_by_text(run.base, exact=True)).to_be_visible()


@pytest.mark.thorough
def test_pipeline_built_by_hand_when_people_and_engineers_are_at_it_then_nothing_is_lost(
    house: House, visitor: Windows
) -> None:
    run = make_running(house, "day", ALL)
    windows = {role: visitor() for role in ("owner", "annotator", "reviewer")}
    people = {role: run.sign_in(window, role) for role, window in windows.items()}
    page = people["owner"]
    hands = run.edit(page)
    build(hands)
    ear = Ear()
    ear.listen(page, "editor built")
    lacks_only_values(hands)
    equals_the_template(run, page)
    hands = run.edit(page)
    all_there(hands)
    fill_in(run, hands)
    fail_too_early(run, page)
    run.upload(page, 0, FIRST)
    run.until(page, "Labeling Task (Active Learning)", waiting=FIRST)
    edit_while_it_runs(run, page)
    run.watch(page)
    pause_and_resume(run, page)
    ask_the_key(run, page, people["annotator"], "annotation")
    ask_the_key(run, page, people["reviewer"], "qa")
    run.until(page, "Ground Truth", done=ALL)
    page.get_by_role("button", name="Retry all").click()
    run.until(page, "Update Variables", done=1)
    expect(page.get_by_text("failed step")).to_have_count(0)
    expect(page.locator("#variables").get_by_text(f"{run.base}-")).to_be_visible()
    take_back(run, page)
    check(run)
    assert not ear.heard, "\n".join(ear.heard)


def check(run: Running) -> None:
    found = run.recount()
    assert set(found["copies"].values()) <= {label for _, _, label in run.pictures}
    shown = {name.rpartition("/")[2]: label for name, _, label in run.pictures}
    assert {name.rpartition("/")[2]: label for name, label in found["copies"].items()} == shown
    assert Counter(name.startswith("/second/") for name in found["copies"]) == {False: FIRST, True: ALL - FIRST}
    assert found["unapproved"] == 0
    assert Counter(map(tuple, found["cycles"])) == {
        ("Create New Model", 1, "done"): 1, ("Raw Data", 1, "done"): FIRST, ("Raw Data", 2, "done"): ALL - FIRST,
    }  # fmt: skip
    assert set(found["statuses"]) == {"done"}
    assert found["attempts"] == [["Create New Model", 2]]
