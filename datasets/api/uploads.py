"""Uploading: POST /api/v1/datasets/{id}/items/ (images) and /api/v1/datasets/{id}/imports/ (a zip)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page, visible_or_404
from alp_site.people.api.shapes import listing
from datasets.api import serializers
from datasets.api._common import dataset_for, person
from datasets.api._multipart import FieldPart, FilePart, MultipartStream, parts_of
from datasets.api.items import ItemListView
from datasets.permissions import ImportPolicy
from datasets.services import imports, upload

MODE = OpenApiParameter("mode", str, enum=list(upload.MODES), description="What to do with a name that exists.")


class StreamsBody(APIView):
    """Keeps Django from reading the form itself: the CSRF check looks into POST, our parser reads the stream once."""

    parser_classes = [MultipartStream]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        if request.method == "POST" and not hasattr(request, "_post"):
            request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]  # noqa: SLF001
        return super().initialize_request(request, *args, **kwargs)


class UploadView(StreamsBody, ItemListView):
    """Images of a dataset: list them, add to them."""

    @extend_schema(
        parameters=[MODE],
        request={
            "multipart/form-data": inline_serializer(
                "Upload",
                {
                    "path": drf.CharField(required=False, help_text="Path of the next file, before it."),
                    "metadata": drf.CharField(required=False, help_text="JSON for the files that follow."),
                    "file": drf.ListField(child=drf.FileField()),
                },
            )
        },
        responses={200: serializers.UploadReportSerializer},
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Adds files as they arrive. Each has a result; a bad one is refused with its reason, the rest goes in."""
        dataset = dataset_for(request, dataset_id, "dataset.edit")
        mode = request.query_params.get("mode", "skip")
        report = upload.add_many(dataset=dataset, files=_files(request), user=person(request), mode=mode)
        return Response(report.body())


def _files(request: Request) -> Iterator[upload.NewFile]:
    path, metadata = "", {}
    for part in parts_of(request):
        if isinstance(part, FieldPart):
            if part.name == "path":
                path = part.value
            elif part.name == "metadata":
                metadata = _json(part.value)
            continue
        yield upload.NewFile(path or part.filename, _taken(part), metadata)
        path = ""


def _taken(part: FilePart) -> bytes | Iterator[bytes]:
    """A small file's bytes, so that several are decoded at a time; a large one as it streams."""
    head = b""
    for chunk in part.chunks:
        head += chunk
        if len(head) > upload.SMALL:
            return _chain(head, part.chunks)
    return head


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise Invalid("metadata is not JSON.", field="metadata") from None
    if not isinstance(value, dict):
        raise Invalid("metadata is an object.", field="metadata")
    return value


class ImportListView(StreamsBody):
    @extend_schema(responses=listing("ImportList", serializers.ImportSerializer))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id, "dataset.edit")
        rows = ImportPolicy().visible_to(request.user).filter(dataset=dataset)
        return keyset_page(
            request, rows, lambda page: list(serializers.ImportSerializer(page, many=True).data), newest_first=True
        )

    @extend_schema(
        parameters=[MODE, OpenApiParameter("directory", str)],
        request={
            "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        },
        responses={202: serializers.ImportSerializer},
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Takes a zip and unpacks it in the background; ask `imports/{id}/` how far it is and what it refused."""
        dataset = dataset_for(request, dataset_id, "dataset.edit")
        for part in parts_of(request):
            if isinstance(part, FilePart):
                row = imports.receive_zip(
                    dataset=dataset, name=part.filename, stream=part.chunks, user=person(request),
                    mode=request.query_params.get("mode", "skip"),
                    directory=request.query_params.get("directory", "/"),
                )  # fmt: skip
                return Response(serializers.ImportSerializer(row).data, status=status.HTTP_202_ACCEPTED)
        raise Invalid("Send a zip as `file`.", field="file")


class ImportDetailView(APIView):
    @extend_schema(responses=serializers.ImportSerializer)
    def get(self, request: Request, import_id: UUID) -> Response:
        return Response(serializers.ImportSerializer(visible_or_404(ImportPolicy(), request.user, import_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, import_id: UUID) -> Response:
        """Stops the import; what is in stays in."""
        row = visible_or_404(ImportPolicy(), request.user, import_id)
        imports.cancel(row)
        return Response(status=status.HTTP_204_NO_CONTENT)
