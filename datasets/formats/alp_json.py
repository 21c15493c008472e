"""`alp_json`: everything, one JSON object a line and image."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import IO

from datasets.formats._base import FORMATS, Drawn, Picture, Report


class AlpJson:
    """{"filename", "width", "height", "annotations": [{"type", "label", "geometry", …}], …} a line."""

    name = "alp_json"
    title = "JSON lines (everything)"
    suffix = ".jsonl"
    mimetype = "application/x-ndjson"

    def write(self, pictures: Iterable[Picture], labels: Sequence[str], out: IO[str]) -> Report:
        report = Report()
        for picture in pictures:
            out.write(json.dumps(asdict(picture), ensure_ascii=False, sort_keys=True) + "\n")
            report.pictures += 1
            report.annotations += len(picture.annotations)
        return report

    def parse(self, stream: IO[str]) -> Iterable[Picture]:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                drawn = tuple(Drawn(**one) for one in data.pop("annotations", ()))
                yield Picture(**data, annotations=drawn)
            except (TypeError, ValueError, AttributeError) as error:
                raise ValueError(f"line {number} is no image of this format: {error}") from None


FORMATS.register(AlpJson.name, AlpJson())
