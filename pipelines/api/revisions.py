"""Revisions of a pipeline's graph: listed, looked at, compared, restored into the draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page
from pipelines import selectors
from pipelines.api import run_shapes as shapes
from pipelines.api import serializers
from pipelines.api._common import parsed, pipeline_for, row_for
from pipelines.api.pipelines import detail_body
from pipelines.engine.diff import diff
from pipelines.engine.graph import to_json
from pipelines.models import Pipeline, PipelineRevision
from pipelines.permissions import RevisionPolicy
from pipelines.services.graphs import revision_graph
from pipelines.services.revisions import graph_named, restore_revision


def dressed(row: Any, pipeline: Pipeline) -> Any:
    row.current = row.pk == pipeline.revision_id
    return row


class RevisionListView(APIView):
    """What was published, newest first, without the graphs."""

    @extend_schema(responses=serializers.page_of("PipelineRevisionList", shapes.PipelineRevisionSerializer))
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)

        def bodies(page: Sequence[PipelineRevision]) -> list[Any]:
            return list(shapes.PipelineRevisionSerializer([dressed(row, pipeline) for row in page], many=True).data)

        return keyset_page(request, selectors.list_revisions(pipeline), bodies, newest_first=True)


class RevisionDetailView(APIView):
    """One revision with its graph."""

    @extend_schema(responses=shapes.PipelineRevisionDetailSerializer)
    def get(self, request: Request, revision_id: UUID) -> Response:
        row = row_for(request, RevisionPolicy(), revision_id)
        graph = revision_graph(row)
        row.graph_, row.ports = to_json(graph), selectors.ports_of(graph)
        row.open_cycles = selectors.count_open_cycles(row)
        return Response(shapes.PipelineRevisionDetailSerializer(dressed(row, row.pipeline)).data)


class RestoreView(APIView):
    """Makes the revision's graph the draft; publishing it is another step."""

    @extend_schema(request=shapes.RevisionRestoreSerializer, responses=serializers.PipelineDetailSerializer)
    def post(self, request: Request, revision_id: UUID) -> Response:
        row = row_for(request, RevisionPolicy(), revision_id, "pipeline.edit")
        data = parsed(shapes.RevisionRestoreSerializer, request)
        return Response(detail_body(restore_revision(revision=row, seen_version=data.get("draft_version"))))


class DiffView(APIView):
    """What changed from one graph to another. Each is "draft", "published", a revision's number or its id."""

    @extend_schema(
        parameters=[
            OpenApiParameter("before", str, description='"published" unless given'),
            OpenApiParameter("after", str, description='"draft" unless given'),
        ],
        responses=shapes.DiffSerializer,
    )
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        before, old = graph_named(pipeline, request.query_params.get("before") or "published")
        after, new = graph_named(pipeline, request.query_params.get("after") or "draft")
        found = diff(before, after)
        revisions = {"before": old and dressed(old, pipeline), "after": new and dressed(new, pipeline)}
        return Response(shapes.DiffSerializer({**asdict(found), "same": found.same, **revisions}).data)
