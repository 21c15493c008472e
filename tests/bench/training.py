"""Training against torchvision's reference loop: images a second and memory, same net, pictures, batch and machine.

The reference is written here as torchvision's `references/classification` and `references/detection` go: a dataset that
decodes files, a `DataLoader` with worker processes, transforms, the model, the optimiser; nothing else. Ours is an
adapter's whole `train`, with decoding, augmentation, checkpoints and all. Each side runs in a process of its own, in
the order reference, ours, ours, reference: where a machine's speed drifts, each has both ends. ``BENCH_ITEMS`` (384),
``BENCH_EPOCHS`` (3), ``BENCH_SCENES`` (48), ``BENCH_STEPS`` (24), ``BENCH_SIDE`` (96), ``BENCH_BATCH`` (32),
``BENCH_CANVAS`` (320), ``BENCH_FEW`` (4), ``BENCH_WORKERS`` (cores, 2 at most) change the sizes. Where there is a GPU
both use it; ``BENCH_AMP=1`` has both calculate in bfloat16 there.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import number, report, say

ITEMS, EPOCHS = number("ITEMS", 384), number("EPOCHS", 3)
SCENES, STEPS = number("SCENES", 48), number("STEPS", 24)
SIDE, BATCH = number("SIDE", 96), number("BATCH", 32)
CANVAS, FEW = number("CANVAS", 320), number("FEW", 4)
WORKERS = number("WORKERS", min(2, os.cpu_count() or 1))
AMP = bool(number("AMP", 0))
LABELS = ["square", "disc", "triangle", "cross"]
BOXES = ["block", "disc"]
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="alp-bench-") as name:
        draw(Path(name))
        compared("classification", "torchvision_resnet18", Path(name), ITEMS * EPOCHS)
        compared("detection", "torchvision_ssdlite", Path(name), STEPS * FEW)


def compared(kind: str, net: str, folder: Path, images: int) -> None:
    found: dict[str, list[dict[str, float]]] = {"reference": [], "ours": []}
    for side in ("reference", "ours", "ours", "reference"):
        say(f"{kind}: {side}")
        command = [sys.executable, "-m", "tests.bench.training", kind, side, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        found[side].append(json.loads(done.stdout))
    speed = {side: len(runs) * images / sum(run["seconds"] for run in runs) for side, runs in found.items()}
    memory = {side: max(run["memory"] for run in runs) for side, runs in found.items()}
    report(
        f"training.{kind}", round(speed["ours"], 1), "images/s", baseline=round(speed["reference"], 1),
        ratio=round(speed["ours"] / speed["reference"], 3), note=f"{net}; wanted: ratio of at least 0.95",
    )  # fmt: skip
    if any(run["device_memory"] for run in found["ours"]):
        gpu = {side: max(run["device_memory"] for run in runs) for side, runs in found.items()}
        report(
            f"training.{kind}.device_memory", round(gpu["ours"], 1), "MiB", baseline=round(gpu["reference"], 1),
            ratio=round(gpu["ours"] / gpu["reference"], 3), note=f"peak on {found['ours'][0]['device']}",
        )  # fmt: skip
    report(
        f"training.{kind}.memory", round(memory["ours"], 1), "MiB", baseline=round(memory["reference"], 1),
        ratio=round(memory["ours"] / memory["reference"], 3),
        note=f"peak of the process; the reference's {WORKERS} loader processes have theirs beside it",
    )  # fmt: skip


def draw(folder: Path) -> None:
    """Photograph-sized pictures of one shape each, and scenes with boxes; JPEG as from a camera."""
    import io

    from PIL import Image

    from pipelines.demo import blocks, shapes

    rng = np.random.default_rng(0)
    for at in range(ITEMS):
        enlarged(Image.open(io.BytesIO(shapes.one(shapes.LABELS[at % 4], rng, 64))), 4, folder / f"one-{at}.jpg")
    truth = []
    for at, scene in enumerate(blocks.load(SCENES, rng, lambda text: None)):
        enlarged(Image.open(io.BytesIO(scene.data)), 4, folder / f"scene-{at}.jpg")
        drawn = [(shape["label"], [4 * v for v in shape["geometry"]["xyxy"]]) for shape in scene.shapes or ()]
        truth.append([(BOXES.index(label), box) for label, box in drawn])
    (folder / "boxes.json").write_text(json.dumps(truth))


def enlarged(image: Any, times: int, path: Path) -> None:
    image.convert("RGB").resize((image.width * times, image.height * times)).save(path, "JPEG", quality=90)


# ---- ours


def ours_classification(folder: Path) -> Callable[[], None]:
    from models_registry.ml.adapters import Split, TrainData, TrainHooks, new_adapter

    adapter: Any = new_adapter(
        "torchvision_resnet18",
        {"epochs": EPOCHS, "batch_size": BATCH, "input_size": SIDE, "patience": 0, "mixed_precision": AMP},
        LABELS,
    )
    images, labels = [folder / f"one-{at}.jpg" for at in range(ITEMS)], np.arange(ITEMS) % 4
    data = TrainData(Split(images, labels), Split([], labels[:0]))
    return lambda: adapter.train(data, TrainHooks(folder / "checkpoint"))


def ours_detection(folder: Path) -> Callable[[], None]:
    from models_registry.ml.adapters import ShapeData, ShapeSplit, TrainHooks, new_adapter
    from models_registry.ml.shapes import Shape

    config = {"steps": STEPS, "checks": 1, "batch_size": FEW, "input_size": CANVAS, "mixed_precision": AMP}
    adapter: Any = new_adapter("torchvision_ssdlite", config, BOXES)
    drawn = [
        [Shape("box", label, {"xyxy": box, "angle": 0.0}) for label, box in row]
        for row in json.loads((folder / "boxes.json").read_text())
    ]
    images = [folder / f"scene-{at}.jpg" for at in range(SCENES)]
    data = ShapeData(ShapeSplit(images, drawn), ShapeSplit([], []))
    return lambda: adapter.train(data, TrainHooks(folder / "checkpoint"))


# ---- the reference


def on_device() -> Any:
    """Where both sides calculate."""
    import torch

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def reference_classification(folder: Path) -> Callable[[], None]:
    import torch
    import torchvision
    from torch.utils.data import DataLoader

    where = on_device()
    model = torchvision.models.resnet18(num_classes=len(LABELS)).to(where)
    loader = DataLoader(
        Ones(folder),
        batch_size=BATCH,
        shuffle=True,
        num_workers=WORKERS,
        drop_last=False,
        pin_memory=where.type == "cuda",
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1e-4)
    loss_of = torch.nn.CrossEntropyLoss()

    def run() -> None:
        model.train()
        for _ in range(EPOCHS):
            for pixels, labels in loader:
                with torch.autocast(where.type, torch.bfloat16, enabled=AMP):
                    loss = loss_of(model(pixels.to(where, non_blocking=True)), labels.to(where, non_blocking=True))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                loss.item()

    return run


def reference_detection(folder: Path) -> Callable[[], None]:
    import torch
    import torchvision
    from torch.utils.data import DataLoader

    where = on_device()
    model = torchvision.models.get_model(
        "ssdlite320_mobilenet_v3_large", weights=None, weights_backbone=None, num_classes=len(BOXES) + 1
    ).to(where)
    rows = torch.randint(SCENES, (STEPS * FEW,)).tolist()
    loader = DataLoader(
        Scenes(folder),
        batch_size=FEW,
        sampler=rows,
        num_workers=WORKERS,
        collate_fn=apart,
        pin_memory=where.type == "cuda",
    )
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=1e-4)

    def run() -> None:
        model.train()
        for pictures, drawn in loader:
            pixels = [picture.to(where, non_blocking=True) for picture in pictures]
            targets = [{name: value.to(where, non_blocking=True) for name, value in one.items()} for one in drawn]
            with torch.autocast(where.type, torch.bfloat16, enabled=AMP):
                loss = sum(model(pixels, targets).values())
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimiser.step()
            loss.item()

    return run


class Ones:
    """Decoded, cropped at random, mirrored, jittered and normalised, one by one, as the reference's presets do."""

    def __init__(self, folder: Path) -> None:
        from torchvision import transforms

        self.folder = folder
        self.change = transforms.Compose([
            transforms.RandomResizedCrop(SIDE, scale=(0.64, 1.0)), transforms.RandomHorizontalFlip(),
            transforms.ColorJitter(0.2, 0.2, 0.2), transforms.ToTensor(), transforms.Normalize(MEAN, STD),
        ])  # fmt: skip

    def __len__(self) -> int:
        return ITEMS

    def __getitem__(self, at: int) -> tuple[Any, int]:
        from PIL import Image

        return self.change(Image.open(self.folder / f"one-{at}.jpg").convert("RGB")), at % 4


