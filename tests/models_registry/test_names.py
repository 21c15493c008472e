"""Names of versions come from a whitelist, never from evaluation."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models_registry.errors import UnknownField
from models_registry.services import names

NOW = datetime(2026, 3, 9, 14, 5, 6, tzinfo=UTC)


def rendered(template: str, base: str = "seed") -> str:
    return names.render(template, base_name=base, adapter="small_cnn", now=NOW, n=3)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{base_model.name}-{date}", "seed-2026-03-09"),
        ("{base_model.name}-{datetime}", "seed-2026_03_09-T14_05_06"),
        ("{adapter} {n}", "small_cnn 3"),
        ("{ base_model.name }", "seed"),
        ("plain", "plain"),
        ("", "seed-2026-03-09"),
        ("{base_model.name}-{datetime.datetime.now().strftime('%Y_%m_%d-T%H_%M_%S')}", "seed-2026_03_09-T14_05_06"),
        ('{base_model.name}-{datetime.utcnow().strftime("%Y%m%d")}', "seed-20260309"),
    ],
)
def test_render_known_fields(template: str, expected: str) -> None:
    assert rendered(template) == expected


@pytest.mark.parametrize(
    ("template", "field"),
    [
        ("{base_model}", "base_model"),
        ("{base_model.__class__}", "base_model.__class__"),
        ("{0}", "0"),
        ("{__import__('os').system('true')}", "__import__('os').system('true')"),
        ("{datetime.strftime('%c')}", "{datetime.strftime('%c')}"),
        ("{datetime.strftime('%')}", "{datetime.strftime('%')}"),
        ("{name!r}", "name!r"),
    ],
)
def test_render_unknown_field_is_named(template: str, field: str) -> None:
    with pytest.raises(UnknownField) as caught:
        rendered(template)
    assert field in caught.value.message


@pytest.mark.parametrize("template", ["{base_model.name", "x}", "   ", "{{n}}"])
def test_render_broken_template_is_refused(template: str) -> None:
    with pytest.raises(UnknownField):
        rendered(template)


def test_render_generations_do_not_pile_up_stamps() -> None:
    name = "seed"
    for _ in range(4):
        name = names.numbered(rendered("{base_model.name}-{datetime}", name), 2)
    assert name == "seed-2026_03_09-T14_05_06-2"


def test_render_is_bounded() -> None:
    assert len(rendered("{base_model.name}" * 30, "x" * 100)) <= names.NAME_MAX - 6
