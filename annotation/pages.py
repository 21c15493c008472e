"""The pages of tasks and the studio: the frame and what the page's script starts from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from alp_site.lib.errors import NotFound
from alp_site.lib.middleware import isolated
from alp_site.people.pages import ProjectRequest, project_page
from alp_site.people.permissions import allowed
from annotation.models import Task
from annotation.permissions import may_work, sees_everyone
from annotation.selectors.lookup import dataset_in, label_payload, labels_for, labels_of, work_on
from annotation.selectors.payloads import task_detail_payload
from annotation.selectors.queue import has_key
from annotation.selectors.rules import fitting_types, rules_of, single_class
from annotation.selectors.tasks import count_items, get_task_for


@project_page("task.work_own", section="tasks")
def tasks_page(request: ProjectRequest, **kwargs: Any) -> HttpResponseBase:
    """My work first; for leads all tasks."""
    lead = allowed(request.user, "task.manage", request.project.pk)
    return TemplateResponse(request, "annotation/tasks.html", {"boot": {"page": {"lead": lead}}})


@project_page("figures.own", section="tasks")
def figures_page(request: ProjectRequest, **kwargs: Any) -> HttpResponseBase:
    """How fast and how well people work; an annotator sees their own."""
    everyone = allowed(request.user, "figures.people", request.project.pk)
    return TemplateResponse(request, "annotation/figures.html", {"boot": {"page": {"everyone": everyone}}})


@project_page("task.work_own", section="tasks")
def task_page(request: ProjectRequest, task_id: UUID, **kwargs: Any) -> HttpResponseBase:
    """One task: progress, items, people, settings."""
    task = _task(request, task_id, archived=allowed(request.user, "task.manage", request.project.pk))
    page = {
        "task": _plain(task),
        "archived": task.status == Task.State.ARCHIVED,
        "labels": labels_for(task),
        "lead": allowed(request.user, "task.manage", task.project_id),
        "sees_everyone": sees_everyone(request.user, task),
        "may_work": may_work(request.user, task) and task.status == Task.State.OPEN,
        "by_pages": task.kind == Task.Kind.QA and single_class(task),
        "answer_key": has_key(task.project_id),
    }
    return TemplateResponse(request, "annotation/task.html", {"boot": {"page": page}, "task": task})


@project_page("task.work_own", section="tasks")
def studio_page(request: ProjectRequest, task_id: UUID, **kwargs: Any) -> HttpResponseBase:
    """Where a task's items are labelled, or reviewed, by the task's kind."""
    task = _task(request, task_id)
    rules = rules_of([task])[task.pk]
    page = {
        "task": _plain(task),
        "labels": [one for one in labels_for(task) if rules.names is None or one["name"] in rules.names],
        "allowed": {"types": list(rules.types), "single_class": rules.single_class},
        "may_work": may_work(request.user, task) and task.status == Task.State.OPEN,
        "answer_key": has_key(task.project_id),
    }
    # What the first item opens with is asked for before the page's own scripts have come.
    early = {"task": task.pk, "work": "" if page["may_work"] else None, "shapes": not rules.single_class}
    context = {"boot": {"page": page}, "name": task.name, "early": early}
    return isolated(TemplateResponse(request, "annotation/studio.html", context))


@project_page("item.see_own", section="data")
def dataset_studio_page(request: ProjectRequest, dataset_id: UUID, **kwargs: Any) -> HttpResponseBase:
    """The studio over what the dataset browser shows. Who sees only what was given to them is sent to their task."""
    dataset = dataset_in(request.project.pk, dataset_id)
    item = _uuid(request.GET.get("item"))
    if not allowed(request.user, "item.see", request.project.pk):
        ti = work_on(request.user, dataset.pk, item)
        return redirect(f"/p/{request.project.pk}/studio/{ti.task_id}/?item={ti.pk}")
    labels = labels_of(dataset)
    page = {
        "dataset": {"id": str(dataset.pk), "name": dataset.name},
        "labels": [label_payload(row) for row in labels],
        "types": list(fitting_types([], labels)),
        "may_edit": allowed(request.user, "annotation.edit_any", request.project.pk),
        "role": request.role,
    }
    boot = {"page": page}
    return isolated(TemplateResponse(request, "annotation/studio.html", {"boot": boot, "name": dataset.name}))


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)  # nobody's


@project_page("review.decide", section="tasks")
def grid_page(request: ProjectRequest, task_id: UUID, **kwargs: Any) -> HttpResponseBase:
    """A review of classes by pages of thumbnails; other tasks have no such page."""
    task = _task(request, task_id)
    rules = rules_of([task])[task.pk]
    if task.kind != Task.Kind.QA or not rules.single_class:
        raise NotFound("Only a review of one class a picture is done by pages.")
    page = {
        "task": {"id": str(task.pk), "name": task.name},
        "labels": [one for one in labels_for(task) if rules.names is None or one["name"] in rules.names],
        "may_work": may_work(request.user, task) and task.status == Task.State.OPEN,
    }
    return TemplateResponse(request, "annotation/grid.html", {"boot": {"page": page}, "task": task})


def _task(request: ProjectRequest, task_id: UUID, *, archived: bool = False) -> Task:
    task = get_task_for(request.user, task_id, archived=archived)
    return task if task.project_id == request.project.pk else get_task_for(request.user, UUID(int=0))


def _plain(task: Task) -> dict[str, Any]:
    return task_detail_payload(task, count_items([task.pk])[task.pk])
