"""Static files through WhiteNoise, without its warning under ASGI: files of this size go in one piece."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
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


def dist_dir() -> Path:
    """The folder Vite builds into; a test may point FRONTEND_DIST elsewhere."""
    return Path(getattr(settings, "FRONTEND_DIST", settings.BASE_DIR / "static" / "dist"))


def built_file(source: str) -> Path | None:
    """Where the build put what it made of a source file (its path below static/); None when it made nothing of it."""
    try:
        manifest = json.loads((dist_dir() / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    chunk = manifest.get(source)
    path = dist_dir() / chunk["file"] if chunk else None
    return path if path is not None and path.is_file() else None
