"""What is shown when something is not there, not allowed or broken: HTML to people, the error body to programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist

from alp_site.lib.errors import AlpError, Forbidden, NotFound
from alp_site.people.errors import Broken

BROKEN = "Something went wrong on our side. It has been written to the log."


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, NotFound("There is nothing at this address, or it is not yours to see."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, Forbidden("Your role in this project does not include this page."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, Broken(BROKEN))


def _answer(request: HttpRequest, error: AlpError) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(error.body(), status=error.status)
    try:
        return render(request, "people/error.html", {"error": error, "boot": {}}, status=error.status)
    except TemplateDoesNotExist:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
