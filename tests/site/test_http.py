"""The server's HTTP handler: a few threads that keep their connections, bodies read on the event loop."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request

from alp_site.lib import streams
from alp_site.lib.http import PooledHandler

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

inside = threading.Semaphore(0)
go_on = threading.Semaphore(0)


def where(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"thread": threading.get_ident(), "connection": id(connection.connection)})


@csrf_exempt
def size(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"size": len(request.read())})


def wait(request: HttpRequest) -> HttpResponse:
    inside.release()
    assert go_on.acquire(timeout=20)
    return JsonResponse({})


def stream(request: HttpRequest) -> HttpResponseBase:
    content = bytes(range(256)) * 4096
    return streams.file_response(
        Request(request), io.BytesIO(content), len(content), content_type="image/png", headers={}
    )


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a view broke")


urlpatterns = [
    path("where/", where),
    path("size/", size),
    path("wait/", wait),
    path("stream/", stream),
    path("broken/", broken),
]


def ask(app: PooledHandler, url: str, method: str = "GET") -> ApplicationCommunicator:
    headers = [(b"host", b"localhost")]
    scope: dict[str, Any] = {"type": "http", "http_version": "1.1", "method": method, "path": url, "headers": headers}
    return ApplicationCommunicator(app, {**scope, "query_string": b"", "scheme": "http", "client": ("127.0.0.1", 1)})


async def answer(call: ApplicationCommunicator) -> tuple[int, bytes]:
    start = await call.receive_output(20)
    body, more = b"", True
    while more:
        part = await call.receive_output(20)
        body, more = body + part.get("body", b""), part.get("more_body", False)
    return start["status"], body


async def get(app: PooledHandler, url: str) -> tuple[int, bytes]:
    call = ask(app, url)
    await call.send_input({"type": "http.request", "body": b""})
    return await answer(call)


def played(play: Callable[[], Awaitable[None]]) -> None:
    async_to_sync(play)()


def test_requests_when_one_after_the_other_share_a_thread_and_its_connection() -> None:
    app = PooledHandler(1)

    async def play() -> None:
        answers = [await get(app, "/where/") for _ in range(3)]
        assert {status for status, _ in answers} == {200}
        assert len({body for _, body in answers}) == 1

    played(play)


def test_request_when_its_body_is_slow_holds_no_thread() -> None:
    app = PooledHandler(1)

    async def play() -> None:
        slow = ask(app, "/size/", "POST")
        await slow.send_input({"type": "http.request", "body": b"x" * 1000, "more_body": True})
        assert (await get(app, "/where/"))[0] == 200
        await slow.send_input({"type": "http.request", "body": b"y" * 500})
        assert await answer(slow) == (200, b'{"size": 1500}')

    played(play)


def test_request_when_all_threads_are_busy_waits_its_turn() -> None:
    app = PooledHandler(1)

    async def play() -> None:
        first, second = ask(app, "/wait/"), ask(app, "/where/")
        for call in (first, second):
            await call.send_input({"type": "http.request", "body": b""})
        assert await asyncio.to_thread(inside.acquire, timeout=20)
        assert await second.receive_nothing(0.1)
        go_on.release()
        assert (await answer(first))[0] == (await answer(second))[0] == 200

    played(play)


def test_answer_when_it_is_a_long_file_comes_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SMALL", 1000)

    async def play() -> None:
        status, body = await get(PooledHandler(1), "/stream/")
        assert status == 200
        assert body == bytes(range(256)) * 4096

    played(play)


def test_view_when_it_raises_answers_500_and_the_thread_serves_on() -> None:
    app = PooledHandler(1)

    async def play() -> None:
        assert (await get(app, "/broken/"))[0] == 500
        assert (await get(app, "/where/"))[0] == 200

    played(play)


def test_request_when_the_client_leaves_before_the_end_of_its_body_is_dropped() -> None:
    async def play() -> None:
        call = ask(PooledHandler(1), "/size/", "POST")
        await call.send_input({"type": "http.request", "body": b"x", "more_body": True})
        await call.send_input({"type": "http.disconnect"})
        await call.wait(5)
        assert await call.receive_nothing(0.01)

    played(play)
