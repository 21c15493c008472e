"""/api/v1/adapters/, /api/v1/projects/…/models/, /api/v1/models/…"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid, NotFound
from alp_site.lib.streams import file_response
from alp_site.lib.web import keyset_page, parse_int, parse_uuid
from alp_site.people.models import Project
from datasets.models import Dataset, TestSetVersion
from datasets.services import test_sets
from models_registry.api import serializers as shapes
from models_registry.api.access import model_for, person, project_for, version_body
from models_registry.selectors import catalogue, lineage, samples, versions
from models_registry.selectors import payloads as render
from models_registry.services import artifacts, imports, names, promotion, training
from models_registry.services import versions as making

LIST_FILTERS = ("status", "stage", "adapter", "family", "dataset", "cycle_id")


class AdapterListView(APIView):
    """The kinds of model there are, with the schema their forms are built from."""

    @extend_schema(responses=shapes.AdapterList)
    def get(self, request: Request) -> Response:
        return Response({"items": catalogue.list_adapters(), "next": None})


class GalleryView(APIView):
    """Published weights that a project can begin with, as the adapters declare them."""

    @extend_schema(responses=shapes.PublicModelList)
    def get(self, request: Request) -> Response:
        return Response({"items": catalogue.gallery(), "next": None})


class ModelListView(APIView):
    """The versions of a project, newest first."""

    @extend_schema(
        responses=shapes.ModelList,
        parameters=[OpenApiParameter(name, str) for name in (*LIST_FILTERS, "search", "tag", "sort", "after", "limit")],
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project_for(request, project_id, "model.see")
        rows = versions.list_models(request.user, project_id)
        for name in LIST_FILTERS:
            value = request.query_params.get(name)
            if value:
                is_id = name in ("family", "dataset", "cycle_id")
                rows = rows.filter(**{name: parse_uuid(value, name) if is_id else value})
        search = request.query_params.get("search", "").strip()
        if search:
            rows = rows.filter(Q(name__icontains=search) | Q(description__icontains=search))
        if tag := request.query_params.get("tag", "").strip():
            rows = rows.filter(tags__name=tag)
        sort = request.query_params.get("sort", "")
        column = sort.removeprefix("-")
        if column and column not in versions.SORTS:
            raise Invalid(f"Versions are sorted by {', '.join(versions.SORTS)}, not by {column}.", field="sort")
        return keyset_page(
            request, versions.sortable(rows, column), render.models, newest_first=True, default=50, sort=sort
        )

    @extend_schema(request=shapes.ModelCreate, responses={201: shapes.Model})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Makes a version from a base model and ground truth; with `train` its training starts at once."""
        project = project_for(request, project_id, "model.edit")
        data = shapes.parsed(shapes.ModelCreate, request)
        dataset = _dataset(project, data["dataset"])
        base = versions.get_model(data["base_model"], project.pk)
        if base is None:
            raise Invalid("The base model is not in this project.", field="base_model")
        draft = making.draft_version(
            project_id=project.pk,
            base_model=base,
            dataset=dataset,
            train_filter=data["train_filter"],
            validation_filter=data["validation_filter"],
            test_set_version=_test_set_version(request, dataset, data),
            configuration_changes=data.get("configuration"),
            name_template=data.get("name") or names.DEFAULT_TEMPLATE,
            seed=data.get("seed"),
            person_id=request.user.pk,
        )
        with write():
            model = making.save_version(draft)
            if data["train"]:
                training.start_training(model_id=model.pk, person_id=request.user.pk)
        return Response(version_body(model.pk), status=status.HTTP_201_CREATED)


class ModelTagListView(APIView):
    @extend_schema(responses=shapes.Words)
    def get(self, request: Request, project_id: UUID) -> Response:
        """The tags that versions of the project carry."""
        project_for(request, project_id, "model.see")
        return Response({"items": versions.tags_of(request.user, project_id), "next": None})


