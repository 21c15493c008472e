"""What a model may learn from: approved annotations, read once and frozen with the version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db.models import F

from datasets.models import Annotation, Dataset, TestSetEntry, TestSetVersion
from datasets.selectors import ground_truth_items
from models_registry.ml.adapters import AdapterInfo

__all__ = [
    "COLUMNS",
    "SHAPE_COLUMNS",
    "Drawing",
    "Example",
    "Gathered",
    "ShapeExample",
    "ShapeSubset",
    "Subset",
    "entry_label",
    "gather",
    "gather_test_set",
]

COLUMNS = ("item", "blob", "label", "annotation", "revision")
SHAPE_COLUMNS = ("item", "blob", "shapes")
"""Of an example's row; a shape is [annotation, revision, type, label, geometry]."""


class Learnable(Protocol):
    """One picture a model learns from or is judged on."""

    @property
    def item(self) -> str: ...

    @property
    def blob(self) -> str: ...

    def row(self) -> list[Any]:
        """As it is written into lineage.json."""


class Gathered(Protocol):
    """The examples of one filter, ordered by item id, and the items that were of no use."""

    @property
    def examples(self) -> Sequence[Learnable]: ...

    skipped: list[str]

    def ids(self) -> set[str]: ...

    def label_counts(self) -> dict[str, int]: ...


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled picture: the item, its content, the approved label and the revision it was approved at."""

    item: str
    blob: str
    label: str
    annotation: str
    revision: int

    def row(self) -> list[Any]:
        """As it is written into lineage.json."""
        return [self.item, self.blob, self.label, self.annotation, self.revision]


@dataclass(slots=True)
class Subset:
    """The examples of one filter, ordered by item id, and the items that had no single class label."""

    examples: list[Example] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def ids(self) -> set[str]:
        """Ids of the items to learn from."""
        return {example.item for example in self.examples}

    def label_counts(self) -> dict[str, int]:
        """How many examples each label has, in order of names."""
        counts: dict[str, int] = {}
        for example in self.examples:
            counts[example.label] = counts.get(example.label, 0) + 1
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One approved annotation with the geometry it was approved with."""

    annotation: str
    revision: int
    type: str
    label: str
    geometry: Any

    def row(self) -> list[Any]:
        return [self.annotation, self.revision, self.type, self.label, self.geometry]


@dataclass(frozen=True, slots=True)
class ShapeExample:
    """One picture with everything on it that the model learns from; nothing, where people said there is nothing."""

    item: str
    blob: str
    drawings: tuple[Drawing, ...]

    def row(self) -> list[Any]:
        return [self.item, self.blob, [drawing.row() for drawing in self.drawings]]


@dataclass(slots=True)
class ShapeSubset:
    """As ``Subset``. Skipped are items whose annotations are all of types the model cannot learn from: that they show
    nothing else, nobody said."""

    examples: list[ShapeExample] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def ids(self) -> set[str]:
        return {example.item for example in self.examples}

    def label_counts(self) -> dict[str, int]:
        """How many annotations each label has, in order of names."""
        counts: dict[str, int] = {}
        for example in self.examples:
            for drawing in example.drawings:
                counts[drawing.label] = counts.get(drawing.label, 0) + 1
        return dict(sorted(counts.items()))


def gather(about: AdapterInfo, dataset: Dataset, dql: dict[str, Any]) -> Subset | ShapeSubset:
    """What a model of that adapter may learn from the approved items that match the filter."""
    if about.task == "classification":
        return gather_classes(dataset, dql)
    return gather_shapes(dataset, dql, about.taught_by)


def gather_test_set(about: AdapterInfo, version: TestSetVersion) -> Subset | ShapeSubset:
    """The frozen examples of a test set version, as they were when it was published, ordered by item id."""
    if about.task == "classification":
        return _class_test_set(version)
    return _shape_test_set(version, about.taught_by)


