"""What the content security policy would drop must not stand in a template: it would silently do nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.html"))
TAG = re.compile(r"<[a-zA-Z][^>]*>", re.DOTALL)


def test_there_are_templates() -> None:
    assert "shell/base.html" in TEMPLATES


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles_and_has_nothing_inline(name: str) -> None:
    get_template(name)
    for tag in TAG.findall((ROOT / name).read_text(encoding="utf-8")):
        assert not re.search(r"\sstyle\s*=", tag), f"inline style in {name}: {tag}"
        assert not re.search(r"\son[a-z]+\s*=", tag), f"inline handler in {name}: {tag}"
        assert not tag.startswith("<script") or "src=" in tag, f"inline script in {name}: {tag}"
        assert "https://" not in tag, f"{name} loads from elsewhere: {tag}"
