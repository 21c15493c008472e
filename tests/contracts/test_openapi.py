"""The API's schema: complete, without warnings, and the snapshot from which the TypeScript types are made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    GENERATOR_STATS.reset()
    made = SchemaGenerator().get_schema(request=None, public=True)
    return dict(json.loads(json.dumps(made, default=str)))


def test_schema_when_generated_then_every_view_says_what_it_takes_and_gives(schema: dict[str, Any]) -> None:
    said = {**dict(GENERATOR_STATS._warn_cache), **dict(GENERATOR_STATS._error_cache)}
    assert not said, "\n".join(said)


def test_schema_when_compared_with_the_snapshot_then_equal(schema: dict[str, Any]) -> None:
    kept = json.loads(SNAPSHOT.read_text())
    changed = sorted(
        path for path in {*kept["paths"], *schema["paths"]} if kept["paths"].get(path) != schema["paths"].get(path)
    )
    assert not changed, f"the API changed: `make api-types` refreshes the snapshot and the types ({changed})"
    assert kept["components"] == schema["components"], "shapes changed: run `make api-types`"
