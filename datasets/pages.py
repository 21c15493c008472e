"""Pages below /p/<project>/data/."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.template.response import TemplateResponse

from alp_site.lib.web import visible_or_404
from alp_site.people.pages import ProjectRequest, project_page
from datasets.models import Dataset
from datasets.permissions import DatasetPolicy


@project_page("item.see", section="data")
def data(request: ProjectRequest) -> HttpResponseBase:
    """The datasets of the project."""
    return TemplateResponse(request, "datasets/list.html", {"boot": {"page": {}}})


@project_page("item.see", section="data")
def dataset(request: ProjectRequest, dataset_id: UUID) -> HttpResponseBase:
    """One dataset: browse, upload, ontology, subsets."""
    row: Dataset = visible_or_404(DatasetPolicy(), request.user, dataset_id)
    if row.project_id != request.project.pk:
        row = visible_or_404(DatasetPolicy(), request.user, request.project.pk)
    page = {
        "dataset": {"id": str(row.pk), "name": row.name, "ontology": str(row.ontology_id) if row.ontology_id else None}
    }
    return TemplateResponse(request, "datasets/detail.html", {"dataset": row, "boot": {"page": page}})
