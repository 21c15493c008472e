"""A model behind an HTTP server, asked by one of two small protocols. Only hosts of ALP_HTTP_HOSTS are called.

``alp``: POST {url}/predict with {"labels": [...], "images": [{"data": base64 of the file}]} answers {"predictions":
[...]}, one an image: {"probabilities": {label: share}}, or {"shapes": [{"type", "label", "geometry", "score"}]} with
geometry in pixels of the picture as shown, or {"error": why}. GET {url}/health answers 200.

``label_studio``: what a Label Studio ML backend answers: GET /health, POST /setup once, POST /predict with {"tasks":
[{"id", "data": {"image": data URL}}], "label_config"} answers {"results": [{"result": [regions], "score"}]};
rectanglelabels and choices are understood, their coordinates are per cent.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from xml.sax.saxutils import quoteattr

from alp_site.env import ENV
from alp_site.lib.errors import AlpError, Invalid
from alp_site.lib.outbound import Unreachable, UrlRefused, send
from models_registry.ml.adapters import _schema as fields
from models_registry.ml.adapters.base import CONFIG_FILE, FORMAT, AdapterInfo, WeightsMissing, check_config, read_config
from models_registry.ml.images import ImageSource, UnreadableImage, open_upright
from models_registry.ml.shapes import Size

Said = dict[str, Any]


class ServerFailed(AlpError):
    """The model's server answered something that is no prediction; the message says what."""

    code = "model_server_failed"
    status = 502


def http_fields() -> dict[str, Any]:
    return {
        "url": {
            "type": "string", "default": "", "maxLength": 500, "x-widget": "line",
            "description": "Where the server is.",
        },
        "protocol": fields.choice(
            "alp", ["alp", "label_studio"], "'alp': ours, see the documentation; 'label_studio': an ML backend of it."
        ),
        "version": {
            "type": "string", "default": "1", "maxLength": 80,
            "description": "Of the model behind the address: change it when that changes; nothing old is reused then.",
        },
        "input_size": fields.integer(0, 0, 0, "Pictures are sent as they are."),
    }  # fmt: skip


