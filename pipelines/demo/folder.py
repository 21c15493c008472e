"""A folder of one's own: images beside COCO files of instances, for the headless loop."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from alp_site.lib.errors import Invalid
from datasets.formats._base import FORMATS
from datasets.formats._base import Picture as Listed
from datasets.geometry._base import TYPES
from pipelines.demo.pictures import SOURCES, Picture, Say, Source, draw

__all__ = ["TASKS", "folder_source"]

TASKS: Final = {
    "detection": ("box", "centre_lite0"),
    "semantic_segmentation": ("polygon", "segment_lite0"),
    "instance_segmentation": ("polygon", "instance_lite0"),
    "keypoints": ("point", "points_lite0"),
    "classification": ("class", "efficientnet_lite0"),
    "multi_label_classification": ("class", "multi_label_lite0"),
}
"""What is learnt -> the annotation type it needs, and the adapter that suits it. Classification is of objects, each cut
out of its picture; with several labels it is of whole pictures, which have those of their objects."""
LEAST_SIDE = 24  # pixels of an object that is worth cutting out
AROUND = 0.1  # of its sides that is cut out with it


@dataclass(frozen=True)
class _Entry:
    path: Path
    name: str
    shapes: tuple[dict[str, Any], ...]


def folder_source(folder: Path, task: str) -> Source:
    """Makes and registers a source of the pictures that the folder's COCO files list. Raises Invalid: no such file, a
    picture that is not there, nothing drawn."""
    kind, adapter = TASKS[task]
    drawn = "box" if kind == "class" else kind
    entries = [entry for path in sorted(folder.glob("*.json")) for entry in _read(folder, path, drawn)]
    labels = Counter(shape["label"] for entry in entries for shape in entry.shapes)
    if not labels:
        raise Invalid(f"{folder} has no COCO file of instances with pictures beside it.", field="data")
    whole = task != "classification"
    parts: list[tuple[_Entry, int | None]] = [(one, None) for one in entries] if whole else [*_objects(entries)]

    def load(count: int, rng: np.random.Generator, say: Say) -> list[Picture]:
        say(f"reading {count} pictures of {folder.name}")
        chosen = [parts[at] for at in draw(len(parts), count, rng)]
        if not whole:
            return [_cut_out(entry, at) for entry, at in chosen if at is not None]
        return [
            Picture(f"/{entry.name}", entry.path.read_bytes(), "", _tags(entry) if kind == "class" else entry.shapes)
            for entry, _ in chosen
        ]

    source = Source(
        name=folder.name,
        title=folder.name.replace("_", " "),
        labels=tuple(sorted(labels)),
        load=load,
        adapter=adapter,
        configuration={},
        defaults=_sizes(len(parts)),
        task=task,
        annotation_types=(kind,),
    )
    return SOURCES.register(source.name, source, module=str(folder))


def _objects(entries: Sequence[_Entry]) -> Iterable[tuple[_Entry, int | None]]:
    """Every object that is large enough to be seen alone: its picture and its place there."""
    for entry in entries:
        for at, shape in enumerate(entry.shapes):
            x1, y1, x2, y2 = shape["geometry"]["xyxy"]
            if min(x2 - x1, y2 - y1) >= LEAST_SIDE:
                yield entry, at


def _cut_out(entry: _Entry, at: int) -> Picture:
    """One object with a little around it, as a picture of its class."""
    shape = entry.shapes[at]
    x1, y1, x2, y2 = shape["geometry"]["xyxy"]
    wide, high = AROUND * (x2 - x1), AROUND * (y2 - y1)
    buffer = io.BytesIO()
    with Image.open(entry.path) as image:
        box = (max(x1 - wide, 0), max(y1 - high, 0), min(x2 + wide, image.width), min(y2 + high, image.height))
        image.convert("RGB").crop((round(box[0]), round(box[1]), round(box[2]), round(box[3]))).save(
            buffer, "PNG", compress_level=1
        )
    return Picture(f"/{entry.name.rsplit('.', 1)[0]}-{at}.png", buffer.getvalue(), shape["label"])


def _tags(entry: _Entry) -> tuple[dict[str, Any], ...]:
    """The classes of its objects, each once."""
    labels = dict.fromkeys(shape["label"] for shape in entry.shapes)
    return tuple({"type": "class", "label": label, "geometry": None} for label in labels)


def _sizes(count: int) -> dict[str, int]:
    """A quarter for the test, a tenth for validation, and of the rest a tenth to start with and in each round."""
    test, validation = count // 4, max(count // 10, 1)
    step = max((count - test - validation) // 10, 1)
    return {
        "pool": count - test - validation - step, "validation": validation, "test": test, "seed_labels": step,
        "budget": step, "rounds": 3,
    }  # fmt: skip


def _read(folder: Path, path: Path, kind: str) -> Iterable[_Entry]:
    """The pictures of one file; none of a JSON file that is something else."""
    try:
        with path.open(encoding="utf-8") as stream:
            listed = list(FORMATS.get("coco").parse(stream))
    except ValueError:
        return
    for picture in listed:
        shapes = tuple(_shape(drawn.type, drawn.label, drawn.geometry, picture, kind) for drawn in picture.annotations)
        found = _find(folder, path.stem, picture.filename)
        yield _Entry(found, f"{path.stem}/{Path(picture.filename).name}", tuple(one for one in shapes if one))


def _find(folder: Path, stem: str, name: str) -> Path:
    for place in (folder, folder / "images", folder / "images" / stem, folder / stem):
        if (place / name).is_file():
            return place / name
    raise Invalid(f"{name}, listed in {stem}.json, is neither in {folder} nor in its images folder.", field="data")


def _shape(given: str, label: str, geometry: Any, picture: Listed, kind: str) -> dict[str, Any] | None:
    """As the task wants it, cut to the picture; None where nothing is left. An object's point is its box's middle."""
    size = (picture.width, picture.height)
    if kind == "box":
        bounds = TYPES.get(given).bounds(geometry, size)
        if bounds is None:
            return None
        x1, y1, x2, y2 = max(bounds[0], 0), max(bounds[1], 0), min(bounds[2], size[0]), min(bounds[3], size[1])
        if x2 - x1 < 1 or y2 - y1 < 1:
            return None
        geometry = {"xyxy": [float(v) for v in (x1, y1, x2, y2)], "angle": 0.0}
    elif kind == "point":
        middle = _middle(TYPES.get(given).bounds(geometry, size), size)
        if middle is None:
            return None
        geometry = {"xy": middle}
    elif kind != given:
        return None
    return {"type": kind, "label": label, "geometry": geometry}


def _middle(bounds: tuple[float, float, float, float] | None, size: tuple[int, int]) -> list[float] | None:
    if bounds is None:
        return None
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    return [x, y] if 0 <= x <= size[0] and 0 <= y <= size[1] else None
