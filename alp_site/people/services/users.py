"""Users: made by an owner's invitation, the command line or the demo; they change their own name and preferences."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from alp_site.lib.db import write
from alp_site.lib.errors import Invalid
from alp_site.people.errors import EmailTaken, WeakPassword
from alp_site.people.models import User, normal_email

MAX_PREFS_BYTES = 64 * 1024


def create_user(*, email: str, name: str = "", password: str | None = None) -> User:
    """A new person; without a password they cannot sign in until they follow `invite_path`.

    Raises Invalid (not an address), EmailTaken, WeakPassword. Repeating it raises EmailTaken.
    """
    address = normal_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(f"{email!r} is not an e-mail address.", field="email") from None
    user = User(email=address, name=name.strip() or address.partition("@")[0])
    if password is None:
        user.set_unusable_password()
    else:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise WeakPassword(" ".join(error.messages), field="password") from None
        user.set_password(password)
    try:
        with write():
            if User.objects.filter(email=address).exists():
                raise EmailTaken(f"{address} already has an account.", field="email")
            user.save(force_insert=True)
    except IntegrityError:
        raise EmailTaken(f"{address} already has an account.", field="email") from None
    return user


def invite_path(user: User) -> str:
    """The path where this person sets their password, valid once and for PASSWORD_RESET_TIMEOUT; kept nowhere."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("root:invite", args=[uid, default_token_generator.make_token(user)])


def update_user(user: User, *, name: str | None = None, prefs: dict[str, Any] | None = None) -> User:
    """Change one's own name; merge preferences (a null removes its key). Safe to repeat."""
    with write():
        row = User.objects.select_for_update().get(pk=user.pk)
        if name is not None:
            if not name.strip():
                raise Invalid("A name cannot be empty.", field="name")
            row.name = name.strip()
        for key, value in (prefs or {}).items():
            if value is None:
                row.prefs.pop(key, None)
            else:
                row.prefs[key] = value
        if len(repr(row.prefs)) > MAX_PREFS_BYTES:
            raise Invalid("These preferences are too large.", field="prefs")
        row.save(update_fields=["name", "prefs"])
    return row
