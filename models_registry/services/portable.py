"""A version as one file: out of the house as a zip of safetensors and JSON, and into it again.

A file from outside is data, never code: what could run when loaded is refused by its name. What its manifest claims is
found out anew: the files by their hashes as they come in, the digest of the weights by a job that loads them.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from alp_site.lib import plain, storage
from alp_site.lib.db import now, write
from alp_site.lib.errors import AlpError, Invalid
from alp_site.lib.jobs import Run, enqueue
from alp_site.lib.models import Job
from alp_site.people.models import Project
from models_registry.ml.adapters import load_adapter
from models_registry.ml.schema import check_against
from models_registry.models import NAME_MAX, Artifact, Model, ModelLog
from models_registry.selectors import catalogue, versions
from models_registry.selectors.exports import FOLDER
from models_registry.selectors.samples import FILE as SAMPLES
from models_registry.services import artifacts, stages
from models_registry.services.versions import free_name

__all__ = ["KIND", "MANIFEST", "check_ended", "check_imported", "import_version", "packed", "unpack"]

KIND = "models.import"
MANIFEST = "alp-model.json"
FORMAT = "alp.model/1"
CHUNK = 256 * 1024
MOST_FILES = 200
MOST_MANIFEST = 4_000_000
MOST_BYTES = 8_000_000_000
_TAKEN = re.compile(r"(weights/[\w.-]{1,100}\.(safetensors|json)|lineage\.json|training\.json)", re.ASCII)
_RUNS = (".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".joblib", ".npy", ".npz", ".h5", ".keras", ".py")
_FILE = {
    "type": "object",
    "required": ["sha256", "size"],
    "properties": {
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "size": {"type": "integer", "minimum": 0, "maximum": MOST_BYTES},
    },
}
_SCHEMA = {
    "type": "object",
    "required": ["format", "name", "adapter", "configuration", "labels", "files"],
    "properties": {
        "format": {"const": FORMAT},
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "description": {"type": "string", "default": ""},
        "adapter": {"type": "string"},
        "configuration": {"type": "object"},
        "labels": {"type": "array", "items": {"type": "string", "maxLength": 200}, "uniqueItems": True},
        "temperature": {"type": ["number", "null"], "exclusiveMinimum": 0, "default": None},
        "shown_from": {"type": ["number", "null"], "minimum": 0, "maximum": 1, "default": None},
        "seed": {"type": "integer", "default": 0},
        "weights_digest": {"type": "string", "default": ""},
        "lineage": {"type": "object", "default": {}},
        "files": {"type": "object", "additionalProperties": _FILE, "minProperties": 1, "maxProperties": MOST_FILES},
    },
}


# ---- out


def packed(model: Model) -> Iterator[bytes]:
    """The zip, piece by piece: the manifest, then each file of the version, uncompressed (weights do not shrink).

    The tables are read before this returns, so that the pieces may be made in any thread.
    """
    rows = [
        row for row in versions.artifacts_of(model.pk) if row.name != SAMPLES and not row.name.startswith(FOLDER)
    ]  # what it said of pictures means nothing where these are not
    manifest = json.dumps(_manifest(model, rows), indent=1, sort_keys=True)
    return _zipped(manifest, rows)


def _zipped(manifest: str, rows: list[Artifact]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(MANIFEST, manifest)
        for row in rows:
            entry = zipfile.ZipInfo(row.name, date_time=row.created_at.timetuple()[:6])
            entry.file_size = row.size  # so that large ones are written as such
            with storage.open_blob(row.blob_id) as source, archive.open(entry, "w") as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
                    yield pipe.taken()
    yield pipe.taken()


class _Pipe:
    """Where a zip is written to while somebody reads it from the other end."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes, /) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open here."""

    def taken(self) -> bytes:
        """All that was written since the last time."""
        held, self._held = self._held, []
        return b"".join(held)


def _manifest(model: Model, rows: list[Artifact]) -> dict[str, Any]:
    evaluation = versions.latest_evaluations([model.pk]).get(model.pk)
    return {
        "format": FORMAT,
        "name": model.name,
        "description": model.description,
        "adapter": model.adapter,
        "configuration": model.configuration,
        "labels": model.labels,
        "temperature": model.temperature,
        "shown_from": model.shown_from,
        "seed": model.seed,
        "weights_digest": model.weights_digest,
        "train_count": model.train_count,
        "validation_count": model.validation_count,
        "lineage": model.lineage,
        "evaluation": evaluation and {
            "summary": evaluation.summary,
            "test_set_hash": evaluation.test_set_version.hash,
            "items": evaluation.item_count,
        },
        "files": {row.name: {"sha256": row.blob_id, "size": row.size} for row in rows},
        "exported_at": now().isoformat(),
    }  # fmt: skip


# ---- in


@dataclass(frozen=True)
class Unpacked:
    """A manifest that was checked, and its files, which lie in storage."""

    manifest: Mapping[str, Any]
    files: Mapping[str, storage.Received]


