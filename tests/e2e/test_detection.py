"""Boxes all the way round: drawn by a person, reviewed, learnt, judged, approved; and what the pages say of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.loop import WORLD, Loop, said, until
from tests.e2e.shapes import Hand
from tests.house import House

Windows = Callable[..., Visitor]
Box = tuple[str, list[float]]

# The demo's world, small. Best is the base, which never learnt: what the pipeline trains beats it for certain.
MAKE = """
import json
from datasets.services import test_sets
from models_registry.services import evaluation, promotion
from pipelines.demo import world
plan = world.Plan(
    source="blocks", project="Blocks for a journey", pool=1, validation=4, test=8, seed_labels=4, budget=1, every=1,
    keep_open=1, random_share=0.0, seed=2, configuration={"steps": 30, "checks": 1},
    comparison={"precision_recall": {"min_delta": 0}, "approval": True},
)
people = world.make_people(plan)
owner, project = people["owner"], world.make_project(plan, people)
raw, truth = world.make_datasets(plan, project, owner)
base = world.base_of(plan, project, truth, owner)
shares = world.deal(plan, lambda text: None)
world.add_pictures(shares, raw, truth, owner, lambda text: None)
world.load_answers(project, shares)
version = test_sets.resolve_version(dataset=truth, filter=world.subset_filter("test"), name="Test", user=owner)
promotion.promote(model_id=base.pk, person_id=owner.pk)
evaluation.request_evaluation(model_id=base.pk, test_set_version_id=version.pk, person_id=owner.pk)
world.make_seed_model(project, truth, base, version, owner, lambda text: None, beside=True)
world.make_pipeline(plan, project, raw, truth, base, owner)
from django.test import Client
def session(user):
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
print("SAID", json.dumps({role: session(user) for role, user in people.items()}))
"""

KEY = """
import json
from annotation.models import AnswerKey
from datasets.models import Item
key = dict(AnswerKey.objects.filter(project={project!r}).values_list("sha256", "annotations"))
rows = Item.objects.filter(dataset={raw!r}, type="file")
print("SAID", json.dumps({{row.filename: [str(row.pk), key[row.blob_id]] for row in rows}}))
"""


def boxes_of(rows: list[dict[str, Any]]) -> list[Box]:
    """What people drew; a model's proposal that nobody accepted is none of it."""
    drawn = [row for row in rows if "suggestion" not in row.get("metadata", {})]
    return [(row["label"], row["geometry"]["xyxy"]) for row in drawn if row["type"] == "box"]


def alike(some: list[Box], others: list[Box]) -> bool:
    """The same labels at the same places, to a pixel; in any order."""

    def has(box: Box) -> bool:
        label, corners = box
        near = (
            all(abs(a - b) <= 1 for a, b in zip(corners, place, strict=True)) for name, place in others if name == label
        )
        return any(near)

    return len(some) == len(others) and all(map(has, some))


def draw(hand: Hand, loop: Loop, truth: list[Box]) -> None:
    """Nothing is suggested yet; what is there is drawn."""
    hand.has(0)
    hand.tool("Box")
    for number, (label, (x1, y1, x2, y2)) in enumerate(truth, 1):
        hand.press(loop.digit(label))  # of what is drawn next
        hand.drag((x1, y1), (x2, y2))
        hand.has(number)
    hand.until("all that is there", lambda found: alike(boxes_of(found), truth))


def finish(hand: Hand, key: str) -> None:
    """The key that is done with the picture; it was the only one."""
    hand.page.keyboard.press(key)
    expect(hand.empty()).to_be_visible()
    hand.saved()


def is_asked_for_approval(page: Page) -> None:
    """Home was opened before anything was drawn; by itself it says that a better version waits, and opens why."""
    line = page.get_by_role("region", name="My queue").get_by_role("link", name="To approve")
    expect(line).to_contain_text("v3 is better than v1", timeout=240_000)
    gate = page.locator(".loop-box").filter(has=page.get_by_text("Gate", exact=True))
    expect(gate).to_contain_text("waits for approval")
    line.click()
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict.get_by_role("heading", name="is better and waits for approval")).to_be_visible()
    expect(verdict.get_by_role("listitem").filter(has_text="a trained model beats it")).to_be_visible()


def approve(page: Page) -> None:
    verdict = page.get_by_role("region", name="Verdict")
    verdict.get_by_role("button", name="Approve and promote").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Promote ")).click()
    expect(verdict.get_by_text("Best", exact=True)).to_be_visible()
    verdict.get_by_role("link", name="Open the candidate").click()


