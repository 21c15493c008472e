"""Access tokens: shown once, kept as sha256. 256 random bits need no slow hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.errors import Invalid
from alp_site.lib.prepared import Prepared
from alp_site.people.models import MAX_NAME, AccessToken, Project, User

PREFIX = "alp_"
SHOWN = 10  # characters of the key that stay visible, so that a person can tell tokens apart
USED_EVERY = timedelta(minutes=5)


def create_token(*, user: User, name: str, project: Project | None = None) -> tuple[AccessToken, str]:
    """-> the row and the key, which nobody can read again. A bound token sees its project only. Raises Invalid."""
    title = name.strip()
    if not title or len(title) > MAX_NAME:
        raise Invalid("A token needs a name of 1 to 120 characters.", field="name")
    key = PREFIX + secrets.token_urlsafe(32)
    with db.write():
        token = AccessToken.objects.create(
            user=user, project=project, name=title, prefix=key[:SHOWN], hash=hash_of(key)
        )
    return token, key


def revoke_token(token: AccessToken) -> None:
    """The token stops working at once. Safe to repeat."""
    with db.write():
        AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def authenticate_token(key: str) -> AccessToken | None:
    """The live token of this key with its user, or None. Notes its use at most every five minutes."""
    if not key.startswith(PREFIX):
        return None
    token = _live_token.first(hash_of(key))
    if token is None:
        return None
    now = timezone.now()
    if token.last_used is None or now - token.last_used > USED_EVERY:
        with db.write():
            AccessToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


_live_token = Prepared(
    lambda digest: (
        AccessToken.objects.filter(hash=digest, revoked_at=None, user__is_active=True)
        .exclude(project__deleted_at__isnull=False)
        .select_related("user")[:1]
    ),
    str,
)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
