"""What all adapters share that say where: running over pictures of any proportions, thresholds, storing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import Invalid
from models_registry.ml.adapters._lite0 import short
from models_registry.ml.adapters._stored import StoredAdapter
from models_registry.ml.adapters.base import ShapeData, ShapePrediction, ShapeSplit, TrainHooks, TrainResult
from models_registry.ml.fitted import FIT, Fitted, fit_all, stacked
from models_registry.ml.images import ImageSource
from models_registry.ml.shapes import Shape, Size, crowd_uncertainty

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models_registry.ml.training.steps import Learner

FLOOR = 0.05  # scores below it are background
SHOWN = 0.3  # until a training chooses better
Net = TypeVar("Net", bound="nn.Module")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Said:
    """Of one picture: its shapes, how unsure the net is (0..1), and its embedding."""

    shapes: list[Shape]
    uncertainty: float
    embedding: NDArray[np.float16] | None = None


def told_one_by_one(
    answers: Iterable[tuple[list[Shape], Size] | str],
    images: int,
    labels: int,
    *,
    embeddings: bool,
    progress: Progress | None,
) -> ShapePrediction:
    """What is said of each picture in turn: its shapes and size, or why it cannot be read.

    Whoever answers has no embedding of its own: the best score of each label stands for it, (images, labels).
    """
    shapes: list[list[Shape]] = []
    sizes: list[Size] = []
    unsure = np.full(images, np.nan)
    best = np.full((images, labels), np.nan, np.float16)
    errors: dict[int, str] = {}
    for at, answer in enumerate(answers):
        if isinstance(answer, str):
            errors[at] = answer
            found, size = list[Shape](), (0, 0)
        else:
            found, size = answer
            unsure[at] = crowd_uncertainty(np.array([shape.score for shape in found]), FLOOR)
            best[at] = [max((s.score for s in found if s.label == label), default=0) for label in range(labels)]
        shapes.append(found)
        sizes.append(size)
        if progress is not None:
            progress(at + 1, images)
    return ShapePrediction(shapes, sizes, unsure, best if embeddings else None, errors)


class ShapeNetAdapter(StoredAdapter[Net]):
    """A subclass gives what ``StoredAdapter`` asks for, ``train``, and ``_say``."""

    def __init__(self) -> None:
        super().__init__()
        self.threshold = SHOWN

    # -- for subclasses

    def _say(self, pixels: Tensor, pictures: Sequence[Fitted], embeddings: bool) -> list[Said]:
        """pixels: (B, 3, H, W) normalised, on the device. In inference mode, the net in eval mode."""
        raise NotImplementedError

    def _embed(self, pixels: Tensor) -> Tensor:
        """(B, D) embeddings of a batch."""
        raise NotImplementedError

    def _ready(self) -> None:
        """Makes what ``_say`` runs on (eval mode, fused, on the device). Safe to repeat."""

    # -- learning

    def _learn(self, learner: Learner, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        """Trains the net as the configuration says and keeps it."""
        from models_registry.ml.training.checkpoint import fingerprint
        from models_registry.ml.training.steps import StepRecipe, StepTrainer
        from models_registry.ml.training.team import gathered

        net = self._need_net()
        self._hold(net)
        key = fingerprint(self.config, self.labels, self.seed, data.train, data.validation)
        recipe = StepRecipe.of(self.config)
        count, weights = len(data.train), data.train.weights
        with gathered(self, net, data, hooks) as team:
            trainer = StepTrainer(
                learner, recipe, hooks, count=count, seed=self.seed, key=key, weights=weights, team=team
            )
            result = trainer.run()
        net.eval()
        self._set(net)
        return result

    # -- predicting

    def detect(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 16,
        embeddings: bool = False,
        progress: Progress | None = None,
    ) -> ShapePrediction:
        shapes: list[list[Shape]] = [[] for _ in images]
        sizes: list[Size] = [(0, 0)] * len(images)
        unsure = np.full(len(images), np.nan)
        vectors: dict[int, NDArray[np.float16]] = {}
        errors: dict[int, str] = {}
        runs = self._run(lambda x, p: self._say(x, p, embeddings), images, batch_size, errors, progress)
        for indices, pictures, said in runs:
            for index, picture, one in zip(indices, pictures, said, strict=True):
                shapes[index], sizes[index], unsure[index] = one.shapes, picture.size_wh, one.uncertainty
                if one.embedding is not None:
                    vectors[index] = one.embedding
        return ShapePrediction(shapes, sizes, unsure, _table(vectors, len(images)) if embeddings else None, errors)

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Progress | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        errors: dict[int, str] = {}
        vectors: dict[int, NDArray[np.float16]] = {}
        size = min(batch_size, 16)  # these pictures are larger than a classifier's
        runs = self._run(lambda x, _: as_float16(self._embed(x)), images, size, errors, progress)
        for indices, _, rows in runs:
            vectors.update(zip(indices, rows, strict=True))
        return _table(vectors, len(images)), errors

    def _run(
        self,
        work: Callable[[Tensor, Sequence[Fitted]], Any],
        images: Sequence[ImageSource],
        batch_size: int,
        errors: dict[int, str],
        progress: Progress | None,
    ) -> Iterator[tuple[list[int], list[Fitted], Any]]:
        """Pictures of one canvas go together, so what is said of a picture does not depend on the others."""
        import torch

        from models_registry.ml.nets.runtime import device, in_streams, streams_for, to_input

        self._ready()

        @torch.inference_mode()
        def run(batch: tuple[list[int], list[Fitted]]) -> Any:
            return work(to_input(stacked(batch[1]), *self.norm, device()), batch[1])

        done = 0
        batches = _batches(images, self.input_size, batch_size, errors)
        for (indices, pictures), result in in_streams(run, batches, streams_for(-(-len(images) // batch_size))):
            yield indices, pictures, result
            done += len(indices)
            if progress is not None and done + len(errors) < len(images):
                progress(done + len(errors), len(images))
        if progress is not None and len(images):
            progress(len(images), len(images))

    # -- keys and storing

    def preprocessing(self) -> str:
        mean, std = (",".join(f"{v:g}" for v in values) for values in self.norm)
        return f"rgb-{self.input_size}-{FIT}-({mean})/({std})"

    def encoder_key(self) -> str:
        from models_registry.ml.nets.digest import state_digest

        return f"{self.info.name}:{state_digest(self._encoder_state())[:16]}:{short(self.preprocessing())}"

    def _encoder_state(self) -> dict[str, Tensor]:
        """The weights that embeddings depend on."""
        return dict(self._need_net().state_dict())

    def _more(self) -> dict[str, Any]:
        return {"threshold": self.threshold}

    def _take_more(self, content: Mapping[str, Any]) -> None:
        self.threshold = float(content["threshold"])


def _batches(
    images: Sequence[ImageSource], size: int, batch_size: int, errors: dict[int, str]
) -> Iterator[tuple[list[int], list[Fitted]]]:
    waiting: dict[tuple[int, ...], tuple[list[int], list[Fitted]]] = {}
    for index, found in enumerate(fit_all(images, size)):
        if isinstance(found, str):
            errors[index] = found
            continue
        indices, pictures = waiting.setdefault(found.pixels.shape, ([], []))
        indices.append(index)
        pictures.append(found)
        if len(indices) == batch_size:
            yield waiting.pop(found.pixels.shape)
    yield from waiting.values()


def as_float16(rows: Tensor) -> NDArray[np.float16]:
    """(B, D) on the CPU."""
    return np.asarray(rows.float().cpu().numpy().astype(np.float16))


def _table(rows: dict[int, NDArray[np.float16]], count: int) -> NDArray[np.float16]:
    """(count, D); a row of NaN where there is none."""
    width = len(next(iter(rows.values()))) if rows else 0
    table = np.full((count, width), np.nan, np.float16)
    for index, row in rows.items():
        table[index] = row
    return table


def check_shapes(data: ShapeData, classes: int) -> None:
    """Raises Invalid when there is nothing to learn from or a label is out of range."""
    if not any(len(shapes) for shapes in data.train.shapes):
        raise Invalid("The train subset has no annotation this model learns from.", field="train")
    splits: tuple[tuple[str, ShapeSplit], ...] = (("train", data.train), ("validation", data.validation))
    for name, split in splits:
        if len(split.images) != len(split.shapes):
            raise Invalid(f"{name}: {len(split.images)} images for {len(split.shapes)} lists of shapes.", field=name)
        if any(not 0 <= shape.label < classes for shapes in split.shapes for shape in shapes):
            raise Invalid(f"{name}: label indices must lie in 0..{classes - 1}.", field=name)
