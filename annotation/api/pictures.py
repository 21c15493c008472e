"""/api/v1/datasets/{id}/pictures/: pictures as the studio opens them from the dataset browser, outside of any task."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from alp_site.lib.web import visible_or_404
from annotation.api.opened import PicturesSerializer, PicturesWishSerializer
from annotation.api.shapes import me, parsed, texts_of
from annotation.selectors.opening import picture_parts
from datasets import selectors
from datasets.permissions import DatasetPolicy, items_in_project


class PicturesView(APIView):
    @extend_schema(request=PicturesWishSerializer, responses=PicturesSerializer)
    def post(self, request: Request, dataset_id: UUID) -> HttpResponse:
        """Up to 8 pictures with their annotations; in the order asked for, without those that are not to be had."""
        dataset = visible_or_404(DatasetPolicy(), request.user, dataset_id)
        ids = parsed(PicturesWishSerializer, request)["ids"]
        rows = items_in_project(me(request), selectors.items_of(dataset).filter(type="file"), dataset.project_id)
        found = rows.select_related("dataset").in_bulk(ids)
        items = [found[pk] for pk in dict.fromkeys(ids) if pk in found]
        texts = ",".join(texts_of(picture_parts(items, me(request))))
        return HttpResponse(f'{{"items":[{texts}]}}', content_type="application/json")
