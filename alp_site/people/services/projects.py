"""Projects: whoever makes one owns it; deleting only hides it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from alp_site.lib import db
from alp_site.lib.errors import Invalid
from alp_site.people.models import MAX_NAME, Membership, Project, Role, User


def create_project(*, name: str, user: User, settings: dict[str, Any] | None = None) -> Project:
    """A new project with its maker as owner. Raises Invalid for an empty name. Not safe to repeat: makes another."""
    with db.write():
        project = Project.objects.create(name=_name(name), created_by=user, settings=settings or {})
        Membership.objects.create(project=project, user=user, role=Role.OWNER)
    return project


def update_project(project: Project, *, name: str | None = None, settings: dict[str, Any] | None = None) -> Project:
    """Rename; merge settings (a null removes its key). Needs project.manage. Safe to repeat."""
    with db.write():
        row = Project.objects.select_for_update().get(pk=project.pk)
        if name is not None:
            row.name = _name(name)
        for key, value in (settings or {}).items():
            if value is None:
                row.settings.pop(key, None)
            else:
                row.settings[key] = value
        row.save(update_fields=["name", "settings"])
    return row


def delete_project(project: Project) -> None:
    """Hide the project from everyone, keep all its rows. Needs project.manage. Safe to repeat."""
    with db.write():
        Project.objects.filter(pk=project.pk, deleted_at=None).update(deleted_at=timezone.now())


def _name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid("A project needs a name of 1 to 120 characters.", field="name")
    return name
