"""What the API reads: JSON whose every text and number both databases keep."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import IO, Any, Final

from rest_framework.parsers import JSONParser

from alp_site.lib.errors import Invalid
from alp_site.lib.plain import fault_at

__all__ = ["PlainJSONParser"]

SUSPECT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|[0-9]{19}")
"""Without one of these in its bytes no text and no number of a body can be at fault: JSON allows a zero byte only as an
escape, and half a surrogate pair is no UTF-8. A body is gone through value by value only where it matters."""


class PlainJSONParser(JSONParser):
    """Refuses, for all routes at once, what only one of the databases would keep: a zero byte, half a surrogate pair,
    a number beyond 64 bits. Raises Invalid naming the place."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read()
        try:
            value = super().parse(io.BytesIO(raw), media_type, parser_context)
        except RecursionError:
            raise Invalid("The body is nested too deeply.") from None
        encoding = str((parser_context or {}).get("encoding", "utf-8")).lower()
        if encoding not in ("utf-8", "utf8") or SUSPECT.search(raw):
            place, fault = fault_at(value)
            if fault:
                raise Invalid(f"{place or 'The body'}: {fault}.", field=place)
        return value