class ModelRegisterView(APIView):
    @extend_schema(request=shapes.ModelRegister, responses={201: shapes.Model})
    def post(self, request: Request, project_id: UUID) -> Response:
        """Registers a base version: an architecture, perhaps pretrained, that has learnt none of the labels yet; of an
        adapter that is not trained here, the trained model that its configuration names, which a job loads. With
        `public` a model of the gallery, whose weights a job fetches."""
        project = project_for(request, project_id, "model.edit")
        data = shapes.parsed(shapes.ModelRegister, request)
        told: dict[str, Any] = {
            "project_id": project.pk,
            "name": data["name"],
            "labels": data.get("labels"),
            "dataset": _dataset(project, data["dataset"]) if data.get("dataset") else None,
            "description": data.get("description", ""),
            "person_id": request.user.pk,
            "seed": data.get("seed", 0),
        }
        configuration = data.get("configuration") or {}
        if key := data.get("public"):
            adapter, weights = catalogue.public(key)
            told |= {"adapter": adapter, "configuration_values": {**configuration, **weights.configuration}}
            source = f"{catalogue.info(adapter).title}, {weights.learnt_from}"
            model = imports.request_import(**told, source=source)
        elif not data.get("adapter"):
            raise Invalid("Name an adapter, or a model of the gallery in 'public'.", field="adapter")
        elif catalogue.info(data["adapter"]).trainable:
            model = making.register_base_model(**told, adapter=data["adapter"], configuration_values=configuration)
        else:
            model = imports.request_import(**told, adapter=data["adapter"], configuration_values=configuration)
        return Response(version_body(model.pk), status=status.HTTP_201_CREATED)


class ModelDetailView(APIView):
    @extend_schema(responses=shapes.Model)
    def get(self, request: Request, model_id: UUID) -> Response:
        return Response(render.models([model_for(request, model_id, "model.see")])[0])

    @extend_schema(request=shapes.ModelPatch, responses=shapes.Model)
    def patch(self, request: Request, model_id: UUID) -> Response:
        """Name, notes, tags, and from which score its shapes are shown; everything else of a version is fixed."""
        model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.ModelPatch, request)
        if "shown_from" in data:
            making.show_from(model_id=model_id, score=data["shown_from"], person_id=request.user.pk)
        making.rename(
            model_id=model_id,
            name=data.get("name"),
            description=data.get("description"),
            tags=data.get("tags"),
            person_id=request.user.pk,
        )
        return Response(version_body(model_id))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, model_id: UUID) -> Response:
        """Moves the version to the trash."""
        model_for(request, model_id, "model.edit")
        making.delete_model(model_id=model_id, person_id=request.user.pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ModelTrainView(APIView):
    @extend_schema(request=None, responses={202: shapes.Model})
    def post(self, request: Request, model_id: UUID) -> Response:
        """Queues the training; one that was cancelled or failed goes on from its checkpoint."""
        model_for(request, model_id, "model.edit")
        training.start_training(model_id=model_id, person_id=request.user.pk)
        return Response(version_body(model_id), status=status.HTTP_202_ACCEPTED)


class ModelLoadView(APIView):
    @extend_schema(request=None, responses={202: shapes.Model})
    def post(self, request: Request, model_id: UUID) -> Response:
        """Tries again to load a version from its file, server or public weights."""
        model_for(request, model_id, "model.edit")
        imports.load_again(model_id=model_id, person_id=request.user.pk)
        return Response(version_body(model_id), status=status.HTTP_202_ACCEPTED)


class ModelCancelView(APIView):
    @extend_schema(request=None, responses={202: shapes.Model})
    def post(self, request: Request, model_id: UUID) -> Response:
        """Asks the training to stop; it does at its next look."""
        model_for(request, model_id, "model.edit")
        training.cancel_training(model_id=model_id, person_id=request.user.pk)
        return Response(version_body(model_id), status=status.HTTP_202_ACCEPTED)


class ModelPromoteView(APIView):
    @extend_schema(request=shapes.Reason, responses=shapes.Model)
    def post(self, request: Request, model_id: UUID) -> Response:
        """Makes the version best, whatever the gate said; the history keeps who did it and why."""
        model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.Reason, request)
        promotion.promote(
            model_id=model_id,
            reason=data.get("reason") or "promoted by hand",
            person_id=request.user.pk,
            comparison_id=data.get("comparison"),
        )
        return Response(version_body(model_id))


class ModelRollbackView(APIView):
    @extend_schema(request=shapes.Reason, responses=shapes.Model)
    def post(self, request: Request, model_id: UUID) -> Response:
        """Takes this best version out and puts back the one it had replaced, which is the answer."""
        model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.Reason, request)
        entry = promotion.rollback(model_id=model_id, person_id=request.user.pk, reason=data.get("reason", ""))
        return Response(version_body(entry.model_id))


class ModelArchiveView(APIView):
    @extend_schema(request=shapes.Reason, responses=shapes.Model)
    def post(self, request: Request, model_id: UUID) -> Response:
        """Puts a version aside."""
        model_for(request, model_id, "model.edit")
        data = shapes.parsed(shapes.Reason, request)
        promotion.archive(model_id=model_id, reason=data.get("reason", ""), person_id=request.user.pk)
        return Response(version_body(model_id))


class ModelMetricsView(APIView):
    @extend_schema(responses=shapes.Metrics)
    def get(self, request: Request, model_id: UUID) -> Response:
        """The metric samples of the training: one chart a figure, one line a legend."""
        model_for(request, model_id, "model.see")
        return Response({"figures": versions.metric_series(model_id)})


