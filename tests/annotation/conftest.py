"""A dataset of a dozen pictures, a labelling task and its review task, and the people who work on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from alp_site.lib.models import Blob
from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.services import create_user
from annotation.models import Task, TaskItem
from annotation.services import task_items, tasks
from datasets.models import Dataset, Item
from datasets.services.datasets import create_dataset
from datasets.services.ontologies import create_ontology

LABELS = ("cat", "dog", "frog")


@pytest.fixture
def dataset(project: Project, owner: User) -> Dataset:
    ontology = create_ontology(project=project, name="Animals", labels=LABELS)
    return create_dataset(project=project, name="Pool", user=owner, ontology=ontology)


@pytest.fixture
def make_items(dataset: Dataset) -> Callable[..., list[Item]]:
    """`make_items(5)` -> five pictures of the dataset, each with bytes of its own."""
    count = [0]

    def make(n: int, into: Dataset | None = None) -> list[Item]:
        now = timezone.now()
        made = []
        for _ in range(n):
            count[0] += 1
            sha = f"{count[0]:064x}"
            blob = Blob.objects.create(sha256=sha, size=10, mimetype="image/png", refs=1)
            name = f"p{count[0]:04d}.png"
            made.append(
                Item(
                    dataset=into or dataset, filename=f"/{name}", name=name, dir="/", blob=blob, created_at=now,
                    updated_at=now, width=32, height=32, mimetype="image/png", size=10,
                )
            )  # fmt: skip
        return Item.objects.bulk_create(made)

    return make


@pytest.fixture
def second_annotator(project: Project) -> User:
    person = create_user(email="annotator2@example.org", name="Annotator Two", password="blue-heron-41")
    Membership.objects.create(project=project, user=person, role=Role.ANNOTATOR)
    return person


@pytest.fixture
def make_task(project: Project, dataset: Dataset, owner: User) -> Callable[..., Task]:
    def make(kind: str = "annotation", **settings: Any) -> Task:
        settings.setdefault("name", f"A {kind} task")
        return tasks.create_task(project=project, kind=kind, dataset=dataset, user=owner, **settings)

    return make


@pytest.fixture
def task(make_task: Callable[..., Task]) -> Task:
    return make_task(batch_size=4, max_workload=6)


@pytest.fixture
def qa(make_task: Callable[..., Task], task: Task) -> Task:
    return make_task("qa", batch_size=4, max_workload=6, parent_task=task)


@pytest.fixture
def fill(make_items: Callable[..., list[Item]]) -> Callable[..., list[TaskItem]]:
    """`fill(task, 5, suggestion="cat")` -> five new items in the queue of a task, in the queue's order."""

    def add(into: Task, n: int, suggestion: str | None = None, **entry: Any) -> list[TaskItem]:
        context: dict[str, Any] = entry.pop("context", {})
        if suggestion:
            context = {**context, "suggestion": {"label": suggestion, "confidence": 0.8}}
        entries = [{"item_id": i.pk, "context": context, **entry} for i in make_items(n)]
        ids = task_items.add_items(task=into, entries=entries)
        found = TaskItem.objects.select_related("item", "task").in_bulk(ids)
        return [found[i] for i in ids]

    return add
