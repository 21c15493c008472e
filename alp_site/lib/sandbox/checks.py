"""Whether code can run here, and the strict reading of what it answers."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from alp_site.env import ENV
from alp_site.lib.plain import scalar_fault
from alp_site.lib.sandbox import confine

__all__ = ["NotPlain", "strict_json", "why_not"]

MAX_DEPTH = 20
MAX_VALUES = 200_000


class NotPlain(ValueError):
    """What came back is not JSON that every database keeps alike; the message says why."""


@lru_cache(maxsize=1)
def _missing() -> str:
    return confine.why_not()


def why_not() -> str:
    """Why code cannot run on this machine; empty when it can, be it because the operator set ALP_CODE_UNSAFE."""
    return "" if ENV.code_unsafe else _missing()


def strict_json(text: bytes) -> Any:
    """The value of one JSON text from an untrusted writer. Raises NotPlain."""
    try:
        value = json.loads(text, parse_constant=_constant)
    except NotPlain:
        raise
    except (ValueError, RecursionError) as error:
        raise NotPlain(f"not JSON ({type(error).__name__})") from None
    _walk(value)
    return value


def _constant(name: str) -> None:
    raise NotPlain(f"{name} is not JSON")


def _walk(value: Any) -> None:
    """Without recursion: the depth is the writer's choice."""
    todo, seen = [(value, 0)], 0
    while todo:
        part, depth = todo.pop()
        seen += 1
        if depth > MAX_DEPTH or seen > MAX_VALUES:
            raise NotPlain(f"nested deeper than {MAX_DEPTH} or more than {MAX_VALUES} values")
        if isinstance(part, dict):
            todo += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            todo += [(inner, depth + 1) for inner in part]
        elif fault := scalar_fault(part):
            raise NotPlain(fault)
