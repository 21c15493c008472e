"""/api/v1/models/{id}/export|clone/ and /api/v1/projects/{id}/models/import/: versions out, in, and copied."""

from __future__ import annotations

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.streams import stream_response
from models_registry.api import serializers as shapes
from models_registry.api.access import model_for, project_for, version_body
from models_registry.errors import NotTrained
from models_registry.selectors import exports
from models_registry.selectors.payloads import job_state
from models_registry.services import copies, exporting, portable

_BINARY = {"type": "string", "format": "binary"}


class ModelExportView(APIView):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, model_id: UUID) -> HttpResponseBase:
        """The version as one zip: its manifest, its weights as safetensors, its lineage and training as JSON."""
        model = model_for(request, model_id, "model.edit")
        if not model.can_predict:
            raise NotTrained(f"{model.name} has no weights to export.", model=str(model.pk))
        name = f"{model.name}.zip".replace("/", "-")
        headers = {
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        return stream_response(request, portable.packed(model), content_type="application/zip", headers=headers)


class ModelExportsView(APIView):
    @extend_schema(responses=shapes.VersionExportList)
    def get(self, request: Request, model_id: UUID) -> Response:
        """What the version can be written as for other programs, and what was; a file is an artifact of the version."""
        model = model_for(request, model_id, "model.edit")
        return Response({"items": exports.exports_of(model), "next": None})

    @extend_schema(request=shapes.VersionExportAsk, responses={202: shapes.JobState})
    def post(self, request: Request, model_id: UUID) -> Response:
        """Writes one by a job, which checks it against the net on real pictures before it is offered."""
        model = model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.VersionExportAsk, request)
        job = exporting.request_export(model=model, kind=data["format"], person_id=request.user.pk)
        return Response(job_state(job), status=status.HTTP_202_ACCEPTED)


class ModelImportView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={
            "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        },
        responses={201: shapes.Model},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        """Takes in a version that was exported here or elsewhere; it may predict once its weights are checked."""
        project = project_for(request, project_id, "model.edit")
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            raise Invalid("Send the exported version as the form's file.", field="file")
        model = portable.import_version(
            project_id=project.pk, unpacked=portable.unpack(file), person_id=request.user.pk
        )
        return Response(version_body(model.pk), status=status.HTTP_201_CREATED)


class ModelCloneView(APIView):
    @extend_schema(request=shapes.ModelClone, responses={201: shapes.Model})
    def post(self, request: Request, model_id: UUID) -> Response:
        """A second version with the same weights, in its own name."""
        model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.ModelClone, request)
        clone = copies.clone_model(model_id=model_id, name=data.get("name", ""), person_id=request.user.pk)
        return Response(version_body(clone.pk), status=status.HTTP_201_CREATED)
