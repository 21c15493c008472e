"""Files made of a dataset: listed, downloaded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib import storage
from alp_site.lib.streams import file_response
from alp_site.lib.web import keyset_page, visible_or_404
from alp_site.people.api.shapes import listing
from datasets.api._common import dataset_for
from datasets.models import Export
from datasets.permissions import ExportPolicy


class ExportSerializer(serializers.ModelSerializer[Export]):
    """`left_out`: annotations the format has no word for, by reason."""

    left_out = serializers.DictField(child=serializers.IntegerField())
    url = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = ("id", "name", "format", "size", "items", "annotations", "left_out", "created_at", "url")

    def get_url(self, row: Export) -> str:
        return f"/api/v1/exports/{row.pk}/file/"


class ExportListView(APIView):
    """The files of a dataset, newest first."""

    @extend_schema(responses=listing("ExportList", ExportSerializer))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id, "item.export")
        rows = ExportPolicy().visible_to(request.user).filter(dataset=dataset)
        return keyset_page(
            request, rows, lambda page: list[Any](ExportSerializer(page, many=True).data), newest_first=True
        )


class ExportFileView(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, export_id: UUID) -> HttpResponseBase:
        """The file, as a download."""
        row: Export = visible_or_404(ExportPolicy(), request.user, export_id)
        disposition = content_disposition_header(True, row.name.rsplit("/", 1)[-1]) or "attachment"
        return file_response(
            request, storage.open_blob(row.blob_id), row.size, content_type="application/octet-stream",
            headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
        )  # fmt: skip
