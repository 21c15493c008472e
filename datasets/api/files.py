"""The bytes of an item: /api/v1/items/{id}/stream/ and /thumbnail/. Never anything a browser would run."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from alp_site.lib import storage
from alp_site.lib.errors import AlpError, NotFound
from alp_site.lib.streams import file_response
from alp_site.lib.web import parse_int
from datasets.api._common import item_for
from datasets.models import Item
from datasets.services import thumbnails

FOR_GOOD = "private, max-age=31536000, immutable"
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


class AnyAccept(BaseContentNegotiation):
    """An <img> accepts images only; errors are JSON whatever it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class RangeNotSatisfiable(AlpError):
    code = "range_not_satisfiable"
    status = 416


class BytesView(APIView):
    content_negotiation_class = AnyAccept

    def answer(
        self, request: Request, item: Item, sha256: str, mimetype: str, path: Any, etag: str
    ) -> HttpResponseBase:
        """The file, or the range asked for, or 304."""
        headers = {**self.headers_for(request, item, sha256, etag), "Accept-Ranges": "bytes"}
        if headers["ETag"] in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers=headers)
        size = path.stat().st_size
        start, end = self._range(request.headers.get("Range", ""), size)
        if (start, end) != (0, size - 1):
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        status = 206 if "Content-Range" in headers else 200
        handle = path.open("rb")
        handle.seek(start)
        return file_response(request, handle, end - start + 1, status=status, content_type=mimetype, headers=headers)

    @staticmethod
    def headers_for(request: Request, item: Item, sha256: str, etag: str) -> dict[str, str]:
        """A versioned address (`?v=`) may be cached for good."""
        return {
            "ETag": f'"{etag}"',
            "Cache-Control": FOR_GOOD if request.query_params.get("v") == sha256[:12] else "private, no-cache",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Content-Disposition": content_disposition_header(False, item.name) or "inline",
        }

    @staticmethod
    def _range(header: str, size: int) -> tuple[int, int]:
        """First and last byte. A header we do not understand is ignored, one beyond the file is an error."""
        found = _RANGE.match(header.strip())
        if not found or found.groups() == ("", ""):
            return 0, size - 1
        first, last = found.groups()
        if not first:
            return max(size - int(last), 0), size - 1
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if start >= size or start > end:
            raise RangeNotSatisfiable(f"The file has {size} bytes.", size=size)
        return start, end


class StreamView(BytesView):
    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, item_id: UUID) -> HttpResponseBase:
        """The file as it was uploaded. Ranges and ETag are understood."""
        item = item_for(request, item_id)
        if not item.blob_id or not storage.exists(item.blob_id):
            raise NotFound("This item has no file.")
        return self.answer(request, item, item.blob_id, item.mimetype, storage.path(item.blob_id), item.blob_id)


class ThumbnailView(BytesView):
    @extend_schema(
        parameters=[OpenApiParameter("size", int, enum=list(thumbnails.SIZES))],
        responses={(200, "image/*"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, item_id: UUID) -> HttpResponseBase:
        """The picture, upright, no longer than `size` on its longer side, in a format every browser shows."""
        item = item_for(request, item_id)
        if not item.blob_id:
            raise NotFound("This item has no picture.")
        size = parse_int(request.query_params.get("size"), "size", least=1, most=max(thumbnails.SIZES), default=256)
        thumbnail = thumbnails.thumbnail(item.blob_id, size, mimetype=item.mimetype, size_wh=(item.width, item.height))
        return self.answer(
            request, item, item.blob_id, thumbnail.mimetype, thumbnail.path, f"{item.blob_id}-{thumbnail.size}"
        )
