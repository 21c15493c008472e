"""What the houses of tests run with: everybody's settings, but new passwords are hashed in no time."""

from alp_site.settings.dev import *  # noqa: F403
from alp_site.settings.dev import PASSWORD_HASHERS as SLOW

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *SLOW]
