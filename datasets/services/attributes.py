"""Answers to the ontology's questions: whether a value is one of those that the question takes."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from datasets.errors import AttributeInvalid
from datasets.models import Attribute, AttributeKind

__all__ = ["Questions", "assert_answers", "questions_of"]

Questions = Mapping[str, Attribute]
SHOWN = 12  # options named in a sentence


def questions_of(ontology_id: uuid.UUID | None) -> Questions:
    """The attributes of an ontology by their key; none without one."""
    if ontology_id is None:
        return {}
    return {row.key: row for row in Attribute.objects.filter(ontology_id=ontology_id)}


def assert_answers(
    given: Mapping[str, Any], held: Mapping[str, Any], questions: Questions, *, annotation: uuid.UUID, label: str
) -> None:
    """Raises AttributeInvalid for the first new value that its question does not take.

    Values the annotation holds already stay, and so do those of questions that the ontology no longer asks: taking a
    question or an option away makes nobody's other edits fail. None and an empty text are no answer."""
    for key, value in given.items():
        question = questions.get(key)
        if question is None or value in (None, "") or (key in held and _same(held[key], value)):
            continue
        problem = _KINDS[AttributeKind(question.kind)](question, value)
        if problem:
            raise AttributeInvalid(
                f"“{question.title}” of {label!r} {problem}.", field="attributes", annotation=str(annotation),
                attribute=key, value=value, allowed=_allowed(question),
            )  # fmt: skip


def _same(held: Any, value: Any) -> bool:
    return type(held) is type(value) and held == value


def _allowed(question: Attribute) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "multi": question.multi,
        "values": question.values,
        "range": question.value_range if question.kind == AttributeKind.RANGE else None,
    }


def _options(question: Attribute, value: Any) -> str:
    if question.multi and not isinstance(value, list):
        return "takes a list of options"
    chosen = value if question.multi else [value]
    wrong = [one for one in chosen if not isinstance(one, str) or one not in question.values]
    if wrong:
        more = f" and {len(question.values) - SHOWN} more" if len(question.values) > SHOWN else ""
        return f"takes {', '.join(question.values[:SHOWN])}{more}, not {_shown(wrong[0])}"
    return "takes no option twice" if len(set(chosen)) < len(chosen) else ""


def _range(question: Attribute, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return f"takes a number, not {_shown(value)}"
    limits = question.value_range or {}
    low, high = limits.get("min", -math.inf), limits.get("max", math.inf)
    if not low <= value <= high:
        return f"takes {low:g} to {high:g}, not {value:g}"
    step = limits.get("step")
    if step and not _on_step(value, 0 if low == -math.inf else low, step):
        return f"takes {low:g} to {high:g} in steps of {step:g}, not {value:g}"
    return ""


def _on_step(value: float, start: float, step: float) -> bool:
    """Whether it lies a whole number of steps from the start, within what binary fractions leave (0.1 + 0.2)."""
    steps = (value - start) / step
    return abs(steps - round(steps)) <= 1e-6


def _boolean(_question: Attribute, value: Any) -> str:
    return "" if isinstance(value, bool) else f"takes yes or no (true or false), not {_shown(value)}"


def _text(_question: Attribute, value: Any) -> str:
    return "" if isinstance(value, str) else f"takes a text, not {_shown(value)}"


_KINDS: Mapping[AttributeKind, Callable[[Attribute, Any], str]] = {
    AttributeKind.OPTIONS: _options,
    AttributeKind.RANGE: _range,
    AttributeKind.BOOLEAN: _boolean,
    AttributeKind.TEXT: _text,
}


def _shown(value: Any) -> str:
    return f"{value!r}"[:60]
