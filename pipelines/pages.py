"""Pages of pipelines, and the project's home: the loop as one picture."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from alp_site.lib.web import visible_or_404
from alp_site.people.pages import ProjectRequest, project_page
from alp_site.people.permissions import allowed
from pipelines.models import Pipeline
from pipelines.permissions import PipelinePolicy


@project_page("project.see", section="home")
def home_page(request: ProjectRequest) -> HttpResponseBase:
    """Where items are in the loop, what waits for me, how good the best model is."""
    return TemplateResponse(request, "pipelines/home.html", {})


@project_page("pipeline.see", section="pipelines")
def list_page(request: ProjectRequest) -> HttpResponseBase:
    """The project's pipelines and the gallery of templates."""
    can_edit = allowed(request.user, "pipeline.edit", request.project.pk)
    return TemplateResponse(request, "pipelines/list.html", {"can_edit": can_edit})


@project_page("pipeline.see", section="pipelines")
def detail_page(request: ProjectRequest, pipeline_id: UUID) -> HttpResponseBase:
    """One pipeline: its graph with live counters, variables, executions."""
    return _pipeline_page(request, pipeline_id, "pipelines/detail.html")


@project_page("pipeline.edit", section="pipelines")
def edit_page(request: ProjectRequest, pipeline_id: UUID) -> HttpResponseBase:
    """The visual editor of one pipeline's draft."""
    return _pipeline_page(request, pipeline_id, "pipelines/edit.html")


@project_page("pipeline.see", section="pipelines")
def cycles_page(request: ProjectRequest, pipeline_id: UUID) -> HttpResponseBase:
    """The cycles of one pipeline, and the path of one with inputs and outputs at each step."""
    return _pipeline_page(request, pipeline_id, "pipelines/cycles.html")


def _pipeline_page(request: ProjectRequest, pipeline_id: UUID, template: str) -> HttpResponseBase:
    pipeline: Pipeline = visible_or_404(PipelinePolicy(), request.user, pipeline_id)
    return TemplateResponse(
        request,
        template,
        {"pipeline": pipeline, "boot": {"page": {"pipeline": {"id": str(pipeline.pk), "name": pipeline.name}}}},
    )
