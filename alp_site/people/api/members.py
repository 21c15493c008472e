"""/api/v1/projects/{id}/members/ and /api/v1/members/{id}/."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import MAX_PAGE, keyset_page, parse_uuid, visible_or_404
from alp_site.people import selectors, services
from alp_site.people.api.projects import managed_project
from alp_site.people.api.serializers import (
    MemberAddedSerializer,
    MemberAddSerializer,
    MemberPatchSerializer,
    MemberSerializer,
)
from alp_site.people.api.shapes import listing, parsed
from alp_site.people.models import Role
from alp_site.people.permissions import MembershipPolicy


class MemberListView(APIView):
    """Who is in a project, as what."""

    @extend_schema(
        responses=listing("MemberList", MemberSerializer),
        parameters=[
            OpenApiParameter("q", str),
            OpenApiParameter("role", str, many=True, enum=Role.values),
            OpenApiParameter("user", UUID, many=True),
            OpenApiParameter("after", str),
            OpenApiParameter("limit", int),
        ],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """By name; `q`: a part of a name or address, `role`: of one of these, `user`: of these people."""
        project = selectors.get_project_for(request.user, project_id)
        roles = request.query_params.getlist("role")
        if unknown := set(roles) - set(Role.values):
            raise Invalid(f"There is no role {min(unknown)!r}.", field="role", allowed=list(Role.values))
        users = [parse_uuid(text, "user") for text in request.query_params.getlist("user")]
        named = request.query_params.get("q", "").strip()
        rows = selectors.list_members(project, named=named, roles=roles, users=users)
        return keyset_page(
            request,
            rows,
            lambda page: list(MemberSerializer(page, many=True).data),
            sort="user__name",
            default=MAX_PAGE,
        )

    @extend_schema(request=MemberAddSerializer, responses={201: MemberAddedSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Adds a person by e-mail; an unknown address gets an account and a link to set its password."""
        project = managed_project(request.user, project_id)
        data = parsed(MemberAddSerializer, request)
        member, is_new = services.add_member(
            project=project, email=data["email"], role=Role(data["role"]), name=data.get("name", "")
        )
        link = request.build_absolute_uri(services.invite_path(member.user)) if is_new else None
        member.invite_url = link  # type: ignore[attr-defined]  # read by the serializer, kept nowhere
        return Response(MemberAddedSerializer(member).data, status=status.HTTP_201_CREATED)


class MemberDetailView(APIView):
    @extend_schema(request=MemberPatchSerializer, responses=MemberSerializer)
    def patch(self, request: Request, member_id: UUID) -> Response:
        policy = MembershipPolicy()
        member = visible_or_404(policy, request.user, member_id)
        policy.require(request.user, "project.manage", member)
        role = Role(parsed(MemberPatchSerializer, request)["role"])
        return Response(MemberSerializer(services.change_role(member, role=role)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, member_id: UUID) -> Response:
        """Removes someone, or leaves the project oneself."""
        policy = MembershipPolicy()
        member = visible_or_404(policy, request.user, member_id)
        if member.user_id != request.user.pk:
            policy.require(request.user, "project.manage", member)
        services.remove_member(member)
        return Response(status=status.HTTP_204_NO_CONTENT)
