"""Values of JSON that both databases keep and every client reads. Pure."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["fault_at", "first_fault", "scalar_fault"]


def scalar_fault(value: Any) -> str:
    """Why a text or a number cannot be kept; empty when it can."""
    if isinstance(value, str):
        broken = "\x00" in value or any(0xD800 <= ord(character) <= 0xDFFF for character in value)
        return "a text holds a zero byte or half a surrogate pair" if broken else ""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN and infinity are not JSON"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "a number does not fit 64 bits"
    return ""


def first_fault(value: Any) -> str:
    """The fault of the first part, key or value, that has one."""
    return fault_at(value)[1]


def fault_at(value: Any) -> tuple[str, str]:
    """Where the first part, key or value, that has a fault lies ("nodes.3.name"), and the fault; empty without one."""
    todo: list[tuple[str, Any]] = [("", value)]
    while todo:
        place, part = todo.pop()
        if isinstance(part, dict):
            for key, inner in part.items():
                if fault := scalar_fault(key):
                    return place, fault
                todo.append((f"{place}.{key}" if place else str(key), inner))
        elif isinstance(part, (list, tuple)):
            todo += ((f"{place}.{n}" if place else str(n), inner) for n, inner in enumerate(part))
        elif fault := scalar_fault(part):
            return place, fault
    return "", ""
