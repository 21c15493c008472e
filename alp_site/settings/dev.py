"""Embedded default: one machine, SQLite, local files, no service to install."""

from alp_site.settings.base import *  # noqa: F403

DEBUG = False
