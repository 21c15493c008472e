"""What every annotation type declares, and the registry that holds them."""

from __future__ import annotations

from typing import Any, Protocol

from alp_site.lib.registry import Registry

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
        """Covered pixels, float >= 0."""
        ...

    def iou(self, first: Any, second: Any, size_wh: tuple[int, int]) -> float:
        """Overlap of two geometries of this type in 0..1."""
        ...


TYPES: Registry[GeometryType] = Registry("annotation type")


def get(name: str) -> GeometryType:
    """The type of that name; raises UnknownName listing the known ones."""
    return TYPES.get(name)
