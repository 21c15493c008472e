"""Tables of people: users, projects, membership, access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from alp_site.lib.models import IdModel

if TYPE_CHECKING:
    from uuid import UUID

MAX_NAME = 120


class Role(models.TextChoices):
    """What a person may do in one project; the table is `permissions.ACTIONS`."""

    OWNER = "owner", "Owner"
    ENGINEER = "engineer", "Engineer"
    REVIEWER = "reviewer", "Reviewer"
    ANNOTATOR = "annotator", "Annotator"
    VIEWER = "viewer", "Viewer"


class UserManager(BaseUserManager["User"]):
    """Looks people up by e-mail whatever its case; addresses are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normal_email(username or ""))

    async def aget_by_natural_key(self, username: str | None) -> User:
        return await self.aget(email=normal_email(username or ""))


def normal_email(email: str) -> str:
    return email.strip().lower()


class User(IdModel, AbstractBaseUser):
    """A person with a log-in. There is no site-wide administrator: rights come from membership only."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=MAX_NAME)
    is_active = models.BooleanField(default=True)
    prefs = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    # Filled by the log-in machinery with {project id: role}, so that one request asks once. None = do not remember.
    role_cache: dict[UUID, Role | None] | None = None
    # Set when an access token bound to one project authenticated this request: no other project exists for it.
    token_project_id: UUID | None = None

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Project(IdModel):
    """The wall between groups of people: everything else hangs below one project."""

    name = models.CharField(max_length=MAX_NAME)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Membership(IdModel):
    """One person's role in one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.project_id}"


class AccessToken(IdModel):
    """A key for the API. Only its sha256 is kept: the key itself is shown once, when it is made."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_tokens")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=MAX_NAME)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"
