"""The template tags that load what Vite built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template
from django.test import override_settings

MANIFEST = {
    "src/pages/shell.ts": {"file": "assets/shell-1.js", "css": ["assets/shell-1.css"], "imports": ["_dom.js"]},
    "src/pages/home.ts": {
        "file": "assets/home-1.js",
        "css": ["assets/home-1.css"],
        "imports": ["_dom.js", "_chart.js"],
    },
    "_dom.js": {"file": "assets/dom-1.js"},
    "_chart.js": {"file": "assets/chart-1.js", "css": ["assets/chart-1.css"], "imports": ["_dom.js"]},
    "src/shell/theme-early.js": {"file": "assets/theme-early-1.js"},
    "src/shell/studio-early.js": {"file": "assets/studio-early-1.js"},
}


@pytest.fixture
def dist(tmp_path: Path):
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    (tmp_path / "icons.json").write_text(json.dumps({"home": "<path d='M0 0'/>"}))
    with override_settings(FRONTEND_DIST=tmp_path, FRONTEND_BUILD_REQUIRED=True):
        yield tmp_path


def render(text: str) -> str:
    return Template("{% load vite %}" + text).render(Context())


def test_entry_lists_styles_preloads_and_script_in_load_order(dist: Path) -> None:
    assert render('{% entry "home" %}').splitlines() == [
        '<link rel="stylesheet" href="/static/assets/chart-1.css">',
        '<link rel="stylesheet" href="/static/assets/home-1.css">',
        '<link rel="modulepreload" href="/static/assets/dom-1.js">',
        '<link rel="modulepreload" href="/static/assets/chart-1.js">',
        '<script type="module" src="/static/assets/home-1.js"></script>',
    ]


def test_second_entry_leaves_out_what_the_first_brought(dist: Path) -> None:
    html = render('{% entry "shell" %}{% entry "home" %}')
    assert html.count("dom-1.js") == 1
    assert html.count("<script") == 2


def test_unknown_entry_is_an_error_naming_its_file(dist: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"static/src/pages/nowhere\.ts"):
        render('{% entry "nowhere" %}')


def test_rebuilt_manifest_is_read_again(dist: Path) -> None:
    render('{% entry "shell" %}')
    changed = {**MANIFEST, "src/pages/shell.ts": {"file": "assets/shell-2.js"}}
    (dist / "manifest.json").write_text(json.dumps(changed))
    assert "shell-2.js" in render('{% entry "shell" %}')


def test_theme_script_is_a_file_and_blocks(dist: Path) -> None:
    assert render("{% theme_script %}") == '<script src="/static/assets/theme-early-1.js"></script>'


def test_an_early_script_finds_what_it_is_given_and_nothing_of_what_is_none(dist: Path) -> None:
    said = render('{% early_script "studio" task="t1" work="" gone=None %}')
    script = '<script async fetchpriority="high" src="/static/assets/studio-early-1.js"'
    assert said == f'{script} data-task="t1" data-work=""></script>'


def test_icon_is_inline_and_hidden_from_screen_readers(dist: Path) -> None:
    html = render('{% icon "home" "lg" %}')
    assert html.startswith('<svg class="icon lg"')
    assert 'aria-hidden="true"' in html
    assert "<path d='M0 0'/>" in html
    with pytest.raises(ImproperlyConfigured, match="unicorn"):
        render('{% icon "unicorn" %}')


def test_missing_build_says_what_to_do(tmp_path: Path) -> None:
    with (
        override_settings(FRONTEND_DIST=tmp_path, FRONTEND_BUILD_REQUIRED=True),
        pytest.raises(ImproperlyConfigured, match="npm run build"),
    ):
        render('{% entry "home" %}')


def test_missing_build_is_allowed_where_none_is_demanded(tmp_path: Path) -> None:
    with override_settings(FRONTEND_DIST=tmp_path, FRONTEND_BUILD_REQUIRED=False):
        assert "<script" not in render('{% theme_script %}{% entry "home" %}{% icon "home" %}')
