"""What every format declares, and the records that go in and out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from alp_site.lib.registry import Registry

__all__ = ["FORMATS", "Drawn", "FileFormat", "Picture", "Report"]


@dataclass(frozen=True)
class Drawn:
    """One annotation. `geometry` is the type's JSON value (datasets/README.md)."""

    type: str
    label: str
    geometry: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    approved: bool = False


@dataclass(frozen=True)
class Picture:
    """One image with its annotations. `sha256` names its bytes."""

    filename: str
    width: int
    height: int
    annotations: Sequence[Drawn] = ()
    id: str = ""
    sha256: str = ""
    subset: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Report:
    """What was written, and how many annotations were left out for which reason."""

    pictures: int = 0
    annotations: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class FileFormat(Protocol):
    name: str
    title: str
    suffix: str
    """Of the file's name, with the dot."""
    mimetype: str

    def write(self, pictures: Iterable[Picture], labels: Sequence[str], out: IO[str]) -> Report:
        """Writes them as they come, holding as little as the format allows. `labels`: the ontology's, in its order;
        others that occur come behind."""
        ...

    def parse(self, stream: IO[str]) -> Iterable[Picture]:
        """Reads what `write` wrote. Raises ValueError saying where the file is not in this format."""
        ...


FORMATS: Registry[FileFormat] = Registry("file format")
