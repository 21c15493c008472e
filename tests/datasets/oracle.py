"""What a filter means, in plain Python over the JSON of items: independent of the compiler, as slow as it likes.

A document is what the API shows, less what stands for "not there": empty subset, creator null, empty lists of refs,
statuses and labels.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

MISSING = object()
PATHS = {"filename", "dir"}
DATES = {"createdAt", "updatedAt", "approvedAt"}
LISTS = {"metadata.system.refs", "metadata.system.annotationStatus", "label"}


def document(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload of an item as the document filters speak of."""
    doc = dict(payload)
    system = dict(doc["metadata"]["system"])
    for key in ("refs", "annotationStatus"):
        if not system[key]:
            del system[key]
    doc["metadata"] = {**doc["metadata"], "system": system}
    for key in ("subset", "groupKey"):
        if doc[key] == "":
            del doc[key]
    for key in ("creator", "srcItem", "spec", "approvedAt", "deletedAt"):
        if doc[key] is None:
            del doc[key]
    labels = [row["label"] for row in doc.pop("labels")]
    if labels:
        doc["label"] = labels
    return doc


def matches(condition: dict[str, Any], doc: Any, prefix: str = "") -> bool:
    return all(_entry(key, value, doc, prefix) for key, value in condition.items())


def _entry(key: str, value: Any, doc: Any, prefix: str) -> bool:
    if key == "$and":
        return all(matches(part, doc, prefix) for part in value)
    if key == "$or":
        return any(matches(part, doc, prefix) for part in value)
    if key.startswith("$"):
        return _operator(prefix, key, value, doc)
    path = f"{prefix}.{key}" if prefix else key
    if isinstance(value, dict):
        return matches(value, doc, path)
    return _operator(path, "$eq", value, doc)


def _operator(path: str, op: str, value: Any, doc: Any) -> bool:
    if op == "$ne":
        return not _operator(path, "$eq", value, doc)
    if op == "$nin":
        return not _operator(path, "$in", value, doc)
    found = _values(doc, path.split("."), into_lists=path.startswith("metadata.system.refs"))
    if op == "$exists":
        return any(v is not MISSING for v in found) == value
    if op == "$in":
        return any(_operator(path, "$eq", one, doc) for one in value)
    if op == "$match":
        elements = found[0] if found and isinstance(found[0], list) else []
        return any(matches(value, element) for element in elements)
    if isinstance(value, list):
        return _equals_list(path, value, found)
    if value is None:
        return not found or any(v is MISSING or v is None or (isinstance(v, list) and None in v) for v in found)
    candidates = [e for v in found for e in (v if isinstance(v, list) else [v])]
    return any(_compare(path, op, v, value) for v in candidates)


def _equals_list(path: str, value: list[Any], found: list[Any]) -> bool:
    if path in LISTS and value == []:
        return found == [MISSING]
    if path in LISTS:
        return found != [MISSING] and set(found[0]) == set(value)
    return any(isinstance(v, list) and _same(v, value) for v in found)


def _values(doc: Any, path: list[str], into_lists: bool) -> list[Any]:
    if not path:
        return [doc]
    if isinstance(doc, dict):
        return _values(doc[path[0]], path[1:], into_lists) if path[0] in doc else [MISSING]
    if isinstance(doc, list) and into_lists:
        return [v for element in doc for v in _values(element, path, into_lists)]
    return [MISSING]


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return type(value).__name__


def _same(a: Any, b: Any) -> bool:
    if _kind(a) != _kind(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return bool(a == b)


def _moment(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _compare(path: str, op: str, have: Any, want: Any) -> bool:
    if have is MISSING or _kind(have) != _kind(want):
        return False
    if op == "$eq":
        if isinstance(want, str) and "*" in want:
            return _pattern(path, want).match(have) is not None
        if path == "dir" and len(want) > 1:
            want = want.rstrip("/")
        return _moment(have) == _moment(want) if path in DATES else bool(have == want)
    if isinstance(have, bool):
        return False
    if path in DATES:
        have, want = _moment(have), _moment(want)
    return bool({"$gt": have > want, "$gte": have >= want, "$lt": have < want, "$lte": have <= want}[op])


def _pattern(path: str, text: str) -> re.Pattern[str]:
    inside = "[^/]*" if path in PATHS and text.startswith("/") else ".*"
    parts = re.split(r"(\*+)", text)
    spelled = [(".*" if len(p) > 1 else inside) if p.startswith("*") else re.escape(p) for p in parts]
    return re.compile("^" + "".join(spelled) + r"\Z", re.DOTALL)
