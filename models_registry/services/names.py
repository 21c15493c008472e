"""Names of versions from a template: a whitelist of fields, never ``eval`` and never ``str.format``."""

from __future__ import annotations

import re
from datetime import datetime

from models_registry.errors import UnknownField
from models_registry.models.version import NAME_MAX

__all__ = ["DEFAULT_TEMPLATE", "FIELDS", "numbered", "render", "stem"]

DEFAULT_TEMPLATE = "{base_model.name}-{date}"
FIELDS = ("base_model.name", "date", "datetime", "adapter", "n")
# The one expression that templates of other products carry; it means our {datetime}.
STAMP_FORMAT = "%Y_%m_%d-T%H_%M_%S"
_STRFTIME = re.compile(r"^datetime(?:\.[\w.]+(?:\([^()]*\))?)*\.strftime\((['\"])([^'\"{}]*)\1\)$")
_FIELD = re.compile(r"\{([^{}]*)\}")
_PATTERN = re.compile(r"(?:%[YmdHMSyj%]|[^%])+")
_TRAILING_STAMP = re.compile(r"(?:-\d{4}[_-]\d{2}[_-]\d{2}(?:-T?\d{2}_\d{2}_\d{2})?(?:-\d{1,4})?)+$")


def stem(name: str) -> str:
    """``name`` without the date stamps that earlier renderings appended, so that generations do not pile them up."""
    return _TRAILING_STAMP.sub("", name) or name


def render(template: str, *, base_name: str, adapter: str, now: datetime, n: int) -> str:
    """Fills a template. Raises UnknownField naming the field that is not offered. Safe to repeat."""
    values = {
        "base_model.name": stem(base_name),
        "date": now.strftime("%Y-%m-%d"),
        "datetime": now.strftime(STAMP_FORMAT),
        "adapter": adapter,
        "n": str(n),
    }

    def value_of(match: re.Match[str]) -> str:
        field = match.group(1).strip()
        if field in values:
            return values[field]
        stamp = _STRFTIME.match(field)
        if stamp:
            return _strftime(now, stamp.group(2), field)
        raise UnknownField(
            f"The name template asks for {{{field}}}. Offered: {', '.join(FIELDS)}.", field=field, known=list(FIELDS)
        )

    text = _FIELD.sub(value_of, template or DEFAULT_TEMPLATE)
    if "{" in text or "}" in text:
        raise UnknownField("The name template has a brace without its partner.", field=template, known=list(FIELDS))
    name = " ".join(text.split())
    if not name:
        raise UnknownField("The name template gives an empty name.", field=template, known=list(FIELDS))
    return name[: NAME_MAX - 6]


def numbered(name: str, number: int) -> str:
    """The name, or for number >= 2 the name with that number behind it."""
    return name if number < 2 else f"{name}-{number}"


def _strftime(now: datetime, pattern: str, field: str) -> str:
    """strftime with numeric directives only: the text of a template never reaches the C library unchecked."""
    if not _PATTERN.fullmatch(pattern):
        raise UnknownField(f"{{{field}}} may use only %Y %y %m %d %j %H %M %S.", field=field, known=list(FIELDS))
    return now.strftime(pattern)
