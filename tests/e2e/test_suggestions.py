"""What a model suggests is answered by an annotator, compared and put right by a reviewer, and counted for a lead."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.axe import listen_light_and_dark
from tests.e2e.conftest import Visitor
from tests.e2e.loop import said
from tests.e2e.shapes import Hand, make_world
from tests.house import House

Windows = Callable[..., Visitor]

SUGGEST = """
import json
from annotation.models import TaskItem
def box(label, confidence, *xyxy):
    return {{"type": "box", "label": label, "geometry": {{"xyxy": xyxy, "angle": 0.0}}, "attributes": {{}},
             "confidence": confidence}}
context = {{
    "suggestions": {{
        "prediction_id": "0198c0de-0000-7000-8000-000000000001", "model_id": "0198c0de-0000-7000-8000-000000000002",
        "model_name": "Finder 3",
        "annotations": [box("apple", 0.92, 140, 94, 214, 168), box("bruise", 0.74, 492, 308, 550, 380),
                        box("leaf", 0.55, 348, 210, 474, 336), box("apple", 0.2, 36, 36, 84, 84)],
    }},
    "selection": {{"strategy": "entropy", "score": 1.25, "rank": 2, "chosen": 20, "round": 4}},
}}
print("SAID", json.dumps({{"told": TaskItem.objects.filter(task={task!r}).update(context=context)}}))
"""
OUTCOMES = """
import json
from annotation.models import SuggestionOutcome
rows = SuggestionOutcome.objects.filter(task_item__task={task!r}).order_by("suggestion")
print("SAID", json.dumps({{"outcomes": list(rows.values_list("outcome", flat=True))}}))
"""


def test_suggestions_when_answered_then_the_reviewer_flips_through_what_differs_from_the_model(
    house: House, visitor: Windows
) -> None:
    world = make_world(house, "Suggest", ["box"], pictures=1)
    task = world.tasks["annotation"]
    assert said(house, SUGGEST.format(task=task)) == {"told": 1}
    answer(world.open(visitor()))
    # In their order: taken as it stood, moved, rejected, taken after it was shown at all.
    assert said(house, OUTCOMES.format(task=task)) == {"outcomes": ["accepted", "edited", "rejected", "accepted"]}
    compare(world.open(visitor(), role="reviewer", kind="qa"))
    page = world.sign_in(visitor(), "engineer")
    page.goto(world.url("tasks/figures/"))
    count(page)


def answer(hand: Hand) -> None:
    page = hand.page
    panel = page.get_by_role("region", name="Suggestions")
    expect(page.locator(".studio-why")).to_contain_text("it is unsure among many labels (entropy, score 1.25")
    expect(panel).to_contain_text("Finder 3 · 3 shown, 1 hidden")
    hand.press("Alt+.")  # the surest
    listen_light_and_dark(page, "suggestions")
    hand.press("a")
    hand.until("one is taken", lambda rows: sum(row["author"] is not None for row in rows) == 1)
    # The next one is selected: moved, it is the person's.
    hand.press("Shift+ArrowRight")
    hand.until("two are taken", lambda rows: sum(row["author"] is not None for row in rows) == 2)
    expect(panel).to_contain_text("1 shown, 1 hidden")
    hand.press("Alt+.")
    hand.press("x")
    expect(panel).to_contain_text("0 shown, 1 hidden")
    panel.get_by_role("slider", name="Least confidence that is shown").fill("0.1")
    expect(panel).to_contain_text("1 shown, 0 hidden")
    page.locator(".stage").focus()
    hand.press("Shift+A")
    expect(panel).to_be_hidden()
    hand.tool("Box")
    hand.drag((300, 200), (380, 260))
    hand.has(4)
    hand.press("Control+Enter")
    expect(hand.empty()).to_be_visible()
    hand.saved()


def compare(review: Hand) -> None:
    page = review.page
    rows = review.has(4)  # what was rejected is not offered once more
    assert all(row["author"] for row in rows)
    expect(page.get_by_role("region", name="Suggestions")).to_be_hidden()
    review.press("y")
    panel = page.get_by_role("tabpanel", name="Changes")
    expect(panel.get_by_label("Compared with")).to_have_value("model")
    expect(panel.get_by_role("status")).to_have_text(
        re.compile("3 matched.*mean IoU \\.90.*1 other.*1 only the model's.*1 only the person's")
    )
    steps = panel.get_by_role("list", name="Changes").get_by_role("button")
    texts = ["Only the person's: apple #", "Only the model's: leaf", "Differs: bruise #"]
    expect(steps).to_have_count(3)
    for at, text in enumerate(texts):  # as one reads
        if at:
            review.press("y")
        expect(panel).to_contain_text(f"{at + 1} of 3 changes")
        expect(steps.nth(at)).to_contain_text(text)
        expect(steps.nth(at)).to_have_attribute("aria-current", "true")
    expect(steps.nth(2)).to_contain_text("IoU .71")
    listen_light_and_dark(page, "compared with the model")

    # Back to where the model had it: one difference less. Approved with that change.
    review.press("Shift+ArrowLeft")
    expect(steps).to_have_count(2)
    review.saved()
    review.press("a")
    expect(review.empty()).to_be_visible()
    review.saved()


def count(page: Page) -> None:
    """Submitted against approved: three objects as they were, one moved by ten pixels of 58."""
    table = page.get_by_role("region", name="In detail")
    expect(table.get_by_role("row", name=re.compile("Ann"))).to_contain_text(".93")
    chart = page.locator(".card", has=page.get_by_role("heading", name="Submitted against approved"))
    expect(chart).to_contain_text("by person")
    page.get_by_role("tab", name="Labels").click()
    expect(chart).to_contain_text("by label")
    expect(table.get_by_role("row", name=re.compile("bruise"))).to_contain_text(".71")
    expect(table.get_by_role("row", name=re.compile("apple"))).to_contain_text("1.00")
