"""/api/v1/models/…/evaluations/, /api/v1/evaluations/…, /api/v1/projects/…/comparisons/, /api/v1/comparisons/…"""

from __future__ import annotations

import json
from uuid import UUID

import numpy as np
from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from numpy.typing import NDArray
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib import storage
from alp_site.lib.errors import Invalid, NotFound
from alp_site.lib.streams import file_response
from alp_site.lib.web import keyset_page, parse_int, parse_uuid
from alp_site.people.permissions import require, role_of
from datasets.models import Item, TestSetVersion
from models_registry.api import serializers as shapes
from models_registry.api.access import comparison_for, evaluation_for, model_for, project_for
from models_registry.models import Comparison, Evaluation
from models_registry.selectors import cutting, figures, findings, judging, predictions, versions
from models_registry.selectors import payloads as render
from models_registry.services import comparison, evaluation


class ModelEvaluationsView(APIView):
    """The evaluations of a version."""

    @extend_schema(responses=shapes.EvaluationList)
    def get(self, request: Request, model_id: UUID) -> Response:
        model = model_for(request, model_id, "model.see")
        rows = Evaluation.objects.filter(model=model).select_related("test_set_version").defer("metrics")
        return keyset_page(request, rows, render.evaluations, newest_first=True)

    @extend_schema(request=shapes.EvaluationCreate, responses={202: shapes.Evaluation})
    def post(self, request: Request, model_id: UUID) -> Response:
        """Asks for an evaluation; the one there is comes back when nothing has changed."""
        model = model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.EvaluationCreate, request)
        _of_project(data["test_set_version"], model.project_id)
        row = evaluation.request_evaluation(
            model_id=model.pk, test_set_version_id=data["test_set_version"], person_id=request.user.pk
        )
        return Response(render.evaluation(row), status=status.HTTP_202_ACCEPTED)


class EvaluationDetailView(APIView):
    @extend_schema(responses=shapes.Evaluation)
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        """One evaluation with its whole report."""
        return Response(render.evaluation(evaluation_for(request, evaluation_id, "model.see")))


class EvaluationItemsView(APIView):
    @extend_schema(
        responses=shapes.Listing,
        parameters=[OpenApiParameter(name, str) for name in ("truth", "predicted", "only", "slice", "offset", "limit")],
    )
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        """The items behind the figures, the surest answers first: `only=wrong`, one cell of the confusion matrix, or
        those of a `slice`: the facts of one as the findings name it, a JSON object."""
        row = evaluation_for(request, evaluation_id, "model.see")
        if row.table_id is None:
            raise NotFound("This evaluation has no table of items.")
        only = request.query_params.get("only", "")
        if only not in ("", "wrong", "right"):
            raise Invalid("only is wrong or right.", field="only")
        offset = parse_int(request.query_params.get("offset"), "offset", least=0, most=10**7, default=0)
        limit = parse_int(request.query_params.get("limit"), "limit", least=1, most=200, default=48)
        page = judging.evaluated_items(
            row,
            truth=request.query_params.get("truth"),
            predicted=request.query_params.get("predicted"),
            only=only,
            offset=offset,
            limit=limit,
            among=_slice(request, row),
        )
        return Response({**page, "next": str(offset + limit) if offset + limit < page["total"] else None})


class EvaluationTableView(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, evaluation_id: UUID) -> HttpResponseBase:
        """The answers of every item as they were judged: columns in a NumPy archive (`.npz`), read without pickle."""
        row = evaluation_for(request, evaluation_id, "model.see")
        if row.table is None:
            raise NotFound("This evaluation has no table of items.")
        name = f"{row.model.name} on test set version {row.test_set_version.number}.npz".replace("/", "-")
        disposition = content_disposition_header(True, name) or "attachment"
        return file_response(
            request, storage.open_blob(row.table.sha256), row.table.size, content_type="application/octet-stream",
            headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
        )  # fmt: skip


class EvaluationFindingsView(APIView):
    @extend_schema(responses={200: {"type": "object"}})
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        """What stands out: the slices worse than the rest by more than chance, and labels that are probably wrong."""
        return Response(findings.findings(evaluation_for(request, evaluation_id, "model.see")))


class EvaluationThresholdsView(APIView):
    @extend_schema(
        responses=shapes.Cutting,
        parameters=[
            OpenApiParameter("label", str), OpenApiParameter("wish", str, enum=list(cutting.WISHES)),
            *[OpenApiParameter(name, float) for name in ("target", "cost_false", "cost_missed")],
        ],
    )  # fmt: skip
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        """Precision, recall and F1 at every score, and the score that suits a wish: the best F1, the most recall at a
        precision of `target`, the best precision at a recall of `target`, or the least cost."""
        row = evaluation_for(request, evaluation_id, "model.see")
        wish = request.query_params.get("wish") or "f1"
        if wish not in cutting.WISHES:
            raise Invalid(f"wish is one of {', '.join(cutting.WISHES)}.", field="wish")
        return Response(
            cutting.cutting(
                row,
                label=request.query_params.get("label") or None,
                wish=wish,
                target=_number(request, "target", 0.9, most=1),
                cost_false=_number(request, "cost_false", 1),
                cost_missed=_number(request, "cost_missed", 1),
            )
        )


