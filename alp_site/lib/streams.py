"""Files and what is made on the way as an answer, read off the event loop under ASGI and in place elsewhere."""

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
    chunks: Any = _async_chunks(handle, length) if _is_async(request) else _chunks(handle, length)
    return StreamingHttpResponse(chunks, status=status, content_type=content_type, headers=headers)


def stream_response(
    request: Request, chunks: Iterator[bytes], *, content_type: str, headers: dict[str, str]
) -> HttpResponseBase:
    """Bytes as they are made, whose number nobody knows before."""
    body: Any = _async_each(chunks) if _is_async(request) else chunks
    return StreamingHttpResponse(body, content_type=content_type, headers=headers)


def _is_async(request: Request) -> bool:
    return isinstance(request._request, ASGIRequest)  # noqa: SLF001  whether we run under ASGI is known by it alone


async def _async_each(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    ask = sync_to_async(lambda: next(chunks, None), thread_sensitive=False)
    while (chunk := await ask()) is not None:
        yield chunk


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
