"""Figures that a trigger may watch: what one declares, and what it answers. Pure; a figure is one file of
``services/measures``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from alp_site.lib.registry import Registry

__all__ = ["Measure", "MeasureSpec", "Reading", "Watched", "measures", "register_measure"]


@dataclass(frozen=True)
class MeasureSpec:
    """``reads``: name → type of what it is about (each a variable or a fixed value in the trigger's settings);
    ``settings``: JSON schemas by name, each with a default."""

    name: str
    title: str
    doc: str
    reads: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]

    def settings_of(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """The trigger's settings with the defaults filled in."""
        return {name: spec.get(name, schema["default"]) for name, schema in self.settings.items()}


@dataclass(frozen=True)
class Watched:
    """What a look is about. ``reads``: ids by name; ``tried``: what the reading that fired last kept."""

    project_id: UUID
    reads: Mapping[str, str]
    settings: Mapping[str, Any]
    tried: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """``value``: the figure, None while it cannot be told; ``words``: a clause on what was seen; ``fires``: whether the
    trigger is to fire; ``key``: what the reading rests on (the same key never fires twice); ``keep``: see ``tried``."""

    words: str
    value: float | None = None
    fires: bool = False
    key: str = ""
    keep: Mapping[str, Any] = field(default_factory=dict)


class Measure:
    """Base of every figure. One instance serves all triggers: keep no state on it."""

    spec: MeasureSpec

    def look(self, watched: Watched) -> Reading:
        """The figure as it is now. Reads only; asked about once a minute."""
        raise NotImplementedError


measures: Final[Registry[Measure]] = Registry("measure")
"""Every figure, by name; filled by discovering ``pipelines.services.measures``."""


def register_measure(measure: type[Measure]) -> type[Measure]:
    """Class decorator: ``@register_measure class DataDrift(Measure): spec = MeasureSpec(...)``."""
    measures.register(measure.spec.name, measure(), module=measure.__module__)
    return measure
