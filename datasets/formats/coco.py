"""`coco`: boxes, polygons and masks as COCO's instances file knows them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, Final

from datasets.formats._base import FORMATS, Drawn, Picture, Report
from datasets.geometry._base import TYPES

HOLES: Final = "polygons with holes (COCO has none)"


class Coco:
    """{"images": [...], "annotations": [...], "categories": [...]}. Boxes are `[x, y, width, height]`; a polygon's
    rings are its segmentation; an ellipse goes as its outline. A turned box keeps its corners as segmentation. Classes,
    points, lines and skeletons are left out: this file has no word for them."""

    name = "coco"
    title = "COCO instances (boxes and polygons)"
    suffix = ".json"
    mimetype = "application/json"

    def write(self, pictures: Iterable[Picture], labels: Sequence[str], out: IO[str]) -> Report:
        report = Report()
        categories = {label: number for number, label in enumerate(labels, start=1)}
        images: list[dict[str, Any]] = []
        out.write('{"annotations": [')
        for number, picture in enumerate(pictures, start=1):
            images.append({
                "id": number, "file_name": picture.filename.lstrip("/"), "width": picture.width,
                "height": picture.height,
            })  # fmt: skip
            report.pictures += 1
            for drawn in picture.annotations:
                found = _instance(drawn, picture, report)
                if found is None:
                    continue
                category = categories.setdefault(drawn.label, len(categories) + 1)
                body = {"id": report.annotations + 1, "image_id": number, "category_id": category, **found}
                out.write(("," if report.annotations else "") + "\n" + json.dumps(body))
                report.annotations += 1
        out.write('],\n"images": ' + json.dumps(images))
        rows = [{"id": number, "name": name} for name, number in categories.items()]
        out.write(',\n"categories": ' + json.dumps(rows, ensure_ascii=False) + "}\n")
        return report

    def parse(self, stream: IO[str]) -> Iterable[Picture]:
        try:
            data = json.load(stream)
            names = {row["id"]: str(row["name"]) for row in data["categories"]}
            by_image: dict[Any, list[Drawn]] = defaultdict(list)
            for row in data["annotations"]:
                by_image[row["image_id"]].append(_drawn(row, names))
            rows = [(image, by_image.get(image["id"], [])) for image in data["images"]]
        except (TypeError, ValueError, KeyError) as error:
            raise ValueError(f"this is no COCO file of instances: {error!r}") from None
        for image, drawn in rows:
            yield Picture(str(image["file_name"]), int(image["width"]), int(image["height"]), tuple(drawn))


def _instance(drawn: Drawn, picture: Picture, report: Report) -> dict[str, Any] | None:
    """The geometry in COCO's words; None, counted with the reason, where it has none."""
    size = (picture.width, picture.height)
    kind = TYPES.get(drawn.type)
    rings = kind.rings(drawn.geometry) if drawn.geometry else None
    bounds = kind.bounds(drawn.geometry, size) if rings else None
    if rings is None or bounds is None:
        report.left_out[f"{kind.title} (COCO instances have no such thing)"] += 1
        return None
    if drawn.type == "polygon" and len(rings) > 1:
        report.left_out[HOLES] += 1
        return None
    x1, y1, x2, y2 = bounds
    body: dict[str, Any] = {
        "bbox": [x1, y1, x2 - x1, y2 - y1], "area": kind.area(drawn.geometry, size), "iscrowd": 0,
        "segmentation": [[float(value) for point in ring for value in point] for ring in rings],
    }  # fmt: skip
    if drawn.type == "box" and not drawn.geometry.get("angle"):
        body["segmentation"] = []
    extra = {**drawn.attributes, **({"occurrence": drawn.type} if drawn.type not in ("box", "polygon") else {})}
    return {**body, "attributes": extra} if extra else body


def _drawn(row: Mapping[str, Any], names: Mapping[Any, str]) -> Drawn:
    label, rings = names[row["category_id"]], row.get("segmentation") or []
    if isinstance(rings, list) and rings:
        points = [[[float(x), float(y)] for x, y in zip(ring[::2], ring[1::2], strict=True)] for ring in rings]
        return Drawn("polygon", label, {"rings": points}, row.get("attributes") or {})
    x, y, width, height = (float(value) for value in row["bbox"])
    return Drawn("box", label, {"xyxy": [x, y, x + width, y + height], "angle": 0.0}, row.get("attributes") or {})


FORMATS.register(Coco.name, Coco())