class HttpAdapter:
    """A subclass gives ``info`` and reads what the server says; nothing is kept here but where to ask."""

    info: ClassVar[AdapterInfo]

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}
        self.labels: list[str] = []
        self.seed = 0

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        """Asks whether the server is there. Raises Invalid: a URL that may not be called; WeightsMissing: no answer."""
        self.config, self.labels, self.seed = dict(config), list(labels), seed
        if not config["url"]:
            raise Invalid("Name the address of the model's server in 'url'.", field="url")
        try:
            reply = self._ask("GET", "/health", None)
            if self.config["protocol"] == "label_studio":
                self._json(
                    "/setup", {"project": "alp", "schema": self._label_config(), "hostname": "", "access_token": ""}
                )
        except UrlRefused as error:
            raise Invalid(error.message, field="url") from error
        except (Unreachable, ServerFailed) as error:
            raise WeightsMissing(f"The model's server cannot be used: {error.message}", field="url") from error
        if reply != 200:
            raise WeightsMissing(f"The model's server is not healthy: it answered {reply} at /health.", field="url")

    def _ask(self, method: str, path: str, body: bytes | None) -> int:
        return send(
            method, self.config["url"].rstrip("/") + path, allowed=ENV.http_hosts, headers={}, body=body
        ).status  # fmt: skip

    def _json(self, path: str, body: Mapping[str, Any]) -> Any:
        """Raises UrlRefused, Unreachable, ServerFailed."""
        reply = send(
            "POST", self.config["url"].rstrip("/") + path, allowed=ENV.http_hosts,
            headers={"Content-Type": "application/json"}, body=json.dumps(body).encode(),
        )  # fmt: skip
        if not 200 <= reply.status < 300:
            raise ServerFailed(f"The model's server answered {reply.status} at {path}.")
        try:
            return json.loads(reply.body)
        except ValueError as error:
            raise ServerFailed(f"The model's server answered no JSON at {path}.") from error

    def _said(self, image: ImageSource) -> tuple[Said, Size]:
        """What the server says of one picture, in the words of ``alp``. Raises UnreadableImage: the picture, or what
        the server says is wrong with it."""
        with open_upright(image, (1, 1)) as (_, size):
            pass
        content = image if isinstance(image, bytes) else Path(image).read_bytes()
        text = base64.b64encode(content).decode()
        try:
            if self.config["protocol"] == "alp":
                answer = self._json("/predict", {"labels": self.labels, "images": [{"data": text}]})
                said = dict(answer["predictions"][0])
            else:
                task = {"id": 1, "data": {"image": f"data:image;base64,{text}"}}
                answer = self._json("/predict", {"tasks": [task], "label_config": self._label_config()})
                results = answer["results"]
                said = _from_regions(results[0]["result"] if results else [], size)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ServerFailed(f"The model's server answered no prediction: {error!r}"[:300]) from error
        if said.get("error"):
            raise UnreadableImage(f"the model's server: {said['error']}")
        return said, size

    @contextmanager
    def one_thread(self) -> Iterator[bool]:
        yield False  # it is the server that computes, with what it has

    def _label_config(self) -> str:
        """A labelling interface of Label Studio with our labels."""
        inside = "".join(f"<Label value={quoteattr(name)}/>" for name in self.labels)
        if self.info.task == "classification":
            inside = inside.replace("<Label ", "<Choice ")
            control = f'<Choices name="label" toName="image">{inside}</Choices>'
        else:
            control = f'<RectangleLabels name="label" toName="image">{inside}</RectangleLabels>'
        return f'<View><Image name="image" value="$image"/>{control}</View>'

    def save(self, folder: Path) -> dict[str, Path]:
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / CONFIG_FILE
        content = {
            "format": FORMAT,
            "adapter": self.info.name,
            "config": self.config,
            "labels": self.labels,
            "seed": self.seed,
        }
        config.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return {CONFIG_FILE: config}

    def load(self, folder: Path) -> None:
        content = read_config(folder)
        self.config = check_config(self.info.name, content["config"])
        self.labels, self.seed = list(content["labels"]), int(content["seed"])

    def preprocessing(self) -> str:
        return "sent as it is"

    def weights_digest(self) -> str:
        told = json.dumps([self.info.name, self.labels, self.config], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def encoder_key(self) -> str:
        return f"{self.info.name}:{self.weights_digest()[:24]}"

    def _untrainable(self) -> Invalid:
        return Invalid(f"{self.info.title} is used as it is: it cannot be trained here.", field="adapter")


def _from_regions(regions: Sequence[Mapping[str, Any]], size: Size) -> Said:
    """Label Studio's regions as shapes, choices as probabilities (a choice without a score is sure)."""
    shapes, chosen = [], {}
    for region in regions:
        value = region.get("value", {})
        score = float(value.get("score", region.get("score", 1.0)))
        for name in value.get("choices", ()):
            chosen[str(name)] = score
        for name in value.get("rectanglelabels", ()):
            x, y, w, h = (float(value[key]) / 100 for key in ("x", "y", "width", "height"))
            box = [x * size[0], y * size[1], (x + w) * size[0], (y + h) * size[1]]
            geometry = {"xyxy": _about_centre(box, float(value.get("rotation", 0))), "angle": value.get("rotation", 0)}
            shapes.append({"type": "box", "label": str(name), "geometry": geometry, "score": score})
    return {"shapes": shapes, "probabilities": chosen}


def _about_centre(box_xyxy: list[float], angle: float) -> list[float]:
    """Label Studio turns a box about its left top corner; here it is turned about its centre."""
    from math import cos, radians, sin

    x1, y1, x2, y2 = box_xyxy
    half_w, half_h = (x2 - x1) / 2, (y2 - y1) / 2
    c, s = cos(radians(angle)), sin(radians(angle))
    cx, cy = x1 + half_w * c - half_h * s, y1 + half_w * s + half_h * c
    return [cx - half_w, cy - half_h, cx + half_w, cy + half_h]
