"""Part of a file as an answer, read off the event loop under ASGI and in place elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

SMALL = 2_000_000
CHUNK = 256 * 1024


def file_response(
    request: Request, handle: IO[bytes], length: int, *, status: int = 200, content_type: str, headers: dict[str, str]
) -> HttpResponseBase:
    """The next ``length`` bytes of an open file, which is closed afterwards. Small ones go in one piece."""
    headers = {**headers, "Content-Length": str(length)}
    if length <= SMALL:
        with handle:
            return HttpResponse(handle.read(length), status=status, content_type=content_type, headers=headers)
    django_request = request._request  # noqa: SLF001  whether we run under ASGI is known by it alone
    chunks: Any = _async_chunks(handle, length) if isinstance(django_request, ASGIRequest) else _chunks(handle, length)
    return StreamingHttpResponse(chunks, status=status, content_type=content_type, headers=headers)


def _chunks(handle: IO[bytes], length: int) -> Iterator[bytes]:
    with handle:
        while length > 0 and (chunk := handle.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


async def _async_chunks(handle: IO[bytes], length: int) -> AsyncIterator[bytes]:
    read = sync_to_async(handle.read, thread_sensitive=False)
    try:
        while length > 0 and (chunk := await read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
    finally:
        handle.close()
