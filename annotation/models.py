"""Tables of people's work: who is asked to look at which item, and what became of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from alp_site.lib.models import IdModel

PERSON = settings.AUTH_USER_MODEL


class Status(models.TextChoices):
    """The statuses the app knows itself; a task may offer more. A status is the action's string (DESIGN §2)."""

    OPEN = "", "Open"
    COMPLETED = "completed", "Completed"
    DISCARD = "discard", "Discarded"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Place(models.IntegerChoices):
    """Where an open item stands in a queue; the smaller goes first."""

    SENT_BACK = 0, "Sent back"
    NORMAL = 1, "In turn"
    SKIPPED = 2, "Skipped"


class Task(IdModel):
    """A stream of items that people label or review. A pipeline's task node keeps one and feeds it for ever."""

    class Kind(models.TextChoices):
        ANNOTATION = "annotation", "Annotation"
        QA = "qa", "Review"

    class Allocation(models.TextChoices):
        PULLING = "pulling", "Pulling"
        DISTRIBUTION = "distribution", "Distribution"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        COMPLETED = "completed", "Completed"
        ARCHIVED = "archived", "Archived"

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="tasks")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    dataset = models.ForeignKey("datasets.Dataset", on_delete=models.CASCADE, related_name="tasks")
    pipeline_id = models.UUIDField(null=True, blank=True)
    node_id = models.CharField(max_length=64, blank=True, default="")
    parent_task = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="qa_tasks")
    # A review task made by hand gets what its parent finished: this share of it (the same items every time), and of the
    # rest or of sure suggestions what a rule accepts. See services.stages.
    sample_percent = models.DecimalField(max_digits=5, decimal_places=2, default=100)
    auto_accept = models.JSONField(null=True, blank=True)  # {"kind": "not_sampled"} or {"kind": "agreement", …}
    batch_size = models.PositiveSmallIntegerField(default=10)
    max_workload = models.PositiveSmallIntegerField(default=15)
    priority = models.PositiveSmallIntegerField(default=2)
    due_date = models.DateTimeField(null=True, blank=True)
    allocation = models.CharField(max_length=12, choices=Allocation.choices, default=Allocation.PULLING)
    everyone = models.BooleanField(default=True)  # any member who may work; else only people with an assignment
    instructions = models.TextField(blank=True, default="")
    status = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    statuses = models.JSONField(default=list, blank=True)  # the actions people may choose
    # What people may draw (`selectors.rules`). Null: what the labelling task of a review takes, else class, all labels.
    annotation_types = models.JSONField(null=True, blank=True)
    labels = models.JSONField(null=True, blank=True)
    created_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["project", "status", "created_at"], name="task_of_project")
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["pipeline_id", "node_id"],
                condition=Q(pipeline_id__isnull=False) & ~Q(status="archived"),
                name="one_live_task_a_node",
            ),
            models.CheckConstraint(condition=Q(priority__gte=1, priority__lte=3), name="task_priority_1_to_3"),
            models.CheckConstraint(
                condition=Q(batch_size__gte=1, max_workload__gte=F("batch_size")), name="task_workload_holds_a_batch"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assignment(IdModel):
    """One person's share of a task, and when their page was last seen (the lease's other half).

    Made by a lead, or by the first pull of a task that is open to everyone. A removed one stays for the figures.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="assignments")
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="assignments")
    share = models.PositiveSmallIntegerField(default=1)
    seen_at = models.DateTimeField(null=True, blank=True)
    waiting_edits = models.JSONField(default=list, blank=True)  # ids of task items whose edits the browser still holds
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["task", "person"], name="one_assignment_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.task_id}"


class TaskItem(IdModel):
    """One item in one task: the unit of people's work.

    Open while `finished_at` is null. An open one with an assignee waits for that person; without, for whoever pulls.
    `held_back_at` marks a review item whose picture is with its annotator again: nobody is served it.
    Partial indexes test columns for null only: SQLite does not use one whose condition compares with a parameter.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="task_items")
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="task_items")
    status = models.CharField(max_length=32, blank=True, default="")
    assignee = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="task_items")
    assignment = models.ForeignKey(Assignment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    previous_person = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    held_back_at = models.DateTimeField(null=True, blank=True)
    # the place in the queue: place, urgency, rank, id; smaller first
    place = models.PositiveSmallIntegerField(choices=Place.choices, default=Place.NORMAL)
    urgency = models.PositiveSmallIntegerField(default=1)  # 3 minus the priority
    rank = models.PositiveIntegerField(default=0)  # the selection's rank
    round = models.PositiveIntegerField(null=True, blank=True)
    cycle_id = models.UUIDField(null=True, blank=True)
    key = models.CharField(max_length=64, blank=True, default="")  # what added it: adding is idempotent
    source = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reviews")
    context = models.JSONField(default=dict, blank=True)
    passed = models.JSONField(default=list, blank=True)  # statuses already told to what comes after
    times_sent_back = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    seconds = models.FloatField(default=0)
    last_revision = models.BigIntegerField(null=True, blank=True)  # the item's newest annotation revision when finished
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["task", "item"], condition=Q(retired_at__isnull=True), name="item_once_in_a_task"
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, status="") | (Q(finished_at__isnull=False) & ~Q(status="")),
                name="finished_has_a_status",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["task", "place", "urgency", "rank", "id"],
                condition=Q(
                    finished_at__isnull=True, assignee__isnull=True, held_back_at__isnull=True, retired_at__isnull=True
                ),
                name="queue_order",
            ),
            models.Index(
                fields=["assignee", "task", "place", "urgency", "rank", "id"],
                condition=Q(finished_at__isnull=True, retired_at__isnull=True),
                name="queue_of_person",
            ),
            models.Index(fields=["task", "status", "assignee"], name="task_item_status"),
            models.Index(fields=["task", "finished_by", "finished_at"], name="task_item_finished"),
            models.Index(
                fields=["lease_until"],
                condition=Q(finished_at__isnull=True, lease_until__isnull=False),
                name="task_item_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.task_id}"

    @property
    def is_open(self) -> bool:
        return self.finished_at is None


class TaskItemLog(IdModel):
    """Who did what to a task item, and when. Never changed, never deleted with the status it tells of."""

    class Outcome(models.TextChoices):
        """What became of the model's suggestion that was shown (none: there was no suggestion)."""

        NONE = "", "No suggestion"
        ACCEPTED = "accepted", "Accepted"
        EDITED = "edited", "Edited"
        REJECTED = "rejected", "Rejected"

    task_item = models.ForeignKey(TaskItem, on_delete=models.CASCADE, related_name="log")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    action = models.CharField(max_length=24)  # complete, discard, approve, correct, return, skip, undo, reassign, …
    status = models.CharField(max_length=32, blank=True, default="")  # the status after it
    person = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True, default="")
    label = models.CharField(max_length=200, blank=True, default="")
    previous_label = models.CharField(max_length=200, blank=True, default="")
    outcome = models.CharField(max_length=12, blank=True, choices=Outcome.choices, default="")
    simulated = models.BooleanField(default=False)
    seconds = models.FloatField(default=0)
    empty = models.BooleanField(default=False)  # the person said that there is nothing to label
    rule = models.CharField(max_length=100, blank=True, default="")  # what approved it, where no person did
    changes = models.JSONField(null=True, blank=True)  # of a correction: label -> {"added", "changed", "removed"}
    op_id = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["task_item", "at"], name="log_of_task_item"),
            models.Index(fields=["task", "person", "at"], name="log_of_task"),
            models.Index(fields=["task", "at"], name="log_of_task_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.task_item_id}"


class SuggestionOutcome(IdModel):
    """What became of one of a model's suggestions when its person completed or discarded the item.

    `suggestion` is its id in the studio; `annotation` what it became, null where it was rejected, and of a plain class;
    `iou` how alike the two are, 0..1. Replaced when the item is answered again, taken back with the answer.
    """

    task_item = models.ForeignKey(TaskItem, on_delete=models.CASCADE, related_name="suggestion_outcomes")
    suggestion = models.CharField(max_length=80)
    type = models.CharField(max_length=16)
    label = models.CharField(max_length=200)
    confidence = models.FloatField(null=True, blank=True)
    model_id = models.UUIDField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=TaskItemLog.Outcome.choices)
    annotation = models.ForeignKey(
        "datasets.Annotation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    iou = models.FloatField(null=True, blank=True)
    person = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["task_item", "suggestion"], name="one_outcome_a_suggestion")
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["model_id", "at"], name="outcome_of_model")]

    def __str__(self) -> str:
        return f"{self.suggestion}: {self.outcome}"


