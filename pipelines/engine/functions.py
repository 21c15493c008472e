"""Functions that installed packages offer to pipelines, with their ports read from their annotations. Pure.

A package declares an entry point of the group ``alp.functions`` that names a module; the module decorates::

    from pipelines.engine.functions import Item, function

    class Found(TypedDict):
        score: float
        sharp: bool

    @function(title="Sharpness")
    def sharpness(item: Item, threshold: float = 0.5) -> Found: ...

Each parameter is an input port (one with a default need not be filled), each key of a returned TypedDict an output
port; any other return type is one port, ``result``. A function may be called again for the same item, so it converges.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, Final, NewType, get_args, get_origin, get_type_hints, is_typeddict

from alp_site.lib.registry import BrokenPlugin, Registry
from pipelines.engine.spec import Port

__all__ = ["Annotation", "Dataset", "Function", "Item", "Model", "function", "functions", "load_functions"]

GROUP: Final = "alp.functions"
Item = NewType("Item", str)
Dataset = NewType("Dataset", str)
Model = NewType("Model", str)
Annotation = NewType("Annotation", str)
PLAIN: Final[Mapping[Any, str]] = {
    Item: "Item", Dataset: "Dataset", Model: "Model", Annotation: "Annotation", str: "String", bool: "Boolean",
    int: "Integer", float: "Float", dict: "Json", list: "Json", Any: "Json",
}  # fmt: skip


@dataclass(frozen=True)
class Function:
    name: str
    title: str
    doc: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    call: Callable[..., Any]
    several: bool
    """Whether it returns a dictionary with a value for each output."""


functions: Registry[Function] = Registry("function")


def function(*, name: str = "", title: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declares a function and gives it back as it was. Raises TypeError where its annotations tell no port."""

    def declare(call: Callable[..., Any]) -> Callable[..., Any]:
        key = name or call.__name__
        functions.register(key, _declared(key, title, call), module=call.__module__)
        return call

    return declare


def _declared(name: str, title: str, call: Callable[..., Any]) -> Function:
    hints = get_type_hints(call)
    ports = []
    for parameter in inspect.signature(call).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise TypeError(f"function {name!r}: {parameter} is no port; give each input a name of its own")
        kind = _port_type(name, parameter.name, hints.get(parameter.name))
        ports.append(Port(parameter.name, kind, required=parameter.default is parameter.empty))
    returned = hints.get("return")
    several = is_typeddict(returned)
    outputs: tuple[Port, ...] = ()
    if several:
        outputs = tuple(Port(key, _port_type(name, key, hint)) for key, hint in get_type_hints(returned).items())
    elif returned is not type(None):
        outputs = (Port("result", _port_type(name, "return", returned)),)
    words = title or name.replace("_", " ").capitalize()
    return Function(name, words, inspect.getdoc(call) or "", tuple(ports), outputs, call, several)


def _port_type(name: str, part: str, hint: Any) -> str:
    if get_origin(hint) is list and get_args(hint)[0] in PLAIN:
        inner = PLAIN[get_args(hint)[0]]
        return f"{inner}[]"
    plain = get_origin(hint) or hint
    if plain not in PLAIN:
        raise TypeError(f"function {name!r}: the annotation of {part!r}, {hint!r}, is no port type")
    return PLAIN[plain]


def load_functions() -> None:
    """Imports what installed packages declare. Raises BrokenPlugin naming the entry point that does not import."""
    for entry in entry_points(group=GROUP):
        try:
            entry.load()
        except Exception as error:  # whatever a plug-in raises, its name must be told
            raise BrokenPlugin(f"{GROUP}: {entry.name} = {entry.value} does not import: {error!r}") from error
