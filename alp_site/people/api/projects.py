"""/api/v1/me/, /api/v1/projects/…, /api/v1/health/."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Forbidden
from alp_site.people import selectors, services
from alp_site.people.api.serializers import (
    HealthSerializer,
    MePatchSerializer,
    MeSerializer,
    ProjectCreateSerializer,
    ProjectPatchSerializer,
    ProjectSerializer,
)
from alp_site.people.api.shapes import listed, listing, parsed
from alp_site.people.models import AccessToken, Project
from alp_site.people.permissions import Person, Role, actions_of, project_ids, require, role_of, signed_in


def project_body(project: Project, role: Role | None) -> dict[str, object]:
    project.role = role  # type: ignore[attr-defined]  # read by the serializer, not a column
    project.can = actions_of(role)  # type: ignore[attr-defined]
    return ProjectSerializer(project).data


class MeView(APIView):
    """The person signed in."""

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(signed_in(request.user)).data)

    @extend_schema(request=MePatchSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        data = parsed(MePatchSerializer, request)
        user = services.update_user(signed_in(request.user), name=data.get("name"), prefs=data.get("prefs"))
        return Response(MeSerializer(user).data)


class ProjectListView(APIView):
    """The projects a person is a member of."""

    @extend_schema(responses=listing("ProjectList", ProjectSerializer))
    def get(self, request: Request) -> Response:
        rows = selectors.list_memberships_of(request.user)
        return Response(listed([project_body(row.project, Role(row.role)) for row in rows]))

    @extend_schema(request=ProjectCreateSerializer, responses={201: ProjectSerializer})
    def post(self, request: Request) -> Response:
        """Whoever makes a project owns it."""
        if isinstance(request.auth, AccessToken) and request.auth.project_id:
            raise Forbidden("A token bound to one project cannot make another.")
        data = parsed(ProjectCreateSerializer, request)
        project = services.create_project(
            name=data["name"], settings=data.get("settings"), user=signed_in(request.user)
        )
        return Response(project_body(project, Role.OWNER), status=status.HTTP_201_CREATED)


class ProjectDetailView(APIView):
    @extend_schema(responses=ProjectSerializer)
    def get(self, request: Request, project_id: UUID) -> Response:
        project = selectors.get_project_for(request.user, project_id)
        return Response(project_body(project, role_of(request.user, project.pk)))

    @extend_schema(request=ProjectPatchSerializer, responses=ProjectSerializer)
    def patch(self, request: Request, project_id: UUID) -> Response:
        project = managed_project(request.user, project_id)
        data = parsed(ProjectPatchSerializer, request)
        project = services.update_project(project, name=data.get("name"), settings=data.get("settings"))
        return Response(project_body(project, role_of(request.user, project.pk)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: UUID) -> Response:
        """Hides the project from everyone; its rows are kept."""
        services.delete_project(managed_project(request.user, project_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class HealthView(APIView):
    """Workers' heartbeats, queues, storage, versions; for owners and engineers of any project."""

    @extend_schema(responses=HealthSerializer)
    def get(self, request: Request) -> Response:
        if not project_ids(request.user, "health.read").exists():
            raise Forbidden("Your role does not allow this: health.read.", action="health.read")
        return Response(HealthSerializer(selectors.get_health()).data)


def managed_project(user: Person, project_id: UUID) -> Project:
    project = selectors.get_project_for(user, project_id)
    require(user, "project.manage", project.pk)
    return project
