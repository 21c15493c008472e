"""Ids and parts of lists, as the services pass them around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

__all__ = ["as_uuids", "chunks"]


def chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def as_uuids(ids: Iterable[str | UUID]) -> list[UUID]:
    return [i if isinstance(i, UUID) else UUID(i) for i in ids]
