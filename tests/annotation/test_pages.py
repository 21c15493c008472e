"""The pages of tasks: what their answers carry beside their content."""

from __future__ import annotations

from django.test import Client

from alp_site.people.models import Project, User
from annotation.models import Task


def test_studio_when_opened_then_it_alone_is_isolated_so_that_its_workers_may_have_threads(
    project: Project, task: Task, people: dict[str, User]
) -> None:
    client = Client()
    client.force_login(people["owner"])
    studio = client.get(f"/p/{project.pk}/studio/{task.pk}/")
    assert studio.status_code == 200
    assert studio.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert studio.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    overview = client.get(f"/p/{project.pk}/tasks/{task.pk}/")
    assert overview.status_code == 200
    assert "Cross-Origin-Embedder-Policy" not in overview.headers
