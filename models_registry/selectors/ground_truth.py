"""What a model may learn from: approved class labels, read once and frozen with the version."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F

from datasets.models import Annotation, Dataset, TestSetEntry, TestSetVersion
from datasets.selectors import ground_truth_items

__all__ = ["Example", "Subset", "entry_label", "gather", "gather_test_set"]


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


def gather(dataset: Dataset, dql: dict[str, Any]) -> Subset:
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


def gather_test_set(version: TestSetVersion) -> Subset:
    """The frozen examples of a test set version, as they were when it was published, ordered by item id."""
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
