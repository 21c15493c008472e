"""What a version can be exported as, what was, and how it was checked."""

from __future__ import annotations

from typing import Any

from alp_site.lib.models import OPEN_STATES, Job
from models_registry.ml.adapters import ADAPTERS
from models_registry.ml.exporting import KINDS, missing_packages
from models_registry.models import Artifact, Model
from models_registry.selectors.payloads import job_state, when

__all__ = ["FOLDER", "about_name", "exports_of", "file_name", "job_key"]

FOLDER = "exports/"
TITLES = {
    "onnx": ("ONNX", "For onnxruntime and most other programs; our ONNX adapters read it too."),
    "exported_program": ("PyTorch program", "An ExportedProgram (.pt2): torch.export.load runs it without our code."),
}


def file_name(kind: str) -> str:
    """The artifact that is the file."""
    return f"{FOLDER}{KINDS[kind]}"


def about_name(kind: str) -> str:
    """The artifact that tells how to use it and how it was checked."""
    return f"{FOLDER}{kind}.json"


def exports_of(model: Model) -> list[dict[str, Any]]:
    """Each format: whether it can be written here, the file that is there, the job that was asked for last."""
    files = {row.name: row for row in Artifact.objects.filter(model=model, name__startswith=FOLDER)}
    keys = [job_key(model, kind) for kind in KINDS]
    last: dict[str, Job] = {}
    for job in Job.objects.filter(key__in=keys).order_by("created_at"):
        last[job.key] = job
    return [_export(kind, model, files, last.get(job_key(model, kind))) for kind in KINDS]


def job_key(model: Model, kind: str) -> str:
    """Of the job that writes it: one at a time."""
    return f"export:{model.pk}:{kind}"


def _export(kind: str, model: Model, files: dict[str, Artifact], job: Job | None) -> dict[str, Any]:
    title, text = TITLES[kind]
    file, missing = files.get(file_name(kind)), missing_packages(kind)
    newer = job is not None and (file is None or job.created_at > file.created_at)
    return {
        "format": kind,
        "title": title,
        "text": text,
        "reason": _reason(model, missing),
        "file": file and {"name": file.name, "size": file.size, "sha256": file.blob_id, "at": when(file.created_at)},
        "about": about_name(kind) if about_name(kind) in files else None,
        "job": job_state(job) if job is not None and (newer or job.state in OPEN_STATES) else None,
    }


def _reason(model: Model, missing: list[str]) -> str:
    """Why it cannot be asked for; empty where it can."""
    if missing:
        return f"This server lacks {', '.join(missing)}: pip install {' '.join(missing)}"
    if model.adapter not in ADAPTERS.names() or not ADAPTERS.get(model.adapter).info.trainable:
        return "It was not trained here: its file or server is the model already."
    return "" if model.can_predict else "It has no weights yet."
