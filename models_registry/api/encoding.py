"""/api/v1/items/{id}/encoding/: what the smart tool knows of a picture, made by the server."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.streams import file_response
from alp_site.people.permissions import signed_in
from datasets.models import Item
from datasets.permissions import ItemPolicy
from models_registry.api import serializers as shapes
from models_registry.errors import NotEncoded
from models_registry.selectors.encodings import BYTES, encoding_path
from models_registry.services import encoding


class ItemEncodingView(APIView):
    """For those who may annotate the item."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, item_id: UUID) -> HttpResponseBase:
        """The encoding: (256, 64, 64) float16, little-endian, row-major. 409 while it is not there."""
        item = _item(request, item_id)
        path = encoding_path(item.blob_id) if item.blob_id else None
        if path is None:
            raise NotEncoded("This picture has not been encoded yet.")
        headers = {"Cache-Control": "private, no-store", "Cross-Origin-Resource-Policy": "same-origin"}
        kind = "application/octet-stream"
        return file_response(request, path.open("rb"), BYTES, content_type=kind, headers=headers)

    @extend_schema(request=shapes.EncodingAsk, responses={200: shapes.EncodingStanding, 202: shapes.EncodingStanding})
    def post(self, request: Request, item_id: UUID) -> Response:
        """Asks for it, and how it stands: 202 while it is to come, 200 when it is ready or will not come."""
        item = _item(request, item_id)
        asked: dict[str, Any] = shapes.parsed(shapes.EncodingAsk, request)
        standing = encoding.request_encoding(item=item, person_id=request.user.pk, waits_for=asked.get("job"))
        coming = standing.state in {"queued", "running"}
        body = {"state": standing.state, "job": standing.job, "message": standing.message}
        return Response(body, status=status.HTTP_202_ACCEPTED if coming else status.HTTP_200_OK)


def _item(request: Request, item_id: UUID) -> Item:
    policy = ItemPolicy()
    item = policy.visible_one(request.user, item_id)
    policy.require_annotate(signed_in(request.user), item)
    return item
