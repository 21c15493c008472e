"""Who may go on: a stranger gets 404, a member without the right 403. And the version that is answered with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from alp_site.lib.errors import NotFound
from alp_site.people import selectors as people
from alp_site.people.models import Project, User
from alp_site.people.permissions import require, role_of
from models_registry.models import Comparison, Evaluation, Model
from models_registry.selectors import payloads as render
from models_registry.selectors import versions


def person(request: Request) -> User | None:
    """Who is signed in, for services that want the row."""
    return request.user if isinstance(request.user, User) else None


def project_for(request: Request, project_id: UUID, action: str) -> Project:
    """The project, when this person may do the action there."""
    project = people.get_project_for(request.user, project_id)
    require(request.user, action, project.pk)
    return project


def model_for(request: Request, model_id: UUID, action: str) -> Model:
    """The live version, when this person may do the action in its project."""
    rows = Model.objects.select_related("base_model", "dataset", "test_set_version", "created_by")
    row = rows.filter(pk=model_id, deleted_at__isnull=True).first()
    _allow(request, row, row.project_id if row else None, action)
    assert row is not None
    return row


def version_body(model_id: UUID) -> dict[str, Any]:
    """A live version as an answer. Raises NotFound."""
    model = versions.get_model(model_id)
    if model is None:
        raise NotFound("Not found.")
    return render.models([model])[0]


def evaluation_for(request: Request, evaluation_id: UUID, action: str) -> Evaluation:
    """The evaluation, when this person may do the action in its model's project."""
    row = Evaluation.objects.select_related("model", "test_set_version__test_set").filter(pk=evaluation_id).first()
    _allow(request, row, row.model.project_id if row else None, action)
    assert row is not None
    return row


def comparison_for(request: Request, comparison_id: UUID, action: str) -> Comparison:
    """The comparison, when this person may do the action in its project."""
    rows = Comparison.objects.select_related("candidate", "incumbent", "test_set_version")
    row = rows.filter(pk=comparison_id).first()
    _allow(request, row, row.project_id if row else None, action)
    assert row is not None
    return row


def _allow(request: Request, row: Any, project_id: UUID | None, action: str) -> None:
    if row is None or role_of(request.user, project_id) is None:
        raise NotFound("Not found.")
    require(request.user, action, project_id)
