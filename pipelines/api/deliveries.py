"""What a pipeline's nodes sent out of the house, and what became of it."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page
from pipelines.api._common import pipeline_for, row_for
from pipelines.api.serializers import page_of
from pipelines.models import Delivery, DeliveryState
from pipelines.permissions import DeliveryPolicy
from pipelines.services.deliveries import send_again


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """Without the message: its headers may hold keys."""

    class Meta:
        model = Delivery
        fields = (
            "id", "node_id", "execution_id", "kind", "target", "state", "attempts", "status_code", "answer", "error",
            "next_at", "created_at", "finished_at",
        )  # fmt: skip


class DeliveryListView(APIView):
    """Requests, webhooks and mails, newest first."""

    @extend_schema(
        parameters=[
            OpenApiParameter("node", str, description="Only of this node."),
            OpenApiParameter("state", str, enum=DeliveryState.values),
        ],
        responses=page_of("DeliveryList", DeliverySerializer),
    )
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = Delivery.objects.filter(pipeline=pipeline)
        if node := request.query_params.get("node"):
            rows = rows.filter(node_id=node)
        if state := request.query_params.get("state"):
            if state not in DeliveryState.values:
                raise Invalid(f"state is one of {', '.join(DeliveryState.values)}.", field="state")
            rows = rows.filter(state=state)
        return keyset_page(
            request, rows, lambda page: list(DeliverySerializer(page, many=True).data), newest_first=True
        )


class DeliveryRetryView(APIView):
    """What could not be delivered is sent once more, with the key it had."""

    @extend_schema(request=None, responses={202: DeliverySerializer})
    def post(self, request: Request, delivery_id: UUID) -> Response:
        row: Delivery = row_for(request, DeliveryPolicy(), delivery_id, "pipeline.edit")
        again = send_again(delivery=row)
        return Response(DeliverySerializer(again).data, status=status.HTTP_202_ACCEPTED)
