"""`project_page`: who is asking, in which project, and what the shell needs to draw itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.views.decorators.csrf import ensure_csrf_cookie

from alp_site.lib.errors import AlpError
from alp_site.people import selectors, services
from alp_site.people.models import Project, User
from alp_site.people.permissions import Role, actions_of, allowed, role_of

# key, title, path below /p/<id>/, Lucide icon, actions of which one is needed
NAV: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("home", "Home", "", "house", ("project.see",)),
    ("data", "Data", "data/", "images", ("item.see",)),
    ("tasks", "Tasks", "tasks/", "list-checks", ("task.work_own",)),
    ("pipelines", "Pipelines", "pipelines/", "workflow", ("pipeline.see",)),
    ("models", "Models", "models/", "box", ("model.see",)),
    ("settings", "Settings", "settings/", "settings", ("project.see",)),
)


class ProjectRequest(HttpRequest):
    """The request a project's page gets."""

    user: User
    project: Project
    role: Role


ProjectView = Callable[..., HttpResponseBase]


def project_page(*actions: str, section: str = "") -> Callable[[ProjectView], Callable[..., HttpResponseBase]]:
    """Decorator of a page below /p/<project_id>/: `@project_page("model.see", section="models")`.

    The view gets `request.project` and `request.role`, not `project_id`, and returns a TemplateResponse; its context
    gains `project`, `role`, `can`, `nav`, `section` and `boot` (the page's own `boot` entries stay on top). A stranger
    gets 404, a member with none of the `actions` 403. AlpErrors become the matching error pages.
    """

    def decorate(view: ProjectView) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def page(request: ProjectRequest, project_id: UUID, **kwargs: Any) -> HttpResponseBase:
            try:
                _enter(request, project_id, actions)
                response = view(request, **kwargs)
            except AlpError as error:
                raise _as_http(error) from error
            if isinstance(response, TemplateResponse):
                _fill(request, response, section)
            return response

        return ensure_csrf_cookie(login_required(page))

    return decorate


def boot_for(user: User, project: Project | None = None) -> dict[str, Any]:
    """What every page's script starts from (`json_script` "boot")."""
    role = role_of(user, project.pk) if project else None
    return {
        "user": {"id": str(user.pk), "name": user.name, "email": user.email, "prefs": user.prefs},
        "project": {"id": str(project.pk), "name": project.name} if project else None,
        "role": role.value if role else None,
        "can": actions_of(role),
        "projects": [{"id": str(row.pk), "name": row.name} for row in selectors.list_projects_for(user)],
    }


def nav_for(project: Project, can: list[str], section: str) -> list[dict[str, Any]]:
    """The rail: only where this person has something to see."""
    return [
        {"key": key, "title": title, "url": f"/p/{project.pk}/{path}", "icon": icon, "active": key == section}
        for key, title, path, icon, needs in NAV
        if any(action in can for action in needs)
    ]


def _enter(request: ProjectRequest, project_id: UUID, actions: tuple[str, ...]) -> None:
    request.project = selectors.get_project_for(request.user, project_id)
    role = role_of(request.user, project_id)
    if role is None:
        raise Http404
    request.role = role
    if actions and not any(allowed(request.user, action, project_id) for action in actions):
        raise PermissionDenied
    if request.user.prefs.get("last_project") != str(project_id):
        services.update_user(request.user, prefs={"last_project": str(project_id)})


def _fill(request: ProjectRequest, response: TemplateResponse, section: str) -> None:
    context = response.context_data if response.context_data is not None else {}
    boot = boot_for(request.user, request.project)
    context["boot"] = {**boot, **context.get("boot", {})}
    context.setdefault("section", section)
    context["project"] = request.project
    context["role"] = request.role
    context["can"] = boot["can"]
    context["nav"] = nav_for(request.project, boot["can"], context["section"])
    response.context_data = context


def _as_http(error: AlpError) -> Exception:
    if error.status == 404:
        return Http404(error.message)
    if error.status == 403:
        return PermissionDenied(error.message)
    return error


def plain_response(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page outside any project, for a person signed in."""
    user = request.user
    boot = boot_for(user) if isinstance(user, User) else {}
    return TemplateResponse(request, template, {"boot": boot, "nav": [], "section": "", **context})
