"""Every file format that discovery finds reads back what it wrote. A new file in ``datasets/formats`` needs no edit."""

from __future__ import annotations

import io
import json
import pkgutil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import datasets.formats
from datasets.formats._base import FORMATS, Drawn, FileFormat, Picture
from datasets.formats.coco import HOLES

ALL = [one for _, one in FORMATS.items()]
every_format = pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
FINITE = st.floats(0, 60, allow_nan=False).map(lambda value: round(value, 2))
BOXES = st.tuples(FINITE, FINITE, st.floats(1, 30), st.floats(1, 30)).map(
    lambda b: {"xyxy": [b[0], b[1], round(b[0] + b[2], 2), round(b[1] + b[3], 2)], "angle": 0.0}
)
POLYGONS = st.tuples(FINITE, FINITE, st.integers(2, 20)).map(
    lambda p: {"rings": [[[p[0], p[1]], [p[0] + p[2], p[1]], [p[0], p[1] + p[2]]]]}
)
DRAWN = st.one_of(
    st.builds(Drawn, st.just("box"), st.sampled_from(["owl", "wren", "größe"]), BOXES),
    st.builds(Drawn, st.just("polygon"), st.sampled_from(["owl", "wren"]), POLYGONS),
)
PICTURES = st.lists(
    st.builds(
        Picture, st.text("abc/ é", min_size=1, max_size=9).map(lambda name: name.strip("/") or "x"),
        st.just(100), st.just(90), st.lists(DRAWN, max_size=4).map(tuple),
    ),
    max_size=5,
)  # fmt: skip


def written(one: FileFormat, pictures: list[Picture], labels: tuple[str, ...] = ("owl", "wren")) -> tuple[str, Any]:
    out = io.StringIO()
    report = one.write(iter(pictures), labels, out)
    return out.getvalue(), report


def test_every_module_registers_a_format() -> None:
    modules = {info.name for info in pkgutil.iter_modules(datasets.formats.__path__) if not info.name.startswith("_")}
    assert modules == {one.name for one in ALL}


@every_format
def test_a_format_says_what_it_is(one: FileFormat) -> None:
    assert one.title
    assert one.suffix.startswith(".")
    assert "/" in one.mimetype


@settings(max_examples=60, deadline=None, derandomize=True)
@given(pictures=PICTURES)
@every_format
def test_boxes_and_polygons_come_back_as_they_went(one: FileFormat, pictures: list[Picture]) -> None:
    text, report = written(one, pictures)
    again = list(one.parse(io.StringIO(text)))
    assert report.pictures == len(pictures) == len(again)
    assert report.annotations == sum(len(p.annotations) for p in pictures)
    for before, after in zip(pictures, again, strict=True):
        assert (after.filename, after.width, after.height) == (before.filename, 100, 90)
        assert [(d.type, d.label) for d in after.annotations] == [(d.type, d.label) for d in before.annotations]
        for was, found in zip(before.annotations, after.annotations, strict=True):
            key = "xyxy" if was.type == "box" else "rings"
            flat = [pytest.approx(value, abs=1e-6) for value in _numbers(was.geometry[key])]
            assert _numbers(found.geometry[key]) == flat


def _numbers(value: Any) -> list[float]:
    return [part for each in value for part in _numbers(each)] if isinstance(value, list) else [value]


@every_format
def test_what_is_no_such_file_says_so(one: FileFormat) -> None:
    for text in ("nonsense", "[1, 2]", '{"images": 5}'):
        with pytest.raises(ValueError, match="no "):
            list(one.parse(io.StringIO(text)))


def test_coco_counts_what_it_has_no_word_for() -> None:
    hole = {"rings": [[[0, 0], [9, 0], [9, 9]], [[2, 1], [5, 1], [5, 4]]]}
    drawn = (
        Drawn("class", "owl"), Drawn("polygon", "owl", hole), Drawn("point", "owl", {"xy": [3, 4]}),
        Drawn("box", "owl", {"xyxy": [1, 2, 11, 22], "angle": 0}, {"wet": True}),
    )  # fmt: skip
    text, report = written(FORMATS.get("coco"), [Picture("/a/b.png", 50, 40, drawn)])
    data = json.loads(text)
    (box,) = data["annotations"]
    assert (box["bbox"], box["area"], box["attributes"]) == ([1, 2, 10, 20], 200.0, {"wet": True})
    assert data["images"] == [{"id": 1, "file_name": "a/b.png", "width": 50, "height": 40}]
    assert [c["name"] for c in data["categories"]] == ["owl", "wren"]
    assert report.left_out[HOLES] == 1
    assert sum(report.left_out.values()) == 3