class ReviewOutcome(IdModel):
    """What a reviewer's approval left of one annotation that was submitted, or added to it; for the figures.

    `iou`: how alike the submitted and the approved geometry are, 0..1 (see the type's `iou`); null where there are not
    two to compare. Taken back with the approval. A rule's approval leaves none: nobody looked.
    """

    class Change(models.TextChoices):
        UNCHANGED = "unchanged", "Unchanged"
        CHANGED = "changed", "Changed"
        ADDED = "added", "Added"
        REMOVED = "removed", "Removed"

    task_item = models.ForeignKey(TaskItem, on_delete=models.CASCADE, related_name="review_outcomes")  # the review
    annotation = models.ForeignKey("datasets.Annotation", null=True, on_delete=models.SET_NULL, related_name="+")
    type = models.CharField(max_length=16)
    label = models.CharField(max_length=200)  # as approved; of a removed one, as submitted
    submitted_label = models.CharField(max_length=200, blank=True, default="")
    change = models.CharField(max_length=12, choices=Change.choices)
    iou = models.FloatField(null=True, blank=True)
    annotator = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewer = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["task_item", "annotation"], name="one_outcome_an_annotation")
        ]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["annotator", "at"], name="outcome_of_annotator")]

    def __str__(self) -> str:
        return f"{self.annotation_id}: {self.change}"


