"""Shapes of requests, checked, and of answers, for the schema."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotation.models import Issue, Task
from annotation.selectors.tasks import NOTHING


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class DatasetRefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class TaskCountsSerializer(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.IntegerField() for name in NOTHING}


class AutoAcceptSerializer(serializers.Serializer[Any]):
    """What a review task approves without a person: what it does not sample, or what was submitted exactly as the model
    suggested it with at least this confidence (then `unchanged` is true)."""

    kind = serializers.ChoiceField(choices=["not_sampled", "agreement"])
    min_confidence = serializers.FloatField(min_value=0, max_value=1, required=False)
    unchanged = serializers.BooleanField(required=False)


class TaskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    project = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Task.Kind.choices)
    dataset = DatasetRefSerializer()
    pipeline_id = serializers.UUIDField(allow_null=True)
    node_id = serializers.CharField(allow_blank=True)
    parent_task = serializers.UUIDField(allow_null=True)
    sample_percent = serializers.FloatField()
    auto_accept = AutoAcceptSerializer(allow_null=True)
    batch_size = serializers.IntegerField()
    max_workload = serializers.IntegerField()
    priority = serializers.IntegerField()
    due_date = serializers.DateTimeField(allow_null=True)
    allocation = serializers.ChoiceField(choices=Task.Allocation.choices)
    everyone = serializers.BooleanField()
    instructions = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=Task.State.choices)
    statuses = serializers.ListField(child=serializers.CharField())
    annotation_types = serializers.ListField(child=serializers.CharField())
    labels = serializers.ListField(child=serializers.CharField())
    created_by = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    counts = TaskCountsSerializer()


class TaskDetailSerializer(TaskSerializer):
    """`instructions_html`: the instructions' Markdown as HTML that is safe to show."""

    instructions_html = serializers.CharField(allow_blank=True)


class ShareSerializer(serializers.Serializer[Any]):
    person = serializers.UUIDField()
    share = serializers.IntegerField(min_value=1, max_value=1000, default=1)


class TaskWriteSerializer(serializers.Serializer[Any]):
    """`people`: who is served and with which share; an empty list opens the task to everyone who may work.

    `annotation_types`, `labels`: what people may use; empty for all that the ontology has a use for, null (the default)
    for what the labelling task of a review says, else classification with every label.
    """

    name = serializers.CharField(max_length=120, required=False)
    batch_size = serializers.IntegerField(min_value=1, max_value=500, required=False)
    max_workload = serializers.IntegerField(min_value=1, max_value=2000, required=False)
    priority = serializers.IntegerField(min_value=1, max_value=3, required=False)
    due_date = serializers.DateTimeField(allow_null=True, required=False)
    allocation = serializers.ChoiceField(choices=Task.Allocation.choices, required=False)
    instructions = serializers.CharField(allow_blank=True, max_length=20000, required=False)
    people = ShareSerializer(many=True, required=False)
    parent_task = serializers.UUIDField(required=False, allow_null=True)
    sample_percent = serializers.FloatField(min_value=0, max_value=100, required=False)
    auto_accept = AutoAcceptSerializer(required=False, allow_null=True)
    annotation_types = serializers.ListField(
        child=serializers.CharField(max_length=16), required=False, allow_null=True, max_length=50
    )
    labels = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, allow_null=True, max_length=5000
    )


class TaskPatchSerializer(TaskWriteSerializer):
    status = serializers.ChoiceField(choices=Task.State.choices, required=False)


