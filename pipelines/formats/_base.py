"""What a format of pipeline files declares, and what reading one gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from alp_site.lib.errors import Invalid
from alp_site.lib.registry import Registry

__all__ = ["FORMATS", "CatalogueEntry", "Note", "PipelineFile", "PipelineFormat", "UnreadableFile", "read_file", "slug"]


class UnreadableFile(Invalid):
    """The file is no pipeline of a format we know, or it is broken; ``data.where`` is the path to the part."""

    code = "pipeline_file"


@dataclass(frozen=True)
class Note:
    """Something of the file that is not in the graph as it stood there.

    level: ``changed`` (it is there in another form), ``left_out`` (it is not there), ``to_do`` (a person must fill it).
    """

    level: str
    where: str
    message: str

    def as_json(self) -> dict[str, str]:
        return {"level": self.level, "where": self.where, "message": self.message}


@dataclass(frozen=True)
class PipelineFile:
    """A graph in our own JSON with what its file said beside it."""

    name: str
    description: str
    graph: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class CatalogueEntry:
    """What a reader must know of one of our node types, with a configuration."""

    inputs: frozenset[str]
    outputs: frozenset[str]


Catalogue = Callable[[str, Mapping[str, Any]], CatalogueEntry | None]
"""(node type, configuration) -> its ports; None when there is no such type."""


class PipelineFormat(Protocol):
    title: str

    def recognises(self, document: Any) -> bool:
        """Whether the document is of this format, whole or broken."""

    def read(self, document: Any, catalogue: Catalogue) -> PipelineFile:
        """Raises UnreadableFile."""


FORMATS: Final[Registry[PipelineFormat]] = Registry("format of pipeline files")


def read_file(document: Any, catalogue: Catalogue) -> PipelineFile:
    """Reads a document of whichever format it is. Raises UnreadableFile."""
    formats = [FORMATS.get(name) for name in FORMATS]
    for known in formats:
        if known.recognises(document):
            return known.read(document, catalogue)
    titles = ", ".join(known.title for known in formats)
    raise UnreadableFile(f"This is no pipeline file. What can be read: {titles}.", where="")


def slug(text: str, taken: Iterable[str]) -> str:
    """A short id from a name that none of ``taken`` has: ``"Review Task (2)"`` -> ``"review_task_2"``."""
    base = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:60] or "part"
    known, number, name = set(taken), 2, base
    while name in known:
        name, number = f"{base}_{number}", number + 1
    return name
