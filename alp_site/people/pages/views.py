"""Where people land, choose a project, and see its settings."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.csrf import ensure_csrf_cookie

from alp_site.people import selectors
from alp_site.people.models import User
from alp_site.people.pages.frame import ProjectRequest, plain_response, project_page
from alp_site.people.pages.reference import get_reference


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The project one was in last, or the chooser."""
    assert isinstance(request.user, User)
    project = selectors.get_last_project_for(request.user)
    return redirect(f"/p/{project.pk}/" if project else "root:projects")


@ensure_csrf_cookie
@login_required
def projects(request: HttpRequest) -> HttpResponse:
    """Choose a project or make one."""
    rows = selectors.list_memberships_of(request.user)
    return plain_response(request, "people/projects.html", {"memberships": rows})


@ensure_csrf_cookie
@login_required
def api_reference(request: HttpRequest) -> HttpResponse:
    """Every operation of the API, to read."""
    return plain_response(request, "people/api.html", {"groups": get_reference()})


@project_page(section="settings")
def project_settings(request: ProjectRequest) -> HttpResponse:
    """People and roles, tokens, storage, system health; each part as far as the role reaches."""
    return TemplateResponse(request, "people/settings.html", {})
