"""/api/v1/datasets/{id}/outlines/: what the browser's thumbnails draw."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.people.api.shapes import parsed
from datasets import selectors
from datasets.api._common import dataset_for
from datasets.permissions import items_in_project

MOST_ITEMS = 240


class OutlineWishSerializer(serializers.Serializer[Any]):
    ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_ITEMS)


class OutlineShapeSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not DRF's own
    model = serializers.BooleanField(help_text="Drawn by a model, and by no person since.")
    paths = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="x, y, x, y …: rings of an area, lines, a point as a line of one; of a skeleton one a keypoint.",
    )


class OutlineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    version = serializers.IntegerField(help_text="The content version of the item that this shows.")
    cut = serializers.BooleanField(help_text="There are more shapes than are sent.")
    shapes = OutlineShapeSerializer(many=True)


class OutlinesSerializer(serializers.Serializer[Any]):
    units = serializers.IntegerField(help_text="So many make the longer side of the picture.")
    items = OutlineSerializer(many=True)


class OutlinesView(APIView):
    @extend_schema(request=OutlineWishSerializer, responses=OutlinesSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """The outlines of items of one page, small enough for thumbnails; items that are not there are left out."""
        dataset = dataset_for(request, dataset_id)
        ids = parsed(OutlineWishSerializer, request)["ids"]
        rows = items_in_project(request.user, selectors.items_of(dataset).filter(pk__in=ids), dataset.project_id)
        found = list(rows.order_by("pk").only("pk", "width", "height", "content_version"))
        return Response({"units": selectors.OUTLINE_UNITS, "items": selectors.outline_payloads(found)})
