"""/api/v1/models/{id}/try/: one picture shown to a version."""

from __future__ import annotations

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from models_registry.api import serializers as shapes
from models_registry.api.access import model_for
from models_registry.selectors import tries
from models_registry.services import trying


class ModelTryView(APIView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={
            "multipart/form-data": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        },
        responses={202: shapes.TryStanding},
    )
    def post(self, request: Request, model_id: UUID) -> Response:
        """Shows the form's picture to the version; nothing of it is kept in a dataset."""
        model = model_for(request, model_id, "model.edit")
        file = request.FILES.get("file")
        if not isinstance(file, UploadedFile):
            raise Invalid("Send the picture as the form's file.", field="file")
        job = trying.request_try(model=model, file=file, person_id=request.user.pk)
        body = {"job": str(job.pk), "state": job.state, "message": "", "answer": None}
        return Response(body, status=status.HTTP_202_ACCEPTED)


class ModelTriedView(APIView):
    @extend_schema(responses=shapes.TryStanding)
    def get(self, request: Request, model_id: UUID, job_id: UUID) -> Response:
        """How a try stands, and what the version said once it is done."""
        model = model_for(request, model_id, "model.edit")
        found = tries.standing(model_id=model.pk, job_id=job_id)
        return Response({"job": str(job_id), **found})
