"""What the views share: who may, which pipeline, how a body is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request

from alp_site.lib.models import Job
from alp_site.lib.web import visible_or_404
from alp_site.people.models import User
from alp_site.people.permissions import Policy, require
from pipelines.engine.graph import Graph
from pipelines.models import Pipeline
from pipelines.permissions import PipelinePolicy
from pipelines.services.code import has_new_code


def pipeline_for(request: Request, pipeline_id: UUID, action: str = "pipeline.see") -> Pipeline:
    """The pipeline if the caller may know of it (else 404) and may do the action (else 403)."""
    return row_for(request, PipelinePolicy(), pipeline_id, action)  # type: ignore[no-any-return]


def row_for(request: Request, policy: Policy[Any], pk: UUID, action: str = "pipeline.see") -> Any:
    row = visible_or_404(policy, request.user, pk)
    policy.require(request.user, action, row)
    return row


def require_code(request: Request, project_id: UUID, graph: Graph, pipeline: Pipeline | None = None) -> None:
    """Who saves a text of a code node that was not there before writes code, which is a right of its own (403)."""
    if has_new_code(graph, pipeline):
        require(request.user, "code.edit", project_id)


def person(request: Request) -> User:
    """Whoever calls; the API lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def parsed(serializer_class: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The body, checked. Raises DRF's ValidationError."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def done_body(done: tuple[int, Job | None]) -> dict[str, Any]:
    """How many, and the job that does it, if it is not done yet."""
    count, job = done
    return {"count": count, "job": job.pk if job else None}


def listed(items: Sequence[Any], **extra: Any) -> dict[str, Any]:
    """The envelope of a list short enough to come whole."""
    return {"items": items, "next": None, **extra}
