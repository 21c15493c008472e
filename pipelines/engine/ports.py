"""Port types: what may travel along a connection, and what a value of each type looks like.

Items, datasets and models travel as their ids (text); annotations as lists of ids. Everything is JSON, so that inputs
and outputs are stored and shown as they are.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

ENTITIES: Final = ("Item", "Dataset", "Annotation", "Model")
"""Types whose values are ids of rows."""

SCALARS: Final = ("Json", "String", "Number", "Integer", "Float", "Boolean")

PORT_TYPES: Final = (*ENTITIES, *SCALARS, *(f"{name}[]" for name in (*ENTITIES, *SCALARS)))

_NUMERIC: Final = {"Number": {"Number", "Integer", "Float"}, "Float": {"Float", "Integer"}}


def is_port_type(name: str) -> bool:
    return name in PORT_TYPES


def accepts(target: str, source: str) -> bool:
    """Whether a port of type ``target`` can be fed by one of type ``source``. Json takes anything; numbers widen."""
    if target in (source, "Json"):
        return True
    if target.endswith("[]") and source.endswith("[]"):
        return accepts(target[:-2], source[:-2])
    return source in _NUMERIC.get(target, set())


def spreads(target: str, source: str) -> bool:
    """Whether a list feeds a port that takes one of its elements: each element then arrives on its own."""
    return source.endswith("[]") and not target.endswith("[]") and target != "Json" and accepts(target, source[:-2])


def check_value(type_name: str, value: Any) -> str | None:
    """Why ``value`` is not one of this type, or None when it is."""
    if type_name.endswith("[]"):
        if not isinstance(value, list):
            return f"expected a list ({type_name})"
        return next((why for part in value if (why := check_value(type_name[:-2], part))), None)
    if type_name in ENTITIES:
        return None if _is_id(value) else f"expected the id of one {type_name}"
    if type_name == "Json":
        return None if _is_json(value) else "expected a JSON value"
    if type_name == "String":
        return None if isinstance(value, str) else "expected text"
    if type_name == "Boolean":
        return None if isinstance(value, bool) else "expected true or false"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "expected a number"
    return "expected a whole number" if type_name == "Integer" and value != int(value) else None


def _is_id(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
