"""/api/v1/projects/{id}/figures/: how fast and how well people work, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Forbidden, Invalid, NotFound
from alp_site.lib.web import parse_uuid
from alp_site.people.permissions import allowed
from annotation.api.periods import period_asked
from annotation.api.shapes import me, project_for
from annotation.models import Issue
from annotation.selectors.figures import BY, COUNTS, TIME_EDGES, Figures, Row, Scope, get_figures
from annotation.selectors.issues import count_by_category
from annotation.selectors.tasks import get_task_for

ASKED = [
    OpenApiParameter("by", str, enum=list(BY), description="One row a person, label, task or day; person if left out."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day; 30 days up to today if left out."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day, itself included."),
    OpenApiParameter("tz", str, description="Time zone of the days, such as Europe/Berlin; UTC if left out."),
    OpenApiParameter("task", UUID),
    OpenApiParameter("person", UUID),
]


class RateSerializer(serializers.Serializer[Any]):
    rate = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class FigureRowSerializer(serializers.Serializer[Any]):
    """Counts are named as in `annotation/selectors/figures.py`; an hour is one of active time."""

    key = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    label_seconds = serializers.FloatField()
    review_seconds = serializers.FloatField()
    items_an_hour = serializers.FloatField(allow_null=True)
    objects_an_hour = serializers.FloatField(allow_null=True)
    reviews_an_hour = serializers.FloatField(allow_null=True)
    acceptance = RateSerializer(allow_null=True)
    rework = serializers.FloatField(allow_null=True)
    agreement = serializers.FloatField(allow_null=True)
    iou = serializers.FloatField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), **{name: serializers.IntegerField() for name in COUNTS}}


class TimeBinSerializer(serializers.Serializer[Any]):
    """Items that took from `low` up to `high` seconds; no `high`: the rest."""

    low = serializers.IntegerField()
    high = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()


class IssueCountSerializer(serializers.Serializer[Any]):
    """Issues of a kind that were made in the period, and how many of them are not resolved."""

    category = serializers.ChoiceField(choices=Issue.Category.choices)
    count = serializers.IntegerField()
    unresolved = serializers.IntegerField()


class FiguresSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(choices=BY)
    tz = serializers.CharField()
    own = serializers.BooleanField()  # only oneself is told of
    rows = FigureRowSerializer(many=True)
    totals = FigureRowSerializer()
    times = TimeBinSerializer(many=True)
    issues = IssueCountSerializer(many=True)
    simulated = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": serializers.DateField(), "to": serializers.DateField()}


def row_payload(row: Row) -> dict[str, Any]:
    rate = row.acceptance
    return {
        "key": row.key,
        "name": row.name,
        **row.counts,
        "label_seconds": round(row.label_seconds, 1),
        "review_seconds": round(row.review_seconds, 1),
        "items_an_hour": row.items_an_hour,
        "objects_an_hour": row.objects_an_hour,
        "reviews_an_hour": row.reviews_an_hour,
        "acceptance": {"rate": rate[0], "low": rate[1], "high": rate[2]} if rate else None,
        "rework": row.rework,
        "agreement": row.agreement,
        "iou": row.iou,
    }


class _Asked:
    """The request, read and allowed: an annotator asks of themselves only."""

    def __init__(self, request: Request, project_id: UUID) -> None:
        project = project_for(request, project_id, "figures.own")
        query = request.query_params
        self.by = query.get("by") or "person"
        if self.by not in BY:
            raise Invalid(f"by is one of {', '.join(BY)}.", field="by")
        self.period = period_asked(query)
        self.own = not allowed(request.user, "figures.people", project.pk)
        person = parse_uuid(query["person"], "person") if query.get("person") else None
        if self.own:
            if person not in (None, me(request).pk):
                raise Forbidden("Your role shows you your own figures only.", action="figures.people")
            person = me(request).pk
        task_id = parse_uuid(query["task"], "task") if query.get("task") else None
        if task_id and get_task_for(request.user, task_id, archived=True).project_id != project.pk:
            raise NotFound("This project has no such task.", task=str(task_id))
        self.scope = Scope(
            project_id=project.pk,
            start=self.period.start,
            end=self.period.end,
            zone=self.period.zone,
            task_id=task_id,
            person_id=person,
        )

    def figures(self) -> Figures:
        return get_figures(self.scope, self.by)


class FiguresView(APIView):
    @extend_schema(responses=FiguresSerializer, parameters=ASKED)
    def get(self, request: Request, project_id: UUID) -> Response:
        """Throughput, active time, acceptance, rework, issues over a period. Leads see everyone, others themselves."""
        asked = _Asked(request, project_id)
        found = asked.figures()
        lows = (0, *TIME_EDGES)
        highs = (*TIME_EDGES, None)
        return Response(
            {
                "by": asked.by,
                "from": asked.period.first,
                "to": asked.period.last,
                "tz": str(asked.period.zone),
                "own": asked.own,
                "rows": [row_payload(row) for row in found.rows],
                "totals": row_payload(found.totals),
                "times": [{"low": a, "high": b, "count": n} for a, b, n in zip(lows, highs, found.times, strict=True)],
                "issues": count_by_category(asked.scope),
                "simulated": found.simulated,
            }
        )


COLUMNS = (
    "name", "labelled", "discarded", "objects", "label_seconds", "items_an_hour", "objects_an_hour", "decided",
    "review_seconds", "reviews_an_hour", "reviewed", "accepted", "returned", "corrected", "acceptance",
    "acceptance_low", "acceptance_high", "rework", "agreement", "suggestions_accepted", "suggestions_edited",
    "suggestions_rejected", "objects_unchanged", "objects_changed", "objects_added", "objects_removed", "iou", "key",
)  # fmt: skip


class FiguresDownloadView(APIView):
    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, parameters=ASKED)
    def get(self, request: Request, project_id: UUID) -> HttpResponse:
        """The same rows as a CSV file; rates are 0 to 1, an empty cell says that there is no figure."""
        asked = _Asked(request, project_id)
        file = io.StringIO()
        writer = csv.writer(file)
        writer.writerow([asked.by, *COLUMNS[1:]])
        for row in asked.figures().rows:
            payload = row_payload(row)
            rate = payload.pop("acceptance") or {}
            payload |= {
                "acceptance": rate.get("rate"), "acceptance_low": rate.get("low"), "acceptance_high": rate.get("high")
            }  # fmt: skip
            writer.writerow([_cell(payload[name]) for name in COLUMNS])
        name = f"figures-by-{asked.by}-{asked.period.first}-{asked.period.last}.csv"
        return HttpResponse(
            file.getvalue(),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _cell(value: Any) -> Any:
    """A value for a spreadsheet: a name that looks like a formula is kept a name."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
