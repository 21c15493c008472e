"""Who may see and do what with tasks and their items (the table is DESIGN §8)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from alp_site.people.models import User
from alp_site.people.permissions import Person, Policy, allowed, project_ids
from annotation.models import Issue, Task, TaskItem, TaskItemLog
from datasets.permissions import OWN_ITEMS

__all__ = ["IssuePolicy", "TaskItemPolicy", "TaskPolicy", "handled", "may_work", "sees_everyone"]

_NOT_HANDLING = ("add", "remove", "reassign")  # acts of who runs the task, not of who has the picture before them


def _assigned(user: User) -> Q:
    return Q(everyone=True) | Q(assignments__person=user, assignments__removed_at__isnull=True)


def handled(user: Person) -> Q:
    """The rule of what a person may go on looking at: task items they hold, held, finished or worked on, whoever
    finished them since. `previous_person` is the last holder only; earlier ones left a line in the log."""
    lines = TaskItemLog.objects.filter(task_item=OuterRef("pk"), person_id=user.pk).exclude(action__in=_NOT_HANDLING)
    slots = Q(assignee_id=user.pk) | Q(finished_by_id=user.pk) | Q(previous_person_id=user.pk)
    return slots | Q(Exists(lines))


@OWN_ITEMS.add("annotation")
def items_handled(user: Person) -> Q:
    """`handled`, as a condition on items: their pictures stay readable; writing is decided by what is held now."""
    rows = TaskItem.objects.filter(handled(user), item_id=OuterRef("pk"), task__kind=Task.Kind.ANNOTATION)
    return Q(Exists(rows))


class TaskPolicy(Policy[Task]):
    """Leads see every task of the project; an annotator the labelling tasks open to everyone or assigned to them."""

    model = Task
    see = "task.work"

    def visible_to(self, user: Person, *, archived: bool = False) -> QuerySet[Task]:
        """`archived`: those put away too, whose figures are still told."""
        if not isinstance(user, User) or not user.is_active:
            return Task.objects.none()
        leads = Q(project__in=project_ids(user, "task.work"))
        own = Q(project__in=project_ids(user, "task.work_own"), kind=Task.Kind.ANNOTATION) & _assigned(user)
        seen = Task.objects.filter(leads | own).distinct()
        return seen if archived else seen.exclude(status=Task.State.ARCHIVED)

    def can(self, user: Person, action: str, obj: Task) -> bool:
        if action == "task.work_own":
            return isinstance(user, User) and may_work(user, obj)
        return super().can(user, action, obj)


class TaskItemPolicy(Policy[TaskItem]):
    """Leads see every item of a task; an annotator the ones of `handled`."""

    model = TaskItem
    project_path = "task__project"
    see = "task.work"

    def visible_to(self, user: Person) -> QuerySet[TaskItem]:
        if not isinstance(user, User) or not user.is_active:
            return TaskItem.objects.none()
        leads = Q(task__project__in=project_ids(user, "task.work"))
        own = Q(task__project__in=project_ids(user, "task.work_own"), task__kind=Task.Kind.ANNOTATION) & handled(user)
        return TaskItem.objects.filter(leads | own, retired_at__isnull=True)

    def can(self, user: Person, action: str, obj: TaskItem) -> bool:
        if action == "task.work_own" and isinstance(user, User):
            if allowed(user, "task.work", obj.task.project_id):
                return True
            if not allowed(user, "task.work_own", obj.task.project_id):
                return False
            slots = (obj.assignee_id, obj.finished_by_id, obj.previous_person_id)
            return user.pk in slots or TaskItem.objects.filter(handled(user), pk=obj.pk).exists()
        return super().can(user, action, obj)


class IssuePolicy(Policy[Issue]):
    """Leads see every issue and decide on it; an annotator sees and answers those of the items of `handled`."""

    model = Issue
    project_path = "task_item__task__project"
    see = "task.work"

    def visible_to(self, user: Person) -> QuerySet[Issue]:
        if not isinstance(user, User) or not user.is_active:
            return Issue.objects.none()
        leads = Q(task_item__task__project__in=project_ids(user, "task.work"))
        mine = TaskItem.objects.filter(
            handled(user), task__project__in=project_ids(user, "task.work_own"), task__kind=Task.Kind.ANNOTATION
        )
        return Issue.objects.filter(leads | Q(task_item__in=mine), task_item__retired_at__isnull=True)

    def can(self, user: Person, action: str, obj: Issue) -> bool:
        if action == "review.answer_own":
            return allowed(user, action, self.project_of(obj)) and TaskItemPolicy().can(
                user, "task.work_own", obj.task_item
            )
        return super().can(user, action, obj)


def may_work(person: User, task: Task) -> bool:
    """Whether the queue of this task may serve this person: by role, and by the task's list of people."""
    action = "review.decide" if task.kind == Task.Kind.QA else "task.work_own"
    if not allowed(person, action, task.project_id):
        return False
    return task.everyone or task.assignments.filter(person=person, removed_at__isnull=True).exists()


def sees_everyone(person: Person, task: Task) -> bool:
    """Whether this person sees the figures of others in the task."""
    return allowed(person, "figures.people", task.project_id)
