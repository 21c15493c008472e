"""Code nodes: versions of their code, and test runs on a chosen item."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.errors import Invalid
from alp_site.lib.web import keyset_page
from datasets.models import Item
from pipelines.api._common import parsed, person, pipeline_for, row_for
from pipelines.api.serializers import Any_, PersonSerializer, page_of
from pipelines.engine.spec import get_node
from pipelines.engine.validate import config_with_defaults, schema_problems
from pipelines.models import CodeTest, CodeVersion
from pipelines.permissions import CodeTestPolicy
from pipelines.services.code import CODE_TYPE, Try, start_test


class CodeVersionSerializer(serializers.ModelSerializer[CodeVersion]):
    author = PersonSerializer(allow_null=True)

    class Meta:
        model = CodeVersion
        fields = ("id", "node_id", "sha256", "code", "author", "created_at")


class CodeTestCreateSerializer(serializers.Serializer[Any]):
    """``config`` is a code node's: the code in it need not be saved. ``inputs`` are those beside the item."""

    config = serializers.DictField()
    item = serializers.UUIDField(required=False, allow_null=True, default=None)
    inputs = serializers.DictField(required=False, default=dict)


class CodeTestErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    type = serializers.CharField(required=False, allow_null=True)
    line = serializers.IntegerField(required=False, allow_null=True)
    trace = serializers.CharField(required=False, allow_null=True)


class CodeTestReplySerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    stdout = serializers.CharField(required=False)
    seconds = serializers.FloatField(required=False)
    result = Any_(required=False)
    error = CodeTestErrorSerializer(required=False)


class CodeTestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    done = serializers.BooleanField()
    reply = CodeTestReplySerializer(allow_null=True)


def body_of(row: CodeTest) -> dict[str, Any]:
    return {"id": str(row.pk), "done": row.done, "reply": row.reply if row.done else None}


class VersionListView(APIView):
    """Every text that the pipeline's code nodes had in a saved draft, newest first."""

    @extend_schema(
        parameters=[OpenApiParameter("node", str, description="Only of this node.")],
        responses=page_of("CodeVersionList", CodeVersionSerializer),
    )
    def get(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id)
        rows = CodeVersion.objects.filter(pipeline=pipeline).select_related("author")
        if node := request.query_params.get("node"):
            rows = rows.filter(node_id=node)
        return keyset_page(
            request, rows, lambda page: list(CodeVersionSerializer(page, many=True).data), newest_first=True
        )


class TestView(APIView):
    """Tries a code on an item, in the background and the sandbox; nothing is written. Ask for the answer by its id."""

    @extend_schema(request=CodeTestCreateSerializer, responses={202: CodeTestSerializer})
    def post(self, request: Request, pipeline_id: UUID) -> Response:
        pipeline = pipeline_for(request, pipeline_id, "code.edit")
        data = parsed(CodeTestCreateSerializer, request)
        schema = get_node(CODE_TYPE, 1).spec.config_schema
        config = config_with_defaults(schema, data["config"])
        for path, message in schema_problems(schema, config):
            raise Invalid(f"{path or 'config'}: {message}", field=f"config.{path}" if path else "config")
        item_id: UUID | None = data["item"]
        ours = Item.objects.filter(dataset__project=pipeline.project_id, deleted_at=None)
        if item_id is not None and not ours.filter(pk=item_id).exists():
            raise Invalid("The project has no such item.", field="item")
        row = start_test(pipeline=pipeline, wanted=Try(config, item_id, data["inputs"]), user=person(request))
        return Response(body_of(row), status=status.HTTP_202_ACCEPTED)


class TestDetailView(APIView):
    @extend_schema(responses=CodeTestSerializer)
    def get(self, request: Request, test_id: UUID) -> Response:
        return Response(body_of(row_for(request, CodeTestPolicy(), test_id, "code.edit")))
