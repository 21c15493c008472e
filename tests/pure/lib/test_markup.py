"""Markdown of people: what is rendered, and what never becomes markup."""

from __future__ import annotations

import re

import pytest

from alp_site.lib.markup import render_markdown


def test_markdown_has_the_usual_parts() -> None:
    html = render_markdown(
        "# Wings\n\nLabel **every** ~~bird~~ wing.\n\n1. box\n2. polygon\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`x < 1`"
    )
    for part in ("<h1>Wings</h1>", "<strong>every</strong>", "<s>bird</s>", "<li>box</li>", "<td>1</td>"):
        assert part in html
    assert "<code>x &lt; 1</code>" in html


def test_a_link_leaves_without_telling_where_from() -> None:
    assert render_markdown("[rules](https://example.org/a)") == (
        '<p><a href="https://example.org/a" rel="noopener noreferrer nofollow">rules</a></p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        "![x](https://elsewhere.example/pixel.gif)",
        "![x](//elsewhere.example/pixel.gif)",
        '<a href="#" style="position:fixed" onclick="x()">x</a>',
        '<iframe src="/"></iframe>',
        "<svg/onload=alert(1)>",
        '[x](/a "onmouseover=alert(1)")',
        "`</code><script>alert(1)</script>`",
    ],
)
def test_nothing_a_person_writes_acts(text: str) -> None:
    html = render_markdown(text)
    tags = re.findall(r"<[^>]*>", html)
    assert not [
        tag for tag in tags if re.search(r"script|iframe|svg|style=|\son\w+=|javascript:|data:", tag, re.IGNORECASE)
    ]
    assert "elsewhere.example" not in "".join(tags)


def test_a_picture_of_our_own_is_shown() -> None:
    assert 'src="/api/v1/items/1/stream/"' in render_markdown("![wing](/api/v1/items/1/stream/)")
