"""Versions that come trained from outside: predicted with, judged and compared like any other, never trained here."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.models import Project
from datasets.models import Dataset
from models_registry.ml.adapters import new_adapter
from models_registry.models import NAME_MAX, Model, ModelLog
from models_registry.selectors import catalogue
from models_registry.services import artifacts, stages, versions

__all__ = ["import_model"]


def import_model(
    *,
    project_id: UUID,
    name: str,
    adapter: str,
    configuration_values: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    dataset: Dataset | None = None,
    description: str = "",
    person_id: UUID | None = None,
) -> Model:
    """The first version of a family, with the weights that the configuration names: checked, copied into storage and
    from then on independent of the file. A taken name gets the next number. Slow; not inside a transaction.

    Raises Invalid (configuration, labels, a file that cannot be run), WeightsMissing, UnknownName (adapter).
    """
    full = catalogue.checked(adapter, configuration_values or {})
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("A model needs a name.", field="name")
    names = list(dict.fromkeys(labels or catalogue.ontology_labels(dataset)))
    loaded = new_adapter(adapter, full, names)
    with tempfile.TemporaryDirectory(prefix="alp-import-") as folder:
        files = {
            f"{artifacts.WEIGHTS_PREFIX}{file}": storage.put_file(path)
            for file, path in loaded.save(Path(folder)).items()
        }
    with write():
        Project.objects.select_for_update().get(pk=project_id)
        model = Model(
            project_id=project_id,
            name=versions.free_name(project_id, clean[: NAME_MAX - 6]),
            description=description,
            number=1,
            adapter=adapter,
            configuration=full,
            labels=names,
            status=Model.Status.PRE_TRAINED,
            stage=Model.Stage.CANDIDATE,
            weights_digest=loaded.weights_digest(),
            dataset=dataset,
            created_by_id=person_id,
        )
        model.family = model.pk
        model.save(force_insert=True)
        for file, stored in files.items():
            artifacts.attach(model=model, name=file, sha256=stored.sha256, size=stored.size)
        text = f"imported: {catalogue.info(adapter).title}, {full.get('file', '')}"
        ModelLog.objects.create(model=model, kind="status", status=model.status, text=text, person_id=person_id)
        stages.publish_status(model)
        return model