class Issue(IdModel):
    """What a reviewer wants changed: open → fixed by the annotator → resolved by the reviewer, or open again.

    It hangs on an annotation, on a place where something is missing, or (neither given) on the whole item. `task_item`
    is the labelling one, or the review's own where nobody labelled in a task. What is said about it are its comments.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FIXED = "fixed", "For review"
        RESOLVED = "resolved", "Resolved"

    class Category(models.TextChoices):
        WRONG_LABEL = "wrong_label", "Wrong label"
        MISSING = "missing", "Something is missing"
        EXTRA = "extra", "Should not be there"
        LOOSE_GEOMETRY = "loose_geometry", "Outline is not exact"
        WRONG_ATTRIBUTE = "wrong_attribute", "Wrong attribute"
        OTHER = "other", "Something else"

    task_item = models.ForeignKey(TaskItem, on_delete=models.CASCADE, related_name="issues")
    item = models.ForeignKey("datasets.Item", on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField()  # 1.. within the item: what people call it by
    annotation = models.ForeignKey(
        "datasets.Annotation", null=True, blank=True, on_delete=models.SET_NULL, related_name="issues"
    )
    place = models.JSONField(null=True, blank=True)  # {"x", "y", "w"?, "h"?} in image pixels
    category = models.CharField(max_length=16, choices=Category.choices, default=Category.OTHER)
    author = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    fixed_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["task_item", "state"], name="issue_of_task_item")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["item", "number"], name="issue_number_in_item")
        ]

    def __str__(self) -> str:
        return f"#{self.number} of {self.item_id}"


class IssueComment(IdModel):
    """One thing said about an issue; the first of its author says what it is about, unless its category does."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(PERSON, null=True, on_delete=models.SET_NULL, related_name="+")
    body = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.body[:40]


class IssueMention(IdModel):
    """A person named in a comment, and whether they have seen it."""

    comment = models.ForeignKey(IssueComment, on_delete=models.CASCADE, related_name="mentions")
    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["person", "project", "id"], name="mention_of_person")]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["comment", "person"], name="mentioned_once_a_comment")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.comment_id}"


class IssueLog(IdModel):
    """Who did what to an issue: create, return (made from a return's note), comment, fix, resolve, reopen."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="log")
    action = models.CharField(max_length=12)
    person = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    op_id = models.UUIDField(null=True, blank=True, unique=True)

    def __str__(self) -> str:
        return f"{self.action} of {self.issue_id}"


class AnswerKey(IdModel):
    """The known label of one picture, or all that is to be drawn on it, for simulated work. It exists only where a key
    was loaded. `annotations`: [{"type", "label", "geometry"}], None where the label says everything."""

    project = models.ForeignKey("people.Project", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    label = models.CharField(max_length=200, blank=True, default="")
    annotations = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["project", "sha256"], name="one_answer_a_picture")
        ]

    def __str__(self) -> str:
        return self.label