class TaskCreateSerializer(TaskWriteSerializer):
    """`items` or `filter`: what the task begins with; left out, it begins empty."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Task.Kind.choices)
    dataset = serializers.UUIDField()
    items = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    filter = serializers.DictField(required=False)


class TaskWorkSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    dataset = DatasetRefSerializer()
    priority = serializers.IntegerField()
    due_date = serializers.DateTimeField(allow_null=True)
    held = serializers.IntegerField()
    sent_back = serializers.IntegerField()
    free = serializers.IntegerField()
    waiting = serializers.IntegerField()
    done_today = serializers.IntegerField()


class WorkSerializer(serializers.Serializer[Any]):
    waiting = serializers.IntegerField()
    next = TaskWorkSerializer(allow_null=True)
    tasks = TaskWorkSerializer(many=True)
    done_today = serializers.IntegerField()
    seconds_today = serializers.FloatField()
    reviewed = serializers.IntegerField()
    approved_unchanged = serializers.IntegerField()


class PersonFiguresSerializer(serializers.Serializer[Any]):
    person = PersonSerializer()
    share = serializers.IntegerField(allow_null=True)
    active = serializers.BooleanField()
    seen_at = serializers.DateTimeField(allow_null=True)
    held = serializers.IntegerField()
    completed = serializers.IntegerField()
    discard = serializers.IntegerField()
    approved = serializers.IntegerField()
    finished = serializers.IntegerField()
    seconds = serializers.FloatField()
    sent_back = serializers.IntegerField()


class PaceSerializer(serializers.Serializer[Any]):
    """What was finished in the last week, and what that leaves: `days_left` by the calendar, `seconds_left` of work."""

    items = serializers.IntegerField()
    a_day = serializers.FloatField()
    days_left = serializers.FloatField()
    seconds_left = serializers.FloatField(allow_null=True)


class ProgressSerializer(serializers.Serializer[Any]):
    counts = TaskCountsSerializer()
    pace = PaceSerializer(allow_null=True)
    people = PersonFiguresSerializer(many=True)


class ItemInTaskSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    filename = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    mimetype = serializers.CharField()
    content_version = serializers.IntegerField()
    image_url = serializers.CharField(help_text="In a kind that browsers show; reduced where the picture is tiled.")
    tiles_url = serializers.CharField(allow_null=True, help_text="Where its tiles are, if it is shown as such.")
    thumbnail_url = serializers.CharField()


class SuggestionSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    confidence = serializers.FloatField()
    probs = serializers.DictField(child=serializers.FloatField(), required=False)
    prediction_id = serializers.CharField(required=False)
    model_id = serializers.CharField(required=False)
    model_name = serializers.CharField(required=False)


class SelectionSerializer(serializers.Serializer[Any]):
    score = serializers.FloatField(allow_null=True)
    strategy = serializers.CharField()
    arm = serializers.CharField()
    rank = serializers.IntegerField()
    round = serializers.IntegerField()
    chosen = serializers.IntegerField(required=False)
    pool = serializers.IntegerField(required=False)
    model_id = serializers.CharField(required=False, allow_null=True)
    model_name = serializers.CharField(required=False, allow_null=True)


class IssueCommentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    author = PersonSerializer(allow_null=True)
    body = serializers.CharField()
    mentions = PersonSerializer(many=True)
    at = serializers.DateTimeField()


class IssueSerializer(serializers.Serializer[Any]):
    """`place`: {"x", "y"} or {"x", "y", "w", "h"}; with neither place nor annotation it is about the whole item.
    `body`: what it opened with, in one text."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    annotation = serializers.UUIDField(allow_null=True)
    place = serializers.DictField(child=serializers.FloatField(), allow_null=True)
    category = serializers.ChoiceField(choices=Issue.Category.choices)
    state = serializers.ChoiceField(choices=Issue.State.choices)
    body = serializers.CharField()
    author = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    comments = IssueCommentSerializer(many=True)


class SourceSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    task = serializers.UUIDField()
    person = PersonSerializer(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    times_sent_back = serializers.IntegerField()


class CycleRefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    pipeline = serializers.UUIDField()


class TaskItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    task = serializers.UUIDField()
    item = ItemInTaskSerializer()
    status = serializers.CharField(allow_blank=True)
    place = serializers.ChoiceField(choices=["sent_back", "normal", "skipped"])
    with_annotator = serializers.BooleanField()
    label = serializers.CharField(allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    labelled_by = PersonSerializer(allow_null=True)
    labelled_at = serializers.DateTimeField(allow_null=True)
    approved = serializers.BooleanField()
    objects = serializers.IntegerField()
    suggestion = SuggestionSerializer(allow_null=True)
    selection = SelectionSerializer(allow_null=True)
    round = serializers.IntegerField(allow_null=True)
    cycle = CycleRefSerializer(allow_null=True)
    source = SourceSerializer(allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    issues = IssueSerializer(many=True)
    times_sent_back = serializers.IntegerField()
    assignee = PersonSerializer(allow_null=True)
    finished_by = PersonSerializer(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    lease_until = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField()


class StandingSerializer(serializers.Serializer[Any]):
    held = serializers.IntegerField()
    sent_back = serializers.IntegerField()
    skipped = serializers.IntegerField()
    free = serializers.IntegerField()
    done = serializers.IntegerField()
    done_today = serializers.IntegerField()


class QueueSerializer(serializers.Serializer[Any]):
    items = TaskItemSerializer(many=True)
    recent = TaskItemSerializer(many=True)
    standing = StandingSerializer()


class NextSerializer(serializers.Serializer[Any]):
    """`recent`: how many of my last finished items to send along."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
    recent = serializers.IntegerField(min_value=0, max_value=50, default=0)


class RenewSerializer(serializers.Serializer[Any]):
    """`open`: task items on the screen; `waiting_edits`: those whose edits the browser could not send yet."""

    open = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=500)
    waiting_edits = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=2000)


class RenewedSerializer(serializers.Serializer[Any]):
    lease_until = serializers.DateTimeField()


class HandBackSerializer(serializers.Serializer[Any]):
    task_items = serializers.ListField(child=serializers.UUIDField(), required=False, allow_null=True)


class ItemCountSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()


class ActSerializer(serializers.Serializer[Any]):
    """What every act carries. `op_id`: the client's name for it; a repeated one changes nothing."""

    op_id = serializers.UUIDField(required=False, allow_null=True)
    seconds = serializers.FloatField(min_value=0, default=0)
    note = serializers.CharField(max_length=4000, allow_blank=True, default="")


class CompleteSerializer(ActSerializer):
    """`label`: the answer of a classification task. `empty`: there is nothing to label here."""

    empty = serializers.BooleanField(default=False)
    label = serializers.CharField(max_length=200, required=False, allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    seen_version = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    status = serializers.CharField(max_length=32, default="completed")


class ApproveSerializer(ActSerializer):
    """`label`: the corrected class. `empty`: there is nothing to label here. `resolve_fixed`: resolve the issues marked
    as fixed along with it, `resolve_open` those still open; without, they stand in its way."""

    empty = serializers.BooleanField(default=False)
    resolve_fixed = serializers.BooleanField(default=False)
    resolve_open = serializers.BooleanField(default=False)
    label = serializers.CharField(max_length=200, required=False, allow_null=True)  # type: ignore[assignment]  # a field, not DRF's own
    seen_version = serializers.IntegerField(min_value=0, required=False, allow_null=True)


class DoneSerializer(serializers.Serializer[Any]):
    task_item = TaskItemSerializer()
    repeated = serializers.BooleanField()
    outcome = serializers.CharField(allow_blank=True)


class LogSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    action = serializers.CharField()
    status = serializers.CharField(allow_blank=True)
    person = PersonSerializer(allow_null=True)
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]  # a field, not DRF's own
    previous_label = serializers.CharField(allow_blank=True)
    outcome = serializers.CharField(allow_blank=True)
    empty = serializers.BooleanField()
    simulated = serializers.BooleanField()
    rule = serializers.CharField(allow_blank=True)
    changes = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()), allow_null=True)
    seconds = serializers.FloatField()


class AddItemsSerializer(serializers.Serializer[Any]):
    """Items by id, or all that match a filter of the query language."""

    items = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    filter = serializers.DictField(required=False)
    priority = serializers.IntegerField(min_value=1, max_value=3, required=False)


class AddedSerializer(ItemCountSerializer):
    """`job`: it adds them and tells its progress; null: they are in."""

    job = serializers.UUIDField(allow_null=True)


class FillingJobSerializer(serializers.Serializer[Any]):
    """`add`: what a filter found; `catch_up`: what the stage before had finished. `total`: null until it is known."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(["add", "catch_up"])
    state = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    cancel_requested = serializers.BooleanField()


class FillingSerializer(serializers.Serializer[Any]):
    jobs = FillingJobSerializer(many=True)


class PutBackSerializer(serializers.Serializer[Any]):
    """What I took out: by the task items' ids, or all of it that matches a filter of the query language."""

    task_items = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    filter = serializers.DictField(required=False)


class FilterSerializer(serializers.Serializer[Any]):
    filter = serializers.DictField()


class MatchesSerializer(serializers.Serializer[Any]):
    """Items of the dataset that match; those of them that are in the task, and those that are open in it."""

    matching = serializers.IntegerField()
    present = serializers.IntegerField()
    open = serializers.IntegerField()


class RemoveItemsSerializer(serializers.Serializer[Any]):
    """Open items by their task items' ids, or all that match a filter of the query language."""

    task_items = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    filter = serializers.DictField(required=False)


class MarkdownSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(allow_blank=True, max_length=20000, trim_whitespace=False)


class MarkupSerializer(serializers.Serializer[Any]):
    html = serializers.CharField(allow_blank=True)


class TaskItemsSerializer(serializers.Serializer[Any]):
    task_items = serializers.ListField(child=serializers.UUIDField(), max_length=5000)


class ReassignSerializer(TaskItemsSerializer):
    person = serializers.UUIDField(allow_null=True)


class RedistributeSerializer(serializers.Serializer[Any]):
    shares = ShareSerializer(many=True)


class AnswerKeySerializer(serializers.Serializer[Any]):
    available = serializers.IntegerField()


class AnswerKeyAskSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=500)


class AnsweredSerializer(serializers.Serializer[Any]):
    answered = serializers.IntegerField()
    corrected = serializers.IntegerField()
    unknown = serializers.IntegerField()
    simulated = serializers.BooleanField()
