"""Files of a version: kept by content, named on the model, brought back as a folder for an adapter."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alp_site.lib import storage
from alp_site.lib.db import write
from models_registry.models import Artifact, Model

__all__ = ["WEIGHTS_PREFIX", "attach", "read_json", "weights_folder"]

WEIGHTS_PREFIX = "weights/"  # files an adapter wrote, and needs back under their own names


def attach(*, model: Model, name: str, sha256: str, size: int) -> Artifact:
    """Names a stored file on the model; the same name again points to the new content. Joins an open transaction."""
    with write():
        found = Artifact.objects.filter(model=model, name=name).first()
        if found and found.blob_id == sha256:
            return found
        storage.retain({sha256: size})
        if found is None:
            return Artifact.objects.create(model=model, name=name, blob_id=sha256, size=size)
        storage.release([found.blob_id])
        found.blob_id, found.size = sha256, size
        found.save(update_fields=["blob", "size"])
        return found


def read_json(model: Model, name: str) -> Any:
    """The content of a JSON artifact. Raises Artifact.DoesNotExist, NotFound (its bytes are gone)."""
    artifact = Artifact.objects.get(model=model, name=name)
    return json.loads(storage.read_bytes(artifact.blob_id))


@contextmanager
def weights_folder(model: Model) -> Iterator[Path]:
    """A temporary folder with the adapter's files under their own names: links into storage, no bytes copied."""
    with tempfile.TemporaryDirectory(prefix="alp-weights-") as folder:
        for artifact in Artifact.objects.filter(model=model, name__startswith=WEIGHTS_PREFIX):
            link = Path(folder) / artifact.name.removeprefix(WEIGHTS_PREFIX)
            link.symlink_to(storage.path(artifact.blob_id))
        yield Path(folder)
