"""Reads about people. Each starts from what the person asking may see."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from alp_site.lib.errors import NotFound
from alp_site.people.models import AccessToken, Membership, Project, User
from alp_site.people.permissions import AccessTokenPolicy, Person, ProjectPolicy


def list_projects_for(user: Person) -> QuerySet[Project]:
    return ProjectPolicy().visible_to(user).order_by("name", "pk")


def get_project_for(user: Person, project_id: UUID | str) -> Project:
    """The project, or NotFound: a stranger does not learn whether it exists."""
    project = ProjectPolicy().visible_to(user).filter(pk=project_id).first()
    if project is None:
        raise NotFound("There is no such project.", id=str(project_id))
    return project


def get_last_project_for(user: User) -> Project | None:
    """The project this person was in last, else any of theirs."""
    mine = ProjectPolicy().visible_to(user)
    last = user.prefs.get("last_project")
    found = mine.filter(pk=last).first() if isinstance(last, str) and _is_uuid(last) else None
    return found or mine.order_by("pk").last()


def list_memberships_of(user: Person) -> QuerySet[Membership]:
    """One row a project that the person may see, with the project and their role."""
    if not isinstance(user, User):
        return Membership.objects.none()
    rows = Membership.objects.filter(user_id=user.pk, project__in=ProjectPolicy().visible_to(user))
    return rows.select_related("project").order_by("project__name", "pk")


def list_members(
    project: Project, *, named: str = "", roles: Collection[str] = (), users: Collection[UUID] = ()
) -> QuerySet[Membership]:
    """By name; `named`: those whose name or address holds it, `roles`: as one of these, `users`: of these people."""
    rows = Membership.objects.filter(project=project).select_related("user").order_by("user__name", "pk")
    if named:
        rows = rows.filter(Q(user__name__icontains=named) | Q(user__email__icontains=named))
    if users:
        rows = rows.filter(user__in=users)
    return rows.filter(role__in=roles) if roles else rows


def list_tokens_of(user: User) -> QuerySet[AccessToken]:
    """The person's own live tokens."""
    own = AccessTokenPolicy().visible_to(user).filter(user_id=user.pk, revoked_at=None)
    return own.select_related("project", "user").order_by("-pk")


def list_project_tokens(project: Project) -> QuerySet[AccessToken]:
    """Live tokens bound to the project, whoever made them."""
    return AccessToken.objects.filter(project=project, revoked_at=None).select_related("user").order_by("-pk")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
