"""Versions that come from outside: a trained file, a model's own server, public weights. A job fetches and loads them.

The request makes the version and rings the job; nothing is read or asked before that. What fails is told on the version
and can be tried again, once the file lies there or the server answers.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.db import now, write
from alp_site.lib.errors import AlpError, Invalid
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from alp_site.people.models import Project
from datasets.models import Dataset
from models_registry.errors import WrongStatus
from models_registry.ml.adapters import AnyAdapter, check_labels, new_adapter
from models_registry.models import NAME_MAX, Model, ModelLog
from models_registry.selectors import catalogue
from models_registry.services import artifacts, stages, versions

__all__ = ["KIND", "load", "load_again", "load_ended", "request_import"]

KIND = "models.load"
STEPS = 3


def request_import(
    *,
    project_id: UUID,
    name: str,
    adapter: str,
    configuration_values: dict[str, Any] | None = None,
    labels: list[str] | None = None,
    dataset: Dataset | None = None,
    seed: int = 0,
    description: str = "",
    source: str = "",
    person_id: UUID | None = None,
) -> Model:
    """The first version of a family, whose weights a job loads; a taken name gets the next number.

    ``source``: what people know it by; without one, the file or address that the configuration names.
    Raises Invalid (configuration, labels, no name), UnknownName (adapter).
    """
    full = catalogue.checked(adapter, configuration_values or {})
    clean = " ".join(name.split())
    if not clean:
        raise Invalid("A model needs a name.", field="name")
    names = list(dict.fromkeys(labels or catalogue.ontology_labels(dataset) or catalogue.info(adapter).labels))
    if not catalogue.info(adapter).trainable:  # one that is trained here may learn its classes later
        check_labels(adapter, names)
    known_by = source or str(full.get("file") or full.get("url") or catalogue.info(adapter).title)
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
            status=Model.Status.CREATED,
            dataset=dataset,
            seed=seed,
            lineage={"imported": {"name": known_by[:NAME_MAX], "loaded": True}},
            created_by_id=person_id,
        )
        model.family = model.pk
        model.job_id = _ring(model, person_id).pk
        model.save(force_insert=True)
        text = f"to be loaded: {catalogue.info(adapter).title}, {known_by}"
        ModelLog.objects.create(model=model, kind="status", status=model.status, text=text, person_id=person_id)
        stages.publish_status(model)
        return model


def load_again(*, model_id: UUID, person_id: UUID | None = None) -> Model:
    """Tries once more what could not be loaded. Safe to repeat. Raises WrongStatus for any other version."""
    with write():
        model = Model.objects.select_for_update().get(pk=model_id, deleted_at__isnull=True)
        if not _is_loaded_by_us(model) or model.status not in (Model.Status.FAILED, Model.Status.CREATED):
            raise WrongStatus(f"{model.name} is {model.status}: there is nothing to load again.", status=model.status)
        job = _ring(model, person_id)
        if model.job_id != job.pk or model.status != Model.Status.CREATED:
            stages.set_status(
                model=model, status=Model.Status.CREATED, text="to be loaded again", person_id=person_id,
                fields={"job_id": job.pk, "error": None},
            )  # fmt: skip
        return model


def load(run: Run) -> None:
    """The job. What is trained elsewhere may predict after it; a base with public weights is ready to be trained.

    May run twice: the files are kept by content, the last transaction changes the status. Raises nothing that people
    can mend: that stands on the version.
    """
    model = Model.objects.filter(pk=run.payload["model"], deleted_at__isnull=True).first()
    if model is None or model.status != Model.Status.CREATED:
        return
    run.progress(0, STEPS, f"loading {model.lineage['imported']['name']}")
    try:
        labels = model.labels if len(model.labels) > 1 or not _is_trained_here(model) else ["a", "b"]
        loaded = new_adapter(model.adapter, model.configuration, labels, model.seed)
        run.stop_if_cancelled()
        run.progress(1, STEPS, "keeping its files")
        files = {} if _is_trained_here(model) else _kept(loaded)
    except AlpError as error:
        with run.commit():
            _fail(model, error.code, error.message)
            run.finish()
        return
    run.progress(STEPS, STEPS, "loaded")
    with run.commit():
        for file, stored in files.items():
            artifacts.attach(model=model, name=file, sha256=stored.sha256, size=stored.size)
        fields: dict[str, Any] = {"error": None}
        if files:
            fields |= {"weights_digest": loaded.weights_digest(), "trained_at": now()}
        stages.set_status(model=model, status=Model.Status.PRE_TRAINED, text=_said(model), fields=fields)
        if files:
            stages.set_stage(model=model, stage=Model.Stage.CANDIDATE, reason="imported")
        run.finish()


def load_ended(job: Job) -> None:
    """What the job runner calls in the transaction that ends the loading as failed or cancelled."""
    model = Model.objects.filter(pk=job.payload["model"], job_id=job.pk, status=Model.Status.CREATED).first()
    if model is not None:
        _fail(model, job.error_code or str(job.state), job.error[:2000] or "It was cancelled.")


def _ring(model: Model, person_id: UUID | None) -> Job:
    return enqueue(
        KIND, key=f"load:{model.pk}", payload={"model": str(model.pk)}, project_id=model.project_id,
        title=f"Load {model.name}"[:200], created_by=person_id,
    )  # fmt: skip


def _kept(loaded: AnyAdapter) -> dict[str, storage.Received]:
    """Its files by name, in storage: from then on the version does not depend on where it came from."""
    with tempfile.TemporaryDirectory(prefix="alp-import-") as folder:
        return {
            f"{artifacts.WEIGHTS_PREFIX}{file}": storage.put_file(path)
            for file, path in loaded.save(Path(folder)).items()
        }


def _is_trained_here(model: Model) -> bool:
    return catalogue.info(model.adapter).trainable


def _is_loaded_by_us(model: Model) -> bool:
    return bool((model.lineage.get("imported") or {}).get("loaded"))


def _said(model: Model) -> str:
    if _is_trained_here(model):
        return "its public weights are here: versions can be trained from it"
    return f"loaded from {model.lineage['imported']['name']}: it may predict"


def _fail(model: Model, code: str, message: str) -> None:
    stages.set_status(
        model=model, status=Model.Status.FAILED, text=message, fields={"error": {"code": code, "message": message}}
    )
