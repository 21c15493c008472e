"""Who else has the same thing open: what one page knows of the others. Pure; `alp_site.feed` carries the messages.

Nobody keeps a list. Who comes says so to all who look at the same thing, each of whom answers; who goes says that too,
and everybody says again from time to time that they are there, so one that died without a word is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

__all__ = ["BEAT_SECONDS", "FORGET_SECONDS", "Place", "group_of"]

BEAT_SECONDS = 20.0
FORGET_SECONDS = 3 * BEAT_SECONDS


class _Seen(NamedTuple):
    person: str
    name: str
    at: float


def group_of(item: UUID) -> str:
    """The channel layer's group of all pages that show the item."""
    return f"here.{item.hex}"


@dataclass
class Place:
    """The item a page shows, and the pages of others that do too, by their channel. Times are seconds of one clock."""

    item: UUID
    me: str
    told: list[dict[str, str]] | None = None
    _others: dict[str, _Seen] = field(default_factory=dict)

    def heard(self, channel: str, person: str, name: str, now: float) -> None:
        if person != self.me:
            self._others[channel] = _Seen(person, name, now)

    def left(self, channel: str) -> None:
        self._others.pop(channel, None)

    def forget(self, now: float) -> None:
        """Drops pages that have not been heard of for long."""
        self._others = {c: seen for c, seen in self._others.items() if now - seen.at <= FORGET_SECONDS}

    def clear(self) -> None:
        self._others = {}

    def news(self) -> dict[str, Any] | None:
        """What to tell the page: the people, each once, by name; None when that is what it was told last."""
        names = {seen.person: seen.name for seen in self._others.values()}
        people = [{"id": pk, "name": name} for pk, name in sorted(names.items(), key=lambda pair: pair[::-1])]
        if people == self.told:
            return None
        self.told = people
        return {"type": "presence", "presence": {"item": str(self.item), "people": people}}
