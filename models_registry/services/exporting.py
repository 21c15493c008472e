"""A version as a file that other programs run, made and checked by a job and kept as files of the version."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.errors import Invalid
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from datasets.models import Item, TestSetEntry
from models_registry.errors import NotTrained
from models_registry.ml.adapters import load_adapter
from models_registry.ml.exporting import KINDS, PICTURES, PackageMissing, export, missing_packages
from models_registry.models import Model
from models_registry.selectors.exports import about_name, file_name, job_key
from models_registry.services import artifacts
from models_registry.services.embeddings import BlobImages

__all__ = ["KIND", "export_version", "request_export"]

KIND = "models.export"


def request_export(*, model: Model, kind: str, person_id: UUID | None) -> Job:
    """The job that writes and checks the file. Safe to repeat: a job that is open is the one, a file that is there is
    written anew. Raises NotTrained, Invalid (no such format), PackageMissing."""
    if kind not in KINDS:
        raise Invalid(f"format is one of {', '.join(KINDS)}.", field="format")
    if not model.can_predict:
        raise NotTrained(f"{model.name} has no weights to export.", model=str(model.pk))
    missing = missing_packages(kind)
    if missing:
        raise PackageMissing(f"This format needs: pip install {' '.join(missing)}", packages=missing)
    return enqueue(
        KIND,
        key=job_key(model, kind),
        payload={"model": str(model.pk), "format": kind},
        project_id=model.project_id,
        title=f"Export {model.name}"[:200],
        created_by=person_id,
    )


def export_version(run: Run) -> None:
    """The job. May run twice: the last transaction names both files at once, in place of earlier ones."""
    model = Model.objects.get(pk=run.payload["model"])
    kind = run.payload["format"]
    run.progress(0, 3, "loading the weights")
    with artifacts.weights_folder(model) as weights:
        adapter = load_adapter(weights)  # of its own: writing a net down takes it apart
    blobs = _pictures(model)
    run.stop_if_cancelled()
    run.progress(1, 3, f"writing the file, then checking it on {min(len(blobs), PICTURES)} pictures")
    with tempfile.TemporaryDirectory(prefix="alp-export-") as folder:
        made = export(adapter, kind, BlobImages(blobs), Path(folder))
        run.stop_if_cancelled()
        run.progress(2, 3, "keeping it")
        with made.path.open("rb") as file:
            stored = storage.receive(file, max_bytes=made.path.stat().st_size)
    about = storage.put_bytes(json.dumps(made.about, indent=1, sort_keys=True).encode())
    with run.commit():
        artifacts.attach(model=model, name=file_name(kind), sha256=stored.sha256, size=stored.size)
        artifacts.attach(model=model, name=about_name(kind), sha256=about.sha256, size=about.size)
        run.finish()


def _pictures(model: Model) -> list[str]:
    """Real ones: of its test set version, else of the project's datasets, the oldest first."""
    entries = TestSetEntry.objects.filter(version_id=model.test_set_version_id).order_by("item_id")
    found = list(entries.values_list("blob_id", flat=True)[:PICTURES]) if model.test_set_version_id else []
    if found:
        return found
    rows = Item.objects.filter(dataset__project_id=model.project_id, type="file", deleted_at=None, blob__isnull=False)
    return [str(blob) for blob in rows.order_by("pk").values_list("blob_id", flat=True)[:PICTURES]]
