"""Every registered annotation type keeps its promises; `class` in particular."""

from __future__ import annotations

import pytest

from alp_site.lib import registry
from alp_site.lib.errors import UnknownName
from datasets.errors import GeometryInvalid
from datasets.geometry import _base

registry.discover("datasets.geometry")


@pytest.mark.parametrize("name", _base.TYPES.names())
def test_type_declares_what_others_ask(name: str) -> None:
    kind = _base.get(name)
    assert kind.name == name
    assert kind.title
    assert isinstance(kind.exclusive, bool)


def test_class_has_no_geometry() -> None:
    kind = _base.get("class")
    assert [kind.validate(empty, (4, 3)) for empty in (None, {}, [])] == [None, None, None]
    for wrong in ([1, 2], {"x": 1}, "box", 0):
        with pytest.raises(GeometryInvalid):
            kind.validate(wrong, (4, 3))


def test_class_covers_the_whole_image() -> None:
    kind = _base.get("class")
    assert kind.area(None, (4, 3)) == 12.0
    assert kind.iou(None, None, (4, 3)) == 1.0


def test_unknown_type_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="class"):
        _base.get("cube")
