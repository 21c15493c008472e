"""What every annotation type declares, and the registry that holds them."""

from __future__ import annotations

from typing import Any, Protocol

from alp_site.lib.registry import Registry
from datasets.geometry._values import BoxXYXY, Rings

__all__ = ["TYPES", "GeometryType", "get"]


class GeometryType(Protocol):
    """One annotation type. `geometry` is the JSON value stored with the annotation."""

    name: str
    title: str
    exclusive: bool
    """Whether an annotation of this type takes part in the exclusive groups of its label."""

    def validate(self, geometry: Any, size_wh: tuple[int, int]) -> Any:
        """The normal form of `geometry` on an image of that size; raises GeometryInvalid saying what is wrong."""
        ...

    def area(self, geometry: Any, size_wh: tuple[int, int]) -> float:
        """Square pixels of the geometry itself, float >= 0, whether or not a part lies outside the image; 0 for what
        covers nothing (points, lines)."""
        ...

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """How alike two geometries of this type are in 0..1, symmetric: overlap over union, or the measure the type
        documents where nothing is covered."""
        ...

    def bounds(self, geometry: Any, size_wh: tuple[int, int]) -> BoxXYXY | None:
        """Smallest upright box around it; None for a type without a place."""
        ...

    def rings(self, geometry: Any) -> Rings | None:
        """Its outline as even-odd rings; None for a type that covers nothing."""
        ...

    def sketch(self, geometry: Any, step: float) -> Rings | None:
        """What is drawn of it where `step` pixels are one dot of a small picture: rings of an area (a mask's need not
        be exact), else lines, a point as a line of one. None for a type without a place."""
        ...


TYPES: Registry[GeometryType] = Registry("annotation type")


def get(name: str) -> GeometryType:
    """The type of that name; raises UnknownName listing the known ones."""
    return TYPES.get(name)
