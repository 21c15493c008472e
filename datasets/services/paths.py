"""Names of files inside a dataset: `/dir/name.jpg`, normal, never leading out of it."""

from __future__ import annotations

import re
import unicodedata

from datasets.errors import FileRefused

__all__ = ["directory", "folders_of", "is_hidden", "join", "normal_path", "split"]

MAX_PATH = 1024
MAX_NAME = 255
_DRIVE = re.compile(r"^[A-Za-z]:")


def normal_path(given: str) -> str:
    """`/a/b.jpg` from what a client sent. Raises FileRefused(bad_name) for traversal, drives, control characters."""
    shown = given[:200]
    if not given or given.endswith("/"):
        raise FileRefused(shown, "bad_name", "The file has no name.")
    if "\\" in given or _DRIVE.match(given):
        raise FileRefused(shown, "bad_name", "The name holds a backslash or a drive letter.")
    text = unicodedata.normalize("NFC", given)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text):
        raise FileRefused(ascii(shown), "bad_name", "The name holds control characters.")
    if "*" in text:
        raise FileRefused(shown, "bad_name", "The name holds a star, which stands for anything in filters.")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise FileRefused(shown, "path_traversal", "The path leads out of the dataset.")
    if not parts or any(len(part.encode()) > MAX_NAME or part != part.strip() for part in parts):
        raise FileRefused(shown, "bad_name", "A part of the path is empty, too long or starts or ends with a space.")
    path = "/" + "/".join(parts)
    if len(path) > MAX_PATH:
        raise FileRefused(shown, "bad_name", f"The path is longer than {MAX_PATH} characters.")
    return path


def directory(given: str) -> str:
    """A folder's path without a trailing slash; "/" is the root."""
    trimmed = given.strip("/")
    return normal_path(trimmed) if trimmed else "/"


def join(folder: str, path: str) -> str:
    return normal_path(f"{folder.rstrip('/')}/{path.lstrip('/')}")


def split(path: str) -> tuple[str, str]:
    """(dir, name)."""
    head, _, name = path.rpartition("/")
    return head or "/", name


def folders_of(path: str) -> list[str]:
    """Every folder above the path but the root, outermost first."""
    parts = path.strip("/").split("/")[:-1]
    return ["/" + "/".join(parts[: i + 1]) for i in range(len(parts))]


def is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/") if part)
