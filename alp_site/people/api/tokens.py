"""/api/v1/tokens/… (one's own) and /api/v1/projects/{id}/tokens/ (bound to the project, anybody's)."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Forbidden
from alp_site.lib.web import visible_or_404
from alp_site.people import selectors, services
from alp_site.people.api.serializers import (
    ProjectTokenCreateSerializer,
    TokenCreateSerializer,
    TokenMadeSerializer,
    TokenSerializer,
)
from alp_site.people.api.shapes import listed, listing, parsed
from alp_site.people.models import AccessToken, Project
from alp_site.people.permissions import AccessTokenPolicy, require, signed_in


class TokenListView(APIView):
    """One's own tokens."""

    @extend_schema(responses=listing("TokenList", TokenSerializer))
    def get(self, request: Request) -> Response:
        return Response(listed(TokenSerializer(selectors.list_tokens_of(signed_in(request.user)), many=True).data))

    @extend_schema(request=TokenCreateSerializer, responses={201: TokenMadeSerializer})
    def post(self, request: Request) -> Response:
        """Makes a token with one's own rights, in all one's projects or in one."""
        data = parsed(TokenCreateSerializer, request)
        project = None
        if data.get("project"):
            project = selectors.get_project_for(request.user, data["project"])
        return _made(request, data["name"], project)


class ProjectTokenListView(APIView):
    """Every token bound to a project, whoever made it."""

    @extend_schema(responses=listing("ProjectTokenList", TokenSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = selectors.get_project_for(request.user, project_id)
        require(request.user, "token.project", project.pk)
        return Response(listed(TokenSerializer(selectors.list_project_tokens(project), many=True).data))

    @extend_schema(request=ProjectTokenCreateSerializer, responses={201: TokenMadeSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Makes an own token bound to the project."""
        project = selectors.get_project_for(request.user, project_id)
        require(request.user, "token.own", project.pk)
        return _made(request, parsed(ProjectTokenCreateSerializer, request)["name"], project)


class TokenDetailView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: UUID) -> Response:
        """Revokes a token: one's own, or one bound to a project whose tokens one manages."""
        policy = AccessTokenPolicy()
        token = visible_or_404(policy, request.user, token_id)
        policy.require(request.user, "token.own", token)
        services.revoke_token(token)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _made(request: Request, name: str, project: Project | None) -> Response:
    if isinstance(request.auth, AccessToken):
        raise Forbidden("A token cannot make tokens: sign in to do this.")
    token, key = services.create_token(user=signed_in(request.user), name=name, project=project)
    token.key = key  # type: ignore[attr-defined]  # read by the serializer, kept nowhere
    return Response(TokenMadeSerializer(token).data, status=status.HTTP_201_CREATED)
