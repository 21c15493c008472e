"""Reads about people and about the house they work in."""

from alp_site.people.selectors.health import get_health
from alp_site.people.selectors.people import (
    get_last_project_for,
    get_project_for,
    list_members,
    list_memberships_of,
    list_project_tokens,
    list_projects_for,
    list_tokens_of,
)

__all__ = [
    "get_health",
    "get_last_project_for",
    "get_project_for",
    "list_members",
    "list_memberships_of",
    "list_project_tokens",
    "list_projects_for",
    "list_tokens_of",
]
