"""People as answers name them."""

from __future__ import annotations

from typing import Any

from alp_site.people.models import User

__all__ = ["person_of"]


def person_of(person: User | None) -> dict[str, Any] | None:
    return {"id": str(person.pk), "name": str(person)} if person else None