class Scenes:
    """Decoded, scaled, mirrored with their boxes and jittered."""

    def __init__(self, folder: Path) -> None:
        from torchvision import transforms

        self.folder, self.truth = folder, json.loads((folder / "boxes.json").read_text())
        self.change = transforms.Compose([transforms.ColorJitter(0.2, 0.2, 0.2), transforms.ToTensor()])

    def __len__(self) -> int:
        return SCENES

    def __getitem__(self, at: int) -> tuple[Any, dict[str, Any]]:
        import torch
        from PIL import Image

        image = Image.open(self.folder / f"scene-{at}.jpg").convert("RGB")
        scale = CANVAS / image.width
        image = image.resize((CANVAS, round(image.height * scale)))
        boxes = torch.tensor([box for _, box in self.truth[at]]).reshape(-1, 4) * scale
        pixels = self.change(image)
        if torch.rand(1).item() < 0.5:
            pixels = pixels.flip(-1)
            boxes = torch.stack([CANVAS - boxes[:, 2], boxes[:, 1], CANVAS - boxes[:, 0], boxes[:, 3]], 1)
        return pixels, {"boxes": boxes, "labels": torch.tensor([label + 1 for label, _ in self.truth[at]])}


def apart(rows: list[Any]) -> tuple[Any, ...]:
    return tuple(zip(*rows, strict=True))


def one_side(kind: str, side: str, folder: Path) -> None:
    """Makes it ready, then runs it against the clock."""
    run = {
        ("classification", "ours"): ours_classification, ("classification", "reference"): reference_classification,
        ("detection", "ours"): ours_detection, ("detection", "reference"): reference_detection,
    }[kind, side](folder)  # fmt: skip
    (folder / "checkpoint" / "checkpoint.pt").unlink(missing_ok=True)
    import torch

    gpu = torch.cuda.is_available()
    if gpu:
        torch.zeros(1, device="cuda")  # neither side pays for its first touch
    started = time.perf_counter()
    run()
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    used = torch.cuda.max_memory_allocated() / 2**20 if gpu else 0.0
    device = torch.cuda.get_device_name() if gpu else "cpu"
    sys.stdout.write(json.dumps({"seconds": seconds, "memory": memory, "device_memory": used, "device": device}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        from models_registry.ml import load_all

        load_all()
        one_side(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
    else:
        main()
