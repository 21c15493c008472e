"""Pipelines out to a file and in from one, and the templates that a project saved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.people.permissions import require
from alp_site.people.selectors import get_project_for
from pipelines import selectors
from pipelines.api import serializers as shapes
from pipelines.api._common import listed, parsed, person, pipeline_for, require_code, row_for
from pipelines.engine.graph import to_json
from pipelines.permissions import SavedTemplatePolicy
from pipelines.services import interchange, templates
from pipelines.services.templates import Template, of_row


class ImportSerializer(serializers.Serializer[Any]):
    document = shapes.Any_(help_text="The file's JSON: ours, or another product's.")
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    dry_run = serializers.BooleanField(default=False)


class NoteSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=("changed", "left_out", "to_do"))
    where = serializers.CharField()
    message = serializers.CharField()


class ImportedSerializer(shapes.ProblemsSerializer):
    pipeline = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    notes = NoteSerializer(many=True)
    graph = shapes.GraphSerializer()


class SaveTemplateSerializer(serializers.Serializer[Any]):
    pipeline = serializers.UUIDField()
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)


class ExportView(APIView):
    """The draft as a file that can be imported into this or another project."""

    @extend_schema(responses=inline_serializer("PipelineFile", {"format": serializers.CharField()}))
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        answer = Response(interchange.export_pipeline(pipeline))
        answer["Content-Disposition"] = f'attachment; filename="{pipeline.pk}.json"'
        return answer


class ImportView(APIView):
    """A draft from a file, with what of it could not be taken over; with ``dry_run`` only the report."""

    @extend_schema(request=ImportSerializer, responses={200: ImportedSerializer, 201: ImportedSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        data = parsed(ImportSerializer, request)
        read = interchange.read_pipeline(data["document"], project)
        if data["dry_run"]:
            return Response(imported_body(read))
        require_code(request, project.pk, read.graph)
        made = interchange.import_pipeline(
            project=project, document=data["document"], name=data.get("name", ""), user=person(request)
        )
        return Response(imported_body(made), status=status.HTTP_201_CREATED)


def imported_body(found: interchange.Imported) -> dict[str, Any]:
    return {
        "ok": not any(problem.level == "error" for problem in found.problems),
        "pipeline": found.pipeline.pk if found.pipeline else None,
        "name": found.name,
        "notes": [note.as_json() for note in found.notes],
        "problems": [problem.as_json() for problem in found.problems],
        "graph": to_json(found.graph),
    }


def template_body(template: Template) -> dict[str, Any]:
    graph = template.parsed()
    return {
        "name": template.name,
        "title": template.title,
        "description": template.description,
        "saved": template.saved,
        "graph": to_json(graph),
        "ports": selectors.ports_of(graph),
    }


class TemplateListView(APIView):
    """The gallery: ready-made templates, then those of this project. A template's variables without a value are asked
    for when a pipeline is made from it."""

    @extend_schema(responses=shapes.page_of("PipelineTemplateList", shapes.TemplateSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.see", project.pk)
        own = [of_row(row) for row in templates.saved_templates(project).order_by("title", "id")]
        return Response(listed([template_body(one) for one in (*templates.list_templates(), *own)]))

    @extend_schema(request=SaveTemplateSerializer, responses={201: shapes.TemplateSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Saves the draft of a pipeline as a template of its project."""
        project = get_project_for(request.user, project_id)
        require(request.user, "pipeline.edit", project.pk)
        data = parsed(SaveTemplateSerializer, request)
        pipeline = pipeline_for(request, data["pipeline"], "pipeline.edit")
        if pipeline.project_id != project.pk:
            raise serializers.ValidationError({"pipeline": "The pipeline is of another project."})
        row = templates.save_as_template(
            pipeline=pipeline, title=data["title"], description=data.get("description", ""), user=person(request)
        )
        return Response(template_body(of_row(row)), status=status.HTTP_201_CREATED)


class TemplateDetailView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, template_id: UUID) -> Response:
        templates.delete_template(template=row_for(request, SavedTemplatePolicy(), template_id, "pipeline.edit"))
        return Response(status=status.HTTP_204_NO_CONTENT)
