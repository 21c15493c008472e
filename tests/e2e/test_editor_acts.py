"""Work in the pipeline editor that is more than one node: between pipelines, between people, between revisions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.e2e.editor import Drafting, Hands, Windows, box_of, make_drafting, middle
from tests.house import ROOT, House

THEIRS: Path = ROOT / "tests/pipelines/dataloop_alp.json"

# A pair that may be published: items come by an event and go on.
PAIR = {
    "nodes": [
        {"id": "first", "type": "sample", "name": "First", "position": {"x": 0, "y": 0}},
        {"id": "second", "type": "sample", "name": "Second", "position": {"x": 400, "y": 60}},
    ],
    "connections": [{"source": {"node": "first", "port": "item"}, "target": {"node": "second", "port": "item"}}],
    "triggers": [{"id": "created", "node": "first", "kind": "event", "spec": {"resource": "Item"}}],
}


def names_of(graph: dict[str, Any]) -> list[str]:
    return [node["name"] for node in graph["nodes"]]


def call(page: Page, drafting: Drafting, method: str, path: str, **data: Any) -> dict[str, Any]:
    """The API as this window's person, past the page itself."""
    answer = page.request.fetch(
        f"{drafting.house.url}/api/v1/{path}", method=method, data=data, headers={"X-CSRFToken": "c" * 32}
    )
    assert answer.ok, answer.text()
    body: dict[str, Any] = answer.json()
    return body


def test_nodes_when_copied_into_another_pipeline_then_bring_connections_and_triggers(
    house: House, visitor: Windows
) -> None:
    drafting = make_drafting(house, "clip", PAIR)
    hands = drafting.open(visitor())
    page = hands.page
    other = call(page, drafting, "POST", f"projects/{drafting.project}/pipelines/", name="Other", graph={"nodes": []})
    expect(hands.node("Second")).to_be_visible()
    hands.press("Control+a", "Control+c")
    page.goto(f"{house.url}/p/{drafting.project}/pipelines/{other['id']}/edit/")
    there = Hands(page)
    there.canvas.click(position={"x": 60, "y": 60})
    there.press("Control+v")
    expect(there.node("Second")).to_be_visible()
    there.saved()
    graph = call(page, drafting, "GET", f"pipelines/{other['id']}/")["graph"]
    assert names_of(graph) == ["First", "Second"]
    assert [(one["source"]["node"], one["target"]["node"]) for one in graph["connections"]] == [("first", "second")]
    assert [(one["node"], one["kind"]) for one in graph["triggers"]] == [("first", "event")]
    there.press("Control+z")
    expect(page.locator(".step")).to_have_count(0)
    there.saved()


def test_draft_when_saved_by_someone_else_meanwhile_then_a_person_chooses(house: House, visitor: Windows) -> None:
    drafting = make_drafting(house, "twice", PAIR)
    window = visitor()
    window.allow("412")
    hands = drafting.open(window)
    page = hands.page
    held: list[Route] = []

    def rename_while_another_saves(mine: str, theirs: str) -> None:
        """This window's save is held back until the other one is stored."""

        def hold(route: Route) -> None:
            if route.request.method == "PATCH":
                held.append(route)
            else:
                route.continue_()

        pattern = f"**/api/v1/pipelines/{drafting.pipeline}/"
        page.route(pattern, hold)
        expect(hands.page.locator(".step-head b").first).to_be_visible()
        hands.choose(hands.names()[0])
        with page.expect_request(lambda request: request.method == "PATCH" and drafting.pipeline in request.url):
            hands.rename(mine)
        now = call(page, drafting, "GET", f"pipelines/{drafting.pipeline}/")
        now["graph"]["nodes"][0]["name"] = theirs
        path = f"pipelines/{drafting.pipeline}/"
        call(page, drafting, "PATCH", path, graph=now["graph"], draft_version=now["draft_version"])
        held.pop().continue_()
        page.unroute(pattern, hold)

    rename_while_another_saves("Mine", "Theirs")
    dialog = page.get_by_role("dialog", name="This draft was changed elsewhere")
    dialog.get_by_role("button", name="Load theirs").click()
    expect(hands.node("Theirs")).to_be_visible()
    hands.saved()
    rename_while_another_saves("Mine after all", "Theirs again")
    dialog.get_by_role("button", name="Put mine over it").click()
    hands.saved()
    expect(hands.node("Mine after all")).to_be_visible()
    assert names_of(drafting.stored(page)) == ["Mine after all", "Second"]


