"""Conditions SQLite and PostgreSQL answer alike: JSON paths with a type guard, wildcards, path patterns.

Every expression here is true or false, never NULL, so negation is safe. Keys of JSON paths are checked by the parser.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.db.models import BooleanField, Func
from django.db.models.expressions import Combinable

from datasets.errors import QueryInvalid

__all__ = ["Glob", "JsonEquals", "JsonExists", "JsonTest", "PathMatch", "wildcards"]

MAX_STARS = 8
_COMPARE = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
Sql = tuple[str, list[Any]]
AnySql = Any  # the stubs want tuples of parameters where Django joins lists


def wildcards(pattern: str, field: str) -> bool:
    """Whether the text is a pattern. More than a few stars are refused: matching them costs exponential time."""
    stars = len(re.findall(r"\*+", pattern))
    if stars > MAX_STARS:
        raise QueryInvalid(f"A pattern takes at most {MAX_STARS} wildcards.", field=field, limit=MAX_STARS)
    return stars > 0


def glob_pattern(pattern: str) -> str:
    """For SQLite's GLOB, where ? and [ are special too."""
    return re.sub(r"[?\[]", lambda m: f"[{m[0]}]", re.sub(r"\*+", "*", pattern))


def like_pattern(pattern: str) -> str:
    escaped = re.sub(r"[\\%_]", lambda m: f"\\{m[0]}", pattern)
    return re.sub(r"\*+", "%", escaped)


class _Test(Func):
    """A condition over one column."""

    output_field = BooleanField()

    def __init__(self, expression: str | Combinable, **extra: Any) -> None:
        super().__init__(expression, **extra)

    def _column(self, compiler: Any, connection: Any) -> Sql:
        sql, params = compiler.compile(self.source_expressions[0])
        return sql, list(params)


class Glob(_Test):
    """Text column against a pattern in which any run of characters stands for `*`."""

    def __init__(self, expression: str | Combinable, pattern: str) -> None:
        super().__init__(expression, pattern=pattern)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> AnySql:
        sql, params = self._column(compiler, connection)
        return f"({sql} GLOB %s)", [*params, glob_pattern(self.extra["pattern"])]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Sql:
        sql, params = self._column(compiler, connection)
        return f"({sql} LIKE %s)", [*params, like_pattern(self.extra["pattern"])]


class PathMatch(_Test):
    """File path against a pattern: `*` stays inside a folder, `**` goes through folders."""

    def __init__(self, expression: str | Combinable, pattern: str) -> None:
        super().__init__(expression, pattern=pattern)

    @staticmethod
    def regex(pattern: str) -> str:
        """A regular expression in the dialect Python and PostgreSQL share; paths hold no line breaks."""
        parts = re.split(r"(\*+)", pattern)
        spelled = (".*" if p.startswith("**") else "[^/]*" if p == "*" else re.escape(p) for p in parts)
        return f"^{''.join(spelled)}$"

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> AnySql:
        sql, params = self._column(compiler, connection)
        return f"({sql} REGEXP %s)", [*params, self.regex(self.extra["pattern"])]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Sql:
        sql, params = self._column(compiler, connection)
        return f"({sql} ~ %s)", [*params, self.regex(self.extra["pattern"])]


def sqlite_path(path: tuple[str, ...]) -> str:
    """`$."a"."b"`. Keys are spelled as the stored text spells them (ASCII escapes)."""
    return "$" + "".join(f".{json.dumps(part)}" for part in path)


def jsonpath(path: tuple[str, ...]) -> str:
    return "strict $" + "".join(f".{json.dumps(part)}" for part in path)


class JsonExists(_Test):
    """Whether the path is there, be it null."""

    def __init__(self, expression: str | Combinable, path: tuple[str, ...]) -> None:
        super().__init__(expression, path=path)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> AnySql:
        sql, params = self._column(compiler, connection)
        return f"(json_type({sql}, %s) IS NOT NULL)", [*params, sqlite_path(self.extra["path"])]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Sql:
        sql, params = _pg_value(*self._column(compiler, connection), self.extra["path"])
        return f"({sql} IS NOT NULL)", params


