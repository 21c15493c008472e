"""Who may do what: one table of actions, one policy a model.

A stranger to a project does not learn that it exists (404); a member without the right is told so (403).
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar, cast
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from alp_site.lib.errors import Forbidden
from alp_site.lib.prepared import Prepared
from alp_site.people.models import AccessToken, Membership, Project, Role, User

__all__ = [
    "ACTIONS",
    "AccessTokenPolicy",
    "MembershipPolicy",
    "Policy",
    "ProjectPolicy",
    "Role",
    "actions_of",
    "allowed",
    "project_ids",
    "require",
    "role_of",
    "signed_in",
]

# One column a role: owner, engineer, reviewer, annotator, viewer.
# `x_own` means: on what is assigned to oneself. A role that has `x` always has `x_own` too.
_COLUMNS = dict(zip("oerav", Role, strict=True))
_TABLE = {
    "project.see": "oerav",
    "project.manage": "o....",
    "dataset.edit": "oe...",
    "item.see": "oer.v",
    "item.see_own": "oerav",
    "item.edit": "oe...",
    "item.export": "oer.v",
    "annotation.edit_task": "oer..",
    "annotation.edit_own": "oera.",
    "annotation.edit_any": "oer..",
    "task.manage": "oer..",
    "task.work": "oer..",
    "task.work_own": "oera.",
    "review.decide": "oer..",
    "review.answer_own": "oera.",
    "figures.people": "oer..",
    "figures.own": "oera.",
    "pipeline.see": "oer.v",
    "pipeline.edit": "oe...",
    "code.edit": "oe...",
    "model.see": "oer.v",
    "model.edit": "oe...",
    "token.project": "oe...",
    "token.own": "oerav",
    "audit.read": "oe...",
    "health.read": "oe...",
}
ACTIONS: dict[str, frozenset[Role]] = {
    action: frozenset(role for letter, role in _COLUMNS.items() if letter in row) for action, row in _TABLE.items()
}

Person = User | AnonymousUser


def signed_in(user: Person) -> User:
    """The person, in a view that nobody enters without signing in."""
    assert isinstance(user, User)
    return user


def role_of(user: Person, project_id: UUID | None) -> Role | None:
    """The person's role in a live project, None for a stranger. Asked once a request (see `User.role_cache`)."""
    if not isinstance(user, User) or not user.is_active or project_id is None:
        return None
    if user.token_project_id is not None and user.token_project_id != project_id:
        return None
    cache = user.role_cache
    if cache is not None and project_id in cache:
        return cache[project_id]
    value = _role.first(user.pk, project_id)
    role = Role(value) if value else None
    if cache is not None:
        cache[project_id] = role
    return role


_role = Prepared(
    lambda user_id, project_id: Membership.objects.filter(
        user_id=user_id, project_id=project_id, project__deleted_at=None
    ).values_list("role", flat=True)[:1],
    UUID,
    UUID,
)


def allowed(user: Person, action: str, project_id: UUID | None) -> bool:
    """May this person do the action in the project? An unknown action is a KeyError, never a silent no."""
    roles = ACTIONS[action]
    return role_of(user, project_id) in roles


def actions_of(role: Role | None) -> list[str]:
    """The actions a role has, in the table's order (pages hide what a person may not do)."""
    return [action for action, roles in ACTIONS.items() if role in roles]


def require(user: Person, action: str, project_id: UUID | None) -> None:
    """Raise Forbidden unless the person may do the action. Call it only where the object is already visible."""
    if not allowed(user, action, project_id):
        raise Forbidden(f"Your role does not allow this: {action}.", action=action)


def project_ids(user: Person, *actions: str) -> QuerySet[Membership, UUID]:
    """Ids of the live projects where the person has at least one of the actions, as a subquery for `__in`."""
    if not isinstance(user, User) or not user.is_active:
        return Membership.objects.none().values_list("project_id", flat=True)
    roles = frozenset[Role]().union(*(ACTIONS[action] for action in actions))
    found = Membership.objects.filter(user_id=user.pk, role__in=sorted(roles), project__deleted_at=None)
    if user.token_project_id is not None:
        found = found.filter(project_id=user.token_project_id)
    return found.values_list("project_id", flat=True)


M = TypeVar("M", bound=Model)


class Policy(Generic[M]):
    """Base of every model's policy. A subclass names its model, the way to the project and the action to see it.

    `project_path` is the look-up from the model to its project, e.g. "project" or "dataset__project".
    Override `visible_to` and `can` together where a row's own state matters (assignments, trash).
    """

    model: ClassVar[type[Model]]
    project_path: ClassVar[str] = "project"
    see: ClassVar[str] = "project.see"

    def project_of(self, obj: M) -> UUID | None:
        *steps, last = self.project_path.split("__")
        place: Any = obj
        for step in steps:
            place = getattr(place, step)
        return cast("UUID | None", getattr(place, f"{last}_id"))

    def can(self, user: Person, action: str, obj: M) -> bool:
        return allowed(user, action, self.project_of(obj))

    def visible_to(self, user: Person) -> QuerySet[M]:
        rows = cast("QuerySet[M]", self.model._default_manager.all())
        return rows.filter(**{f"{self.project_path}__in": project_ids(user, self.see)})

    def require(self, user: Person, action: str, obj: M) -> None:
        if not self.can(user, action, obj):
            raise Forbidden(f"Your role does not allow this: {action}.", action=action)


class ProjectPolicy(Policy[Project]):
    model = Project
    project_path = "pk"

    def project_of(self, obj: Project) -> UUID | None:
        return obj.pk


class MembershipPolicy(Policy[Membership]):
    """Members see each other; only who may manage the project changes them."""

    model = Membership


class AccessTokenPolicy(Policy[AccessToken]):
    """A person sees and revokes their own tokens; `token.project` sees and revokes all tokens bound to the project."""

    model = AccessToken

    def can(self, user: Person, action: str, obj: AccessToken) -> bool:
        if obj.user_id == user.pk and action == "token.own":
            return user.is_active
        return super().can(user, "token.project", obj)

    def visible_to(self, user: Person) -> QuerySet[AccessToken]:
        if not isinstance(user, User) or not user.is_active:
            return AccessToken.objects.none()
        own = AccessToken.objects.filter(user_id=user.pk)
        if user.token_project_id is not None:
            own = own.filter(project_id=user.token_project_id)
        return own | AccessToken.objects.filter(project__in=project_ids(user, "token.project"))
