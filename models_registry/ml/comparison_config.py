"""What a comparison may be configured with, checked by a schema; each error says what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from alp_site.lib.errors import Invalid
from models_registry.ml.schema import check_against

MetricName = Literal["average_precision", "accuracy", "map"]

COMPARE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "precision_recall": {
            "type": "object",
            "default": {},
            "additionalProperties": False,
            "description": "Compare on the test set. For classes the label decides; the IoU threshold is for shapes.",
            "properties": {
                "iou_threshold": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.5},
                "min_delta": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
                "specific_label": {"type": ["string", "null"], "default": None},
                "metric": {
                    "type": "string",
                    "enum": ["average_precision", "accuracy", "map"],
                    "default": "average_precision",
                    "description": "accuracy: classes only. map: objects only, over the IoU thresholds 0.5 to 0.95.",
                },
            },
        },
        "checks": {
            "type": "array",
            "description": "Instead of the test-set metric: which stored training figures must be better.",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["figure", "legend"],
                "properties": {
                    "figure": {"type": "string", "minLength": 1},
                    "legend": {"type": "string", "minLength": 1},
                    "x_index": {"type": "integer", "default": -1},
                    "maximize": {"type": "boolean", "default": True},
                    "min_delta": {"type": "number", "minimum": 0, "default": 0},
                },
            },
        },
        "wins": {
            "description": "How many checks must be won: 'any', 'all', or the smallest share, a number in (0, 1].",
        },
        "guard": {
            "type": "object",
            "additionalProperties": False,
            "description": "Classes whose recall (objects: AP) must not fall by more than the margin (one-sided 95 %).",
            "properties": {
                "labels": {"type": "array", "items": {"type": "string"}, "default": [], "uniqueItems": True},
                "every": {
                    "type": "boolean",
                    "default": False,
                    "description": "Guard every class that the test set has, not only those listed.",
                },
                "margin": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.05},
            },
        },
        "minimum_items": {
            "type": "integer",
            "minimum": 0,
            "default": 0,
            "description": "A candidate is not promoted on fewer test items than this.",
        },
        "latency_ms": {
            "type": ["number", "null"],
            "exclusiveMinimum": 0,
            "default": None,
            "description": "A candidate that takes longer for one picture, in processor time where evaluations run, is"
            " not promoted.",
        },
        "seeds": {
            "type": "integer",
            "minimum": 1,
            "maximum": 10,
            "default": 1,
            "description": "Above 1: trained with so many seeds, a candidate must be better on their average, too.",
        },
        "approval": {
            "type": "boolean",
            "default": False,
            "description": "A candidate that is better waits for a person to promote it; no pipeline does.",
        },
        "alpha": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 0.5,
            "default": 0.05,
            "description": "False promotions tolerated over all candidates ever judged on one test set.",
        },
        "verbose": {"type": "boolean", "default": False},
    },
}


@dataclass(frozen=True)
class Check:
    """One stored training figure. x_index counts samples in the order of x; -1 is the last."""

    figure: str
    legend: str
    x_index: int = -1
    maximize: bool = True
    min_delta: float = 0.0


@dataclass(frozen=True)
class CompareConfig:
    """A checked configuration. checks is empty when the test-set metric decides."""

    metric: MetricName = "average_precision"
    min_delta: float = 0.0
    specific_label: str | None = None
    iou_threshold: float = 0.5
    checks: tuple[Check, ...] = ()
    wins: str | float = "all"
    guard_labels: tuple[str, ...] = ()
    guard_every: bool = False
    guard_margin: float = 0.05
    alpha: float = 0.05
    minimum_items: int = 0
    latency_ms: float | None = None
    approval: bool = False
    seeds: int = 1

    def check_labels(self, names: Sequence[str]) -> None:
        """Raises Invalid for a label it names that the test set, which has ``names``, has not."""
        for label in (*self.guard_labels, *((self.specific_label,) if self.specific_label else ())):
            if label not in names:
                raise Invalid(f"The test set has no label {label!r}. It has: {', '.join(names)}.", field="label")

    def guarding(self, present: Iterable[str]) -> CompareConfig:
        """With every class that the test set has guarded, where that was asked for."""
        if not self.guard_every:
            return self
        return replace(self, guard_labels=tuple(dict.fromkeys((*self.guard_labels, *present))))


def parse_config(config: Mapping[str, Any] | None) -> CompareConfig:
    """Raises Invalid naming the field. An absent configuration is ``{"precision_recall": {}}``."""
    what = "comparison configuration"
    given = check_against(COMPARE_SCHEMA, config or {}, what)
    fields = COMPARE_SCHEMA["properties"]
    curve = check_against(fields["precision_recall"], given["precision_recall"], f"{what}'s precision_recall")
    guard = check_against(fields["guard"], given.get("guard", {}), f"{what}'s guard")
    checks: tuple[Check, ...] = ()
    wins: str | float = "all"
    if "checks" in given:
        if not given["checks"]:
            raise Invalid("'checks' is empty: list at least one figure, or leave 'checks' out.", field="checks")
        checks = tuple(
            Check(**check_against(fields["checks"]["items"], one, f"{what}'s check")) for one in given["checks"]
        )
        wins = _wins(given.get("wins", "all"))
    elif "wins" in given:
        raise Invalid("'wins' needs 'checks' to count.", field="wins")
    return CompareConfig(
        metric=curve["metric"],
        min_delta=float(curve["min_delta"]),
        specific_label=curve["specific_label"],
        iou_threshold=float(curve["iou_threshold"]),
        checks=checks,
        wins=wins,
        guard_labels=tuple(guard["labels"]),
        guard_every=bool(guard["every"]),
        guard_margin=float(guard["margin"]),
        alpha=float(given["alpha"]),
        minimum_items=int(given["minimum_items"]),
        latency_ms=None if given["latency_ms"] is None else float(given["latency_ms"]),
        approval=bool(given["approval"]),
        seeds=int(given["seeds"]),
    )


def _wins(value: Any) -> str | float:
    if value in ("any", "all") and isinstance(value, str):
        return str(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1:
        return float(value)
    hint = ""
    if isinstance(value, str):
        hint = " A share is written as a number without quotes, for example 0.6."
    raise Invalid(f"'wins' must be 'any', 'all' or a number above 0 and at most 1, got {value!r}.{hint}", field="wins")
