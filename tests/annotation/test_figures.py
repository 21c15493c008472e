"""Figures for leads, against a small world counted by hand. All of it goes through the API, as people do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.ids import uuid7
from annotation.models import TaskItem
from annotation.selectors.figures import wilson
from annotation.services import bulk, queue, task_items, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.scale]
DAY_ONE, DAY_TWO = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 3, 10, tzinfo=UTC)
PERIOD = "from=2026-03-02&to=2026-03-03"


class Clock:
    """Time that moves a second with each look, and jumps when told."""

    def __init__(self) -> None:
        self.now = DAY_ONE

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made)
    monkeypatch.setattr(db, "clock", made)
    return made


@pytest.fixture
def act(client_as: Callable[..., Any], people: dict[str, Any], second_annotator: Any) -> Callable[..., None]:
    """`act("annotator", row, "complete", label="cat", seconds=10)`: one act through the API."""
    people["second"] = second_annotator

    def do(who: str, row: TaskItem, what: str, **body: Any) -> None:
        answer = client_as(who).post(f"/api/v1/task-items/{row.pk}/{what}/", body, format="json")
        assert answer.status_code == 200, answer.content

    return do


@pytest.fixture
def world(clock, task, qa, fill, act, annotator, second_annotator, reviewer):
    """Day one: the annotator labels three items, discards one, skips one; the second labels one and takes one back.
    The reviewer approves two, corrects one, returns one; it is answered and approved on day two."""
    rows = fill(task, 8, suggestion="cat")
    task_items.reassign(task=task, task_item_ids=[r.pk for r in rows[:5]], person=annotator, user=reviewer)
    task_items.reassign(task=task, task_item_ids=[r.pk for r in rows[5:]], person=second_annotator, user=reviewer)
    act("annotator", rows[0], "complete", label="cat", seconds=10)
    act("annotator", rows[1], "complete", label="dog", seconds=20)
    act("annotator", rows[2], "complete", label="dog", seconds=30)
    act("annotator", rows[3], "discard", seconds=6)
    act("annotator", rows[4], "skip", seconds=4)
    act("second", rows[5], "complete", label="cat", seconds=60)
    act("second", rows[6], "complete", label="frog", seconds=40)
    act("second", rows[6], "undo")
    bulk.complete_many(task=task, answers=[(rows[7].pk, "cat")], person=second_annotator, simulated=True)
    ids = task_items.add_items(task=qa, entries=[{"item_id": rows[i].item_id} for i in (0, 1, 2, 5)])
    found = TaskItem.objects.in_bulk(ids)
    reviews = [found[i] for i in ids]
    act("reviewer", reviews[0], "approve", seconds=5)
    act("reviewer", reviews[1], "approve", label="frog", seconds=8)
    act("reviewer", reviews[2], "return", note="A frog.", seconds=3)
    act("reviewer", reviews[3], "approve", seconds=2)
    clock.now = DAY_TWO
    act("annotator", rows[2], "complete", label="frog", seconds=12)
    act("reviewer", reviews[2], "approve", resolve_fixed=True, seconds=4)
    return rows


@pytest.fixture
def ask(client_as, project):
    def get(by: str, query: str = PERIOD, who: str = "owner") -> dict[str, Any]:
        answer = client_as(who).get(f"/api/v1/projects/{project.pk}/figures/?by={by}&{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


def rows_of(figures: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in figures["rows"]}


def some(row: dict[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


WORK = ("labelled", "discarded", "objects", "label_seconds")
REVIEWS = ("reviewed", "accepted", "returned", "corrected", "kept")
SUGGESTED = ("suggestions_accepted", "suggestions_edited", "suggestions_rejected")


def test_by_person_counts_what_each_did_and_what_review_said_of_it(world, ask):
    figures = ask("person")
    rows = rows_of(figures)
    assert set(rows) == {"Annotator", "Annotator Two", "Reviewer"}
    first, second, reviewer = rows["Annotator"], rows["Annotator Two"], rows["Reviewer"]
    assert some(first, *WORK) == [3, 1, 3, 82.0]
    assert some(first, *REVIEWS) == [3, 1, 1, 1, 2]
    assert some(first, *SUGGESTED) == [1, 2, 1]
    assert first["items_an_hour"] == pytest.approx(4 / 82 * 3600)
    assert first["objects_an_hour"] == pytest.approx(3 / 82 * 3600)
    assert first["acceptance"]["rate"] == pytest.approx(1 / 3)
    assert first["rework"] == pytest.approx(1 / 3)
    assert first["agreement"] == pytest.approx(2 / 3)
    assert some(second, *WORK) == [1, 0, 1, 100.0]
    assert some(second, *REVIEWS) == [1, 1, 0, 0, 1]
    assert second["items_an_hour"] == pytest.approx(36)
    assert some(reviewer, *WORK) == [0, 0, 0, 0.0]
    assert some(reviewer, "decided", "review_seconds", "acceptance") == [4, 22.0, None]
    assert reviewer["reviews_an_hour"] == pytest.approx(4 / 22 * 3600)
    assert some(figures["totals"], *WORK, *REVIEWS) == [4, 1, 4, 182.0, 4, 2, 1, 1, 3]
    assert figures["simulated"] == 1


def test_by_label_tells_of_the_label_that_was_submitted(world, ask):
    rows = rows_of(ask("label"))
    assert {name: some(row, "labelled", *REVIEWS[:4]) for name, row in rows.items()} == {
        "cat": [2, 2, 2, 0, 0],
        "dog": [2, 2, 0, 1, 1],
        "frog": [1, 1, 0, 0, 0],
    }


def test_by_task_tells_of_labellings_where_they_were_made_and_of_decisions_where_they_were_taken(
    world, ask, task, qa, project
):
    rows = {row["key"]: row for row in ask("task")["rows"]}
    assert some(rows[str(task.pk)], *WORK, *REVIEWS, "decided") == [4, 1, 4, 182.0, 4, 2, 1, 1, 3, 0]
    assert some(rows[str(qa.pk)], *WORK, "reviewed", "decided", "review_seconds") == [0, 0, 0, 0.0, 0, 4, 22.0]
    one = ask("person", f"{PERIOD}&task={qa.pk}")
    assert some(rows_of(one)["Annotator"], "labelled", *REVIEWS) == [0, 3, 1, 1, 1, 2]


def test_by_day_the_second_day_holds_what_was_answered_again(world, ask):
    rows = rows_of(ask("day"))
    assert {day: some(row, *WORK) for day, row in rows.items()} == {
        "2026-03-02": [4, 1, 4, 170.0],
        "2026-03-03": [1, 0, 1, 12.0],
    }
    # Day one in Auckland ended before anybody began; all of the first day's work lies on its 2nd of March, evening.
    assert set(rows_of(ask("day", f"{PERIOD}&tz=Pacific/Auckland"))) == {"2026-03-02", "2026-03-03"}
    assert set(rows_of(ask("day", "from=2026-03-03&to=2026-03-04&tz=Pacific/Auckland"))) == {"2026-03-03"}


def test_issues_are_counted_by_kind_where_the_labelling_is_and_for_whose_it_is(
    world, ask, task, qa, client_as, annotator, second_annotator
):
    client_as("reviewer").post(
        f"/api/v1/task-items/{world[5].pk}/issues/", {"category": "missing", "body": "A frog"}, format="json"
    )
    both = [
        {"category": "missing", "count": 1, "unresolved": 1},
        {"category": "other", "count": 1, "unresolved": 0},
    ]
    assert ask("person")["issues"] == both
    assert ask("person", f"{PERIOD}&task={task.pk}")["issues"] == both
    assert ask("person", f"{PERIOD}&task={qa.pk}")["issues"] == both
    assert ask("person", "from=2026-03-02&to=2026-03-02")["issues"] == both[1:]
    assert ask("person", f"{PERIOD}&person={second_annotator.pk}")["issues"] == both[:1]
    assert ask("person", who="annotator")["issues"] == both[1:]


def test_outside_the_period_nothing_is_counted(world, ask):
    figures = ask("person", "from=2026-02-01&to=2026-03-01")
    assert figures["rows"] == []
    assert some(figures["totals"], *WORK, "acceptance", "items_an_hour") == [0, 0, 0, 0.0, None, None]
    second_day = rows_of(ask("person", "from=2026-03-03&to=2026-03-03"))
    assert some(second_day["Annotator"], *WORK, *REVIEWS) == [1, 0, 1, 12.0, 1, 0, 0, 0, 1]


def test_times_fall_into_bins_without_what_was_taken_back(world, ask):
    bins = {(b["low"], b["high"]): b["count"] for b in ask("person")["times"] if b["count"]}
    assert bins == {(5, 10): 2, (10, 20): 2, (20, 30): 1, (30, 60): 1}


def test_an_annotator_sees_only_themselves(world, ask, client_as, project, annotator, second_annotator):
    own = ask("person", who="annotator")
    assert own["own"] is True
    assert set(rows_of(own)) == {"Annotator"}
    assert some(own["totals"], *WORK) == [3, 1, 3, 82.0]
    assert set(rows_of(ask("task", who="annotator"))) == {"A annotation task"}
    url = f"/api/v1/projects/{project.pk}/figures/?person="
    assert client_as("annotator").get(f"{url}{second_annotator.pk}").status_code == 403
    assert client_as("annotator").get(f"{url}{annotator.pk}").status_code == 200


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=colour", "by"),
        ("from=soon", "from"),
        ("from=2026-03-03&to=2026-03-02", "from"),
        ("from=2020-01-01&to=2026-03-02", "from"),
        ("tz=Mars/Olympus", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("task=7", "task"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_field(client_as, project, query, field):
    answer = client_as("owner").get(f"/api/v1/projects/{project.pk}/figures/?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["data"]["field"] == field


def test_a_task_of_another_project_is_not_found(client_as, other_project, task):
    answer = client_as("stranger").get(f"/api/v1/projects/{other_project.pk}/figures/?task={task.pk}")
    assert answer.status_code == 404


def test_the_download_holds_the_same_rows_and_no_formula(world, client_as, project, annotator):
    annotator.name = "=SUM(A1)"
    annotator.save()
    answer = client_as("owner").get(f"/api/v1/projects/{project.pk}/figures/download/?by=person&{PERIOD}")
    assert answer["Content-Type"].startswith("text/csv")
    assert "figures-by-person-2026-03-02-2026-03-03.csv" in answer["Content-Disposition"]
    rows = {row["person"]: row for row in csv.DictReader(io.StringIO(answer.content.decode()))}
    assert set(rows) == {"'=SUM(A1)", "Annotator Two", "Reviewer"}
    first = rows["'=SUM(A1)"]
    assert some(first, "labelled", "objects", "acceptance", "label_seconds") == ["3", "3", "0.3333", "82.0"]
    assert rows["Reviewer"]["acceptance"] == ""


@pytest.mark.parametrize("by", ["person", "label", "task", "day"])
def test_figures_cost_the_same_however_much_was_done(
    world, client_as, project, by, task, fill, act, annotator, reviewer
):
    client = client_as("owner")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/api/v1/projects/{project.pk}/figures/?by={by}&{PERIOD}")
        return len(queries)

    before = cost()
    more = fill(task, 12, suggestion="cat")
    task_items.reassign(task=task, task_item_ids=[r.pk for r in more], person=annotator, user=reviewer)
    for row in more:
        act("annotator", row, "complete", label="frog", seconds=3)
    assert cost() == before <= 20


def test_what_a_reviewer_changed_is_told_by_object_with_its_iou(clock, task, qa, fill, act, ask, client_as, annotator):
    tasks.update_task(task=task, annotation_types=["box"])
    row = fill(task, 1)[0]
    queue.pull(task=task, person=annotator)

    def edit(who: str, **operation: Any) -> dict[str, Any]:
        sent = [{"op_id": str(uuid7()), **operation}]
        answer = client_as(who).post(f"/api/v1/items/{row.item_id}/annotations/", {"operations": sent}, format="json")
        return answer.json()["answers"][0]["annotation"]

    def box(label: str, *xyxy: int) -> dict[str, Any]:
        return {"type": "box", "label": label, "geometry": {"xyxy": list(xyxy)}}

    cat = edit("annotator", type="create", data=box("cat", 0, 0, 10, 10))
    edit("annotator", type="create", data=box("dog", 10, 10, 20, 20))
    act("annotator", row, "complete", seconds=30)
    half = {"geometry": {"xyxy": [0, 0, 10, 5]}}
    edit("reviewer", type="update", annotation=cat["id"], base_revision=cat["revision"], data=half)
    edit("reviewer", type="create", data=box("frog", 0, 20, 10, 30))
    act("reviewer", TaskItem.objects.get(task=qa), "approve", seconds=9)

    names = ("objects", "objects_unchanged", "objects_changed", "objects_added", "objects_removed", "iou")
    row_of_annotator = rows_of(ask("person"))["Annotator"]
    assert some(row_of_annotator, *names) == [2, 1, 1, 1, 0, 0.75]
    assert some(row_of_annotator, "corrected", "objects_an_hour") == [1, 240.0]
    assert {name: some(found, *names) for name, found in rows_of(ask("label")).items()} == {
        "cat": [1, 0, 1, 0, 0, 0.5],
        "dog": [1, 1, 0, 0, 0, 1.0],
        "frog": [0, 0, 0, 1, 0, None],
    }


def test_wilson_is_the_textbook_interval() -> None:
    assert wilson(0, 0) is None
    assert wilson(8, 10) == pytest.approx((0.8, 0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0.0, 0.0, 0.2775328), abs=1e-6)
