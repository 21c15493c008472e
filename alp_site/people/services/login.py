"""Slows down guessing of passwords: failures are counted per address and per network address, in the cache."""

from __future__ import annotations

import hashlib

from django.core.cache import cache

from alp_site.people.errors import TooManyAttempts
from alp_site.people.models import normal_email

WINDOW_SECONDS = 300
MAX_PER_EMAIL = 10
MAX_PER_ADDRESS = 60


def check_login_allowed(*, email: str, address: str) -> None:
    """Raises TooManyAttempts while either count of failures is over its limit."""
    for key, limit in _keys(email, address):
        if cache.get(key, 0) >= limit:
            raise TooManyAttempts(
                "Too many failed attempts. Wait five minutes, then try again.", seconds=WINDOW_SECONDS
            )


def record_login_failure(*, email: str, address: str) -> None:
    for key, _ in _keys(email, address):
        cache.add(key, 0, WINDOW_SECONDS)
        try:
            cache.incr(key)
        except ValueError:  # it lapsed between the two calls
            cache.set(key, 1, WINDOW_SECONDS)


def clear_login_failures(*, email: str) -> None:
    cache.delete(_keys(email, "")[0][0])


def _keys(email: str, address: str) -> list[tuple[str, int]]:
    digest = hashlib.sha256(normal_email(email).encode()).hexdigest()
    return [(f"login:email:{digest}", MAX_PER_EMAIL), (f"login:address:{address}", MAX_PER_ADDRESS)]
