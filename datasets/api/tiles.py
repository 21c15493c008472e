"""A huge picture's tiles: /api/v1/items/{id}/tiles/, and each tile below it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import NotFound
from datasets.api._common import item_for
from datasets.api.files import BytesView
from datasets.models import Item
from datasets.selectors import is_tiled
from datasets.services import pyramid, tiles

RETRY_SECONDS = 1


class LevelSerializer(serializers.Serializer[Any]):
    scale = serializers.FloatField(help_text="1 is the picture itself, 0.5 its half.")
    columns = serializers.IntegerField()
    rows = serializers.IntegerField()


class TilesSerializer(serializers.Serializer[Any]):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    tile = serializers.IntegerField(help_text="Pixels of a tile's side; those at the right and lower edge are smaller.")
    levels = LevelSerializer(many=True, help_text="Coarsest first; the place in the list is the level of an address.")
    version = serializers.CharField(help_text="Of the content; with it as ?v= a tile may be cached for good.")
    ready = serializers.BooleanField(help_text="False while they are being cut, which asking hastens.")
    error = serializers.CharField(allow_blank=True, help_text="Why they cannot be cut.")


def tiled_item(request: Request, item_id: UUID) -> Item:
    item = item_for(request, item_id)
    if not is_tiled(item):
        raise NotFound("This picture is shown whole and has no tiles.")
    return item


class TilesView(APIView):
    @extend_schema(responses=TilesSerializer)
    def get(self, request: Request, item_id: UUID) -> Response:
        """How the picture is cut into tiles, and whether that is done. Pictures that are shown whole have none: 404."""
        item = tiled_item(request, item_id)
        assert item.blob_id
        state = tiles.ask(item)
        body = {
            "width": item.width,
            "height": item.height,
            "tile": pyramid.TILE,
            "levels": [asdict(level) for level in pyramid.levels((item.width, item.height))],
            "version": item.blob_id[:12],
            "ready": state.ready,
            "error": state.error,
        }
        return Response(body, headers={"Cache-Control": "private, no-store"})


class TileView(BytesView):
    @extend_schema(
        parameters=[
            OpenApiParameter("v", str, description="The content's version, for an answer to be kept for good.")
        ],
        responses={(200, "image/*"): OpenApiTypes.BINARY, 202: None},
    )
    def get(self, request: Request, item_id: UUID, level: int, column: int, row: int) -> HttpResponseBase:
        """One tile. 202 without a body while the picture is being cut."""
        item = tiled_item(request, item_id)
        assert item.blob_id
        headers = self.headers_for(request, item, item.blob_id, f"{item.blob_id}-{level}-{column}-{row}")
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers=headers)
        found = tiles.tile(item, level, column, row)
        if found is None:
            tiles.ask(item)
            waiting = {"Cache-Control": "private, no-store", "Retry-After": str(RETRY_SECONDS)}
            return HttpResponse(status=202, headers=waiting)
        return HttpResponse(found.data, content_type=found.mimetype, headers=headers)
