"""Headers on every answer, and its server time."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from alp_site.lib.errors import Invalid

POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self' blob:",
        "img-src 'self' blob: data:",
        # style attributes are set by chart and canvas libraries at run time; style sheets are ours alone
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

ISOLATION = "Cross-Origin-Embedder-Policy"

Handler = Callable[[HttpRequest], HttpResponse]


def isolated(response: HttpResponse) -> HttpResponse:
    """A page that lets in nothing from elsewhere, so that its workers may share memory (threads of WebAssembly).

    The other half, ``Cross-Origin-Opener-Policy``, is on every page.
    """
    response.headers[ISOLATION] = "require-corp"
    return response


class ContentSecurityPolicy:
    """No inline script runs, nothing comes from elsewhere, nobody frames us."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PlainAddress:
    """No address holds a zero byte: PostgreSQL takes none in a text, and nobody means one."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return JsonResponse(Invalid("The address holds a zero byte.").body(), status=Invalid.status)
        return self.get_response(request)


class Timed:
    """``Server-Timing`` tells the browser's tools how long the server took."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        response.headers["Server-Timing"] = f"app;dur={(time.perf_counter() - started) * 1000:.1f}"
        return response
