"""The rules of people that no role may break."""

from __future__ import annotations

import pytest

from alp_site.lib.errors import Invalid
from alp_site.lib.models import Event
from alp_site.people.errors import AlreadyMember, EmailTaken, LastOwner, WeakPassword
from alp_site.people.models import AccessToken, Membership, Project, Role, User
from alp_site.people.permissions import role_of
from alp_site.people.services import (
    add_member,
    authenticate_token,
    change_role,
    create_project,
    create_token,
    create_user,
    delete_project,
    remove_member,
    revoke_token,
    update_project,
    update_user,
)


@pytest.mark.django_db
def test_create_user_when_address_differs_only_in_case_then_taken() -> None:
    create_user(email="Ada@Example.org", password="blue-heron-41")
    assert User.objects.get_by_natural_key("ADA@example.ORG").email == "ada@example.org"
    with pytest.raises(EmailTaken):
        create_user(email="aDA@example.org")


@pytest.mark.django_db
def test_create_user_when_address_or_password_is_bad_then_told_which() -> None:
    with pytest.raises(Invalid) as caught:
        create_user(email="not an address")
    assert caught.value.data["field"] == "email"
    with pytest.raises(WeakPassword):
        create_user(email="a@example.org", password="password")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_create_user_without_password_then_cannot_sign_in() -> None:
    user = create_user(email="a@example.org")
    assert not user.has_usable_password()
    assert user.name == "a"


def test_create_project_when_made_then_maker_owns_it(people: dict[str, User]) -> None:
    project = create_project(name="  Bees ", user=people["viewer"])
    assert project.name == "Bees"
    assert role_of(people["viewer"], project.pk) == Role.OWNER
    with pytest.raises(Invalid):
        create_project(name=" ", user=people["viewer"])


def test_update_project_when_settings_given_then_merged_and_null_removes(project: Project) -> None:
    update_project(project, settings={"a": 1, "b": 2})
    assert update_project(project, name="Bees", settings={"a": None, "c": 3}).settings == {"b": 2, "c": 3}
    assert Project.objects.get(pk=project.pk).name == "Bees"


def test_update_user_when_prefs_given_then_merged_and_bounded(owner: User) -> None:
    update_user(owner, prefs={"theme": "dark", "x": 1})
    assert update_user(owner, prefs={"x": None}, name=" Olga ").prefs == {"theme": "dark"}
    assert User.objects.get(pk=owner.pk).name == "Olga"
    with pytest.raises(Invalid):
        update_user(owner, prefs={"big": "x" * 100_000})


def test_add_member_when_address_is_known_then_joins_and_event_tells(project: Project, people: dict[str, User]) -> None:
    member, is_new = add_member(project=project, email="STRANGER@example.org", role=Role.VIEWER)
    assert (member.user, is_new) == (people["stranger"], False)
    event = Event.objects.get(type="member.updated", project_id=project.pk)
    assert event.ids == [str(member.pk)]
    assert event.data == {"user": str(people["stranger"].pk), "role": "viewer"}
    with pytest.raises(AlreadyMember):
        add_member(project=project, email="stranger@example.org", role=Role.OWNER)


def test_add_member_when_address_is_new_then_account_without_password(project: Project) -> None:
    member, is_new = add_member(project=project, email="new@example.org", role=Role.ANNOTATOR, name="Nia")
    assert is_new
    assert member.user.name == "Nia"
    assert not member.user.has_usable_password()


def test_last_owner_when_demoted_or_removed_then_refused(project: Project, people: dict[str, User]) -> None:
    own = Membership.objects.get(project=project, role=Role.OWNER)
    with pytest.raises(LastOwner):
        change_role(own, role=Role.VIEWER)
    with pytest.raises(LastOwner):
        remove_member(own)
    assert role_of(people["owner"], project.pk) == Role.OWNER
    change_role(Membership.objects.get(project=project, user=people["engineer"]), role=Role.OWNER)
    remove_member(own)
    assert role_of(people["owner"], project.pk) is None
    last = Event.objects.filter(type="member.updated").latest("id")
    assert last.data == {"user": str(people["owner"].pk), "role": None}


def test_last_owner_when_the_other_owner_is_inactive_then_still_refused(
    project: Project, people: dict[str, User]
) -> None:
    change_role(Membership.objects.get(project=project, user=people["engineer"]), role=Role.OWNER)
    User.objects.filter(pk=people["engineer"].pk).update(is_active=False)
    with pytest.raises(LastOwner):
        remove_member(Membership.objects.get(project=project, user=people["owner"]))


def test_token_when_made_then_only_its_hash_is_kept_and_it_signs_in(owner: User) -> None:
    token, key = create_token(user=owner, name="ci")
    assert key.startswith("alp_")
    stored = AccessToken.objects.values().get()
    assert key not in map(str, stored.values())
    assert stored["prefix"] == key[:10]
    found = authenticate_token(key)
    assert found is not None
    assert found.user == owner
    used = AccessToken.objects.get().last_used
    assert used is not None
    authenticate_token(key)
    assert AccessToken.objects.get().last_used == used, "its use is noted at most every five minutes"
    assert authenticate_token(key + "x") is None
    revoke_token(token)
    assert authenticate_token(key) is None


def test_token_when_person_is_switched_off_or_project_deleted_then_dead(owner: User, project: Project) -> None:
    _, key = create_token(user=owner, name="ci", project=project)
    assert authenticate_token(key)
    delete_project(project)
    assert authenticate_token(key) is None
    _, key = create_token(user=owner, name="all")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert authenticate_token(key) is None
