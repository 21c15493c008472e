"""Names of files inside a dataset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasets.errors import FileRefused
from datasets.services.paths import directory, folders_of, is_hidden, join, normal_path, split


@pytest.mark.parametrize(
    ("given_", "path"),
    [
        ("a.png", "/a.png"),
        ("/a//b/./c.png", "/a/b/c.png"),
        ("./a.png", "/a.png"),
        ("e\u0301.png", "/\u00e9.png"),
        ("a b/c d.png", "/a b/c d.png"),
    ],
)
def test_a_path_has_one_form(given_: str, path: str) -> None:
    assert normal_path(given_) == path


@given(st.text(max_size=60))
def test_a_path_never_leads_out(text: str) -> None:
    try:
        path = normal_path(text)
    except FileRefused:
        return
    assert path.startswith("/")
    assert ".." not in path.split("/")
    assert normal_path(path) == path
    assert "//" not in path


def test_parts_of_a_path() -> None:
    assert split("/a/b.png") == ("/a", "b.png")
    assert split("/b.png") == ("/", "b.png")
    assert folders_of("/a/b/c.png") == ["/a", "/a/b"]
    assert (directory("a/b/"), directory("/"), directory("")) == ("/a/b", "/", "/")
    assert join("/in/", "/a.png") == "/in/a.png"
    assert [is_hidden(p) for p in ("/.a/b.png", "/a/.b.png", "/a/b.png")] == [True, True, False]
