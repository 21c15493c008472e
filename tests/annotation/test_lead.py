"""What a lead does with tasks: make one from a filter, look ahead, archive and take back, see the pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from annotation.models import Task, TaskItem
from annotation.services import queue, status, tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client_as):
    return client_as("reviewer")


@pytest.fixture
def tasks_url(project):
    return f"/api/v1/projects/{project.pk}/tasks/"


def test_a_task_begins_with_what_a_filter_finds_dealt_by_shares(
    lead, tasks_url, dataset, make_items, annotator, second_annotator
):
    make_items(10)
    body = {
        "name": "Birds", "kind": "annotation", "dataset": str(dataset.pk), "filter": {"name": "p*"},
        "allocation": "distribution", "instructions": "Label **every** bird.",
        "people": [{"person": str(annotator.pk), "share": 70}, {"person": str(second_annotator.pk), "share": 30}],
    }  # fmt: skip
    made = lead.post(tasks_url, body, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["counts"]["total"] == 10
    assert "<strong>every</strong>" in made.json()["instructions_html"]
    held = TaskItem.objects.filter(task_id=made.json()["id"])
    assert (held.filter(assignee=annotator).count(), held.filter(assignee=second_annotator).count()) == (7, 3)


def test_tasks_are_found_by_a_part_of_their_name_among_those_one_may_see(
    lead, client_as, tasks_url, project, dataset, task
):
    for name in ("Night birds", "Day birds", "100 % sure"):
        tasks.create_task(project=project, dataset=dataset, user=None, kind="annotation", name=name)

    def names(client, text: str) -> list[str]:
        answer = client.get(tasks_url, {"q": text})
        assert answer.status_code == 200, answer.content
        return [row["name"] for row in answer.json()["items"]]

    assert names(lead, "BIRD") == ["Day birds", "Night birds"]
    assert names(lead, " 0 % ") == ["100 % sure"]
    assert names(lead, "heron") == []
    assert len(names(lead, "")) == 4
    assert client_as("stranger").get(tasks_url, {"q": "bird"}).status_code == 404


@pytest.mark.parametrize("wrong", [{"filter": {"nonsense": {"$wat": 1}}}, {"filter": {"name": "p*"}, "name": ""}])
def test_a_task_whose_filter_or_settings_are_wrong_is_not_made(lead, tasks_url, dataset, make_items, wrong):
    make_items(2)
    answer = lead.post(tasks_url, {"name": "X", "kind": "annotation", "dataset": str(dataset.pk), **wrong})
    assert answer.status_code == 400
    assert not Task.objects.exists()


def test_matches_are_counted_before_items_are_added_or_removed(lead, task, fill, make_items, annotator):
    rows = fill(task, 3)
    make_items(4)
    queue.next_items(task=task, person=annotator)
    status.complete(task_item_id=rows[0].pk, person=annotator, label="cat")
    url = f"/api/v1/tasks/{task.pk}/"
    ask = lambda dql: lead.post(f"{url}matches/", {"filter": dql}, format="json").json()  # noqa: E731
    assert ask({}) == {"matching": 7, "present": 3, "open": 2}
    assert ask({"name": "p0002.png"}) == {"matching": 1, "present": 1, "open": 1}
    two = {"$or": [{"name": "p0001.png"}, {"name": "p0002.png"}]}
    assert lead.delete(f"{url}items/", {"filter": two}, format="json").json() == {"count": 1}
    assert lead.get(url).json()["counts"]["total"] == 2  # the finished one stays
    assert lead.delete(f"{url}items/", {}, format="json").status_code == 400


def test_an_archived_task_comes_back_with_all_it_had(lead, client_as, tasks_url, task, fill):
    fill(task, 3)
    url = f"/api/v1/tasks/{task.pk}/"
    assert lead.delete(url).status_code == 204
    assert lead.get(tasks_url).json()["items"] == []
    assert [t["id"] for t in lead.get(f"{tasks_url}?status=archived").json()["items"]] == [str(task.pk)]
    assert client_as("annotator").post(f"{url}restore/").status_code == 403
    back = lead.post(f"{url}restore/")
    assert (back.status_code, back.json()["status"], back.json()["counts"]["open"]) == (200, "open", 3)
    assert lead.get(url).status_code == 200


def test_a_task_of_a_node_that_has_another_since_stays_archived(lead, project, dataset):
    from alp_site.lib.ids import uuid7

    node = {
        "pipeline_id": uuid7(), "node_id": "label", "project": project, "name": "Label", "kind": "annotation",
        "dataset": dataset,
    }  # fmt: skip
    old = tasks.ensure_task(**node)
    tasks.archive_task(task=old)
    tasks.ensure_task(**node)
    answer = lead.post(f"/api/v1/tasks/{old.pk}/restore/")
    assert answer.status_code == 409
    assert "go on there" in answer.json()["error"]["message"]


def test_the_pace_of_the_last_week_says_how_long_is_left(lead, task, fill, annotator):
    fill(task, 6)
    url = f"/api/v1/tasks/{task.pk}/progress/"
    assert lead.get(url).json()["pace"] is None
    for row in queue.next_items(task=task, person=annotator, limit=2)[:2]:
        status.complete(task_item_id=row.pk, person=annotator, label="cat", seconds=30)
    TaskItem.objects.get(pk=row.pk).log.filter(action="complete").update(at=timezone.now() - timedelta(days=2))
    pace = lead.get(url).json()["pace"]
    assert pace["items"] == 2
    assert pace["a_day"] == pytest.approx(1, rel=0.01)
    assert pace["days_left"] == pytest.approx(4, rel=0.01)
    assert pace["seconds_left"] == pytest.approx(120)


def test_items_are_listed_by_the_days_they_were_finished_on(lead, task, fill, annotator):
    fill(task, 3)
    first, second, _ = queue.next_items(task=task, person=annotator, limit=3)
    for row in (first, second):
        status.complete(task_item_id=row.pk, person=annotator, label="cat")
    TaskItem.objects.filter(pk=first.pk).update(finished_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    url = f"/api/v1/tasks/{task.pk}/items/"
    found = lambda query: [i["id"] for i in lead.get(f"{url}?{query}").json()["items"]]  # noqa: E731
    assert found("from=2026-03-02&to=2026-03-02") == [str(first.pk)]
    assert found("from=2026-03-02&to=2026-03-02&tz=Europe/Berlin") == []
    assert found("from=2026-03-03&to=2026-03-03&tz=Europe/Berlin&status=finished") == [str(first.pk)]
    assert len(found("status=finished")) == 2
    assert lead.get(f"{url}?from=yesterday").status_code == 400


def test_a_lead_sees_the_issues_of_a_task_that_serves_others_only(lead, task, annotator):
    tasks.update_task(task=task, people={annotator.pk: 1})
    answer = lead.get(f"/api/v1/tasks/{task.pk}/issues/?state=unresolved")
    assert (answer.status_code, answer.json()["items"]) == (200, [])
