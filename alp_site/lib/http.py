"""Django's ASGI handler with a fixed pool of threads.

Django's own gives every request a thread of its own and hops between it and the event loop at each middleware; with it
comes a new database connection a request. Ours reads the body on the loop (a slow client holds no thread), runs the
whole of middleware and view in one hop in a thread that keeps its connection, and sends from the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpResponseBase
from django.urls import set_script_prefix

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class PooledHandler(ASGIHandler):
    """Serves HTTP for an application without asynchronous views or middleware."""

    def __init__(self, threads: int) -> None:
        BaseHandler.__init__(self)  # not ASGIHandler's, which loads the middleware for the event loop
        self.load_middleware(is_async=False)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"This serves HTTP, not {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        try:
            request, response = self.create_request(scope, body)
            if request is not None:
                response = await loop.run_in_executor(self._pool, self._answer, request, scope)
            assert response is not None  # there is a request, or the refusal of one
            try:
                await self.send_response(response, send)
            finally:
                if not response.closed:
                    await loop.run_in_executor(self._pool, response.close)
        finally:
            body.close()

    def _answer(self, request: ASGIRequest, scope: Scope) -> HttpResponseBase:
        """In a thread of the pool: all of Django, as under WSGI."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        response = self.get_response(request)
        if not response.streaming:
            response.close()  # ends the request here, in the thread whose connection it used
        return response
