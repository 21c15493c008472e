"""Registries fail loudly: a name taken, a module that does not import, a name nobody knows."""

import sys
from pathlib import Path

import pytest

from alp_site.lib.errors import UnknownName
from alp_site.lib.registry import BrokenPlugin, DuplicateName, Registry, discover


def test_get_when_unknown_names_what_there_is() -> None:
    shapes: Registry[int] = Registry("shape")
    shapes.register("box", 1)
    with pytest.raises(UnknownName, match=r"Unknown shape 'bix'\. Known: box\."):
        shapes.get("bix")


def test_register_when_taken_names_both_modules() -> None:
    shapes: Registry[int] = Registry("shape")
    shapes.register("box", 1, module="a.box")
    shapes.register("box", 2, module="a.box")  # the same module, reloaded
    with pytest.raises(DuplicateName, match=r"a\.box and by b\.box"):
        shapes.register("box", 3, module="b.box")


def test_discover_when_a_module_is_broken_tells_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "plugs"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "good.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert discover("plugs") == ["plugs.good"]
    (package / "bad.py").write_text("import nothing_of_this_name")
    with pytest.raises(BrokenPlugin, match=r"plugs\.bad.*plugs"):
        discover("plugs")
    sys.modules.pop("plugs", None)