def test_comments_and_groups_when_made_moved_and_dissolved_then_stored_so(house: House, visitor: Windows) -> None:
    drafting = make_drafting(house, "drawn", PAIR)
    hands = drafting.open(visitor())
    page = hands.page
    expect(hands.node("Second")).to_be_visible()
    hands.press("Control+a", "g")
    dialog = page.get_by_role("dialog", name="Rename the group")
    dialog.get_by_label("Name").fill("Sampling")
    dialog.get_by_role("button", name="Save").click()
    head = page.locator(".frame-head", has_text="Sampling")
    expect(head).to_be_visible()
    hands.press("Escape", "m")
    comment = page.get_by_role("textbox", name="Comment")
    expect(comment).to_be_focused()
    comment.fill("Half of it")
    comment.press("Escape")
    hands.saved()
    before = drafting.stored(page)
    assert [(one["name"], one["nodes"]) for one in before["groups"]] == [("Sampling", ["first", "second"])]
    assert [one["text"] for one in before["notes"]] == ["Half of it"]
    x, y = middle(box_of(head))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 60, steps=4)
    page.mouse.up()
    hands.saved()
    page.reload()
    hands = Hands(page)
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Half of it")
    after = drafting.stored(page)
    shifts = {
        (new["position"]["x"] - old["position"]["x"], new["position"]["y"] - old["position"]["y"])
        for old, new in zip(before["nodes"], after["nodes"], strict=True)
    }
    assert len(shifts) == 1, "both nodes move with their frame"
    assert min(shifts.pop()) > 0
    hands.choose("First")
    hands.press("Escape")
    page.locator(".frame-head").click()
    hands.press("Shift+g")
    expect(page.locator(".frame-head")).to_have_count(0)
    hands.saved()
    assert not drafting.stored(page).get("groups")


def push_out_of_sight(hands: Hands) -> None:
    """The ground is dragged until a node is gone, and back: it has its ports again. A click on it chooses nothing."""
    hands.choose("Second")
    frame, mouse = box_of(hands.canvas), hands.page.mouse
    x, y = frame["x"] + 20, frame["y"] + 20
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + frame["width"] - 60, y, steps=6)
    expect(hands.node("Second")).to_have_count(0)
    mouse.move(x, y, steps=6)
    expect(hands.port("Second", "in item")).to_be_visible()
    mouse.up()
    expect(hands.side.get_by_label("Name of the node")).to_have_value("Second")
    hands.canvas.click(position={"x": 20, "y": 20})
    expect(hands.side.get_by_label("Name of the node")).to_have_count(0)


def test_revision_when_compared_and_restored_then_the_draft_is_it_again(house: House, visitor: Windows) -> None:
    drafting = make_drafting(house, "again", PAIR)
    hands = drafting.open(visitor())
    page = hands.page
    push_out_of_sight(hands)
    hands.page.get_by_role("button", name="Start").click()
    expect(page.locator("#pipeline-status")).to_contain_text("Running")
    hands.choose("Second")
    hands.rename("Renamed")
    hands.saved()
    page.get_by_role("tab", name="Revisions").click()
    first = page.get_by_role("listitem").filter(has_text="Revision 1")
    first.get_by_role("button", name="Compare").click()
    dialog = page.get_by_role("dialog", name="Revision 1")
    expect(dialog.get_by_text("Second → Renamed")).to_be_visible()
    dialog.get_by_role("button", name="Close").last.click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("listitem").filter(has_text="Revision 2")).to_be_visible()
    hands.rename("Again")
    hands.saved()
    first.get_by_role("button", name="Compare").click()
    expect(dialog.get_by_text("Second → Again")).to_be_visible()
    dialog.get_by_label("Compare with").select_option("revision 2")
    expect(dialog.get_by_text("Second → Renamed")).to_be_visible()
    dialog.get_by_role("button", name="Restore revision 1").click()
    expect(hands.node("Second")).to_be_visible()
    hands.saved()
    assert names_of(drafting.stored(page)) == ["First", "Second"]


def test_template_of_another_product_when_imported_from_the_page_then_only_its_values_are_left_to_choose(
    house: House, visitor: Windows
) -> None:
    drafting = make_drafting(house, "theirs")
    page = drafting.sign_in(visitor())
    page.goto(f"{house.url}/p/{drafting.project}/pipelines/")
    page.get_by_role("button", name="Import a file").click()
    dialog = page.get_by_role("dialog", name="Import a pipeline")
    dialog.get_by_label("File", exact=True).set_input_files(THEIRS)
    report = dialog.get_by_role("status")
    expect(report).to_contain_text("Active Learning Pipeline: 12 nodes, 12 connections, 2 triggers, 8 variables.")
    expect(report.get_by_text("For you to fill in (3)")).to_be_visible()
    dialog.get_by_label("Name", exact=True).fill("Brought along")
    dialog.get_by_role("button", name="Make the draft").click()
    page.wait_for_url("**/edit/")
    hands = Hands(page)
    expect(page.locator(".step-head b")).to_have_count(12)
    expect(page.get_by_text("Mondays at 09:00")).to_be_visible()
    page.get_by_role("tab", name="Problems").click()
    expect(page.locator(".problem-list code").first).to_be_visible()
    assert set(page.locator(".editor-drawer .problem-list code").all_inner_texts()) == {"variable_empty"}
    expect(page.get_by_role("heading", name="Brought along")).to_be_visible()
    hands.choose("Compare Models")