def read_the_evaluation(page: Page) -> None:
    """Its figures, and the pictures behind a number."""
    page.get_by_role("tab", name="Evaluation").click()
    panel = page.get_by_role("tabpanel", name="Evaluation")
    expect(panel.get_by_text("AP50", exact=True)).to_be_visible()
    classes = page.get_by_role("table", name="Figures by class")
    expect(classes.get_by_role("row", name=re.compile("^block "))).to_be_visible()
    classes.get_by_role("button", name=re.compile("^Pictures of disc")).click()
    expect(page.get_by_role("tab", name="Mistakes")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel", name="Mistakes").locator(".mistake").first).to_be_visible()


def choose_two(page: Page, loop: Loop) -> None:
    """The trained ones, in the list of versions."""
    page.goto(loop.url("models/"))
    rows = page.get_by_role("table", name="Versions").get_by_role("row")
    for number in ("v2", "v3"):
        rows.filter(has_text=f"{number} ").get_by_role("checkbox").check()


def see_side_by_side(page: Page, loop: Loop) -> None:
    choose_two(page, loop)
    page.get_by_role("button", name="Side by side").click()
    figures = page.get_by_role("table", name="Figures of each")
    expect(figures.get_by_role("row", name=re.compile("^AP50 "))).to_be_visible()
    classes = page.get_by_role("table", name="Classes of each")
    for label in loop.labels:
        expect(classes.get_by_role("row", name=re.compile(f"^{label} "))).to_be_visible()
    expect(page.get_by_role("img", name="Precision against recall of each")).to_be_visible()
    who = page.get_by_role("group", name="Who is right").get_by_role("button")
    expect(who).to_have_count(3)
    who.filter(has_text="None of them").click()
    expect(page.get_by_text("of which none got every object, and nothing else")).to_be_visible()


def judge_by_hand(page: Page, loop: Loop) -> None:
    """By a rule that starts as that of the last verdict and asks for too many pictures."""
    choose_two(page, loop)
    page.get_by_role("button", name="Compare").click()
    rule = page.get_by_role("dialog")
    expect(rule.get_by_label("A person must approve")).to_be_checked()
    expect(rule.get_by_label("A class may lose at most")).to_be_hidden()
    rule.get_by_label("No class may lose").select_option(label="Every class")
    expect(rule.get_by_label("A class may lose at most")).to_be_visible()
    rule.get_by_label("Test pictures at least").fill("500")
    rule.get_by_role("button", name="Compare").click()
    checks = page.get_by_role("region", name="Verdict").get_by_role("listitem")
    expect(checks.filter(has_text="at least 500 are needed")).to_be_visible()
    for label in loop.labels:
        expect(checks.filter(has_text=f"{label} ").filter(has_text="allowed -5.0 points")).to_be_visible()


def enter(loop: Loop, visitor: Visitor, session: str) -> Page:
    """Home, for somebody who has signed in already."""
    cookies = {"sessionid": session, "csrftoken": "c" * 32}
    visitor.context.add_cookies([{"name": n, "value": v, "url": loop.house.url} for n, v in cookies.items()])
    visitor.page.goto(loop.url())
    return visitor.page


@pytest.mark.thorough
def test_detection_when_boxes_are_drawn_and_reviewed_then_a_detector_is_trained_judged_and_approved(
    house: House, visitor: Windows
) -> None:
    sessions = said(house, MAKE)
    loop = Loop(house=house, **said(house, WORLD.format(source="blocks")))
    [(item, truth)] = said(house, KEY.format(project=loop.project, raw=loop.raw)).values()
    drawn = boxes_of(truth)
    assert {label for label, _ in drawn} == set(loop.labels)
    engineer = enter(loop, visitor(), sessions["engineer"])

    annotator = Hand(enter(loop, visitor(), sessions["annotator"]))
    annotator.from_home()
    draw(annotator, loop, drawn)
    finish(annotator, "Control+Enter")
    assert alike(boxes_of(annotator.holds(item)), drawn)
    reviewer = Hand(enter(loop, visitor(), sessions["reviewer"]))
    reviewer.from_home()
    reviewer.until("what was drawn", lambda found: alike(boxes_of(found), drawn))
    finish(reviewer, "a")

    is_asked_for_approval(engineer)
    approve(engineer)
    read_the_evaluation(engineer)
    until("the loop to go on with it", lambda: best_of(engineer, loop) in engineer.url, 60, engineer)
    see_side_by_side(engineer, loop)
    judge_by_hand(engineer, loop)
    found = loop.recount()
    assert found["errors"] == []
    assert [row["verdict"] for row in found["comparisons"]] == ["discard", "discard"]


def best_of(page: Page, loop: Loop) -> str:
    """What the pipeline predicts with."""
    variables = page.request.get(f"{loop.house.url}/api/v1/pipelines/{loop.pipeline}/").json()["graph"]["variables"]
    return next(str(row["value"]) for row in variables if row["name"] == "Best Model")
