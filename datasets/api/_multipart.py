"""Reading multipart/form-data as it arrives: parts come one after another, a file's bytes are never held whole.

Django's own parser keeps only a file's base name and hands files over when all have arrived; here each goes to storage,
hashed, while the next is still under way, under the name it was sent with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from django.http.multipartparser import ChunkIter, LazyStream, MultiPartParserError, Parser
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from alp_site.lib.errors import Invalid

__all__ = ["FieldPart", "FilePart", "MultipartStream", "StreamedUpload", "parts_of"]

CHUNK = 256 * 1024
MAX_FIELD = 1_000_000
MAX_PARTS = 20_000


@dataclass(frozen=True)
class FieldPart:
    name: str
    value: str


@dataclass(frozen=True)
class FilePart:
    """A file on its way: `chunks` must be read to the end before the next part."""

    name: str
    filename: str
    chunks: Iterator[bytes]


Part = FieldPart | FilePart


class MultipartStream(BaseParser):
    """A DRF parser that parses nothing yet: `request.data` is the raw stream with its boundary."""

    media_type = "multipart/form-data"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> StreamedUpload:
        _, options = parse_header_parameters(media_type or "")
        boundary = options.get("boundary", "")
        if not boundary or len(boundary) > 200 or not boundary.isascii():
            raise Invalid("multipart/form-data needs a boundary.", field="Content-Type")
        return StreamedUpload(stream, boundary)


class StreamedUpload(MultiValueDict[str, Any]):
    """The unread body. An empty form to whoever looks at it as one."""

    def __init__(self, stream: IO[bytes], boundary: str) -> None:
        super().__init__()
        self.stream = stream
        self.boundary = boundary


def parts_of(request: Request) -> Iterator[Part]:
    """The parts of the request in order. Raises Invalid for a body that is no multipart form."""
    upload = request.data
    if not isinstance(upload, StreamedUpload):
        raise Invalid("Send multipart/form-data.", field="Content-Type")
    stream = LazyStream(ChunkIter(cast("Any", upload.stream), CHUNK))
    try:
        for count, (kind, meta, body) in enumerate(Parser(stream, upload.boundary.encode("ascii"))):
            if count > MAX_PARTS:
                raise Invalid(f"At most {MAX_PARTS} parts at a time.", limit=MAX_PARTS)
            part = _part(kind, meta, body)
            if part is None:
                continue
            yield part
            if isinstance(part, FilePart):
                for _ in part.chunks:  # whatever the reader left
                    pass
    except MultiPartParserError as error:
        raise Invalid(f"The body is not a multipart form: {error}") from None


def _part(kind: str, meta: dict[str, Any], body: Any) -> Part | None:
    disposition = meta.get("content-disposition")
    if kind == "raw" or not disposition:
        return None
    options = disposition[1]
    name = _text(options.get("name", ""))
    if kind == "field":
        value = body.read(MAX_FIELD + 1)
        if len(value) > MAX_FIELD:
            raise Invalid(f"Field {name!r} is too long.", field=name, limit=MAX_FIELD)
        return FieldPart(name, value.decode("utf-8", "replace"))
    return FilePart(name, _text(options.get("filename", "")), iter(body))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
