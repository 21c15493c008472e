"""/api/v1/datasets/{id}/test-sets/, their versions and entries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page, visible_or_404
from alp_site.people.api.shapes import listing, parsed
from datasets.api import serializers
from datasets.api._common import dataset_for, person, require
from datasets.models import TestSet, TestSetVersion
from datasets.permissions import TestSetPolicy, TestSetVersionPolicy
from datasets.services import test_sets


def _bodies(rows: list[TestSet]) -> list[Any]:
    newest = test_sets.newest_versions(rows)
    candidates = test_sets.count_candidates(rows, newest)
    # What follows is read by the serializer, not columns.
    for row in rows:
        version = newest.get(row.pk)
        row.newest = serializers.TestSetVersionSerializer(version).data if version else None  # type: ignore[attr-defined]
        row.candidates = candidates[row.pk]  # type: ignore[attr-defined]
    return list(serializers.TestSetSerializer(rows, many=True).data)


class TestSetListView(APIView):
    @extend_schema(responses=listing("TestSetList", serializers.TestSetSerializer))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id, "item.see")
        rows = TestSetPolicy().visible_to(request.user).filter(dataset=dataset)
        return keyset_page(request, rows, lambda page: _bodies(list(page)))

    @extend_schema(request=serializers.TestSetCreateSerializer, responses={201: serializers.TestSetSerializer})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id, "item.edit")
        data = parsed(serializers.TestSetCreateSerializer, request)
        row = test_sets.create_test_set(dataset=dataset, user=person(request), **data)
        return Response(_bodies([row])[0], status=status.HTTP_201_CREATED)


class TestSetDetailView(APIView):
    @extend_schema(responses=serializers.TestSetSerializer)
    def get(self, request: Request, test_set_id: UUID) -> Response:
        return Response(_bodies([visible_or_404(TestSetPolicy(), request.user, test_set_id)])[0])

    @extend_schema(request=serializers.TestSetPatchSerializer, responses=serializers.TestSetSerializer)
    def patch(self, request: Request, test_set_id: UUID) -> Response:
        row: TestSet = visible_or_404(TestSetPolicy(), request.user, test_set_id)
        require(request.user, "item.edit", row.dataset.project_id)
        data = parsed(serializers.TestSetPatchSerializer, request)
        return Response(_bodies([test_sets.update_test_set(test_set=row, **data)])[0])


class TestSetVersionListView(APIView):
    @extend_schema(responses=listing("TestSetVersionList", serializers.TestSetVersionSerializer))
    def get(self, request: Request, test_set_id: UUID) -> Response:
        row: TestSet = visible_or_404(TestSetPolicy(), request.user, test_set_id)
        return keyset_page(
            request, row.versions.all(), lambda page: list(serializers.TestSetVersionSerializer(page, many=True).data),
            newest_first=True,
        )  # fmt: skip

    @extend_schema(request=None, responses={201: serializers.TestSetVersionSerializer})
    def post(self, request: Request, test_set_id: UUID) -> Response:
        """Freezes the approved items that match now as the next version."""
        row: TestSet = visible_or_404(TestSetPolicy(), request.user, test_set_id)
        require(request.user, "item.edit", row.dataset.project_id)
        version = test_sets.publish_version(test_set=row, user=person(request))
        return Response(serializers.TestSetVersionSerializer(version).data, status=status.HTTP_201_CREATED)


class TestSetVersionDetailView(APIView):
    @extend_schema(responses=serializers.TestSetVersionSerializer)
    def get(self, request: Request, version_id: UUID) -> Response:
        found = visible_or_404(TestSetVersionPolicy(), request.user, version_id)
        return Response(serializers.TestSetVersionSerializer(found).data)


class TestSetEntriesView(APIView):
    @extend_schema(
        responses=inline_serializer(
            "TestSetEntryList",
            {
                "items": inline_serializer(
                    "TestSetEntry",
                    {
                        "id": drf.IntegerField(), "item": drf.UUIDField(), "blob": drf.CharField(),
                        "labels": drf.ListField(child=drf.JSONField()),
                    },
                    many=True,
                ),
                "next": drf.CharField(allow_null=True),
            },
        )
    )  # fmt: skip
    def get(self, request: Request, version_id: UUID) -> Response:
        """The frozen items with their labels; `?after=<id>` goes on."""
        found: TestSetVersion = visible_or_404(TestSetVersionPolicy(), request.user, version_id)
        return Response(test_sets.entries_page(found, request.query_params.get("after")))
