"""Models behind HTTP servers: our small protocol and a Label Studio ML backend."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from alp_site.lib.errors import Invalid
from models_registry.ml import load_all
from models_registry.ml.adapters import _http, load_adapter, new_adapter
from models_registry.ml.adapters._http import ServerFailed
from models_registry.ml.adapters.base import WeightsMissing
from tests.pure.ml.drawn import LABELS, pictures
from tests.pure.ml.scenes import scene

load_all()


class Server:
    """Answers what `says` holds for a path, and keeps what was asked."""

    def __init__(self) -> None:
        self.says: dict[str, tuple[int, Any]] = {"/health": (200, {"status": "UP"}), "/setup": (200, {})}
        self.asked: list[tuple[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(None)

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _answer(self, body: Any) -> None:
                outer.asked.append((self.path, body))
                status, content = outer.says.get(self.path, (404, {}))
                raw = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = f"http://{self.host}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setattr(_http, "ENV", replace(_http.ENV, http_hosts=(made.host,)))
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()


def test_a_classifier_is_asked_by_our_protocol(server: Server, tmp_path: Any) -> None:
    server.says["/predict"] = (200, {"predictions": [{"probabilities": {"red": 0.7, "green": 0.1}}]})
    adapter: Any = new_adapter("http_classification", {"url": server.url}, LABELS)
    picture = pictures(1)[0][0]
    found = adapter.predict([picture, b"broken"], embeddings=True)
    np.testing.assert_allclose(found.probs[0], [0.7, 0.1, 0.2], atol=1e-6)
    assert set(found.errors) == {1}
    path, asked = server.asked[-1]
    assert path == "/predict"
    assert asked["labels"] == LABELS
    assert base64.b64decode(asked["images"][0]["data"]) == picture
    adapter.save(tmp_path)
    again: Any = load_adapter(tmp_path)
    assert again.weights_digest() == adapter.weights_digest()
    np.testing.assert_array_equal(again.predict([picture]).probs, found.probs[:1])
    with adapter.one_thread() as own:
        assert not own  # how long it takes, the clock tells
    other: Any = new_adapter("http_classification", {"url": server.url, "version": "2"}, LABELS)
    assert other.weights_digest() != adapter.weights_digest()


def test_a_detector_is_asked_by_our_protocol(server: Server) -> None:
    boxes = [
        ("a", [1, 2, 11, 12], 0.4),
        ("b", [-5, 0, 10, 10], 0.9),
        ("z", [0, 0, 5, 5], 0.9),
        ("a", [0, 0, 5, 5], 0.01),
    ]
    told = [{"type": "box", "label": name, "geometry": {"xyxy": xyxy}, "score": score} for name, xyxy, score in boxes]
    server.says["/predict"] = (200, {"predictions": [{"shapes": told}]})
    adapter: Any = new_adapter("http_detection", {"url": server.url}, ["a", "b"])
    found = adapter.detect([scene(0)[0]], embeddings=True)
    assert [(s.label, s.geometry["xyxy"], s.score) for s in found.shapes[0]] == [
        (1, [0.0, 0.0, 10.0, 10.0], 0.9), (0, [1.0, 2.0, 11.0, 12.0], 0.4)]  # fmt: skip
    assert found.sizes_wh == [(64, 48)]
    server.says["/predict"] = (200, {"predictions": [{"error": "too dark"}]})
    assert "too dark" in adapter.detect([scene(0)[0]]).errors[0]


def test_a_label_studio_backend_is_understood(server: Server) -> None:
    value = {"x": 25.0, "y": 50.0, "width": 50.0, "height": 25.0, "rotation": 0, "rectanglelabels": ["a"]}
    turned = {**value, "rotation": 90, "rectanglelabels": ["b"]}
    regions = [{"type": "rectanglelabels", "value": value, "score": 0.8},
               {"type": "rectanglelabels", "value": turned, "score": 0.6}]  # fmt: skip
    server.says["/predict"] = (200, {"results": [{"result": regions, "score": 0.8}]})
    adapter: Any = new_adapter("http_detection", {"url": server.url + "/", "protocol": "label_studio"}, ["a", "b"])
    assert [path for path, _ in server.asked] == ["/health", "/setup"]
    assert 'value="a"' in server.asked[1][1]["schema"]
    upright, other = adapter.detect([scene(0)[0]]).shapes[0]
    assert upright.geometry == {"xyxy": [16.0, 24.0, 48.0, 36.0], "angle": 0.0}
    # Turned by 90 degrees about its left top corner (16, 24) it reaches 12 to the left and 32 down.
    assert other.geometry["angle"] == 90.0
    assert other.geometry["xyxy"] == [-6.0, 34.0, 26.0, 46.0]
    server.says["/predict"] = (200, {"results": [{"result": [{"type": "choices", "value": {"choices": ["green"]},
                                                              "score": 0.6}]}]})  # fmt: skip
    sorter: Any = new_adapter("http_classification", {"url": server.url, "protocol": "label_studio"}, LABELS)
    np.testing.assert_allclose(sorter.predict(pictures(1)[0]).probs[0], [0.2, 0.6, 0.2], atol=1e-6)


def test_servers_that_may_not_be_called_or_answer_nonsense_are_named(server: Server) -> None:
    with pytest.raises(Invalid, match="ALP_HTTP_HOSTS"):
        new_adapter("http_detection", {"url": "http://example.org"}, ["a"])
    with pytest.raises(Invalid, match="'url'"):
        new_adapter("http_detection", {}, ["a"])
    server.says["/health"] = (503, {})
    with pytest.raises(WeightsMissing, match="503"):
        new_adapter("http_detection", {"url": server.url}, ["a"])
    server.says["/health"] = (200, {})
    adapter: Any = new_adapter("http_detection", {"url": server.url}, ["a"])
    for status, content in ((500, {}), (200, b"<html>"), (200, {"predictions": []}), (200, {"predictions": [{}]}),
                            (200, {"predictions": [{"shapes": [{"type": "box", "label": "a"}]}]})):  # fmt: skip
        server.says["/predict"] = (status, content)
        with pytest.raises(ServerFailed):
            adapter.detect([scene(0)[0]])