class JsonTest(_Test):
    """Whether the value at the path, or one element of the array there, compares so with one of `values`.

    Types never mix: true is not 1, "1" is not 1. A None among the values also holds where the path is missing."""

    def __init__(self, expression: str | Combinable, path: tuple[str, ...], op: str, values: list[Any]) -> None:
        super().__init__(expression, path=path, op=op, values=values)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> AnySql:
        sql, params = self._column(compiler, connection)
        path = sqlite_path(self.extra["path"])
        tests = [_sqlite_test(self.extra["op"], value) for value in self.extra["values"]]
        where = " OR ".join(test for test, _ in tests) or "0"
        found = f"EXISTS (SELECT 1 FROM json_each({sql}, %s) je WHERE {where})"  # noqa: S608  parameters only
        guarded = f"({found} AND COALESCE(json_type({sql}, %s), '') <> 'object')"
        spent = [*params, path, *(p for _, ps in tests for p in ps), *params, path]
        if None not in self.extra["values"]:
            return guarded, spent
        return f"({guarded} OR json_type({sql}, %s) IS NULL)", [*spent, *params, path]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Sql:
        sql, params = _pg_value(*self._column(compiler, connection), self.extra["path"])
        tests = [_pg_test(self.extra["op"], value) for value in self.extra["values"]]
        where = " OR ".join(test for test, _ in tests) or "FALSE"
        rows = (  # columns and parameters only, nothing a client wrote
            "SELECT CASE WHEN jsonb_typeof(v) = 'array' THEN v ELSE jsonb_build_array(v) END AS a"  # noqa: S608
            f" FROM (SELECT {sql} AS v) vs WHERE v IS NOT NULL"
        )
        found = f"EXISTS (SELECT 1 FROM ({rows}) arrays, jsonb_array_elements(a) AS x WHERE {where})"  # noqa: S608
        spent = [*params, *(p for _, ps in tests for p in ps)]
        if None not in self.extra["values"]:
            return found, spent
        return f"({found} OR {sql} IS NULL)", [*spent, *params]


class JsonEquals(_Test):
    """Whether the value at the path is exactly this array."""

    def __init__(self, expression: str | Combinable, path: tuple[str, ...], value: Any) -> None:
        super().__init__(expression, path=path, value=value)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> AnySql:
        sql, params = self._column(compiler, connection)
        tests = _sqlite_deep(sqlite_path(self.extra["path"]), self.extra["value"])
        filled = [(test.format(doc=sql), p) for test, p in tests]
        filled = [(test.format(doc=sql), [*params, *given]) for test, given in tests]
        spent = [value for _, given in filled for value in given]
        return "(" + " AND ".join(f"COALESCE({test}, 0)" for test, _ in filled) + ")", spent

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Sql:
        sql, params = _pg_value(*self._column(compiler, connection), self.extra["path"])
        return f"COALESCE({sql} = %s::jsonb, FALSE)", [*params, json.dumps(self.extra["value"])]


def _pg_value(sql: str, params: list[Any], path: tuple[str, ...]) -> Sql:
    return f"jsonb_path_query_first({sql}, %s::jsonpath, '{{}}', true)", [*params, jsonpath(path)]


def _sqlite_test(op: str, value: Any) -> Sql:
    if value is None:
        return "je.type = 'null'", []
    if isinstance(value, bool):
        return f"je.type = '{'true' if value else 'false'}'", []
    if isinstance(value, str):
        if op == "eq" and "*" in value:
            return "(je.type = 'text' AND je.value GLOB %s)", [glob_pattern(value)]
        return f"(je.type = 'text' AND je.value {_COMPARE[op]} %s)", [value]
    return f"(je.type IN ('integer', 'real') AND je.value {_COMPARE[op]} %s)", [value]


def _pg_test(op: str, value: Any) -> Sql:
    if value is None or isinstance(value, bool):
        return "x = %s::jsonb", [json.dumps(value)]
    if isinstance(value, str):
        compare, given = ("LIKE", like_pattern(value)) if op == "eq" and "*" in value else (_COMPARE[op], value)
        text = "(x #>> '{}') COLLATE \"C\""
        return f"(CASE WHEN jsonb_typeof(x) = 'string' THEN {text} {compare} %s ELSE FALSE END)", [given]
    number = "(x #>> '{}')::numeric"
    test = f"(CASE WHEN jsonb_typeof(x) = 'number' THEN {number} {_COMPARE[op]} %s::numeric ELSE FALSE END)"
    return test, [repr(value)]


def _sqlite_deep(path: str, value: Any) -> list[Sql]:
    """Conditions, each over `{doc}` once, that together say the JSON at `path` equals `value`."""
    if isinstance(value, list):
        tests: list[Sql] = [("json_type({doc}, %s) = 'array'", [path])]
        tests.append(_length(path, len(value), "json_array_length({doc}, %s)"))
        for index, part in enumerate(value):
            tests += _sqlite_deep(f"{path}[{index}]", part)
        return tests
    if isinstance(value, dict):
        count = "(SELECT COUNT(*) FROM json_each({doc}, %s))"
        tests = [("json_type({doc}, %s) = 'object'", [path]), _length(path, len(value), count)]
        for key, part in value.items():
            tests += _sqlite_deep(f"{path}.{json.dumps(key)}", part)
        return tests
    if value is None or isinstance(value, bool):
        return [("json_type({doc}, %s) = %s", [path, json.dumps(value)])]
    if isinstance(value, str):
        kind: Sql = ("json_type({doc}, %s) = 'text'", [path])
    else:
        kind = ("json_type({doc}, %s) IN ('integer', 'real')", [path])
    return [kind, ("json_extract({doc}, %s) = %s", [path, value])]


def _length(path: str, count: int, counter: str) -> Sql:
    return f"{counter} = %s", [path, count]
