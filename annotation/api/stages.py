"""/api/v1/tasks/{id}/review/: how a task stands among stages of review. The settings are changed on the task itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation.api.serializers import AutoAcceptSerializer
from annotation.api.shapes import task_for
from annotation.models import Task
from annotation.selectors.stages import review_payload


class StageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Task.Kind.choices)


class TaskReviewSerializer(serializers.Serializer[Any]):
    """`taken`: items in this task; `auto_accepted` of them by a rule; `not_taken`: finished by the parent, not here."""

    parent_task = StageSerializer(allow_null=True)
    followed_by = StageSerializer(many=True)
    sample_percent = serializers.FloatField()
    auto_accept = AutoAcceptSerializer(allow_null=True)
    in_pipeline = serializers.BooleanField()
    taken = serializers.IntegerField()
    auto_accepted = serializers.IntegerField()
    not_taken = serializers.IntegerField()


class TaskReviewView(APIView):
    @extend_schema(responses=TaskReviewSerializer)
    def get(self, request: Request, task_id: UUID) -> Response:
        """What the task follows, what follows it, its sample and its rule, and what they led to; for leads."""
        return Response(review_payload(task_for(request, task_id, "task.manage")))
