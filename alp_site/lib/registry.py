"""One thing, one file: registries filled by discovery. Pure.

A plug-in package is imported module by module; each module registers what it declares. A name registered twice or a
module that does not import stops start-up with its path: a broken plug-in never silently vanishes from a palette.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from alp_site.lib.errors import UnknownName

T = TypeVar("T")


class DuplicateName(RuntimeError):
    """Two modules registered the same name."""


class BrokenPlugin(RuntimeError):
    """A module of a plug-in package does not import."""


class Registry(Generic[T]):
    """Named things of one kind, in the order of their names."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, tuple[T, str]] = {}

    def register(self, name: str, entry: T, *, module: str | None = None) -> T:
        """Adds an entry. Raises DuplicateName naming both modules, unless the same module registers it anew."""
        where = module or getattr(entry, "__module__", None) or type(entry).__module__
        if name in self._entries and self._entries[name][1] != where:
            raise DuplicateName(f"{self.kind} {name!r} is registered by {self._entries[name][1]} and by {where}")
        self._entries[name] = (entry, where)
        return entry

    def add(self, name: str) -> Callable[[T], T]:
        """Decorator form of :meth:`register`."""
        return lambda entry: self.register(name, entry)

    def get(self, name: str) -> T:
        """The entry; raises UnknownName that lists what there is."""
        try:
            return self._entries[name][0]
        except KeyError:
            known = ", ".join(self.names()) or "none"
            raise UnknownName(f"Unknown {self.kind} {name!r}. Known: {known}.", name=name, known=self.names()) from None

    def names(self) -> list[str]:
        return sorted(self._entries)

    def items(self) -> list[tuple[str, T]]:
        return [(name, self._entries[name][0]) for name in self.names()]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self._entries)


def discover(package: str) -> list[str]:
    """Imports every public module of ``package`` (not those starting with ``_``) and returns their names."""
    root = importlib.import_module(package)
    found = []
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda i: i.name):
        if info.name.startswith("_"):
            continue
        name = f"{package}.{info.name}"
        try:
            importlib.import_module(name)
        except Exception as error:  # whatever a plug-in raises, its path must be told
            raise BrokenPlugin(f"{name} ({info.module_finder}) does not import: {error!r}") from error
        found.append(name)
    return found
