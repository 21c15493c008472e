"""Secrets of a project: set, changed, deleted; their names are listed, their values never read back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page
from alp_site.people.permissions import require
from alp_site.people.selectors import get_project_for
from pipelines.api._common import parsed, person, row_for
from pipelines.api.serializers import PersonSerializer, page_of
from pipelines.models import Secret
from pipelines.permissions import SecretPolicy
from pipelines.services import secrets as services


class ProjectSecretSerializer(serializers.ModelSerializer[Secret]):
    changed_by = PersonSerializer(allow_null=True)

    class Meta:
        model = Secret
        fields = ("id", "name", "changed_by", "changed_at")


class ProjectSecretChangeSerializer(serializers.Serializer[Any]):
    value = serializers.CharField(max_length=4000, trim_whitespace=False, write_only=True)


class ProjectSecretCreateSerializer(ProjectSecretChangeSerializer):
    """``name`` is what settings say: ``${secrets.name}``."""

    name = serializers.CharField(max_length=60)


class SecretListView(APIView):
    """The names, by age."""

    @extend_schema(responses=page_of("ProjectSecretList", ProjectSecretSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        rows = SecretPolicy().visible_to(request.user).filter(project=project).select_related("changed_by")
        return keyset_page(request, rows, lambda page: list(ProjectSecretSerializer(page, many=True).data))

    @extend_schema(request=ProjectSecretCreateSerializer, responses={201: ProjectSecretSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        data = parsed(ProjectSecretCreateSerializer, request)
        made = services.create_secret(project=project, name=data["name"], value=data["value"], user=person(request))
        return Response(ProjectSecretSerializer(made).data, status=status.HTTP_201_CREATED)


class SecretDetailView(APIView):
    @extend_schema(request=ProjectSecretChangeSerializer, responses=ProjectSecretSerializer)
    def patch(self, request: Request, secret_id: UUID) -> Response:
        """A new value; it is used from the next request on."""
        secret = row_for(request, SecretPolicy(), secret_id, "pipeline.edit")
        value = parsed(ProjectSecretChangeSerializer, request)["value"]
        return Response(
            ProjectSecretSerializer(services.change_secret(secret=secret, value=value, user=person(request))).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, secret_id: UUID) -> Response:
        services.delete_secret(secret=row_for(request, SecretPolicy(), secret_id, "pipeline.edit"))
        return Response(status=status.HTTP_204_NO_CONTENT)
