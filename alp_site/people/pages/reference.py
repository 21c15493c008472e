"""The API as a page to read: groups of operations with their fields, drawn from the OpenAPI schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")
PREFIX = "/api/v1"

Schema = dict[str, Any]


@lru_cache(maxsize=1)
def get_reference() -> list[dict[str, Any]]:
    """Groups by tag, each with its operations in the schema's order. Made once a process: routes do not change."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped
    parts = schema.get("components", {}).get("schemas", {})
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if operation := methods.get(method):
                groups.setdefault(operation["tags"][0], []).append(_operation(path, method, operation, parts))
    return [{"name": name, "operations": groups[name]} for name in sorted(groups)]


def _operation(path: str, method: str, operation: Schema, parts: Schema) -> dict[str, Any]:
    text = operation.get("description") or operation.get("summary") or ""
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path.removeprefix(PREFIX),
        "title": text.strip().split("\n\n")[0].replace("`", ""),
        "more": [part.replace("`", "") for part in text.strip().split("\n\n")[1:]],
        "parameters": [_field(row["name"], row, parts, row.get("required", False)) for row in _queried(operation)],
        "body_types": list(body),
        "body": _fields(next(iter(body.values()))["schema"], parts) if body else [],
        "answers": [_answer(status, answer, parts) for status, answer in operation["responses"].items()],
    }


def _queried(operation: Schema) -> list[Schema]:
    return [row for row in operation.get("parameters", []) if row["in"] in {"query", "header"}]


def _answer(status: str, answer: Schema, parts: Schema) -> dict[str, Any]:
    content: Schema = next(iter(answer.get("content", {}).values()), {})
    schema = content.get("schema", {})
    return {
        "status": status,
        "text": answer.get("description", ""),
        "type": _type(schema) if schema else "no body",
        "fields": _fields(schema, parts),
    }


def _fields(schema: Schema, parts: Schema) -> list[dict[str, Any]]:
    """The fields of an object, or of what a list holds; empty for anything else."""
    found = _resolved(schema.get("items", schema), parts)
    if "items" in found:
        found = _resolved(found["items"], parts)
    required = set(found.get("required", []))
    return [_field(name, {"schema": row}, parts, name in required) for name, row in found.get("properties", {}).items()]


def _field(name: str, row: Schema, parts: Schema, required: bool) -> dict[str, Any]:
    schema = row.get("schema", {})
    resolved = _resolved(schema, parts)
    return {
        "name": name,
        "type": _type(schema),
        "required": required,
        "text": row.get("description") or schema.get("description") or "",
        "choices": [str(one) for one in resolved.get("enum", []) if one not in (None, "")],
    }


def _resolved(schema: Schema, parts: Schema) -> Schema:
    if "$ref" in schema:
        return dict(parts.get(schema["$ref"].rsplit("/", 1)[-1], {}))
    if len(schema.get("allOf", [])) == 1:
        return _resolved(schema["allOf"][0], parts)
    return schema


def _type(schema: Schema) -> str:
    """ "uuid", "list of Item", "integer or null": as short as it is exact."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return " or ".join(_type(one) for one in schema[key])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        named = f"list of {_type(schema.get('items', {}))}"
    else:
        named = str(schema.get("format", kind))
    return f"{named} or null" if schema.get("nullable") else named
