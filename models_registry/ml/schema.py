"""Checking a plain value against a JSON schema, with errors that name the field."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from alp_site.lib.errors import Invalid


def check_against(schema: Mapping[str, Any], value: Mapping[str, Any], what: str) -> dict[str, Any]:
    """A copy of ``value`` checked against the schema of an object, its top-level defaults filled in. Raises Invalid."""
    if not isinstance(value, Mapping):
        raise Invalid(f"The {what} must be an object.", field="")
    known: Mapping[str, Any] = schema.get("properties", {})
    for key in value:
        if key not in known and schema.get("additionalProperties") is False:
            raise Invalid(f"Unknown field {key!r} in the {what}. Known: {', '.join(sorted(known))}.", field=str(key))
    filled = {key: copy.deepcopy(spec["default"]) for key, spec in known.items() if "default" in spec}
    filled |= copy.deepcopy(dict(value))
    problems = sorted(
        Draft202012Validator(dict(schema)).iter_errors(filled), key=lambda e: [str(part) for part in e.absolute_path]
    )
    for problem in problems:
        where = ".".join(str(part) for part in problem.absolute_path)
        raise Invalid(f"{where or 'The whole'} in the {what}: {problem.message}", field=where)
    for key, spec in known.items():  # JSON has one kind of number; code wants an int where 8.0 was said
        if spec.get("type") == "integer" and isinstance(filled.get(key), float):
            filled[key] = int(filled[key])
    return filled
