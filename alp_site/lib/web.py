"""Glue for DRF: one body for every error, keyset pages, objects a person may see."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from alp_site.lib.errors import AlpError, Invalid, NotFound

M = TypeVar("M", bound=Model)
MAX_PAGE = 500


class SeesQuerySet(Protocol):
    """The part of a policy that lists need."""

    def visible_to(self, user: Any) -> QuerySet[Any]: ...


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turns expected failures into ``{"error": {"code", "message", "data"}}``; anything else is a 500 and logged."""
    if isinstance(error, AlpError):
        return Response(error.body(), status=error.status)
    if isinstance(error, Http404):
        return Response(NotFound("Not found.").body(), status=404)
    if isinstance(error, PermissionDenied):
        error = drf.PermissionDenied()
    if not isinstance(error, drf.APIException):
        return None
    headers = {}
    if challenge := getattr(error, "auth_header", None):  # DRF puts it there when nobody is signed in
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    body: dict[str, Any]
    if isinstance(error, drf.ValidationError):
        body = {"code": "invalid", "message": _first_sentence(error.detail), "data": {"fields": error.detail}}
    else:
        codes = error.get_codes()
        body = {"code": codes if isinstance(codes, str) else "error", "message": str(error.detail), "data": {}}
    return Response({"error": body}, status=error.status_code, headers=headers)


def _first_sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        for field, value in detail.items():
            text = _first_sentence(value)
            return text if field in {"non_field_errors", "detail"} else f"{field}: {text}"
    if isinstance(detail, list):
        return _first_sentence(detail[0]) if detail else "Invalid."
    return str(detail)


def parse_uuid(text: Any, name: str = "id") -> uuid.UUID:
    """A UUID of the request; raises Invalid naming the field."""
    try:
        return text if isinstance(text, uuid.UUID) else uuid.UUID(str(text))
    except (ValueError, TypeError):
        raise Invalid(f"{name} is not an id.", field=name) from None


def parse_int(text: Any, name: str, *, least: int, most: int, default: int) -> int:
    """A whole number of the request within bounds; raises Invalid naming the field."""
    if text is None or text == "":
        return default
    try:
        value = int(text)
    except (ValueError, TypeError):
        raise Invalid(f"{name} must be a whole number.", field=name) from None
    if not least <= value <= most:
        raise Invalid(f"{name} must be between {least} and {most}.", field=name)
    return value


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object sent; raises Invalid when it is something else."""
    if not isinstance(request.data, dict):
        raise Invalid("Send a JSON object.")
    return dict(request.data)


def visible_or_404(policy: SeesQuerySet, user: Any, pk: Any) -> Any:
    """The object if this person may know of it; raises NotFound otherwise, whether or not it exists."""
    found = policy.visible_to(user).filter(pk=parse_uuid(pk)).first()
    if found is None:
        raise NotFound("Not found.")
    return found


def keyset_page(
    request: Request,
    rows: QuerySet[M],
    render: Callable[[Sequence[M]], list[Any]],
    *,
    newest_first: bool = False,
    default: int = 100,
    sort: str = "",
) -> Response:
    """One page by id: ``?after=<id>&limit=`` in, ``{"items": [...], "next": id | null}`` out.

    ``render`` gets the whole page at once, so that it can fetch what it needs in a fixed number of queries. ``sort``:
    a column that is never null, or "-" and one; equals stand by id.
    """
    limit = parse_int(request.query_params.get("limit"), "limit", least=1, most=MAX_PAGE, default=default)
    after = request.query_params.get("after")
    by_id = "-pk" if newest_first else "pk"
    if after:
        rows = _behind(rows, parse_uuid(after, "after"), sort, by_id)
    page = list(rows.order_by(*[part for part in (sort, by_id) if part])[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    return Response({"items": render(page), "next": str(page[-1].pk) if more else None})


def _behind(rows: QuerySet[M], last: uuid.UUID, sort: str, by_id: str) -> QuerySet[M]:
    """What comes after the row of that id, which may have left the list since but must still exist if it is sorted."""
    behind_id = Q(**{"pk__lt" if by_id.startswith("-") else "pk__gt": last})
    if not sort:
        return rows.filter(behind_id)
    column = sort.removeprefix("-")
    value = rows.filter(pk=last).values_list(column, flat=True).first()
    if value is None:
        raise Invalid("The page after this one is gone: begin the list anew.", field="after")
    beyond = Q(**{f"{column}__lt" if sort.startswith("-") else f"{column}__gt": value})
    return rows.filter(beyond | (Q(**{column: value}) & behind_id))
