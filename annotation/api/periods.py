"""A period of whole days, as routes are asked for it: ?from=2026-11-01&to=2026-11-26&tz=Europe/Berlin"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alp_site.lib import db
from alp_site.lib.errors import Invalid

__all__ = ["Period", "period_asked"]

DAYS, MOST_DAYS = 30, 731


@dataclass(frozen=True)
class Period:
    """`first` and `last` day, both included, in a zone."""

    first: date
    last: date
    zone: tzinfo

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The moment after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time.min, self.zone)


def period_asked(query: Mapping[str, str]) -> Period:
    """The period of a query; the last 30 days where it says nothing. Raises Invalid naming the parameter."""
    zone = _zone(query.get("tz"))
    last = _day(query.get("to"), "to", db.clock().astimezone(zone).date())
    first = _day(query.get("from"), "from", last - timedelta(days=DAYS - 1))
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS) or last.year > 9000:
        raise Invalid(f"The period is 1 to {MOST_DAYS} days, its first day first.", field="from")
    return Period(first, last, zone)


def _day(text: str | None, name: str, default: date) -> date:
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"{name} is a day, such as 2026-11-26.", field=name) from None


def _zone(text: str | None) -> tzinfo:
    try:
        return ZoneInfo(text or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("There is no such time zone; write it like Europe/Berlin.", field="tz") from None
