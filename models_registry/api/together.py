"""/api/v1/projects/…/models/together/: versions side by side on the test set version they have in common."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import parse_int, parse_uuid
from models_registry.api import serializers as shapes
from models_registry.api.access import project_for
from models_registry.models import Evaluation, Model
from models_registry.selectors import together

MODELS = OpenApiParameter("models", str, description="Two to six ids, with commas between them")


class TogetherView(APIView):
    @extend_schema(responses={200: {"type": "object"}}, parameters=[MODELS])
    def get(self, request: Request, project_id: UUID) -> Response:
        """Figures of each by class and by slice, and how many pictures each alone got right."""
        return Response(together.together(_asked(request, project_id)))


class TogetherItemsView(APIView):
    @extend_schema(
        responses=shapes.Listing,
        parameters=[MODELS, *[OpenApiParameter(name, str) for name in ("only", "offset")]],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """The pictures that `only` this model got right; without it, those that none did."""
        only = request.query_params.get("only")
        offset = parse_int(request.query_params.get("offset"), "offset", least=0, most=10**7, default=0)
        rows = _asked(request, project_id)
        return Response(together.told_apart(rows, only=parse_uuid(only, "only") if only else None, offset=offset))


def _asked(request: Request, project_id: UUID) -> list[Evaluation]:
    """The evaluations of the models that are asked about. Raises Invalid."""
    project = project_for(request, project_id, "model.see")
    ids = [parse_uuid(one, "models") for one in request.query_params.get("models", "").split(",") if one]
    if not together.FEWEST <= len(set(ids)) <= together.MOST:
        raise Invalid(f"Name {together.FEWEST} to {together.MOST} models.", field="models")
    found = Model.objects.filter(pk__in=ids, project=project, deleted_at__isnull=True).in_bulk()
    missing = [str(pk) for pk in ids if pk not in found]
    if missing:
        raise Invalid(f"There is no such model in this project: {missing[0]}.", field="models")
    return together.common([found[pk] for pk in dict.fromkeys(ids)])
