"""The query language: a JSON filter over items and annotations, compiled to SQL by one compiler.

    compile(dql) -> Compiled            .queryset(base) is the filtered queryset
    run(dql, base) -> Page              one page with a cursor; totals only when asked
    matches(dql, ids, base) -> set      which of these items pass (trigger filters)
    register_source(name, source)       fields that higher apps add to items

The same filter gives the same rows on SQLite and PostgreSQL. Unknown operators and fields raise QueryInvalid."""

from datasets.query._compile import Compiled, Page, compile, matches, run  # noqa: A004  the field's word for it
from datasets.query._fields import Column, Field, JsonColumn, Related, Source
from datasets.query._resources import register_source

__all__ = [
    "Column",
    "Compiled",
    "Field",
    "JsonColumn",
    "Page",
    "Related",
    "Source",
    "compile",
    "matches",
    "register_source",
    "run",
]
