"""Stages of review without a pipeline: what is handed on, sampled, accepted by a rule, sent back, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from alp_site.lib.ids import uuid7
from annotation.models import ReviewOutcome, Task, TaskItem, TaskItemLog
from annotation.services import bulk, stages, task_items
from datasets.models import Annotation, Item

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


class Team:
    """Requests of each role; every refusal is an error unless it is asked for."""

    def __init__(self, client_as: Any) -> None:
        self.client_as = client_as

    def call(self, who: str, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = getattr(self.client_as(who), method)(f"/api/v1/{path}", body, format="json")
        assert answer.status_code == expect, answer.content
        return answer.json() if answer.content else None

    def act(self, who: str, row: TaskItem, what: str, expect: int = 200, **body: Any) -> Any:
        return self.call(who, "post", f"task-items/{row.pk}/{what}/", body, expect)

    def queue(self, who: str, task: Task) -> list[str]:
        return [i["id"] for i in self.call(who, "post", f"tasks/{task.pk}/queue/next/", {})["items"]]

    def history(self, row: TaskItem) -> list[dict[str, Any]]:
        return self.call("owner", "get", f"task-items/{row.pk}/history/")["items"]

    def make(self, **body: Any) -> Task:
        made = self.call("owner", "post", f"projects/{self.project}/tasks/", {"kind": "qa", **body}, 201)
        return Task.objects.get(pk=made["id"])

    project: Any = None


@pytest.fixture
def team(client_as, project):
    made = Team(client_as)
    made.project = project.pk
    return made


@pytest.fixture
def fill(fill, annotator, owner):
    """As ever, and the annotator holds them."""

    def add(into: Task, n: int, suggestion: str | None = None, **entry: Any) -> list[TaskItem]:
        rows = fill(into, n, suggestion, **entry)
        task_items.reassign(task=into, task_item_ids=[row.pk for row in rows], person=annotator, user=owner)
        return rows

    return add


@pytest.fixture
def follow(team, dataset):
    """`follow(task, sample_percent=20)`: a review task made by a lead through the API."""

    def make(parent: Task, **settings: Any) -> Task:
        return team.make(
            name=f"After {parent.name}"[:60], dataset=str(dataset.pk), parent_task=str(parent.pk), **settings
        )

    return make


def the(task: Task, item_id: Any) -> TaskItem:
    return TaskItem.objects.get(task=task, item_id=item_id, retired_at=None)


def is_truth(row: TaskItem) -> bool:
    item = Item.objects.get(pk=row.item_id)
    return item.approved_version is not None and item.approved_version == item.content_version


def test_completing_when_a_review_follows_then_it_waits_there_with_its_suggestion(team, task, qa, fill):
    rows = fill(task, 2, suggestion="cat")
    for _ in range(2):
        team.act("annotator", rows[0], "complete", label="cat")
    team.act("annotator", rows[1], "discard")
    review = TaskItem.objects.get(task=qa)
    assert (review.item_id, review.source_id) == (rows[0].item_id, rows[0].pk)
    assert team.queue("reviewer", qa) == [str(review.pk)]
    assert team.call("reviewer", "get", f"task-items/{review.pk}/")["suggestion"]["label"] == "cat"
    team.act("reviewer", review, "approve")
    assert is_truth(review)


def test_answers_in_bulk_when_a_review_follows_then_they_wait_there_too(team, task, qa, fill, annotator):
    rows = fill(task, 5)
    bulk.complete_many(task=task, answers=[(row.pk, "cat") for row in rows], person=annotator)
    assert TaskItem.objects.filter(task=qa, source__in=rows).count() == 5


def test_a_review_made_later_takes_what_was_completed_before_and_once(team, task, fill, follow):
    rows = fill(task, 3)
    for row in rows[:2]:
        team.act("annotator", row, "complete", label="cat")
    review = follow(task)
    assert set(TaskItem.objects.filter(task=review).values_list("source", flat=True)) == {rows[0].pk, rows[1].pk}
    assert stages.catch_up(task=review) == 0
    team.call("owner", "patch", f"tasks/{review.pk}/", {"status": "completed"})
    team.act("annotator", rows[2], "complete", label="cat")
    assert TaskItem.objects.filter(task=review).count() == 2
    team.call("owner", "patch", f"tasks/{review.pk}/", {"status": "open"})
    assert TaskItem.objects.filter(task=review).count() == 3


def test_two_stages_when_the_first_approves_then_the_second_makes_ground_truth(team, task, qa, fill, follow):
    last = follow(qa)
    row = fill(task, 1)[0]
    team.act("annotator", row, "complete", label="cat")
    assert not TaskItem.objects.filter(task=last).exists()
    first = the(qa, row.item_id)
    team.act("reviewer", first, "approve", label="dog")
    assert not is_truth(first)
    second = the(last, row.item_id)
    assert second.source_id == row.pk
    team.act("owner", second, "approve")
    assert is_truth(second)
    # the second stage left the first one's correction as it was
    assert list(ReviewOutcome.objects.order_by("at").values_list("change", "submitted_label", "label")) == [
        ("changed", "cat", "dog"), ("unchanged", "dog", "dog"),
    ]  # fmt: skip


def test_two_stages_when_the_second_returns_then_its_annotator_answers_to_it_directly(team, task, qa, fill, follow):
    row = fill(task, 3)[2]
    team.act("annotator", row, "complete", label="cat")
    first = the(qa, row.item_id)
    team.act("reviewer", first, "approve")
    assert is_truth(first)  # nothing followed yet
    last = follow(qa)
    second = the(last, row.item_id)
    team.act("owner", second, "issues", 201, category="wrong_label")
    team.act("owner", second, "return")
    assert not is_truth(first)
    assert team.queue("annotator", task)[0] == str(row.pk)
    team.act("annotator", row, "complete", label="frog")
    assert team.queue("owner", last) == [str(second.pk)]
    assert team.queue("reviewer", qa) == []
    team.act("owner", second, "approve", resolve_fixed=True)
    assert Annotation.objects.get(item=row.item_id).label == "frog"
    assert is_truth(second)
    assert TaskItem.objects.filter(task__in=[qa, last]).count() == 2


def test_first_stage_when_taken_back_then_the_second_waits_for_it_unless_it_decided(team, task, qa, fill, follow):
    last = follow(qa)
    row = fill(task, 1)[0]
    team.act("annotator", row, "complete", label="cat")
    first = the(qa, row.item_id)
    team.act("reviewer", first, "approve")
    team.act("reviewer", first, "undo")
    assert not TaskItem.objects.filter(task=last, retired_at=None).exists()
    team.act("reviewer", first, "approve")
    second = the(last, row.item_id)
    team.act("owner", second, "approve")
    assert team.act("reviewer", first, "undo", 409)["error"]["code"] == "already_consumed"
    assert team.act("annotator", row, "undo", 409)["error"]["code"] == "already_consumed"


def test_sample_when_drawn_then_it_is_the_same_each_time_and_a_larger_one_holds_it(make_task, task):
    qa = make_task("qa", parent_task=task, sample_percent=20)
    ids = [uuid7() for _ in range(3000)]
    some = {i for i in ids if stages.is_sampled(qa, i)}
    assert {i for i in ids if stages.is_sampled(qa, i)} == some
    assert 0.16 < len(some) / len(ids) < 0.24
    qa.sample_percent = 60
    assert some < {i for i in ids if stages.is_sampled(qa, i)}
    qa.sample_percent = 100
    assert all(stages.is_sampled(qa, i) for i in ids)
    qa.sample_percent = 0
    assert not any(stages.is_sampled(qa, i) for i in ids)


def test_sample_when_no_rule_accepts_the_rest_then_it_is_no_ground_truth_until_the_sample_grows(
    team, task, fill, follow, annotator
):
    review = follow(task, sample_percent=40)
    rows = fill(task, 30)
    bulk.complete_many(task=task, answers=[(row.pk, "cat") for row in rows], person=annotator)
    taken = set(TaskItem.objects.filter(task=review).values_list("source", flat=True))
    assert taken == {row.pk for row in rows if stages.is_sampled(review, row.item_id)}
    assert 0 < len(taken) < 30
    told = team.call("reviewer", "get", f"tasks/{review.pk}/review/")
    assert (told["taken"], told["not_taken"], told["auto_accepted"]) == (len(taken), 30 - len(taken), 0)
    assert (told["sample_percent"], told["parent_task"]["id"]) == (40.0, str(task.pk))
    assert not Item.objects.exclude(approved_version=None).exists()
    team.call("reviewer", "patch", f"tasks/{review.pk}/", {"sample_percent": 100})
    assert TaskItem.objects.filter(task=review, finished_at=None).count() == 30


def test_rule_not_sampled_when_set_then_the_rest_is_approved_in_its_name_and_handed_on(
    team, task, fill, follow, annotator
):
    review = follow(task, sample_percent=40, auto_accept={"kind": "not_sampled"})
    rows = fill(task, 20)
    team.act("annotator", rows[0], "complete", label="cat")
    bulk.complete_many(task=task, answers=[(row.pk, "cat") for row in rows[1:]], person=annotator)
    assert TaskItem.objects.filter(task=review).count() == 20
    for row in rows:
        decided = the(review, row.item_id)
        if stages.is_sampled(review, row.item_id):
            assert decided.is_open
            assert not is_truth(decided)
            continue
        assert (decided.status, decided.finished_by, decided.assignee) == ("approved", None, None)
        assert is_truth(decided)
        assert Annotation.objects.get(item=row.item_id).approved_rule == "auto_accept: not sampled"
        line = team.history(decided)[-1]
        assert (line["action"], line["rule"], line["person"]) == ("approve", "auto_accept: not sampled", None)
    assert team.call("owner", "get", f"tasks/{review.pk}/review/")["not_taken"] == 0

    last = follow(review)  # gets what the rule approved as well
    accepted = TaskItem.objects.filter(task=review, status="approved")
    assert TaskItem.objects.filter(task=last).count() == accepted.count() > 0


def test_rule_agreement_when_set_then_only_sure_unchanged_suggestions_are_accepted(team, task, fill, follow):
    review = follow(task, auto_accept={"kind": "agreement", "min_confidence": 0.75, "unchanged": True})
    same, other, unsure, bare = (
        *fill(task, 2, suggestion="cat"),
        *fill(task, 1, context={"suggestion": {"label": "cat", "confidence": 0.5}}),
        *fill(task, 1),
    )
    for row, label in ((same, "cat"), (other, "dog"), (unsure, "cat"), (bare, "cat")):
        team.act("annotator", row, "complete", label=label)
    assert the(review, same.item_id).status == "approved"
    assert is_truth(same)
    label = Annotation.objects.get(item=same.item_id)
    assert label.approved_rule == "auto_accept: unchanged suggestions of confidence 0.75 or more"
    assert [the(review, row.item_id).status for row in (other, unsure, bare)] == ["", "", ""]
    assert not ReviewOutcome.objects.exists()


def test_accepted_by_a_rule_when_the_annotator_takes_it_back_then_it_is_no_ground_truth(team, task, fill, follow):
    review = follow(task, auto_accept={"kind": "agreement", "min_confidence": 0.5, "unchanged": True})
    row = fill(task, 1, suggestion="cat")[0]
    team.act("annotator", row, "complete", label="cat")
    assert is_truth(row)
    team.act("annotator", row, "undo")
    assert not is_truth(row)
    assert not TaskItem.objects.filter(task=review, retired_at=None).exists()
    team.act("annotator", row, "complete", label="dog")
    assert the(review, row.item_id).is_open
    assert not is_truth(row)


@pytest.mark.parametrize(
    "body",
    [
        {"sample_percent": 101},
        {"sample_percent": -1},
        {"auto_accept": {"kind": "agreement"}},
        {"auto_accept": {"kind": "agreement", "min_confidence": 2, "unchanged": True}},
        {"auto_accept": {"kind": "agreement", "min_confidence": 0.5, "unchanged": False}},
        {"auto_accept": {"kind": "not_sampled", "min_confidence": 0.5}},
        {"auto_accept": {"kind": "always"}},
        {"parent_task": "SELF"},
        {"parent_task": "CHILD"},
    ],
)
def test_settings_of_review_when_they_make_no_sense_then_refused(team, qa, follow, body):
    if "parent_task" in body:
        body = {"parent_task": str(qa.pk if body["parent_task"] == "SELF" else follow(qa).pk)}
    before = Task.objects.values().get(pk=qa.pk)
    team.call("owner", "patch", f"tasks/{qa.pk}/", body, 400)
    assert Task.objects.values().get(pk=qa.pk) == before


def test_settings_of_review_when_the_task_labels_or_is_a_pipelines_then_refused(team, task, make_task):
    team.call("owner", "patch", f"tasks/{task.pk}/", {"sample_percent": 50}, 400)
    team.call("owner", "patch", f"tasks/{task.pk}/", {"auto_accept": {"kind": "not_sampled"}}, 400)
    team.call("owner", "patch", f"tasks/{task.pk}/", {"parent_task": str(make_task("qa").pk)}, 400)
    piped = make_task("qa", parent_task=task)
    Task.objects.filter(pk=piped.pk).update(pipeline_id=uuid7(), node_id="n")
    team.call("owner", "patch", f"tasks/{piped.pk}/", {"sample_percent": 50}, 400)
    team.call("annotator", "get", f"tasks/{task.pk}/review/", None, 403)


def test_a_pipelines_review_when_its_parent_completes_then_the_pipeline_alone_feeds_it(team, task, qa, fill):
    Task.objects.filter(pk=qa.pk).update(pipeline_id=uuid7(), node_id="n")
    row = fill(task, 1)[0]
    team.act("annotator", row, "complete", label="cat")
    assert not TaskItem.objects.filter(task=qa).exists()
    task_items.add_items(task=qa, entries=[{"item_id": row.item_id, "key": "execution"}])
    team.act("reviewer", the(qa, row.item_id), "approve")
    assert is_truth(row)


def test_passing_on_when_done_again_then_nothing_comes_twice(team, task, qa, fill):
    row = fill(task, 1)[0]
    team.act("annotator", row, "complete", label="cat")
    rows = list(TaskItem.objects.filter(pk=row.pk).select_related("task", "item"))
    stages.pass_on([qa], rows)
    assert TaskItem.objects.filter(task=qa).count() == 1
    assert TaskItemLog.objects.filter(task=qa, action="add").count() == 1
