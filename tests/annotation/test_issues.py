"""Issues: where they hang, who may do what to them, the talk about them, and what they mean for a review."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alp_site.lib.ids import uuid7
from alp_site.lib.models import Event
from annotation.models import IssueLog, Place, TaskItem
from annotation.services import bulk, queue, status, task_items
from datasets.models import Annotation, Item
from datasets.services.annotations import apply_operations

pytestmark = [pytest.mark.django_db, pytest.mark.scale]


@pytest.fixture
def labelled(task, annotator, fill):
    """The annotator's picture, labelled `dog`."""
    fill(task, 1)
    row = queue.next_items(task=task, person=annotator)[0]
    status.complete(task_item_id=row.pk, person=annotator, label="dog")
    return TaskItem.objects.select_related("item").get(pk=row.pk)


@pytest.fixture
def reviewing(qa, labelled, reviewer):
    """The review of it, held by the reviewer."""
    task_items.add_items(task=qa, entries=[{"item_id": labelled.item_id}])
    return queue.next_items(task=qa, person=reviewer)[0]


class Door:
    """Requests as one role."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def make(self, ti: TaskItem, expect: int = 201, **body: Any) -> dict[str, Any]:
        return self._post(f"task-items/{ti.pk}/issues/", expect, body)

    def act(self, issue: str, act: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        return self._post(f"issues/{issue}/{act}/", expect, body)

    def comment(self, issue: str, expect: int = 201, **body: Any) -> dict[str, Any]:
        return self._post(f"issues/{issue}/comments/", expect, body)

    def item(self, ti: TaskItem, act: str, expect: int = 200, **body: Any) -> dict[str, Any]:
        return self._post(f"task-items/{ti.pk}/{act}/", expect, body)

    def get(self, path: str) -> dict[str, Any]:
        response = self.client.get(f"/api/v1/{path}")
        assert response.status_code == 200, response.content
        return response.json()

    def _post(self, path: str, expect: int, body: dict[str, Any]) -> dict[str, Any]:
        response = self.client.post(f"/api/v1/{path}", body, format="json")
        assert response.status_code == expect, response.content
        return response.json()


@pytest.fixture
def as_role(client_as):
    return lambda role: Door(client_as(role))


def add_box(item: Item, user: Any, label: str = "dog") -> str:
    data = {"type": "box", "label": label, "geometry": {"xyxy": [2, 2, 12, 12]}}
    operation = {"op_id": str(uuid7()), "type": "create", "annotation": str(uuid7()), "data": data}
    answer = apply_operations(item=item, operations=[operation], user=user)[0]
    assert answer["status"] == 200, answer
    return str(answer["annotation"]["id"])


def test_issue_when_made_on_a_review_then_the_annotator_reads_it_on_their_item(
    as_role, reviewing, labelled, annotator, reviewer
):
    box = add_box(labelled.item, annotator)
    asked = {
        "loose_geometry": {"annotation": box},
        "missing": {"place": {"x": 3, "y": 4.5}, "body": "An ear."},
        "extra": {"place": {"x": 0, "y": 0, "w": 32, "h": 8}},
        "wrong_label": {},
    }
    made = [as_role("reviewer").make(reviewing, category=category, **body) for category, body in asked.items()]
    assert [i["number"] for i in made] == [1, 2, 3, 4]
    assert [(i["annotation"], i["place"]) for i in made] == [
        (box, None), (None, {"x": 3.0, "y": 4.5}), (None, {"x": 0.0, "y": 0.0, "w": 32.0, "h": 8.0}), (None, None),
    ]  # fmt: skip
    seen = as_role("annotator").get(f"task-items/{labelled.pk}/issues/")["items"]
    assert seen == made == as_role("reviewer").get(f"task-items/{reviewing.pk}/issues/")["items"]
    assert seen[1]["author"] == {"id": str(reviewer.pk), "name": "Reviewer"}
    assert [c["body"] for c in seen[1]["comments"]] == ["An ear."]
    assert (seen[3]["body"], seen[3]["comments"]) == ("Wrong label", [])
    assert as_role("annotator").get(f"task-items/{labelled.pk}/")["issues"] == seen


@pytest.mark.parametrize(
    "body",
    [
        {"category": "ugly", "body": "x"},
        {"category": "other"},
        {"category": "missing", "place": {"x": 40, "y": 1}},
        {"category": "missing", "place": {"x": 1, "y": 1, "w": 40, "h": 2}},
        {"category": "missing", "place": {"x": 1, "y": 1, "w": 0, "h": 2}},
        {"category": "missing", "place": {"x": 1, "y": 1, "w": 3}},
        {"category": "missing", "place": {"x": "left", "y": 1}},
        {"category": "missing", "place": {"x": 1}},
        {"category": "extra", "annotation": "not an id"},
        {"category": "extra", "body": "y" * 4001},
        {"category": "extra", "mentions": ["PERSON"]},
    ],
)
def test_issue_when_malformed_then_refused_and_nothing_is_kept(as_role, reviewing, reviewer, body):
    if "mentions" in body:
        body = {**body, "mentions": [str(reviewer.pk)]}
    refused = as_role("reviewer").make(reviewing, 400, **body)
    assert refused["error"]["message"]
    assert as_role("reviewer").get(f"task-items/{reviewing.pk}/issues/")["items"] == []


def test_issue_when_the_annotation_is_of_another_picture_then_not_found(as_role, reviewing, make_items, annotator):
    elsewhere = add_box(make_items(1)[0], annotator)
    as_role("reviewer").make(reviewing, 404, category="extra", annotation=elsewhere)
    own = add_box(reviewing.item, annotator)
    as_role("reviewer").make(reviewing, 400, category="extra", annotation=own, place={"x": 1, "y": 1})
    as_role("reviewer").make(reviewing, category="extra", annotation=own)


def test_issue_when_worked_on_then_it_goes_from_open_to_fixed_to_resolved_and_back(as_role, reviewing):
    issue = as_role("reviewer").make(reviewing, category="missing")["id"]
    annotator, reviewer = as_role("annotator"), as_role("reviewer")
    assert annotator.act(issue, "fix", body="Drawn.")["state"] == "fixed"
    assert reviewer.act(issue, "reopen", body="Not the left one.")["state"] == "open"
    assert annotator.act(issue, "fix")["state"] == "fixed"
    done = reviewer.act(issue, "resolve")
    assert (done["state"], [c["body"] for c in done["comments"]]) == ("resolved", ["Drawn.", "Not the left one."])
    assert annotator.act(issue, "fix", 409)["error"]["data"]["state"] == "resolved"
    assert reviewer.act(issue, "reopen")["state"] == "open"
    assert IssueLog.objects.count() == 6


def test_issue_when_an_annotator_decides_then_refused_and_when_it_is_anothers_then_hidden(
    as_role, client_as, reviewing, second_annotator
):
    issue = as_role("reviewer").make(reviewing, category="missing")["id"]
    annotator = as_role("annotator")
    annotator.comment(issue, body="Which?")
    for act in ("resolve", "reopen"):
        annotator.act(issue, act, 403)
    annotator.make(TaskItem.objects.get(pk=reviewing.source_id), 403, category="missing")
    client = client_as("viewer")
    assert client.get(f"/api/v1/issues/{issue}/").status_code == 404
    client.force_authenticate(second_annotator)
    for act in ("comments", "fix", "resolve"):
        assert client.post(f"/api/v1/issues/{issue}/{act}/", {"body": "x"}).status_code == 404


def test_acts_when_repeated_with_their_op_id_then_they_count_once(as_role, reviewing):
    reviewer, annotator = as_role("reviewer"), as_role("annotator")
    ops = [str(uuid7()) for _ in range(4)]
    for _ in range(2):
        issue = reviewer.make(reviewing, category="missing", op_id=ops[0])["id"]
    assert len(reviewer.get(f"task-items/{reviewing.pk}/issues/")["items"]) == 1
    for _ in range(2):
        talk = annotator.comment(issue, body="Which?", op_id=ops[1])
    assert [c["body"] for c in talk["comments"]] == ["Which?"]
    annotator.act(issue, "fix", op_id=ops[2])
    reviewer.act(issue, "reopen", op_id=ops[3])
    late = annotator.act(issue, "fix", op_id=ops[2])  # the lost answer of the first time
    assert late["state"] == "open"
    reviewer.comment(issue, 409, body="x", op_id=ops[1])


def test_mention_when_made_then_it_waits_for_the_person_until_read(
    as_role, client_as, project, reviewing, labelled, reviewer, annotator, viewer, second_annotator, people
):
    door = as_role("reviewer")
    issue = door.make(reviewing, category="missing", body="An ear, @Annotator", mentions=[str(annotator.pk)] * 2)
    assert issue["comments"][0]["mentions"] == [{"id": str(annotator.pk), "name": "Annotator"}]
    as_role("annotator").comment(issue["id"], body="@Reviewer the left?", mentions=[str(reviewer.pk)])
    waiting = as_role("annotator").get(f"projects/{project.pk}/mentions/?unread=1")["items"]
    assert [(m["body"], m["author"]["name"], m["issue"]["number"]) for m in waiting] == [
        ("An ear, @Annotator", "Reviewer", 1)
    ]
    assert (waiting[0]["task_item"], waiting[0]["read_at"]) == (str(labelled.pk), None)
    mine = as_role("reviewer").get(f"projects/{project.pk}/mentions/")["items"]
    assert [(m["body"], m["task_item"]) for m in mine] == [("@Reviewer the left?", str(reviewing.pk))]
    assert as_role("viewer").client.get(f"/api/v1/projects/{project.pk}/mentions/").status_code == 403

    read = client_as("annotator").post(f"/api/v1/projects/{project.pk}/mentions/", {"mentions": [mine[0]["id"]]})
    assert read.json() == {"count": 0}  # another's
    read = client_as("annotator").post(f"/api/v1/projects/{project.pk}/mentions/", {}, format="json")
    assert read.json() == {"count": 1}
    assert as_role("annotator").get(f"projects/{project.pk}/mentions/?unread=1")["items"] == []
    assert as_role("annotator").get(f"projects/{project.pk}/mentions/")["items"][0]["read_at"]

    for blind in (viewer, second_annotator):
        door.comment(issue["id"], 400, body="@you", mentions=[str(blind.pk)])
    door.comment(issue["id"], 404, body="@you", mentions=[str(people["stranger"].pk)])
    assert len(door.get(f"issues/{issue['id']}/")["comments"]) == 2


def test_change_of_an_issue_when_made_then_told_with_whom_it_concerns(
    as_role, reviewing, labelled, annotator, reviewer
):
    as_role("reviewer").make(reviewing, category="missing", body="@me", mentions=[str(reviewer.pk)])
    told = Event.objects.get(type="issue.changed")
    assert told.data["item"] == str(labelled.item_id)
    assert (told.data["task_item"], told.data["state"]) == (str(labelled.pk), "open")
    assert set(told.data["people"]) == {str(annotator.pk), str(reviewer.pk)}
    assert told.data["mentioned"] == [str(reviewer.pk)]


def test_return_when_issues_are_open_then_no_note_is_needed_and_the_item_comes_back_with_them(
    as_role, task, qa, reviewing, labelled, annotator, reviewer, fill
):
    fill(task, 2)
    door = as_role("reviewer")
    door.item(reviewing, "return", 400)
    first = door.make(reviewing, category="missing")["id"]
    second = door.make(reviewing, category="loose_geometry")["id"]
    door.act(second, "resolve")
    assert door.item(reviewing, "return")["task_item"]["with_annotator"] is True
    top = as_role("annotator")._post(f"tasks/{task.pk}/queue/next/", 200, {})["items"][0]
    assert (top["id"], top["place"], [i["state"] for i in top["issues"]]) == (
        str(labelled.pk), "sent_back", ["open", "resolved"],
    )  # fmt: skip
    as_role("annotator").item(labelled, "complete", label="frog")
    back = queue.next_items(task=qa, person=reviewer)[0]
    assert (back.pk, back.place) == (reviewing.pk, Place.SENT_BACK)
    assert door.get(f"issues/{first}/")["state"] == "fixed"
    assert Event.objects.filter(type="issue.changed", data__state="fixed").count() == 1


def test_return_when_all_issues_are_fixed_then_one_must_be_opened_again(as_role, reviewing, labelled):
    door = as_role("reviewer")
    issue = door.make(reviewing, category="missing")["id"]
    door.item(reviewing, "return")
    as_role("annotator").item(labelled, "complete", label="dog")
    door.item(reviewing, "return", 400)
    door.act(issue, "reopen", body="Still.")
    door.item(reviewing, "return")


def test_approve_when_issues_are_unresolved_then_refused_until_they_are(as_role, reviewing, labelled):
    door = as_role("reviewer")
    issues = [door.make(reviewing, category="missing")["id"] for _ in range(2)]
    refused = door.item(reviewing, "approve", 409, resolve_fixed=True)["error"]
    assert (refused["code"], refused["data"]["open"], refused["data"]["issues"]) == ("open_issues", 2, issues)
    as_role("annotator").act(issues[0], "fix")
    door.item(reviewing, "approve", 409, resolve_fixed=True)
    as_role("annotator").act(issues[1], "fix")
    refused = door.item(reviewing, "approve", 409)["error"]
    assert refused["data"]["fixed"] == 2
    door.item(reviewing, "approve", resolve_fixed=True)
    assert {i["state"] for i in door.get(f"task-items/{reviewing.pk}/issues/")["items"]} == {"resolved"}
    assert Annotation.objects.get(item=labelled.item_id).approved_revision is not None

    door.item(reviewing, "undo")  # what the approval resolved waits for a second look again
    assert {i["state"] for i in door.get(f"task-items/{reviewing.pk}/issues/")["items"]} == {"fixed"}


def test_return_when_an_issue_comes_with_it_then_it_is_made_once_and_taken_back_with_it(as_role, reviewing, labelled):
    door, op = as_role("reviewer"), str(uuid7())
    door.item(reviewing, "return", 400, issue={"category": "other"})  # "something else" must say what
    assert door.get(f"task-items/{reviewing.pk}/issues/")["items"] == []
    for _ in range(2):
        done = door.item(
            reviewing, "return", op_id=op, issue={"category": "missing", "place": {"x": 3, "y": 4}, "body": "A tail."}
        )
    assert [i["body"] for i in done["task_item"]["issues"]] == ["A tail."]
    seen = as_role("annotator").get(f"task-items/{labelled.pk}/")
    assert [(i["category"], i["place"], i["state"]) for i in seen["issues"]] == [
        ("missing", {"x": 3.0, "y": 4.0}, "open"),
    ]
    door.item(reviewing, "undo")
    assert [i["state"] for i in door.get(f"task-items/{reviewing.pk}/issues/")["items"]] == ["resolved"]


def test_approve_when_open_issues_are_to_be_resolved_then_undo_opens_them_again(as_role, reviewing):
    door = as_role("reviewer")
    issues = [door.make(reviewing, category="missing")["id"] for _ in range(2)]
    as_role("annotator").act(issues[0], "fix")
    door.item(reviewing, "approve", 409, resolve_open=True)  # the fixed one was not said
    door.item(reviewing, "approve", resolve_open=True, resolve_fixed=True)
    assert {i["state"] for i in door.get(f"task-items/{reviewing.pk}/issues/")["items"]} == {"resolved"}
    door.item(reviewing, "undo")
    assert [door.get(f"issues/{pk}/")["state"] for pk in issues] == ["fixed", "open"]


def test_return_when_taken_back_then_its_note_is_closed_and_earlier_issues_stay(as_role, reviewing):
    door = as_role("reviewer")
    door.make(reviewing, category="missing")
    door.item(reviewing, "return", note="And look at the tail.")
    door.item(reviewing, "undo")
    states = [(i["body"], i["state"]) for i in door.get(f"task-items/{reviewing.pk}/issues/")["items"]]
    assert states == [("Something is missing", "open"), ("And look at the tail.", "resolved")]


def test_bulk_approving_when_an_item_has_issues_then_it_is_left_alone(as_role, qa, reviewing, labelled, reviewer):
    issue = as_role("reviewer").make(reviewing, category="missing")["id"]
    answers = [(reviewing.pk, "dog")]
    assert bulk.approve_many(task=qa, answers=answers, person=reviewer, resolve_fixed=True) == []
    as_role("annotator").act(issue, "fix")
    assert bulk.approve_many(task=qa, answers=answers, person=reviewer) == []
    assert bulk.approve_many(task=qa, answers=answers, person=reviewer, resolve_fixed=True) == [reviewing.pk]
    assert as_role("reviewer").get(f"issues/{issue}/")["state"] == "resolved"


def test_issues_of_a_task_when_listed_then_each_opens_in_that_task_and_filters_hold(
    as_role, task, qa, reviewing, labelled, fill, second_annotator, client_as
):
    door = as_role("reviewer")
    first = door.make(reviewing, category="missing")
    second = door.make(reviewing, category="extra")
    other = door.make(fill(task, 1)[0], category="extra")
    door.act(first["id"], "resolve")

    def listed(who: Door, of: Any, query: str = "") -> list[tuple[str, str]]:
        return [(i["id"], i["task_item"]) for i in who.get(f"tasks/{of.pk}/issues/{query}")["items"]]

    assert listed(door, qa) == [(second["id"], str(reviewing.pk)), (first["id"], str(reviewing.pk))]
    assert [pk for pk, _ in listed(door, task)] == [other["id"], second["id"], first["id"]]
    assert listed(door, task, "?state=unresolved&category=extra&limit=1")[0][0] == other["id"]
    assert listed(door, task, "?state=resolved") == [(first["id"], str(labelled.pk))]
    assert [pk for pk, _ in listed(as_role("annotator"), task)] == [second["id"], first["id"]]  # own items only
    assert door.client.get(f"/api/v1/tasks/{task.pk}/issues/?state=odd").status_code == 400
    page = door.get(f"tasks/{task.pk}/issues/?limit=2")
    assert [i["id"] for i in door.get(f"tasks/{task.pk}/issues/?limit=2&after={page['next']}")["items"]] == [
        first["id"]
    ]


def test_lists_of_issues_cost_the_same_however_long(as_role, project, qa, reviewing, annotator):
    door = as_role("reviewer")
    paths = [
        f"task-items/{reviewing.pk}/issues/", f"tasks/{qa.pk}/issues/", f"task-items/{reviewing.pk}/",
        f"projects/{project.pk}/mentions/",
    ]  # fmt: skip

    def cost() -> list[int]:
        found = []
        for path in paths:
            who = as_role("annotator") if "mentions" in path else door
            with CaptureQueriesContext(connection) as queries:
                who.get(path)
            found.append(len(queries))
        return found

    def grow(n: int) -> None:
        for _ in range(n):
            issue = door.make(reviewing, category="missing", body="@a", mentions=[str(annotator.pk)])["id"]
            door.comment(issue, body="@a again", mentions=[str(annotator.pk)])

    grow(1)
    few = cost()
    grow(6)
    assert cost() == few
    assert max(few) <= 14, few
