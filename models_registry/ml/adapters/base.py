"""What every adapter is: its declaration, the data it is given, the answers it owes. Pure: no torch, no Django.

An adapter lives through one of three lives::

    new_adapter("small_cnn", config, labels, seed)  -> train(data, hooks) -> save(folder)
    load_adapter(folder)                            -> predict(images), for shapes detect(images)
    new_adapter(...).embed(images)                  encoders only: before there is a trained version

Training always starts from the base weights that the configuration names, never from the last round's
(Ash & Adams, NeurIPS 2020): ``build`` makes them, ``train`` changes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeGuard

import numpy as np
from numpy.typing import NDArray

from alp_site.lib.errors import AlpError, Conflict, Invalid
from alp_site.lib.registry import Registry
from models_registry.ml.images import ImageSource
from models_registry.ml.records import TaskKind
from models_registry.ml.schema import check_against
from models_registry.ml.shapes import Shape, Size

CONFIG_FILE = "config.json"
FORMAT = 1  # of the artifact folder


@dataclass(frozen=True)
class PublicWeights:
    """Published weights that can be had for an adapter: an entry of the gallery.

    learnt_from: the public data set. configuration: what makes the adapter take them. file: the name under which the
    weights folder may hold them where there is no network.
    """

    name: str
    learnt_from: str
    size_mb: float
    configuration: Mapping[str, Any]
    file: str = ""


@dataclass(frozen=True)
class AdapterInfo:
    """An adapter's declaration, served by the API; forms are built from ``config_schema``.

    annotation_types: what it says of a picture. learns_from: further types it can be taught with (a detector takes the
    box around a polygon). task: which of the two contracts below it keeps: ``Adapter`` for classification,
    ``ShapeAdapter`` for everything that says where. public: the gallery shows these.
    """

    name: str
    title: str
    annotation_types: tuple[str, ...]
    licence: str
    input_size: int  # pixels of a side, the default of the configuration
    config_schema: Mapping[str, Any]  # JSON schema, an object with a default for every property
    description: str = ""
    trainable: bool = True
    encoder: bool = False  # embeddings come from weights that training (in the default mode) leaves alone
    task: TaskKind = "classification"
    learns_from: tuple[str, ...] = ()
    public: tuple[PublicWeights, ...] = ()
    labels: tuple[str, ...] = ()  # the classes it was made for and no others: they are taken where none are named

    @property
    def taught_by(self) -> tuple[str, ...]:
        """Every annotation type that is of use in training."""
        return (*self.annotation_types, *self.learns_from)


@dataclass(frozen=True)
class Split:
    """Labelled images of one subset, in a stable order.

    labels: (N,) index into the adapter's labels. embeddings: (N, D) of this adapter's ``encoder_key``, when the
    caller has them cached; a head-only training then decodes nothing. weights: (N,) above 0, how much each counts in
    training, only their proportions matter; None: all alike.
    """

    images: Sequence[ImageSource]
    labels: NDArray[np.int64]
    embeddings: NDArray[np.float16] | NDArray[np.float32] | None = None
    weights: Sequence[float] | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class TrainData:
    """The disjoint subsets a version learns from. ``validation`` may be empty: then nothing is stopped early."""

    train: Split
    validation: Split


@dataclass(frozen=True)
class ShapeSplit:
    """Pictures of one subset with all that is drawn on each, in a stable order; a picture with nothing on it teaches
    what is not there. weights: as of ``Split``."""

    images: Sequence[ImageSource]
    shapes: Sequence[Sequence[Shape]]
    weights: Sequence[float] | None = None

    def __len__(self) -> int:
        return len(self.shapes)


@dataclass(frozen=True)
class ShapeData:
    """As ``TrainData``, for shapes."""

    train: ShapeSplit
    validation: ShapeSplit


@dataclass(frozen=True)
class TrainHooks:
    """How a training talks to the house.

    on_metric(figure, legend, x, y): one sample, e.g. ("loss", "validation", 3, 0.41). on_epoch(done, total).
    on_pace(epoch, learning_rate, images_per_second): the rate of the epoch's last step, and how many training pictures
    were learnt from in a second of it; told once an epoch, of those that this process trained (it is no result: two
    trainings alike differ in it). on_said(epoch, answers): what the net says of the validation pictures after the
    epoch, in their order: (N, C) class probabilities, or a list of shapes each; told before the epoch's checkpoint is
    written, so none is lost where the process dies. Nothing is computed for it: where none was judged it is not told.
    cancelled() is asked often; training then raises TrainCancelled. checkpoint_dir: a folder that survives the
    process; an interrupted training given the same folder and data goes on where it was, to the same result.
    processes: that share each batch (``training.team``); 0: one for each CUDA device. All else is told by one of them.
    """

    checkpoint_dir: Path
    on_metric: Callable[[str, str, float, float], None] = lambda figure, legend, x, y: None
    on_epoch: Callable[[int, int], None] = lambda done, total: None
    cancelled: Callable[[], bool] = lambda: False
    on_pace: Callable[[int, float, float], None] = lambda epoch, learning_rate, images_per_second: None
    on_said: Callable[[int, NDArray[np.float32] | Sequence[Sequence[Shape]]], None] = lambda epoch, answers: None
    processes: int = 1


@dataclass(frozen=True)
class TrainResult:
    """best_epoch: 0-based. metrics: of the best epoch, "validation_accuracy" and so on; absent when not computable.

    validation_probs: (N, C) float32 of the kept weights on the validation split, None without one; from these the
    temperature is fitted. history: one dict an epoch.
    """

    best_epoch: int
    epochs: int
    metrics: dict[str, float]
    history: list[dict[str, float]]
    validation_probs: NDArray[np.float32] | None
    stopped_early: bool


@dataclass(frozen=True)
class Prediction:
    """probs: (N, C) float32, rows sum to 1; a row of NaN is an image listed in errors (index -> why).

    embeddings: (N, D) float16 under ``encoder_key``, None if not asked for.
    """

    probs: NDArray[np.float32]
    embeddings: NDArray[np.float16] | None
    errors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ShapePrediction:
    """What is on each picture, the surest first; one listed in errors has no shape, size (0, 0), uncertainty NaN.

    uncertainty: (N,) float64 in 0..1, higher = label sooner; what selection goes by. sizes_wh: of pictures as shown.
    embeddings: (N, D) float16 under ``encoder_key``, None if not asked for.
    """

    shapes: list[list[Shape]]
    sizes_wh: list[Size]
    uncertainty: NDArray[np.float64]
    embeddings: NDArray[np.float16] | None = None
    errors: dict[int, str] = field(default_factory=dict)


class TrainCancelled(AlpError):
    """Somebody asked the training to stop; its checkpoint is kept."""

    code = "training_cancelled"
    status = 409


class WeightsMissing(Conflict):
    """The base weights that the configuration names cannot be had here; the message says what to do."""

    code = "weights_missing"


class BrokenArtifact(Invalid):
    """A folder of artifacts is incomplete, of another format, or does not fit its adapter."""

    code = "broken_artifact"


class BaseAdapter(Protocol):
    """What both contracts share. One instance is one version of a model. Not thread-safe; a job makes its own."""

    info: ClassVar[AdapterInfo]
    config: dict[str, Any]
    labels: list[str]
    seed: int

    def build(self, config: Mapping[str, Any], labels: Sequence[str], seed: int) -> None:
        """Makes the base weights. config: as ``check_config`` returns it. Raises WeightsMissing, Invalid."""

    def embed(
        self, images: Sequence[ImageSource], *, batch_size: int = 64, progress: Callable[[int, int], None] | None = None
    ) -> tuple[NDArray[np.float16], dict[int, str]]:
        """(N, D) embeddings under ``encoder_key`` and what could not be read. A row of NaN for each error."""

    def save(self, folder: Path) -> dict[str, Path]:
        """Writes safetensors and config.json into ``folder``; name -> path of each file."""

    def load(self, folder: Path) -> None:
        """Reads what ``save`` wrote. Raises BrokenArtifact, WeightsMissing."""

    def preprocessing(self) -> str:
        """Key of what is done to an image before the net sees it."""

    def encoder_key(self) -> str:
        """Key of the embedding space: adapter, digest of the backbone's weights, preprocessing."""

    def weights_digest(self) -> str:
        """sha256 of everything that decides a prediction: all weights, labels and preprocessing."""

    def one_thread(self) -> AbstractContextManager[bool]:
        """While it lasts the adapter computes with one thread; gives whether it is this process that computes, not a
        GPU or a server. See ``ml.latency``."""


