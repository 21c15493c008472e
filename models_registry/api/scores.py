"""/api/v1/projects/…/scores/ and /api/v1/items/…/scores/: how far models and people agree with what is true."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid, NotFound
from alp_site.lib.web import keyset_page, parse_uuid
from alp_site.people.permissions import allowed, require, role_of
from datasets.models import Item
from models_registry.api import score_shapes as shapes
from models_registry.api.access import model_for, project_for
from models_registry.api.serializers import JobState, parsed
from models_registry.models import ItemScore
from models_registry.selectors import payloads as render
from models_registry.selectors import scores
from models_registry.services import scoring

KINDS = tuple(ItemScore.Kind.values)
NARROW = {"model": "model_id", "person": "person_id", "other": "other_id", "task": "task_id"}
KIND = OpenApiParameter("kind", str, enum=list(KINDS), description="model (default), person or people")
PARAMETERS = [
    KIND,
    *[OpenApiParameter(name, str) for name in (*NARROW, "dataset", "subset", "after", "limit")],
    OpenApiParameter("below", float, description="Only scores under this one"),
]


class ScoreListView(APIView):
    """What was compared, item by item."""

    @extend_schema(responses=shapes.ScoreList, parameters=PARAMETERS)
    def get(self, request: Request, project_id: UUID) -> Response:
        """The scores of one kind, the lowest first."""
        kind = _kind(request, project_id)
        rows = scores.list_scores(project_id, kind, _narrowed(request))
        return keyset_page(request, rows, scores.rendered, sort="score", default=48)

    @extend_schema(request=shapes.ScoreAsk, responses={202: JobState})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Looks at every approved item anew; with a model, has it predict its test set first and compares that."""
        project = project_for(request, project_id, "model.edit")
        model = parsed(shapes.ScoreAsk, request).get("model")
        if model is not None and model_for(request, model, "model.edit").project_id != project.pk:
            raise Invalid("The model is not in this project.", field="model")
        job = scoring.request_scores(project_id=project.pk, person_id=request.user.pk, model_id=model)
        return Response(render.job_state(job), status=status.HTTP_202_ACCEPTED)


class ScoreSummaryView(APIView):
    @extend_schema(responses=shapes.ScoreSummaryList, parameters=[KIND])
    def get(self, request: Request, project_id: UUID) -> Response:
        """The means of each model, person or pair of people, the lowest first."""
        kind = _kind(request, project_id)
        return Response({"items": scores.summaries(project_id, kind), "next": None})


class ScoreLabelsView(APIView):
    @extend_schema(responses=shapes.ScoreLabelList, parameters=PARAMETERS)
    def get(self, request: Request, project_id: UUID) -> Response:
        """What the scores come to by type and label of what is true."""
        kind = _kind(request, project_id)
        rows = scores.by_label(scores.list_scores(project_id, kind, _narrowed(request)))
        return Response({"items": rows, "next": None})


class ItemScoresView(APIView):
    @extend_schema(responses=shapes.ItemScoreList)
    def get(self, request: Request, item_id: UUID) -> Response:
        """All that was compared about one item, with each pair of annotations."""
        item = Item.objects.select_related("dataset").filter(pk=item_id).first()
        if item is None or role_of(request.user, item.dataset.project_id) is None:
            raise NotFound("Not found.")
        project = item.dataset.project_id
        require(request.user, "model.see", project)
        kinds = KINDS if allowed(request.user, "figures.people", project) else (ItemScore.Kind.MODEL.value,)
        return Response({"items": scores.of_item(item_id, kinds), "next": None})


def _kind(request: Request, project_id: UUID) -> str:
    """Which kind is asked for, of a project that the person may see; figures of people are not for everyone."""
    project_for(request, project_id, "model.see")
    kind = request.query_params.get("kind") or "model"
    if kind not in KINDS:
        raise Invalid(f"kind is one of {', '.join(KINDS)}.", field="kind")
    if kind != "model":
        require(request.user, "figures.people", project_id)
    return kind


def _narrowed(request: Request) -> dict[str, Any]:
    asked = request.query_params
    found: dict[str, Any] = {
        column: parse_uuid(asked[name], name) for name, column in NARROW.items() if asked.get(name)
    }
    if asked.get("dataset"):
        found["item__dataset_id"] = parse_uuid(asked["dataset"], "dataset")
    if "subset" in asked:
        found["item__subset"] = asked["subset"]
    if asked.get("below"):
        try:
            found["score__lt"] = float(asked["below"])
        except ValueError:
            raise Invalid("below is a number.", field="below") from None
    return found
