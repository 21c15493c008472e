"""The pages: versions, one version, one comparison. They carry the first screen; the rest comes by the API."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from alp_site.lib.errors import NotFound
from alp_site.people.pages import ProjectRequest, project_page
from alp_site.people.permissions import allowed
from models_registry.models import Comparison
from models_registry.selectors import catalogue, figures, versions
from models_registry.selectors import payloads as render


@project_page("model.see", section="models")
def model_list(request: ProjectRequest) -> HttpResponseBase:
    """The versions of the project, the last verdict, the training that runs."""
    last = figures.latest_comparison(request.project.pk)
    page = {
        "canEdit": _may_edit(request),
        "comparison": render.comparison(last) if last else None,
        "task": catalogue.task_of(versions.newest_adapter(request.project.pk)),
    }
    return TemplateResponse(request, "models_registry/models.html", {"boot": {"page": page}})


@project_page("model.see", section="models")
def model_detail(request: ProjectRequest, model_id: UUID) -> HttpResponseBase:
    """One version: training live, evaluation, mistakes, lineage, log, configuration."""
    model = versions.get_model(model_id, request.project.pk)
    if model is None:
        raise NotFound("There is no such model in this project.")
    page = {
        "canEdit": _may_edit(request),
        "model": render.models([model])[0],
        "task": catalogue.task_of(model.adapter),
    }
    return TemplateResponse(request, "models_registry/model.html", {"boot": {"page": page}, "model": model})


@project_page("model.see", section="models")
def models_together(request: ProjectRequest) -> HttpResponseBase:
    """Two to six versions side by side, ``?models=`` their ids; what is said of them comes by the API."""
    page = {"models": request.GET.get("models", "")}
    return TemplateResponse(request, "models_registry/together.html", {"boot": {"page": page}})


@project_page("model.see", section="models")
def agreement(request: ProjectRequest) -> HttpResponseBase:
    """How far models and people agree with what is true, and people with each other; it all comes by the API."""
    page = {"canEdit": _may_edit(request), "people": allowed(request.user, "figures.people", request.project.pk)}
    return TemplateResponse(request, "models_registry/agreement.html", {"boot": {"page": page}})


@project_page("model.see", section="models")
def comparison_detail(request: ProjectRequest, comparison_id: UUID) -> HttpResponseBase:
    """One comparison: the verdict in words, then the numbers it rests on."""
    rows = Comparison.objects.select_related("candidate", "incumbent", "test_set_version")
    row = rows.filter(pk=comparison_id, project=request.project).first()
    if row is None:
        raise NotFound("There is no such comparison in this project.")
    page = {
        "canEdit": _may_edit(request),
        "comparison": render.comparison(row),
        "candidate": render.models([row.candidate])[0],
        "incumbent": render.models([row.incumbent])[0],
    }
    return TemplateResponse(request, "models_registry/comparison.html", {"boot": {"page": page}, "comparison": row})


def _may_edit(request: ProjectRequest) -> bool:
    return allowed(request.user, "model.edit", request.project.pk)
