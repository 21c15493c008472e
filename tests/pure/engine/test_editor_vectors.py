"""What the editor knows of the engine by itself, held by vectors that both sides are tested with."""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.engine.ports import PORT_TYPES, accepts, spreads
from pipelines.engine.triggers import EVENT_RESOURCES

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
VECTORS = json.loads((FOLDER / "ports.json").read_text("utf-8"))


def test_accepts_agrees_with_the_shared_vectors() -> None:
    assert set(VECTORS) == set(PORT_TYPES)
    assert {target: [source for source in PORT_TYPES if accepts(target, source)] for target in PORT_TYPES} == VECTORS


def test_spreads_agrees_with_the_shared_vectors() -> None:
    known = json.loads((FOLDER / "spreads.json").read_text("utf-8"))
    assert {target: [source for source in PORT_TYPES if spreads(target, source)] for target in PORT_TYPES} == known


def test_events_of_triggers_agree_with_the_shared_vectors() -> None:
    known = json.loads((FOLDER / "trigger_events.json").read_text("utf-8"))
    assert {resource: list(actions) for resource, actions in EVENT_RESOURCES.items()} == known
