"""/api/v1/projects/{id}/ontologies/, ontologies, labels and attributes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib.web import keyset_page, visible_or_404
from alp_site.people.api.shapes import listing, parsed
from alp_site.people.selectors import get_project_for
from datasets.api import serializers
from datasets.api._common import require
from datasets.models import Attribute, Label, Ontology
from datasets.permissions import AttributePolicy, LabelPolicy, OntologyPolicy
from datasets.services import ontologies


def _rows(request: Request) -> QuerySet[Ontology]:
    return OntologyPolicy().visible_to(request.user).prefetch_related("labels", "attributes")


def _body(request: Request, pk: UUID) -> Any:
    return serializers.OntologySerializer(_rows(request).get(pk=pk)).data


def _for(request: Request, ontology_id: UUID) -> Ontology:
    ontology: Ontology = visible_or_404(OntologyPolicy(), request.user, ontology_id)
    require(request.user, "dataset.edit", ontology.project_id)
    return ontology


class OntologyListView(APIView):
    @extend_schema(responses=listing("OntologyList", serializers.OntologySerializer))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        rows = _rows(request).filter(project=project)
        return keyset_page(request, rows, lambda page: list(serializers.OntologySerializer(page, many=True).data))

    @extend_schema(request=serializers.OntologyCreateSerializer, responses={201: serializers.OntologySerializer})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = get_project_for(request.user, project_id)
        require(request.user, "dataset.edit", project.pk)
        data = parsed(serializers.OntologyCreateSerializer, request)
        row = ontologies.create_ontology(project=project, name=data["name"], labels=data.get("labels", ()))
        return Response(_body(request, row.pk), status=status.HTTP_201_CREATED)


class OntologyDetailView(APIView):
    @extend_schema(responses=serializers.OntologySerializer)
    def get(self, request: Request, ontology_id: UUID) -> Response:
        visible_or_404(OntologyPolicy(), request.user, ontology_id)
        return Response(_body(request, ontology_id))

    @extend_schema(request=serializers.OntologyPatchSerializer, responses=serializers.OntologySerializer)
    def patch(self, request: Request, ontology_id: UUID) -> Response:
        ontology = _for(request, ontology_id)
        data = parsed(serializers.OntologyPatchSerializer, request)
        ontologies.update_ontology(ontology=ontology, name=data["name"])
        return Response(_body(request, ontology_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, ontology_id: UUID) -> Response:
        ontologies.delete_ontology(ontology=_for(request, ontology_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LabelListView(APIView):
    @extend_schema(request=serializers.LabelWriteSerializer, responses={201: serializers.LabelSerializer})
    def post(self, request: Request, ontology_id: UUID) -> Response:
        """Adds a label; colour and digit are the next free ones unless given."""
        ontology = _for(request, ontology_id)
        row = ontologies.add_label(ontology=ontology, **parsed(serializers.LabelWriteSerializer, request))
        return Response(serializers.LabelSerializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=serializers.OrderSerializer, responses=serializers.OntologySerializer)
    def put(self, request: Request, ontology_id: UUID) -> Response:
        """Puts the labels into an order."""
        ontology = _for(request, ontology_id)
        ontologies.reorder_labels(ontology=ontology, names=parsed(serializers.OrderSerializer, request)["names"])
        return Response(_body(request, ontology_id))


class LabelDetailView(APIView):
    @extend_schema(request=serializers.LabelWriteSerializer(partial=True), responses=serializers.LabelSerializer)
    def patch(self, request: Request, label_id: UUID) -> Response:
        label = self._label(request, label_id)
        body = serializers.LabelWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        row = ontologies.update_label(label=label, **body.validated_data)
        return Response(serializers.LabelSerializer(row).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, label_id: UUID) -> Response:
        """Deletes a label that is on no annotation."""
        ontologies.delete_label(label=self._label(request, label_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @staticmethod
    def _label(request: Request, label_id: UUID) -> Label:
        label: Label = visible_or_404(LabelPolicy(), request.user, label_id)
        require(request.user, "dataset.edit", label.ontology.project_id)
        return label


class AttributeListView(APIView):
    @extend_schema(request=serializers.AttributeWriteSerializer, responses={201: serializers.AttributeSerializer})
    def post(self, request: Request, ontology_id: UUID) -> Response:
        ontology = _for(request, ontology_id)
        row = ontologies.add_attribute(ontology=ontology, **parsed(serializers.AttributeWriteSerializer, request))
        return Response(serializers.AttributeSerializer(row).data, status=status.HTTP_201_CREATED)


class AttributeDetailView(APIView):
    @extend_schema(
        request=serializers.AttributeWriteSerializer(partial=True), responses=serializers.AttributeSerializer
    )
    def patch(self, request: Request, attribute_id: UUID) -> Response:
        attribute = self._attribute(request, attribute_id)
        body = serializers.AttributeWriteSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        fields = {name: value for name, value in body.validated_data.items() if name != "key"}
        return Response(
            serializers.AttributeSerializer(ontologies.update_attribute(attribute=attribute, **fields)).data
        )

    @extend_schema(responses={204: None})
    def delete(self, request: Request, attribute_id: UUID) -> Response:
        ontologies.delete_attribute(attribute=self._attribute(request, attribute_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @staticmethod
    def _attribute(request: Request, attribute_id: UUID) -> Attribute:
        attribute: Attribute = visible_or_404(AttributePolicy(), request.user, attribute_id)
        require(request.user, "dataset.edit", attribute.ontology.project_id)
        return attribute