class Adapter(BaseAdapter, Protocol):
    """Classification: one of the labels for a whole picture."""

    def train(self, data: TrainData, hooks: TrainHooks) -> TrainResult:
        """Trains and keeps the best epoch's weights. The same seed, data and machine give the same weights."""

    def predict(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 64,
        embeddings: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Prediction:
        """Class probabilities of each image. progress(done, total) after each batch; may raise to stop."""

    def predict_from_embeddings(self, embeddings: NDArray[Any]) -> NDArray[np.float32] | None:
        """(N, C) from cached (N, D) embeddings of ``encoder_key``: the same numbers as ``predict`` up to float16.

        A NaN row gives a NaN row."""


class ShapeAdapter(BaseAdapter, Protocol):
    """Everything that says where: boxes, masks, points.

    ``threshold``: the score from which a shape is worth showing to people; chosen on the validation pictures in
    training (highest F1), kept with the weights. Curves are drawn from everything ``detect`` says.
    """

    @property
    def threshold(self) -> float: ...

    def train(self, data: ShapeData, hooks: TrainHooks) -> TrainResult:
        """As of classification; ``validation_probs`` is None."""

    def detect(
        self,
        images: Sequence[ImageSource],
        *,
        batch_size: int = 16,
        embeddings: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> ShapePrediction:
        """What is on each image. progress(done, total) after each batch; may raise to stop."""


AnyAdapter = Adapter | ShapeAdapter


def says_shapes(adapter: AnyAdapter) -> TypeGuard[ShapeAdapter]:
    """Whether it keeps the contract for shapes."""
    return adapter.info.task != "classification"


def says_classes(adapter: AnyAdapter) -> TypeGuard[Adapter]:
    """Whether it keeps the contract for classification."""
    return adapter.info.task == "classification"


ADAPTERS: Registry[type[AnyAdapter]] = Registry("model adapter")


def new_adapter(name: str, config: Mapping[str, Any], labels: Sequence[str], seed: int = 0) -> AnyAdapter:
    """A version with base weights. Raises UnknownName, Invalid (configuration, labels), WeightsMissing."""
    adapter = ADAPTERS.get(name)()
    checked = check_config(name, config)
    names = list(labels)
    check_labels(name, names)
    adapter.build(checked, names, seed)
    return adapter


def check_labels(name: str, labels: Sequence[str]) -> None:
    """Raises Invalid for too few labels, the same one twice, or none that the adapter knows; UnknownName."""
    info = ADAPTERS.get(name).info
    least = 2 if info.task == "classification" else 1
    if len(labels) < least:
        needs = "A classifier needs at least two labels" if least == 2 else "A model needs at least one label"
        raise Invalid(f"{needs}, got {len(labels)}.", field="labels")
    if len(set(labels)) != len(labels):
        raise Invalid("The same label is listed twice.", field="labels", labels=list(labels))
    if info.labels and not set(labels) & set(info.labels):
        known = f"{', '.join(info.labels[:8])} … ({len(info.labels)})"
        raise Invalid(f"{info.title} knows none of the labels. It knows {known}.", field="labels")


def load_adapter(folder: Path) -> AnyAdapter:
    """The version whose artifacts lie in ``folder``. Raises BrokenArtifact, UnknownName, WeightsMissing."""
    adapter = ADAPTERS.get(read_config(folder)["adapter"])()
    adapter.load(folder)
    return adapter


def read_config(folder: Path) -> dict[str, Any]:
    """config.json of a folder of artifacts: adapter, config, labels, seed, ..."""
    path = Path(folder) / CONFIG_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BrokenArtifact(f"{CONFIG_FILE} is missing from the model's artifacts.", file=CONFIG_FILE) from None
    except ValueError as error:
        raise BrokenArtifact(f"{CONFIG_FILE} is not JSON: {error}", file=CONFIG_FILE) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT or "adapter" not in content:
        raise BrokenArtifact(f"{CONFIG_FILE} is not of artifact format {FORMAT}.", file=CONFIG_FILE)
    return content


def check_config(adapter: str, config: Mapping[str, Any] | None) -> dict[str, Any]:
    """The configuration with defaults filled in. Raises Invalid that names the first wrong field and says why."""
    schema = dict(ADAPTERS.get(adapter).info.config_schema)
    return check_against(schema, {} if config is None else config, f"configuration of {adapter}")


def defaults(adapter: str) -> dict[str, Any]:
    """The configuration an adapter uses when nothing is said."""
    return check_config(adapter, {})