class ComparisonListView(APIView):
    """The comparisons of a project, newest first."""

    @extend_schema(
        responses=shapes.ComparisonList,
        parameters=[OpenApiParameter(name, str) for name in ("model", "after", "limit")],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project_for(request, project_id, "model.see")
        rows = Comparison.objects.filter(project_id=project_id).select_related(
            "candidate", "incumbent", "test_set_version"
        )
        model = request.query_params.get("model")
        if model:
            model_id = parse_uuid(model, "model")
            rows = rows.filter(candidate=model_id) | rows.filter(incumbent=model_id)
        return keyset_page(request, rows.defer("report"), render.comparisons, newest_first=True, default=50)

    @extend_schema(request=shapes.ComparisonCreate, responses={201: shapes.Comparison})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Judges a candidate against an incumbent. Both evaluations on the version must be there; repeats with other
        seeds, where the configuration asks for several, are started, and are 409 until they are evaluated."""
        project = project_for(request, project_id, "model.edit")
        data = shapes.parsed(shapes.ComparisonCreate, request)
        for name in ("candidate", "incumbent"):
            if versions.get_model(data[name], project.pk) is None:
                raise Invalid(f"The {name} is not in this project.", field=name)
        if data.get("test_set_version"):
            _of_project(data["test_set_version"], project.pk)
        asked = {
            "candidate_id": data["candidate"],
            "incumbent_id": data["incumbent"],
            "test_set_version_id": data.get("test_set_version"),
            "config": data.get("config"),
            "person_id": request.user.pk,
        }
        comparison.start_seeds(**asked)
        row = comparison.compare(**asked)
        return Response(render.comparison(row), status=status.HTTP_201_CREATED)


class ComparisonDetailView(APIView):
    @extend_schema(responses=shapes.Comparison)
    def get(self, request: Request, comparison_id: UUID) -> Response:
        """One comparison with its whole report."""
        return Response(render.comparison(comparison_for(request, comparison_id, "model.see")))


class PromotionListView(APIView):
    @extend_schema(responses=shapes.Listing)
    def get(self, request: Request, project_id: UUID) -> Response:
        """Who became best, when and why, newest first."""
        project_for(request, project_id, "model.see")
        rows = versions.list_promotions(request.user, project_id)
        return keyset_page(request, rows, render.promotions, newest_first=True, default=50)


class ModelFiguresView(APIView):
    @extend_schema(responses={200: {"type": "object"}})
    def get(self, request: Request, project_id: UUID) -> Response:
        """Metric against labels, and the history of best versions."""
        project_for(request, project_id, "model.see")
        pipeline = request.query_params.get("pipeline")
        return Response(
            {
                "labels_vs_metric": figures.labels_vs_metric(
                    project_id, parse_uuid(pipeline, "pipeline") if pipeline else None
                ),
                "best_history": figures.best_history(project_id),
            }
        )


class ItemPredictionsView(APIView):
    @extend_schema(responses=shapes.Listing)
    def get(self, request: Request, item_id: UUID) -> Response:
        """What each version said of the item, the newest version first."""
        item = Item.objects.select_related("dataset").filter(pk=item_id).first()
        if item is None or role_of(request.user, item.dataset.project_id) is None:
            raise NotFound("Not found.")
        require(request.user, "model.see", item.dataset.project_id)
        rows = predictions.list_predictions(request.user, item_id).order_by("-model_id")[:100]
        return Response({"items": render.predictions(list(rows)), "next": None})


def _slice(request: Request, row: Evaluation) -> NDArray[np.bool_] | None:
    """The items that are asked for by what is known of them; None: all. Raises Invalid."""
    text = request.query_params.get("slice")
    if not text:
        return None
    try:
        wanted = json.loads(text)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict) or not all(isinstance(value, str) for value in wanted.values()):
        raise Invalid("slice is a JSON object of facts and their values.", field="slice")
    return findings.in_slice(row, wanted)


def _number(request: Request, name: str, default: float, most: float = 1e9) -> float:
    """A finite number of the query, 0 to ``most``. Raises Invalid."""
    text = request.query_params.get(name)
    try:
        value = float(text) if text else default
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:  # NaN is neither
        raise Invalid(f"{name} is a number from 0 to {most:g}.", field=name)
    return value


def _of_project(test_set_version_id: UUID, project_id: UUID) -> None:
    rows = TestSetVersion.objects.filter(pk=test_set_version_id, test_set__dataset__project_id=project_id)
    if not rows.exists():
        raise Invalid("The test set version is not in this project.", field="test_set_version")
