"""Every read worth a name: items over a filter, ground truth, counts, and the JSON of items and annotations."""

from datasets.selectors.facets import NO_ITEMS, count_items, covers, facets
from datasets.selectors.items import (
    class_label_sets,
    class_labels,
    get_items,
    ground_truth_items,
    items_for_query,
    items_of,
    items_of_project,
    run_query,
)
from datasets.selectors.outlines import OUTLINE_UNITS, outline_payloads
from datasets.selectors.payloads import (
    annotation_payloads,
    is_tiled,
    iso,
    item_payload,
    item_payloads,
    picture_url,
    revision_payloads,
    thumbnail_url,
    tiles_url,
)
from datasets.selectors.revisions import revisions_by_people
from datasets.selectors.texts import annotation_texts
from datasets.selectors.versions import annotations_at, image_versions, version_payloads

__all__ = [
    "NO_ITEMS",
    "OUTLINE_UNITS",
    "annotation_payloads",
    "annotation_texts",
    "annotations_at",
    "class_label_sets",
    "class_labels",
    "count_items",
    "covers",
    "facets",
    "get_items",
    "ground_truth_items",
    "image_versions",
    "is_tiled",
    "iso",
    "item_payload",
    "item_payloads",
    "items_for_query",
    "items_of",
    "items_of_project",
    "outline_payloads",
    "picture_url",
    "revision_payloads",
    "revisions_by_people",
    "run_query",
    "thumbnail_url",
    "tiles_url",
    "version_payloads",
]
