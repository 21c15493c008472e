"""/api/v1/items/{id}/annotations/, its operations, revisions and their restoring."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import visible_or_404
from alp_site.people.api.shapes import listing, parsed
from datasets import selectors
from datasets.api import serializers
from datasets.api._common import item_for, person, require
from datasets.models import Annotation, AnnotationRevision
from datasets.permissions import AnnotationPolicy, ItemPolicy, edit_scopes
from datasets.services import annotations as service


class ItemAnnotationsView(APIView):
    @extend_schema(responses=serializers.ItemAnnotationsSerializer)
    def get(self, request: Request, item_id: UUID) -> HttpResponse:
        """The live annotations of an item, and the content version they belong to."""
        item = item_for(request, item_id)
        items = selectors.annotation_texts([item.pk])[item.pk]
        text = f'{{"content_version":{item.content_version},"items":{items}}}'
        return HttpResponse(text, content_type="application/json")

    @extend_schema(request=serializers.OperationsSerializer, responses=serializers.OperationAnswersSerializer)
    def post(self, request: Request, item_id: UUID) -> Response:
        """Applies operations; each has its own status in `answers`, so one that is stale does not stop the others."""
        item = item_for(request, item_id)
        ItemPolicy().require_annotate(person(request), item)
        data = parsed(serializers.OperationsSerializer, request)
        answers = service.apply_operations(
            item=item, operations=data["operations"], user=person(request), visit=data.get("visit"),
            scopes=edit_scopes(person(request), item),
        )  # fmt: skip
        return Response({"content_version": item.content_version, "answers": answers})


class ItemRevisionsView(APIView):
    @extend_schema(responses=listing("RevisionList", serializers.RevisionSerializer))
    def get(self, request: Request, item_id: UUID) -> Response:
        """Who said what about the item, newest first."""
        item = item_for(request, item_id)
        rows = AnnotationRevision.objects.filter(item=item).select_related("author", "annotation").order_by("-pk")
        return Response({"items": selectors.revision_payloads(rows[:500]), "next": None})


class AnnotationRestoreView(APIView):
    @extend_schema(request=serializers.RestoreSerializer, responses=serializers.OperationAnswersSerializer)
    def post(self, request: Request, annotation_id: UUID) -> Response:
        """Makes an old revision the newest one."""
        annotation: Annotation = visible_or_404(AnnotationPolicy(), request.user, annotation_id)
        require(request.user, "annotation.edit_any", annotation.item.dataset.project_id)
        revision = parsed(serializers.RestoreSerializer, request)["revision"]
        answer = service.restore_revision(annotation=annotation, revision=revision, user=person(request))
        return Response({"content_version": answer["content_version"], "answers": [answer]})
