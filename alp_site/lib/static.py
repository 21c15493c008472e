"""Static files through WhiteNoise, without its warning under ASGI: files of this size go in one piece."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # ships no types

from alp_site.lib.middleware import POLICY, isolated


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # its base is untyped
    """WhiteNoise streams a file by a synchronous iterator, which ASGI warns of and reads whole anyway."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as handle:
                body = handle.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for key, value in found.headers:
            response[key] = value
        if response.headers.get("Content-Type", "").startswith("text/javascript"):
            # A script may be a worker's, and a worker has the policies of its own script, not those of the page.
            response.headers["Content-Security-Policy"] = POLICY
            isolated(response)
        return response
