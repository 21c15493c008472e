"""Our own file of a pipeline: its graph with what a person wrote about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pipelines.formats._base import FORMATS, Catalogue, PipelineFile, UnreadableFile

__all__ = ["write"]

MARK: Final = "alp-pipeline"
VERSION: Final = 1


def write(*, name: str, description: str, graph: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The document that ``read`` reads back unchanged."""
    return {
        "format": MARK,
        "version": VERSION,
        "name": name,
        "description": description,
        "graph": dict(graph),
        "settings": dict(settings),
    }


class Alp:
    title = "ALP pipeline"

    def recognises(self, document: Any) -> bool:
        return isinstance(document, dict) and document.get("format") == MARK

    def read(self, document: Any, catalogue: Catalogue) -> PipelineFile:
        if document.get("version") != VERSION:
            text = f"The file is of version {document.get('version')!r}; this server reads version {VERSION}."
            raise UnreadableFile(text, where="version")
        for key, kind in (("name", str), ("description", str), ("graph", dict), ("settings", dict)):
            if not isinstance(document.get(key, kind()), kind):
                raise UnreadableFile(f"{key} has the wrong type.", where=key)
        if "graph" not in document:
            raise UnreadableFile("The file has no graph.", where="graph")
        return PipelineFile(
            document.get("name", ""), document.get("description", ""), document["graph"], document.get("settings", {})
        )


FORMATS.register("alp", Alp())