def unpack(source: IO[bytes]) -> Unpacked:
    """Reads a zip that `packed` wrote; writes no table. Raises Invalid that says what is wrong with which file."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            _refuse_others(names)
            manifest = _read_manifest(archive)
            missing = sorted(manifest["files"].keys() - set(names))
            if missing:
                raise Invalid(f"The file {missing[0]} is named in {MANIFEST} and is not there.", field=missing[0])
            return Unpacked(
                manifest, {name: _received(archive, name, said) for name, said in manifest["files"].items()}
            )
    except zipfile.BadZipFile as error:
        raise Invalid(f"This is no zip file that can be read: {error}.", field="file") from None


def import_version(*, project_id: UUID, unpacked: Unpacked, person_id: UUID | None = None) -> Model:
    """A version of its own family, whose weights a job checks; a taken name gets the next number.

    Raises UnknownName (no such adapter here), Invalid (configuration).
    """
    manifest = unpacked.manifest
    configuration = catalogue.checked(manifest["adapter"], manifest["configuration"])
    origin = {
        "name": manifest["name"],
        "weights_digest": manifest["weights_digest"],
        "train_count": manifest.get("train_count"),
        "evaluation": manifest.get("evaluation"),
    }
    with write():
        Project.objects.select_for_update().get(pk=project_id)
        model = Model(
            project_id=project_id,
            name=free_name(project_id, " ".join(manifest["name"].split())[: NAME_MAX - 6]),
            description=manifest["description"],
            number=1,
            adapter=manifest["adapter"],
            configuration=configuration,
            labels=manifest["labels"],
            status=Model.Status.CREATED,
            lineage={**manifest["lineage"], "imported": origin},
            seed=manifest["seed"],
            temperature=manifest["temperature"],
            shown_from=manifest["shown_from"] if catalogue.task_of(manifest["adapter"]) != "classification" else None,
            created_by_id=person_id,
        )
        model.family = model.pk
        job = enqueue(
            KIND, key=f"import:{model.pk}", payload={"model": str(model.pk)}, project_id=project_id,
            title=f"Check the imported {model.name}", created_by=person_id,
        )  # fmt: skip
        model.job_id = job.pk
        model.save(force_insert=True)
        for name, file in unpacked.files.items():
            artifacts.attach(model=model, name=name, sha256=file.sha256, size=file.size)
        text = f"imported as {manifest['name']}: its files are being checked"
        ModelLog.objects.create(model=model, kind="status", status=model.status, text=text, person_id=person_id)
        stages.publish_status(model)
        return model


def check_imported(run: Run) -> None:
    """The job: the weights are loaded, their digest is taken, and the version may predict; or it says why not."""
    model = Model.objects.filter(pk=run.payload["model"], deleted_at__isnull=True).first()
    if model is None or model.status != Model.Status.CREATED:
        return
    try:
        with artifacts.weights_folder(model) as folder:
            adapter = load_adapter(folder)
        if list(adapter.labels) != list(model.labels):
            raise Invalid("Its weights were made for other classes than its manifest names.", field="labels")
    except AlpError as error:
        with run.commit():
            _fail(model, error.code, error.message)
            run.finish()
        return
    digest, claimed = adapter.weights_digest(), model.lineage["imported"]["weights_digest"]
    with run.commit():
        text = "imported: its weights are whole" if digest == claimed else "imported: other weights than it said"
        fields = {"weights_digest": digest, "trained_at": now(), "error": None}
        stages.set_status(model=model, status=Model.Status.TRAINED, text=text, fields=fields)
        run.finish()


def check_ended(job: Job) -> None:
    """What the job runner calls in the transaction that ends a check as failed or cancelled."""
    model = Model.objects.filter(pk=job.payload["model"], job_id=job.pk, status=Model.Status.CREATED).first()
    if model is not None:
        _fail(model, job.error_code or str(job.state), job.error[:2000] or "It was cancelled.")


def _fail(model: Model, code: str, message: str) -> None:
    stages.set_status(
        model=model, status=Model.Status.FAILED, text=message, fields={"error": {"code": code, "message": message}}
    )


def _refuse_others(names: list[str]) -> None:
    if MANIFEST not in names:
        raise Invalid(f"There is no {MANIFEST} in this zip: it was not exported from a model registry of ours.")
    if len(names) > MOST_FILES:
        raise Invalid(f"The zip holds {len(names)} files; a version has at most {MOST_FILES}.", field="file")
    for name in names:
        if name == MANIFEST or name.endswith("/") or _TAKEN.fullmatch(name):
            continue
        if name.lower().endswith(_RUNS):
            raise Invalid(
                f"{name[:200]} is refused: loading such a file can run code. Weights come as safetensors.",
                field=name[:200],
            )
        if name.lower().endswith(".onnx"):
            raise Invalid(
                f"{name[:200]} is refused: ONNX files come from the server's weights folder. Register the model there.",
                field=name[:200],
            )
        raise Invalid(f"{name[:200]} does not belong into an exported version.", field=name[:200])


def _read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    with archive.open(MANIFEST) as file:
        raw = file.read(MOST_MANIFEST + 1)
    try:
        body = json.loads(raw) if len(raw) <= MOST_MANIFEST else None
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Invalid(f"{MANIFEST} is no JSON object of at most {MOST_MANIFEST // 1_000_000} MB.", field=MANIFEST)
    if fault := plain.first_fault(body):
        raise Invalid(f"{MANIFEST} cannot be kept: {fault}.", field=MANIFEST)
    manifest = check_against(_SCHEMA, body, f"manifest {MANIFEST}")
    _refuse_others([MANIFEST, *manifest["files"]])
    return manifest


def _received(archive: zipfile.ZipFile, name: str, said: Mapping[str, Any]) -> storage.Received:
    with archive.open(name) as file:
        found = storage.receive(file, max_bytes=said["size"])
    if found.sha256 != said["sha256"]:
        raise Invalid(f"{name} is not the file that {MANIFEST} names: its sha256 differs.", field=name)
    return found
