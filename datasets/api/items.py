"""/api/v1/datasets/{id}/items/… and /api/v1/items/{id}/…: query, change, bulk, clone, trash."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib import db
from alp_site.lib.web import body_of, keyset_page
from alp_site.people.api.shapes import listing, parsed
from alp_site.people.selectors import get_project_for
from datasets import selectors, services
from datasets.api import serializers
from datasets.api._common import chosen_items, dataset_for, item_for, person, require
from datasets.models import Item
from datasets.permissions import ItemPolicy, items_in_project
from datasets.services import bulk, items


class ItemListView(APIView):
    """Live files of a dataset, by id. Uploading is `uploads.UploadView`, at the same address."""

    @extend_schema(responses=listing("ItemList", serializers.ItemSerializer))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        dataset = dataset_for(request, dataset_id)
        rows = items_in_project(request.user, selectors.items_for_query(dataset), dataset.project_id)
        rows = rows.filter(hidden=False).select_related("dataset", "creator")
        return keyset_page(request, rows, selectors.item_payloads)


class DatasetQueryView(APIView):
    @extend_schema(request=serializers.QuerySerializer, responses=serializers.ItemPageSerializer)
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Items (or annotations) of a dataset that pass a filter."""
        dataset = dataset_for(request, dataset_id)
        base = selectors.items_of(dataset)
        return Response(selectors.run_query(body_of(request), base, request.user, dataset.project_id))


class ProjectQueryView(APIView):
    @extend_schema(request=serializers.QuerySerializer, responses=serializers.ItemPageSerializer)
    def post(self, request: Request, project_id: UUID) -> Response:
        """Items (or annotations) of all datasets of a project that pass a filter."""
        project = get_project_for(request.user, project_id)
        base = selectors.items_of_project(project)
        return Response(selectors.run_query(body_of(request), base, request.user, project.pk))


class BulkView(APIView):
    @extend_schema(request=serializers.BulkSerializer, responses={200: serializers.BulkAnswerSerializer})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """One action over ids or a filter: at once for some hundred items, by a job (202) for more."""
        data = parsed(serializers.BulkSerializer, request)
        removes = data["action"] in ("delete", "restore")
        dataset = dataset_for(request, dataset_id, "dataset.edit" if removes else "item.edit")
        started = selectors.iso(db.now())
        if data["action"] == "restore":
            rows = _trashed(request, dataset_id, data)
        else:
            rows = chosen_items(dataset, data)
        changed, job = bulk.start(
            dataset=dataset, action=data["action"], rows=rows, body=bulk.plain(data), value=data.get("value"),
            user=person(request),
        )  # fmt: skip
        undo = {"action": "restore", "deleted_since": started} if data["action"] == "delete" else None
        body = {"changed": changed, "job": str(job.pk) if job else None, "undo": undo}
        return Response(body, status=status.HTTP_202_ACCEPTED if job else status.HTTP_200_OK)


def _trashed(request: Request, dataset_id: UUID, data: dict[str, Any]) -> Any:
    rows = Item.objects.filter(dataset_id=dataset_id, deleted_at__isnull=False)
    if "ids" in data:
        return rows.filter(pk__in=data["ids"])
    if "deleted_since" in data:
        return rows.filter(deleted_by=person(request), deleted_at__gte=data["deleted_since"])
    return rows.none()


class CloneView(APIView):
    @extend_schema(request=serializers.CloneSerializer, responses={200: serializers.BulkAnswerSerializer})
    def post(self, request: Request, dataset_id: UUID) -> Response:
        """Copies items into another dataset of the project; bytes are shared, items cloned before are left alone."""
        dataset = dataset_for(request, dataset_id, "item.edit")
        data = parsed(serializers.CloneSerializer, request)
        target = dataset_for(request, data["target"], "item.edit")
        changed, job = bulk.start_clone(
            dataset=dataset, target=target, rows=chosen_items(dataset, data), body=bulk.plain(data),
            directory=data.get("directory", "/"), only_approved=data.get("only_approved", False), user=person(request),
        )  # fmt: skip
        body = {"changed": changed, "job": str(job.pk) if job else None, "undo": None}
        return Response(body, status=status.HTTP_202_ACCEPTED if job else status.HTTP_200_OK)


class ItemDetailView(APIView):
    @extend_schema(responses=serializers.ItemSerializer)
    def get(self, request: Request, item_id: UUID) -> Response:
        return Response(selectors.item_payload(item_for(request, item_id)))

    @extend_schema(request=serializers.ItemPatchSerializer, responses=serializers.ItemSerializer)
    def patch(self, request: Request, item_id: UUID) -> Response:
        """Changes what is sent; metadata is a diff. `?system=true` allows metadata.system."""
        item = item_for(request, item_id, "item.edit")
        data = parsed(serializers.ItemPatchSerializer, request)
        system = request.query_params.get("system") == "true"
        services.patch_item(
            item=item, metadata=data.get("metadata"), system=system, hidden=data.get("hidden"),
            subset=data.get("subset"), directory=data.get("dir"), group_key=data.get("groupKey"),
        )  # fmt: skip
        return Response(selectors.item_payload(item_for(request, item_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, item_id: UUID) -> Response:
        """Into the trash, for 30 days."""
        item = item_for(request, item_id, "dataset.edit")
        items.delete_items(items=[item.pk], user=person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ItemRestoreView(APIView):
    @extend_schema(request=None, responses=serializers.ItemSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Out of the trash."""
        item = ItemPolicy().visible_or_trashed(request.user, item_id)
        require(request.user, "dataset.edit", item.dataset.project_id)
        items.restore_items(items=[item.pk])
        return Response(selectors.item_payload(item_for(request, item_id)))