def gather_shapes(dataset: Dataset, dql: dict[str, Any], types: Iterable[str]) -> ShapeSubset:
    """Two queries besides the filter's own."""
    items = ground_truth_items(dataset, dql).order_by()
    rows = Annotation.objects.filter(
        item__in=items.values("id"), deleted_at__isnull=True, approved_revision=F("revision")
    ).order_by("item_id", "id")
    drawn: dict[UUID, list[Drawing]] = {}
    for item, pk, revision, kind, label, geometry in rows.values_list(
        "item_id", "id", "revision", "type", "label", "geometry"
    ).iterator(chunk_size=2000):
        drawn.setdefault(item, []).append(Drawing(str(pk), revision, kind, label, geometry))
    subset = ShapeSubset()
    pictures = items.exclude(blob=None).order_by("id").values_list("id", "blob_id")
    for item, blob in pictures.iterator(chunk_size=5000):
        _take(subset, str(item), blob, drawn.get(item, []), frozenset(types))
    return subset


def _take(subset: ShapeSubset, item: str, blob: str, drawn: list[Drawing], types: frozenset[str]) -> None:
    fitting = tuple(drawing for drawing in drawn if drawing.type in types)
    if drawn and not fitting:
        subset.skipped.append(item)
    else:
        subset.examples.append(ShapeExample(item, blob, fitting))


def _shape_test_set(version: TestSetVersion, types: Iterable[str]) -> ShapeSubset:
    subset = ShapeSubset()
    entries = TestSetEntry.objects.filter(version=version).order_by("item_id")
    for item, blob, labels in entries.values_list("item_id", "blob_id", "labels").iterator(chunk_size=2000):
        drawn = [
            Drawing(str(one["annotation"]), int(one["revision"]), one["type"], one["label"], one.get("geometry"))
            for one in labels
        ]
        _take(subset, str(item), blob, drawn, frozenset(types))
    return subset


def gather_classes(dataset: Dataset, dql: dict[str, Any]) -> Subset:
    """The approved class labels of the items that match the filter. One query besides the filter's own."""
    items = ground_truth_items(dataset, dql)
    rows = (
        Annotation.objects.filter(
            item__in=items.order_by().values("id"),
            type="class",
            deleted_at__isnull=True,
            approved_revision=F("revision"),
        )
        .exclude(item__blob=None)
        .order_by("item_id", "id")
        .values_list("item_id", "item__blob_id", "label", "id", "revision")
    )
    return _single(rows.iterator(chunk_size=5000))


def _single(rows: Iterable[tuple[UUID, str, str, UUID, int]]) -> Subset:
    """Keeps items with exactly one class label: with two, neither is *the* label a classifier can be told."""
    subset = Subset()
    last: Example | None = None
    several = False
    for item, blob, label, annotation, revision in rows:
        example = Example(str(item), blob, label, str(annotation), revision)
        if last is not None and last.item == example.item:
            several = True
            continue
        _keep(subset, last, several)
        last, several = example, False
    _keep(subset, last, several)
    return subset


def _keep(subset: Subset, example: Example | None, several: bool) -> None:
    if example is None:
        return
    if several:
        subset.skipped.append(example.item)
    else:
        subset.examples.append(example)


def entry_label(labels: list[dict[str, Any]]) -> str | None:
    """The one class label of a test set entry; None when it has none or several."""
    names = [label["label"] for label in labels if label.get("type") == "class"]
    return names[0] if len(names) == 1 else None


def _class_test_set(version: TestSetVersion) -> Subset:
    subset = Subset()
    entries = TestSetEntry.objects.filter(version=version).order_by("item_id")
    for item, blob, labels in entries.values_list("item_id", "blob_id", "labels").iterator(chunk_size=5000):
        label = entry_label(labels)
        if label is None:
            subset.skipped.append(str(item))
            continue
        first = next(entry for entry in labels if entry.get("type") == "class")
        subset.examples.append(Example(str(item), blob, label, str(first["annotation"]), int(first["revision"])))
    return subset
