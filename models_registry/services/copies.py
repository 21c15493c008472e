"""A second version with the weights of another, to go on from in its own name."""

from __future__ import annotations

from uuid import UUID

from alp_site.lib.db import write
from alp_site.people.models import Project
from models_registry.errors import NotTrained
from models_registry.models import NAME_MAX, Model, ModelLog, ModelTag
from models_registry.selectors import versions
from models_registry.services import artifacts, stages
from models_registry.services.versions import free_name, next_number

__all__ = ["clone_model"]


def clone_model(*, model_id: UUID, name: str = "", person_id: UUID | None = None) -> Model:
    """The next version of the same family with the same weights, files and labels, in no stage; its bytes are shared.

    Predictions and evaluations are known by the weights, so that none is made twice. Raises NotTrained for a version
    without weights.
    """
    with write():
        source = Model.objects.get(pk=model_id, deleted_at__isnull=True)
        if not source.can_predict:
            raise NotTrained(f"{source.name} has no weights to copy.", model=str(source.pk))
        Project.objects.select_for_update().get(pk=source.project_id)  # one namer a project at a time
        clone = Model.objects.create(
            project_id=source.project_id,
            name=free_name(source.project_id, (" ".join(name.split()) or f"{source.name} copy")[: NAME_MAX - 6]),
            description=source.description,
            base_model=source,
            family=source.family,
            number=next_number(source.family),
            adapter=source.adapter,
            configuration=source.configuration,
            labels=source.labels,
            status=source.status,
            dataset_id=source.dataset_id,
            train_filter=source.train_filter,
            validation_filter=source.validation_filter,
            test_set_version_id=source.test_set_version_id,
            train_count=source.train_count,
            validation_count=source.validation_count,
            lineage={**source.lineage, "cloned_from": {"id": str(source.pk), "name": source.name}},
            seed=source.seed,
            weights_digest=source.weights_digest,
            temperature=source.temperature,
            shown_from=source.shown_from,
            trained_at=source.trained_at,
            created_by_id=person_id,
        )
        tags = source.tags.values_list("name", flat=True)
        ModelTag.objects.bulk_create([ModelTag(model=clone, name=tag) for tag in tags])
        for row in versions.artifacts_of(source.pk):
            artifacts.attach(model=clone, name=row.name, sha256=row.blob_id, size=row.size)
        text = f"copied from {source.name}, weights and all"
        ModelLog.objects.create(model=clone, kind="status", status=clone.status, text=text, person_id=person_id)
        stages.publish_status(clone)
        return clone
