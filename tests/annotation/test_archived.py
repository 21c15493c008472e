"""An archived task can be looked at by who may take it out again; and what its log is read by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from alp_site.lib import db
from alp_site.people.models import Project, User
from annotation.models import Task, TaskItem, TaskItemLog
from annotation.services import queue, status, tasks
from tests.conftest import ClientAs

pytestmark = pytest.mark.django_db
READ = ("", "progress/", "items/", "issues/", "filling/")


@pytest.fixture
def archived(task: Task, fill: Callable[..., list[TaskItem]], annotator: User) -> Task:
    fill(task, 2)
    (ti,) = queue.next_items(task=task, person=annotator, limit=1)
    status.complete(task_item_id=ti.pk, person=annotator, label="cat")
    tasks.archive_task(task=task)
    return task


def test_archived_task_when_read_by_a_lead_then_all_is_there_and_nothing_can_be_changed(
    client_as: ClientAs, archived: Task
) -> None:
    client, url = client_as("reviewer"), f"/api/v1/tasks/{archived.pk}/"
    assert [client.get(url + path).status_code for path in READ] == [200] * 5
    assert client.get(url).json()["status"] == "archived"
    assert len(client.get(f"{url}items/").json()["items"]) == 2
    assert client.patch(url, {"priority": 1}, format="json").status_code == 404
    assert client.post(f"{url}items/", {"filter": {}}, format="json").status_code == 404
    assert client.post(f"{url}restore/").json()["status"] == "open"
    assert client.patch(url, {"priority": 1}, format="json").status_code == 200


def test_archived_task_when_read_by_an_annotator_then_it_is_not_there(client_as: ClientAs, archived: Task) -> None:
    client = client_as("annotator")
    assert {client.get(f"/api/v1/tasks/{archived.pk}/{path}").status_code for path in READ[:2]} == {404}


def test_archived_task_when_its_page_is_opened_then_it_says_so_and_offers_the_way_back(
    project: Project, archived: Task, people: dict[str, User]
) -> None:
    client, url = Client(), f"/p/{project.pk}/tasks/{archived.pk}/"
    client.force_login(people["reviewer"])
    page = client.get(url).content.decode()
    assert "This task is archived" in page
    assert 'id="unarchive"' in page
    assert 'id="task-menu"' not in page
    client.force_login(people["annotator"])
    assert client.get(url).status_code == 404


def test_log_when_read_by_task_and_time_then_an_index_of_both_is_used(task: Task) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by how full a table is")
    now = db.clock()
    rows = TaskItemLog.objects.filter(task=task, at__gte=now - timedelta(days=7), at__lt=now)
    assert "log_of_task_by_time" in rows.explain()
