"""Small things every service of datasets needs."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.errors import Invalid
from alp_site.lib.plain import scalar_fault

__all__ = ["chunked", "clean_json", "clean_name", "now_ms"]

T = TypeVar("T")
MAX_JSON_NODES = 5_000
MAX_JSON_DEPTH = 20


def now_ms() -> dt.datetime:
    """Now, cut to the millisecond, which is what clients see and filter by."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def chunked(values: Iterable[T], size: int | None = None) -> Iterator[list[T]]:
    """Lists of at most `size` (`db.bulk_size()` when None): one transaction each."""
    limit = size or db.bulk_size()
    chunk: list[T] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == limit:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def clean_name(name: Any, field: str = "name", most: int = 200) -> str:
    """A name people give: trimmed, in one Unicode form, without control characters. Raises Invalid."""
    if not isinstance(name, str):
        raise Invalid(f"{field} must be a text.", field=field)
    text = unicodedata.normalize("NFC", name).strip()
    if not text:
        raise Invalid(f"{field} must not be empty.", field=field)
    if len(text) > most or any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise Invalid(f"{field} takes at most {most} characters and no control characters.", field=field)
    return text


def clean_json(value: Any, field: str = "metadata") -> Any:
    """The value, if every database stores and compares it alike; raises Invalid naming the path otherwise."""
    budget = [MAX_JSON_NODES]
    _check(value, field, 0, budget)
    return value


def _check(value: Any, path: str, depth: int, budget: list[int]) -> None:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_JSON_DEPTH:
        raise Invalid(f"{path}: too large or nested too deep.", field=path)
    if isinstance(value, dict):
        for key, part in value.items():
            if not isinstance(key, str) or not key or any(c in key for c in '"\\\x00'):
                raise Invalid(f"{path}: a key is empty or holds a quote, a backslash or a zero byte.", field=path)
            _scalar(key, path)
            _check(part, f"{path}.{key}", depth + 1, budget)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, part in enumerate(value):
            _check(part, f"{path}[{index}]", depth + 1, budget)
    else:
        _scalar(value, path)


def _scalar(value: Any, path: str) -> None:
    if not isinstance(value, (str, int, float, bool, type(None))):
        raise Invalid(f"{path}: not a JSON value.", field=path)
    if fault := scalar_fault(value):
        raise Invalid(f"{path}: {fault}.", field=path)
