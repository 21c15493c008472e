"""Triggers fired from outside: by hand, by a token, by a signed webhook; how many that would be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.ids import uuid7
from datasets.models import Dataset
from pipelines.api import serializers as shapes
from pipelines.api._common import parsed, person, pipeline_for, row_for
from pipelines.api.moving import first_start_node
from pipelines.engine.graph import TriggerSpec
from pipelines.engine.triggers import next_times, sentence, trigger_spec_problems
from pipelines.models import Pipeline, Trigger, TriggerKind
from pipelines.permissions import TriggerPolicy
from pipelines.services import hooks as services

MOST_BYTES = 1_000_000
TIMES_TOLD = 3


def asked_of(request: Request, pipeline: Pipeline) -> services.Asked:
    data = parsed(shapes.FireSerializer, request)
    dataset: UUID | None = data["dataset"]
    if dataset and not Dataset.objects.filter(pk=dataset, project=pipeline.project_id, deleted_at=None).exists():
        raise Invalid("The project has no such dataset.", field="dataset")
    items = [str(pk) for pk in data.get("items", ())]
    return services.Asked(f"api:{data.get('key') or uuid7()}", items, data.get("filter"), dataset)


class FireView(APIView):
    """Fires a trigger now, in the background. Its pauses and overlap hold as for any other firing."""

    @extend_schema(request=shapes.FireSerializer, responses={202: shapes.FiringSerializer})
    def post(self, request: Request, trigger_id: UUID) -> Response:
        trigger: Trigger = row_for(request, TriggerPolicy(), trigger_id, "pipeline.edit")
        firing = services.fire(trigger=trigger, asked=asked_of(request, trigger.pipeline), user=person(request))
        return Response(shapes.FiringSerializer(firing).data, status=status.HTTP_202_ACCEPTED)


class FireCountView(APIView):
    """How many cycles firing it so would start; nothing happens."""

    @extend_schema(request=shapes.FireSerializer, responses=shapes.CountSerializer)
    def post(self, request: Request, trigger_id: UUID) -> Response:
        trigger: Trigger = row_for(request, TriggerPolicy(), trigger_id)
        return Response({"count": services.count_wanted(trigger=trigger, asked=asked_of(request, trigger.pipeline))})


class RunCountView(APIView):
    """How many cycles "Run with pipeline" would start; nothing happens."""

    @extend_schema(request=shapes.RunSerializer, responses=shapes.CountSerializer)
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        data = parsed(shapes.RunSerializer, request)
        node_id = data.get("node") or first_start_node(pipeline)
        count = services.count_run(
            pipeline=pipeline, node_id=node_id, dql=data["filter"], dataset_id=data["dataset"], once=data["once"]
        )
        return Response({"count": count})


class ScheduleSerializer(serializers.Serializer[Any]):
    """``spec``: the settings of a clock as its trigger holds them: cron, timezone, startAt, endAt."""

    spec = serializers.DictField()


class ScheduleTimesSerializer(serializers.Serializer[Any]):
    """``says``: the sentence that its trigger will have; empty where there are ``problems``."""

    says = serializers.CharField(allow_blank=True)
    next = serializers.ListField(child=serializers.DateTimeField())
    problems = serializers.ListField(child=serializers.CharField())


class ScheduleView(APIView):
    """When a clock with these settings would fire; nothing is stored."""

    @extend_schema(request=ScheduleSerializer, responses=ScheduleTimesSerializer)
    def post(self, request: Request) -> Response:
        spec = parsed(ScheduleSerializer, request)["spec"]
        body: dict[str, Any] = {"says": "", "next": [], "problems": []}
        body["problems"] = list(trigger_spec_problems(TriggerSpec("", "", "cron", spec)))
        if not body["problems"]:
            body["next"] = next_times(spec, now(), TIMES_TOLD)
            body["says"] = sentence("cron", spec, {}, next(iter(body["next"]), None), now())
        return Response(ScheduleTimesSerializer(body).data)


class SecretView(APIView):
    """A new secret for a webhook trigger, shown this once; the one before stops working."""

    @extend_schema(request=None, responses=shapes.SecretSerializer)
    def post(self, request: Request, trigger_id: UUID) -> Response:
        trigger: Trigger = row_for(request, TriggerPolicy(), trigger_id, "pipeline.edit")
        if trigger.kind != TriggerKind.WEBHOOK:
            raise Invalid("Only a webhook trigger has a secret.", kind=trigger.kind)
        url = request.build_absolute_uri(reverse("api:trigger-hook", kwargs={"trigger_id": trigger.pk}))
        return Response({"secret": services.new_secret(trigger=trigger), "url": url})


class HookView(APIView):
    """A webhook from outside. ``X-ALP-Timestamp``: seconds since 1970; ``X-ALP-Signature``: "sha256=" and the
    HMAC-SHA256, in hexadecimal, of the timestamp, a full stop and the body, with the trigger's secret as key. The body
    is empty, or {"items": [ids]} or {"filter": query}. The same message again starts nothing more."""

    authentication_classes: Any = ()
    permission_classes: Any = (AllowAny,)

    @extend_schema(
        parameters=[
            OpenApiParameter("X-ALP-Timestamp", str, OpenApiParameter.HEADER, required=True),
            OpenApiParameter("X-ALP-Signature", str, OpenApiParameter.HEADER, required=True),
        ],
        request=OpenApiTypes.OBJECT,
        responses={202: shapes.HookAnswerSerializer},
        auth=[],
    )
    def post(self, request: Request, trigger_id: UUID) -> Response:
        body = request._request.body  # noqa: SLF001  the bytes that were signed, before anybody parses them
        if len(body) > MOST_BYTES:
            raise Invalid("The body is too large.")
        firing = services.receive(
            trigger_id=trigger_id, timestamp=request.headers.get("X-ALP-Timestamp", ""),
            signature=request.headers.get("X-ALP-Signature", ""), body=body, now=now(),
        )  # fmt: skip
        answer = {"firing": firing.pk, "state": firing.state}
        return Response(shapes.HookAnswerSerializer(answer).data, status=status.HTTP_202_ACCEPTED)
