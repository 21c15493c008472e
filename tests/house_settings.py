"""What the houses of tests run with: everybody's settings, but passwords are hashed in no time."""

from alp_site.settings.dev import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
