"""Labels and attributes people may use. Colours and digits are handed out in order; none is given twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from django.db import IntegrityError, transaction
from django.db.models import Max

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.models import Project
from datasets.errors import LabelInUse, NameTaken
from datasets.geometry.skeleton import clean_template
from datasets.models import Annotation, Attribute, AttributeKind, Label, Ontology
from datasets.services._common import clean_json, clean_name, now_ms

__all__ = [
    "LABEL_COLORS",
    "add_attribute",
    "add_label",
    "create_ontology",
    "delete_attribute",
    "delete_label",
    "delete_ontology",
    "reorder_labels",
    "update_attribute",
    "update_label",
    "update_ontology",
]

# The label palette of the design tokens, in the order in which labels get them.
LABEL_COLORS = (
    "#53b3b8", "#f0b135", "#da1191", "#a63c0c", "#09e095", "#3a6ee8",
    "#cd86fe", "#bfc4ee", "#a28218", "#1b735b", "#7a1fa8", "#d87879",
)  # fmt: skip
_DIGITS = "1234567890"


def create_ontology(*, project: Project, name: str, labels: Iterable[str | Mapping[str, Any]] = ()) -> Ontology:
    """A new ontology with its labels, given as names or as {"name", "color"?, "hotkey"?, "group"?, "skeleton"?}."""
    row = Ontology(project=project, name=clean_name(name))
    with write():
        _save(row, f"There is an ontology called {row.name!r} already.")
        for label in labels:
            add_label(ontology=row, **({"name": label} if isinstance(label, str) else dict(label)))
        _tell(row)
    return row


def update_ontology(*, ontology: Ontology, name: str) -> Ontology:
    ontology.name = clean_name(name)
    with write():
        _save(ontology, f"There is an ontology called {ontology.name!r} already.")
        _tell(ontology)
    return ontology


def delete_ontology(*, ontology: Ontology) -> None:
    """Deletes an ontology no live dataset uses; raises LabelInUse naming them otherwise."""
    with write():
        users = list(ontology.datasets.filter(deleted_at=None).values_list("name", flat=True))
        if users:
            raise LabelInUse(f"Datasets use this ontology: {', '.join(users)}.", datasets=users)
        ontology.deleted_at = now_ms()
        ontology.save(update_fields=["deleted_at"])
        _tell(ontology)


def add_label(
    *, ontology: Ontology, name: str, color: str = "", hotkey: str | None = None, group: str = "class",
    skeleton: Any = None,
) -> Label:  # fmt: skip
    """A new label at the end, with the next free colour and digit unless given. Raises NameTaken."""
    text = clean_name(name)
    if "*" in text:
        raise Invalid("A label's name has no star: it stands for anything in filters.", field="name")
    with write():
        known = list(ontology.labels.all())
        last = ontology.labels.aggregate(last=Max("order"))["last"]
        row = Label(
            ontology=ontology,
            name=text,
            color=_color(color) if color else _next_color(known),
            hotkey=_next_digit(known) if hotkey is None else _hotkey(hotkey),
            group=str(group or "")[:100],
            order=0 if last is None else last + 1,
            skeleton=clean_template(skeleton),
        )
        _save(row, f"The name {text!r} or the key {row.hotkey!r} is taken by another label.")
        _tell(ontology)
    return row


def update_label(
    *, label: Label, name: str | None = None, color: str | None = None, hotkey: str | None = None,
    group: str | None = None, **others: Any,
) -> Label:  # fmt: skip
    """Changes what is given. A label that is on annotations keeps its name and group, one that is on skeletons the
    number of its keypoints (LabelInUse). `others`: skeleton, a template or None for none."""
    if others.keys() - {"skeleton"}:
        raise Invalid(f"Unknown field {min(others)!r} of a label.", field=min(others))
    with write():
        renamed = name is not None and clean_name(name) != label.name
        regrouped = group is not None and group != label.group
        if renamed or regrouped:
            _assert_unused(label, "renamed" if renamed else "moved to another group")
        if renamed and name is not None:
            label.name = clean_name(name)
        if color is not None:
            label.color = _color(color)
        if hotkey is not None:
            label.hotkey = _hotkey(hotkey)
        if group is not None:
            label.group = group[:100]
        if "skeleton" in others:
            _set_skeleton(label, clean_template(others["skeleton"]))
        _save(label, f"The name {label.name!r} or the key {label.hotkey!r} is taken by another label.")
        _tell(label.ontology)
    return label


def delete_label(*, label: Label) -> None:
    """Deletes a label that is on no annotation; raises LabelInUse with the count otherwise."""
    with write():
        _assert_unused(label, "deleted")
        label.delete()
        _tell(label.ontology)


def reorder_labels(*, ontology: Ontology, names: list[str]) -> None:
    """Puts the labels into this order; names must list each label once."""
    with write():
        rows = {label.name: label for label in ontology.labels.all()}
        if sorted(rows) != sorted(names):
            raise Invalid("Name each label once.", field="names", known=sorted(rows))
        for index, name in enumerate(names):
            rows[name].order = index
        Label.objects.bulk_update(rows.values(), ["order"])
        _tell(ontology)


def add_attribute(*, ontology: Ontology, key: str, kind: str, **fields: Any) -> Attribute:
    """A new attribute. `fields`: title, multi, optional, scope (label names), values, value_range {min, max, step}."""
    row = Attribute(ontology=ontology, key=clean_name(key, "key", 100), kind=kind)
    with write():
        row.order = ontology.attributes.count()
        _fill_attribute(row, {"title": row.key, **fields})
        _save(row, f"There is an attribute {row.key!r} already.")
        _tell(ontology)
    return row


def update_attribute(*, attribute: Attribute, **fields: Any) -> Attribute:
    with write():
        _fill_attribute(attribute, fields)
        _save(attribute, "Taken.")
        _tell(attribute.ontology)
    return attribute


def delete_attribute(*, attribute: Attribute) -> None:
    """Takes the question away; answers given stay on the annotations."""
    with write():
        attribute.delete()
        _tell(attribute.ontology)


def _fill_attribute(row: Attribute, fields: Mapping[str, Any]) -> None:
    unknown = fields.keys() - {"title", "multi", "optional", "scope", "values", "value_range", "kind"}
    if unknown:
        raise Invalid(f"Unknown field {min(unknown)!r} of an attribute.", field=min(unknown))
    for name, value in fields.items():
        setattr(row, name, clean_json(value, name))
    row.title = clean_name(row.title, "title")
    if row.kind not in AttributeKind.values:
        raise Invalid(f"kind is one of {', '.join(AttributeKind.values)}.", field="kind")
    for name in ("multi", "optional"):
        if not isinstance(getattr(row, name), bool):
            raise Invalid(f"{name} is true or false.", field=name)
    for name in ("scope", "values"):
        listed = getattr(row, name)
        if not isinstance(listed, list) or not all(isinstance(v, str) for v in listed):
            raise Invalid(f"{name} is a list of texts.", field=name)
    if row.kind == AttributeKind.OPTIONS and not row.values:
        raise Invalid("An attribute with options needs values.", field="values")
    if row.kind == AttributeKind.RANGE:
        _check_range(row.value_range)


def _check_range(limits: Any) -> None:
    known = limits if isinstance(limits, dict) else {}
    low, high, step = (known.get(name) for name in ("min", "max", "step"))
    if not (_is_number(low) and _is_number(high) and low < high):
        raise Invalid("A range needs min below max.", field="value_range")
    if step is not None and not (_is_number(step) and 0 < step <= high - low):
        raise Invalid("The step of a range is a number above 0 that fits into it.", field="value_range")


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _set_skeleton(label: Label, template: dict[str, Any] | None) -> None:
    """Sets a checked template; skeletons people drew keep fitting it."""
    before, after = (len(one["names"]) if one else 0 for one in (label.skeleton, template))
    drawn = Annotation.objects.filter(
        label=label.name, type="skeleton", deleted_at=None, item__dataset__ontology_id=label.ontology_id
    )
    if before != after and (count := drawn.count()):
        raise LabelInUse(
            f"{count} skeletons of {label.name!r} have {before} keypoints: their number cannot be changed.",
            count=count, label=label.name,
        )  # fmt: skip
    label.skeleton = template


def _assert_unused(label: Label, what: str) -> None:
    used = Annotation.objects.filter(label=label.name, item__dataset__ontology_id=label.ontology_id).count()
    if used:
        raise LabelInUse(f"{label.name!r} is on {used} annotations and cannot be {what}.", count=used, label=label.name)


def _next_color(known: list[Label]) -> str:
    """The least used colour of the palette, the earlier one on a tie."""
    used = [label.color for label in known]
    return min(LABEL_COLORS, key=used.count)


def _next_digit(known: list[Label]) -> str:
    used = {label.hotkey for label in known}
    return next((digit for digit in _DIGITS if digit not in used), "")


def _color(color: str) -> str:
    text = str(color).lower()
    if len(text) != 7 or text[0] != "#" or any(c not in "0123456789abcdef" for c in text[1:]):
        raise Invalid("A colour is #rrggbb.", field="color")
    return text


def _hotkey(key: str) -> str:
    text = str(key).strip()
    if text and (len(text) != 1 or text not in _DIGITS):
        raise Invalid("A label's key is one digit: letters belong to the tools.", field="hotkey")
    return text


def _save(row: Any, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise NameTaken(taken, field="name") from None


def _tell(ontology: Ontology) -> None:
    ids = list(ontology.datasets.filter(deleted_at=None).values_list("pk", flat=True))
    events.publish(
        "dataset.updated",
        project_id=ontology.project_id,
        ids=ids,
        data={"ontology": str(ontology.pk), "changes": ["updated"]},
    )
