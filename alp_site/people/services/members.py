"""Membership: a project never loses its last owner. Each change publishes `member.updated`."""

from __future__ import annotations

from django.db import IntegrityError

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.people.errors import AlreadyMember, LastOwner
from alp_site.people.models import Membership, Project, Role, User, normal_email
from alp_site.people.services.users import create_user


def add_member(*, project: Project, email: str, role: Role, name: str = "") -> tuple[Membership, bool]:
    """Add the person with this address, making an account without password where there is none.

    -> the membership and whether the account is new (send them `invite_path`). Needs project.manage. Raises Invalid,
    AlreadyMember; repeating it raises AlreadyMember.
    """
    with write():
        user = User.objects.filter(email=normal_email(email)).first()
        is_new = user is None
        user = user or create_user(email=email, name=name)
        try:
            if Membership.objects.filter(project=project, user=user).exists():
                raise AlreadyMember(f"{user.email} is already a member.", field="email")
            membership = Membership.objects.create(project=project, user=user, role=role)
        except IntegrityError:
            raise AlreadyMember(f"{user.email} is already a member.", field="email") from None
        _publish(membership, role)
    return membership, is_new


def change_role(membership: Membership, *, role: Role) -> Membership:
    """Give another role. Needs project.manage. Raises LastOwner. Safe to repeat."""
    with write():
        row = _locked(membership)
        if row.role == role:
            return row
        if row.role == Role.OWNER:
            _require_another_owner(row)
        row.role = role
        row.save(update_fields=["role"])
        _publish(row, role)
    return row


def remove_member(membership: Membership) -> None:
    """End a membership; the person's work stays. Needs project.manage, or being that person. Raises LastOwner."""
    with write():
        row = _locked(membership)
        if row.role == Role.OWNER:
            _require_another_owner(row)
        _publish(row, None)
        row.delete()


def _locked(membership: Membership) -> Membership:
    """The membership, with every owner of its project locked, so that two owners cannot leave at the same time."""
    list(
        Membership.objects.select_for_update().filter(project_id=membership.project_id, role=Role.OWNER).order_by("pk")
    )
    return Membership.objects.select_for_update().get(pk=membership.pk)


def _require_another_owner(membership: Membership) -> None:
    others = Membership.objects.filter(project_id=membership.project_id, role=Role.OWNER, user__is_active=True)
    if not others.exclude(pk=membership.pk).exists():
        raise LastOwner("A project needs an owner: make someone else owner first.")


def _publish(membership: Membership, role: Role | None) -> None:
    data = {"user": str(membership.user_id), "role": role.value if role else None}
    events.publish("member.updated", project_id=membership.project_id, ids=[membership.pk], data=data)
