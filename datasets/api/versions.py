"""/api/v1/items/{id}/versions/: who changed an image's annotations when, what they were, and back to it."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import NotFound
from alp_site.lib.web import parse_int
from alp_site.people.api.shapes import parsed
from datasets import selectors
from datasets.api import serializers
from datasets.api._common import item_for, person, require
from datasets.models import Annotation
from datasets.services.versions import restore_version

MOST = 200


class ItemVersionsView(APIView):
    @extend_schema(
        responses=serializers.ItemVersionsSerializer,
        parameters=[OpenApiParameter("after", int), OpenApiParameter("limit", int)],
    )
    def get(self, request: Request, item_id: UUID) -> Response:
        """Newest first; `?after=<id>` goes on to older ones."""
        item = item_for(request, item_id)
        limit = parse_int(request.query_params.get("limit"), "limit", least=1, most=MOST, default=50)
        after = parse_int(request.query_params.get("after"), "after", least=1, most=2**62, default=2**62)
        older = [one for one in reversed(selectors.image_versions(item)) if one.id < after]
        page = older[:limit]
        following = page[-1].id if len(older) > limit else None
        return Response({"items": selectors.version_payloads(page), "next": following})


class ItemVersionView(APIView):
    @extend_schema(responses=serializers.ItemAtVersionSerializer)
    def get(self, request: Request, item_id: UUID, version: int) -> Response:
        """All annotations as they were after this version."""
        item = item_for(request, item_id)
        found = next((v for v in selectors.image_versions(item) if v.first <= version <= v.id), None)
        if found is None:
            raise NotFound(f"There is no version {version} of this item.", version=version)
        rows = selectors.annotations_at(item.pk, found.id)
        body = {"version": selectors.version_payloads([found])[0], "items": selectors.annotation_payloads(rows)}
        return Response(body)


class ItemVersionRestoreView(APIView):
    @extend_schema(request=serializers.RestoreVersionSerializer, responses=serializers.VersionRestoredSerializer)
    def post(self, request: Request, item_id: UUID, version: int) -> Response:
        """Makes the annotations what they were then, as new changes: what came since stays in the history."""
        item = item_for(request, item_id)
        require(request.user, "annotation.edit_any", item.dataset.project_id)
        seen = parsed(serializers.RestoreVersionSerializer, request).get("seen_version")
        changed = restore_version(item=item, version=version, user=person(request), seen_version=seen)
        rows = Annotation.objects.filter(item=item, deleted_at=None).select_related("creator").order_by("pk")
        body = {"content_version": item.content_version, "items": selectors.annotation_payloads(rows)}
        return Response({**body, "changed": changed})
