"""Keys of other servers that people typed into a node's headers: found, and replaced by the names of secrets. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["TELLING", "keys_in", "named_instead", "secret_name"]

TELLING: Final = re.compile(r"auth|cookie|credential|key|pass|secret|session|signature|token", re.IGNORECASE)
"""Names of headers whose values nobody but the server should see."""
HEADERS: Final = "headers"


def keys_in(config: Mapping[str, Any]) -> dict[str, str]:
    """Header → its value, for headers that hold a key: the name says so, and the value is not put together from others
    (a key that is named already is)."""
    headers = config.get(HEADERS)
    if not isinstance(headers, Mapping):
        return {}
    return {str(name): value for name, value in headers.items() if _is_key(name, value)}


def named_instead(config: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The configuration with the secrets of these names in its headers. names: header → secret."""
    references = {header: f"${{secrets.{name}}}" for header, name in names.items()}
    return {**config, HEADERS: {**config.get(HEADERS, {}), **references}}


def secret_name(header: str, *place: object) -> str:
    """The same for the same header of the same place: ``x-api-key-1f0c9d2a``."""
    digest = hashlib.sha256("/".join(str(part) for part in place).encode()).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '-', header.lower()).strip('-')[:48]}-{digest}"


def _is_key(name: Any, value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "${" not in value and bool(TELLING.search(str(name)))
