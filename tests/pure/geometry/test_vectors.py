"""Every annotation type against the shared vectors, which the browser's side is tested with too."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from alp_site.lib import registry
from datasets.errors import GeometryInvalid
from datasets.geometry import _base

registry.discover("datasets.geometry")
ROOT = Path(__file__).parents[3]
SPECIAL = {"$nan": math.nan, "$inf": math.inf}
VECTORS = json.loads((ROOT / "tests/vectors/geometry.json").read_text())
CASES, PAIRS = VECTORS["cases"], VECTORS["pairs"]


def filled(value: Any) -> Any:
    """The value with its stand-ins for NaN and infinity replaced."""
    if isinstance(value, list):
        return [filled(inner) for inner in value]
    if isinstance(value, dict):
        return {key: filled(inner) for key, inner in value.items()}
    return SPECIAL.get(value, value) if isinstance(value, str) else value


def named(case: dict[str, Any]) -> str:
    return f"{case['type']}: {case['name']}"


@pytest.mark.parametrize("case", [case for case in CASES if "error" not in case], ids=named)
def test_validate_and_area_of_a_valid_vector_then_as_written(case: dict[str, Any]) -> None:
    kind, size = _base.get(case["type"]), tuple(case["size"])
    normal = kind.validate(filled(case["raw"]), size)
    assert normal == case["normal"]
    assert kind.validate(normal, size) == normal
    assert kind.area(normal, size) == pytest.approx(case["area"], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=named)
def test_validate_of_an_invalid_vector_then_refused_with_the_sentence(case: dict[str, Any]) -> None:
    with pytest.raises(GeometryInvalid) as caught:
        _base.get(case["type"]).validate(filled(case["raw"]), tuple(case["size"]))
    assert caught.value.message == case["error"]


@pytest.mark.parametrize("pair", PAIRS, ids=named)
def test_iou_of_a_pair_then_as_written_whichever_comes_first(pair: dict[str, Any]) -> None:
    kind, size = _base.get(pair["type"]), tuple(pair["size"])
    for first, second in (("first", "second"), ("second", "first")):
        assert kind.iou(pair[first], pair[second], size) == pytest.approx(pair["iou"], abs=1e-6)


def test_pairs_then_every_type_has_some() -> None:
    assert {pair["type"] for pair in PAIRS} == set(_base.TYPES.names())


def test_vectors_then_every_type_has_valid_and_invalid_ones() -> None:
    for name in _base.TYPES.names():
        kinds = {"error" in case for case in CASES if case["type"] == name}
        assert kinds == {True, False}, name


def test_types_then_the_same_on_both_sides() -> None:
    shapes = ROOT / "static/src/studio/shapes"
    browser = {path.stem for path in shapes.glob("*.ts") if not path.stem.startswith("_")} - {"index"}
    assert browser == set(_base.TYPES.names())
