"""Images of a folder of the server into a dataset, some at a time. The operator says which folder that may be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alp_site.env import ENV
from alp_site.lib.db import write
from alp_site.lib.errors import Conflict, Invalid
from datasets.errors import FileRefused
from datasets.models import Dataset
from datasets.services import paths, upload
from datasets.services._common import chunked

__all__ = ["FolderClosed", "Taken", "folder_at", "keep_files", "take_files"]

PAGE = 500
REFUSED_KEPT = 100


class FolderClosed(Conflict):
    """The operator allows no folder, or the one asked for is not inside it."""

    code = "folder_closed"


@dataclass
class Taken:
    """New files, read and decoded, that no row names yet. `there`: how many were in the dataset already; `more`:
    whether further new ones wait; `refused`: {"filename", "reason", "message"} of the first ones."""

    files: list[upload.Prepared] = field(default_factory=list)
    there: int = 0
    more: bool = False
    refused: list[dict[str, str]] = field(default_factory=list)
    refused_count: int = 0


def folder_at(prefix: str) -> Path:
    """The folder of that name inside the allowed one. Raises FolderClosed: links and `..` do not lead out of it."""
    root = ENV.import_folder
    if root is None:
        raise FolderClosed("The operator of this server allows no folder to import from (ALP_IMPORT_DIR).")
    try:
        found = (root / prefix.strip("/")).resolve()
        there = found.is_dir()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a null byte, a name too long
        raise FolderClosed("This is not the name of a folder.", folder=ascii(prefix)) from None
    if not found.is_relative_to(root.resolve()):
        raise FolderClosed("The folder lies outside the one that the operator allows.", folder=prefix)
    if not there:
        raise FolderClosed(f"There is no folder {prefix!r} to import from.", folder=prefix)
    return found


def take_files(*, dataset: Dataset, prefix: str, directory: str, limit: int) -> Taken:
    """Reads up to `limit` images that the dataset does not have by name, in the order of their paths. Slow; writes no
    table; repeated before `keep_files` it takes the same. Raises FolderClosed, Invalid for a bad directory."""
    try:
        into = paths.directory(directory)
    except FileRefused as error:
        raise Invalid(error.message, field="directory") from None
    root, taken = folder_at(prefix), Taken()
    for page in chunked(_files(root), PAGE):
        names = {rel: f"{into.rstrip('/')}/{rel}" for rel in page}
        there = upload.known(dataset, names.values())
        taken.there += len(there)
        for rel in page:
            if names[rel] in there:
                continue
            if len(taken.files) >= limit:
                taken.more = True
                return taken
            _take(root / rel, names[rel], rel, taken)
    return taken


def keep_files(*, dataset: Dataset, taken: Taken) -> list[upload.UploadResult]:
    """Rows for what was taken; a name that came meanwhile is skipped. Joins the open transaction; repeatable."""
    with write():
        return [
            result
            for part in chunked(taken.files, upload.chunk_size())
            for result in upload.store(dataset=dataset, chunk=part, user=None, mode="skip")
        ]


def _take(path: Path, name: str, shown: str, taken: Taken) -> None:
    try:
        with path.open("rb") as handle:
            found = upload.prepare(upload.NewFile(name, handle), shown=shown)
    except OSError as error:
        found = upload.Prepared(name[:1024], shown, error=FileRefused(shown, "unreadable", f"Cannot be read: {error}."))
    if found.error is None:
        taken.files.append(found)
        return
    taken.refused_count += 1
    if len(taken.refused) < REFUSED_KEPT:
        taken.refused.append({"filename": shown, "reason": found.error.reason, "message": found.error.message})


def _files(root: Path) -> Iterator[str]:
    """Paths below the folder, relative to it, in order; hidden ones and links are passed over."""
    for here, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(here) / name
            if not name.startswith(".") and not path.is_symlink():
                yield path.relative_to(root).as_posix()
