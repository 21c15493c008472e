"""/api/v1/projects/{id}/datasets/ and /api/v1/datasets/{id}/…"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page, visible_or_404
from alp_site.people.api.shapes import listing, parsed
from alp_site.people.selectors import get_project_for
from datasets import selectors, services
from datasets.api import serializers
from datasets.api._common import dataset_for, person, require
from datasets.models import Dataset, Ontology
from datasets.permissions import DatasetPolicy, OntologyPolicy


def dataset_bodies(rows: list[Dataset]) -> list[Any]:
    """With counts and covers, in a fixed number of queries."""
    counts = selectors.count_items(row.pk for row in rows)
    covers = selectors.covers([row.pk for row in rows])
    # What follows is read by the serializer, not columns.
    for row in rows:
        row.counts = counts.get(row.pk, selectors.NO_ITEMS)  # type: ignore[attr-defined]
        row.cover = covers.get(row.pk, [])  # type: ignore[attr-defined]
    return list(serializers.DatasetSerializer(rows, many=True).data)


def _ontology(request: Request, data: dict[str, Any]) -> Ontology | None:
    key = data.get("ontology")
    return visible_or_404(OntologyPolicy(), request.user, key) if key else None


class DatasetListView(APIView):
    """The datasets of a project."""

    @extend_schema(
        responses=listing("DatasetList", serializers.DatasetSerializer), parameters=[OpenApiParameter("q", str)]
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        """Those the person may see; `q`: a part of the name."""
        project = get_project_for(request.user, project_id)
        rows = DatasetPolicy().visible_to(request.user).filter(project=project)
        if named := request.query_params.get("q", "").strip():
            rows = rows.filter(name__icontains=named)
        return keyset_page(request, rows, lambda page: dataset_bodies(list(page)))

    @extend_schema(request=serializers.DatasetCreateSerializer, responses={201: serializers.DatasetSerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Makes a dataset; with `labels` also an ontology of its name."""
        project = get_project_for(request.user, project_id)
        require(request.user, "dataset.edit", project.pk)
        data = parsed(serializers.DatasetCreateSerializer, request)
        row = services.create_dataset(
            project=project, name=data["name"], description=data.get("description", ""), user=person(request),
            ontology=_ontology(request, data), labels=data.get("labels", ()),
        )  # fmt: skip
        return Response(dataset_bodies([row])[0], status=status.HTTP_201_CREATED)


class DatasetTrashView(APIView):
    """Deleted datasets, 30 days."""

    @extend_schema(responses=listing("DatasetTrash", serializers.DatasetSerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "dataset.edit", project.pk)
        rows = DatasetPolicy().in_trash(request.user).filter(project=project)
        return keyset_page(request, rows, lambda page: dataset_bodies(list(page)))


class DatasetDetailView(APIView):
    @extend_schema(responses=serializers.DatasetSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        return Response(dataset_bodies([dataset_for(request, dataset_id)])[0])

    @extend_schema(
        request=inline_serializer(
            "DatasetPatch",
            {
                "name": drf.CharField(max_length=200, required=False),
                "description": drf.CharField(required=False, allow_blank=True),
                "ontology": drf.UUIDField(required=False, allow_null=True),
            },
        ),
        responses=serializers.DatasetSerializer,
    )
    def patch(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id, "dataset.edit")
        body = serializers.DatasetWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        data = body.validated_data
        row = services.update_dataset(
            dataset=dataset, name=data.get("name"), description=data.get("description"),
            ontology=_ontology(request, data) if "ontology" in data else ...,
        )  # fmt: skip
        return Response(dataset_bodies([row])[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        """Into the trash, for 30 days."""
        services.delete_dataset(dataset=dataset_for(request, dataset_id, "dataset.edit"))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DatasetRestoreView(APIView):
    @extend_schema(request=None, responses=serializers.DatasetSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Out of the trash."""
        live = DatasetPolicy().visible_to(request.user).filter(pk=dataset_id).first()
        if live is not None:
            require(request.user, "dataset.edit", live.project_id)
            return Response(dataset_bodies([live])[0])
        found = DatasetPolicy().visible_or_trashed(request.user, dataset_id)
        require(request.user, "dataset.edit", found.project_id)
        return Response(dataset_bodies([services.restore_dataset(dataset=found)])[0])


class DatasetFacetsView(APIView):
    @extend_schema(responses=serializers.FacetsSerializer)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        """How many files have which status, subset, label, tag and folder."""
        dataset = dataset_for(request, dataset_id, "item.see")
        return Response(selectors.facets(dataset))
