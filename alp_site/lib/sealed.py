"""Texts that lie encrypted in the database: whoever gets a copy of it alone cannot read them.

Fernet (AES-128-CBC with an HMAC-SHA256) of the `cryptography` package, with keys made of the house's secret key. An
operator who changes that key names the old one in ``SECRET_KEY_FALLBACKS``; else what was sealed is lost.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac

from alp_site.lib.errors import AlpError

__all__ = ["Unreadable", "seal", "unseal"]

SALT = "alp.sealed"


class Unreadable(AlpError):
    """It was sealed with a key that this house does not have."""

    code = "unreadable"
    status = 409


@lru_cache(maxsize=4)
def _keys(secrets: tuple[str, ...]) -> MultiFernet:
    digests = (salted_hmac(SALT, "", secret=one, algorithm="sha256").digest() for one in secrets)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def _own() -> MultiFernet:
    return _keys((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def seal(text: str) -> str:
    """The text, to be stored. Sealed twice it looks different."""
    return _own().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _own().decrypt(sealed.encode("ascii")).decode()
    except InvalidToken:
        raise Unreadable("It was sealed with another secret key of the house: set it again.") from None
