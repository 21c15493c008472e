"""Issues as pages show them: of one item, of a task, and where a person is mentioned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from alp_site.people.models import User
from alp_site.people.permissions import allowed
from annotation.models import Issue, IssueComment, IssueMention, Task, TaskItem
from annotation.permissions import IssuePolicy
from annotation.selectors.figures import Scope
from annotation.selectors.people import person_of

__all__ = [
    "count_by_category",
    "issue_payload",
    "issues_of",
    "list_issues_of_item",
    "list_issues_of_task",
    "list_issues_seen",
    "list_mentions",
    "mention_payloads",
    "task_issue_payloads",
    "with_thread",
]


def with_thread(rows: QuerySet[Issue]) -> QuerySet[Issue]:
    """The issues with all that `issue_payload` reads, in a fixed number of queries."""
    mentions = IssueMention.objects.select_related("person").order_by("id")
    comments = IssueComment.objects.select_related("author").order_by("at", "id")
    return rows.select_related("author").prefetch_related(
        Prefetch("comments", comments.prefetch_related(Prefetch("mentions", mentions)))
    )


def issues_of(task_items: Sequence[TaskItem]) -> dict[UUID, list[Issue]]:
    """The issues of each task item, oldest first; a review item shows those of the labelling it reviews."""
    owner = {ti.pk: ti.source_id or ti.pk for ti in task_items}
    rows = with_thread(Issue.objects.filter(task_item_id__in=set(owner.values())).order_by("number"))
    by_owner: dict[UUID, list[Issue]] = defaultdict(list)
    for issue in rows:
        by_owner[issue.task_item_id].append(issue)
    return {pk: by_owner[source] for pk, source in owner.items()}


def list_issues_of_item(ti: TaskItem) -> QuerySet[Issue]:
    """The issues seen on one task item."""
    return with_thread(Issue.objects.filter(task_item_id=ti.source_id or ti.pk))


def list_issues_seen(user: User, items: Sequence[UUID]) -> QuerySet[Issue]:
    """The issues on these items, of whichever tasks this person may see; those of one item oldest first."""
    return with_thread(IssuePolicy().visible_to(user).filter(item__in=items).order_by("created_at", "pk"))


def list_issues_of_task(user: User, task: Task, *, state: str | None, category: str | None) -> QuerySet[Issue]:
    """The issues of a task's items this person may see; of a review task, those on the labelling it reviews too."""
    here = TaskItem.objects.filter(task=task, retired_at__isnull=True)
    rows = IssuePolicy().visible_to(user).filter(
        Q(task_item__in=here.values("pk")) | Q(task_item__in=here.filter(source__isnull=False).values("source"))
    )  # fmt: skip
    if state == "unresolved":
        rows = rows.exclude(state=Issue.State.RESOLVED)
    elif state:
        rows = rows.filter(state=state)
    if category:
        rows = rows.filter(category=category)
    return with_thread(rows).select_related("author", "item")


def count_by_category(scope: Scope) -> list[dict[str, Any]]:
    """Issues made in the period, the most frequent kind first: category, count, and `unresolved` of them. Of a task: on
    what it labelled or reviewed; of a person: on what they labelled."""
    rows = Issue.objects.filter(
        task_item__task__project_id=scope.project_id, created_at__gte=scope.start, created_at__lt=scope.end
    )
    if scope.task_id:
        reviewed = TaskItem.objects.filter(task_id=scope.task_id, source__isnull=False)
        rows = rows.filter(Q(task_item__task_id=scope.task_id) | Q(task_item__in=reviewed.values("source")))
    if scope.person_id:
        rows = rows.filter(Q(task_item__finished_by=scope.person_id) | Q(task_item__assignee=scope.person_id))
    open_ones = Count("pk", filter=~Q(state=Issue.State.RESOLVED))
    found: Any = rows.order_by().values("category").annotate(count=Count("pk"), unresolved=open_ones)
    return sorted(found, key=lambda row: (-row["count"], row["category"]))


def issue_payload(issue: Issue) -> dict[str, Any]:
    """An issue of `with_thread`. `body` is what it opened with, in words also where only a category was chosen."""
    comments = list(issue.comments.all())
    opening = comments[0].body if comments and comments[0].at == issue.created_at else ""
    return {
        "id": str(issue.pk),
        "number": issue.number,
        "annotation": str(issue.annotation_id) if issue.annotation_id else None,
        "place": issue.place,
        "category": issue.category,
        "state": issue.state,
        "body": opening or Issue.Category(issue.category).label,
        "author": person_of(issue.author),
        "created_at": issue.created_at,
        "comments": [_comment_payload(comment) for comment in comments],
    }


def _comment_payload(comment: IssueComment) -> dict[str, Any]:
    return {
        "id": str(comment.pk),
        "author": person_of(comment.author),
        "body": comment.body,
        "mentions": [person_of(mention.person) for mention in comment.mentions.all()],
        "at": comment.at,
    }


def task_issue_payloads(task: Task, issues: Sequence[Issue]) -> list[dict[str, Any]]:
    """Issues with the picture they are on, and the task item of this very task to open it by."""
    owners = {issue.task_item_id for issue in issues}
    here = TaskItem.objects.filter(task=task, retired_at__isnull=True)
    mine = {source: pk for pk, source in here.filter(source__in=owners).values_list("pk", "source_id")}
    return [
        {**issue_payload(i), "task_item": str(mine.get(i.task_item_id, i.task_item_id)), "item": _item_payload(i.item)}
        for i in issues
    ]


def list_mentions(user: User, project_id: UUID, *, unread: bool) -> QuerySet[IssueMention]:
    """Where the person is mentioned, in issues they may still see."""
    rows = IssueMention.objects.filter(person=user, project_id=project_id)
    rows = rows.filter(comment__issue__in=IssuePolicy().visible_to(user).values("pk"))
    if unread:
        rows = rows.filter(read_at__isnull=True)
    return rows.select_related("comment__author", "comment__issue__item", "comment__issue__task_item")


def mention_payloads(user: User, mentions: Sequence[IssueMention]) -> list[dict[str, Any]]:
    """Mentions with the place to answer at: the review that is about the item for who reviews, else the labelling."""
    owners = {mention.comment.issue.task_item_id: mention.comment.issue.task_item for mention in mentions}
    if mentions and allowed(user, "review.decide", mentions[0].project_id):
        rows = TaskItem.objects.filter(source__in=list(owners), retired_at__isnull=True)
        owners.update({ti.source_id: ti for ti in rows.order_by("id") if ti.source_id})
    return [_mention_payload(mention, owners[mention.comment.issue.task_item_id]) for mention in mentions]


def _mention_payload(mention: IssueMention, ti: TaskItem) -> dict[str, Any]:
    comment, issue = mention.comment, mention.comment.issue
    return {
        "id": str(mention.pk),
        "at": comment.at,
        "read_at": mention.read_at,
        "author": person_of(comment.author),
        "body": comment.body,
        "issue": {"id": str(issue.pk), "number": issue.number, "category": issue.category, "state": issue.state},
        "task": str(ti.task_id),
        "task_item": str(ti.pk),
        "item": _item_payload(issue.item),
    }


def _item_payload(item: Any) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "name": item.name,
        "filename": item.filename,
        "thumbnail_url": f"/api/v1/items/{item.pk}/thumbnail/",
    }
