"""The session's log-in backend."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from alp_site.people.models import User


class SessionBackend(ModelBackend):
    """Django's own, with a role cache on the user it loads: once a request, or once a websocket's check."""

    def get_user(self, user_id: Any) -> User | None:
        user = super().get_user(user_id)
        if not isinstance(user, User):
            return None
        user.role_cache = {}
        return user