class ModelSamplesView(APIView):
    @extend_schema(responses=shapes.Samples, parameters=[OpenApiParameter("after", int)])
    def get(self, request: Request, model_id: UUID) -> Response:
        """What it said of a few validation pictures after each epoch of its training (behind epoch `after`)."""
        model = model_for(request, model_id, "model.see")
        after = parse_int(request.query_params.get("after"), "after", least=0, most=2**31, default=-1)
        return Response(samples.samples(model, after))


class ModelLogView(APIView):
    @extend_schema(responses=shapes.Listing)
    def get(self, request: Request, model_id: UUID) -> Response:
        """What happened to the version, oldest first."""
        model_for(request, model_id, "model.see")
        return Response({"items": render.log(list(versions.list_log(model_id).order_by("id")[:1000])), "next": None})


class ModelLineageView(APIView):
    @extend_schema(responses={200: {"type": "object"}})
    def get(self, request: Request, model_id: UUID) -> Response:
        """Where the version comes from: ancestors, counts, software, seed, files (lineage.json has the exact items);
        and what came of it: evaluations, comparisons, promotions, versions made from it."""
        model = model_for(request, model_id, "model.see")
        family = versions.list_models(request.user, model.project_id).filter(family=model.family).order_by("number")
        return Response(
            {
                "model": {"id": str(model.pk), "name": model.name},
                "summary": model.lineage,
                "dataset": render.named(model.dataset),
                "base_model": render.named(model.base_model),
                "came_of": lineage.came_of(model),
                "seed": model.seed,
                "weights_digest": model.weights_digest,
                "train_filter": model.train_filter,
                "validation_filter": model.validation_filter,
                "artifacts": render.artifacts(versions.artifacts_of(model_id)),
                "family": [
                    {
                        "id": str(row.pk),
                        "name": row.name,
                        "number": row.number,
                        "stage": row.stage,
                        "status": row.status,
                        "train_count": row.train_count,
                        "base_model": str(row.base_model_id) if row.base_model_id else None,
                    }
                    for row in family[:200]
                ],
            }
        )


class ModelLineageItemsView(APIView):
    @extend_schema(responses={200: {"type": "object"}})
    def get(self, request: Request, model_id: UUID) -> Response:
        """The content of lineage.json: the exact items, annotations and revisions the version was made from."""
        model = model_for(request, model_id, "model.see")
        if not any(row.name == making.LINEAGE for row in versions.artifacts_of(model_id)):
            raise NotFound("This version was registered, not made from items.")
        return Response(artifacts.read_json(model, making.LINEAGE))


class ModelArtifactView(APIView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, model_id: UUID, name: str) -> HttpResponseBase:
        """One file of the version, as a download."""
        model = model_for(request, model_id, "model.edit")
        found = next((row for row in versions.artifacts_of(model.pk) if row.name == name), None)
        if found is None:
            raise NotFound(f"This version has no file {name}.", name=name)
        disposition = content_disposition_header(True, name.rsplit("/", 1)[-1]) or "attachment"
        return file_response(
            request, storage.open_blob(found.blob_id), found.size, content_type="application/octet-stream",
            headers={"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"},
        )  # fmt: skip


def _dataset(project: Project, dataset_id: UUID) -> Dataset:
    found = Dataset.objects.filter(pk=dataset_id, project=project, deleted_at__isnull=True).first()
    if found is None:
        raise Invalid("The dataset is not in this project.", field="dataset")
    return found


def _test_set_version(request: Request, dataset: Dataset, data: dict[str, Any]) -> TestSetVersion | None:
    if data.get("test_set_version"):
        rows = TestSetVersion.objects.select_related("test_set__dataset")
        found = rows.filter(pk=data["test_set_version"], test_set__dataset=dataset).first()
        if found is None:
            raise Invalid("The test set version is not of this dataset.", field="test_set_version")
        return found
    if data.get("test_filter"):
        return test_sets.resolve_version(dataset=dataset, filter=data["test_filter"], user=person(request))
    return None


__all__ = [
    "AdapterListView",
    "GalleryView",
    "ModelArchiveView",
    "ModelArtifactView",
    "ModelCancelView",
    "ModelDetailView",
    "ModelLineageItemsView",
    "ModelLineageView",
    "ModelListView",
    "ModelLoadView",
    "ModelLogView",
    "ModelMetricsView",
    "ModelPromoteView",
    "ModelRegisterView",
    "ModelRollbackView",
    "ModelSamplesView",
    "ModelTagListView",
    "ModelTrainView",
]
