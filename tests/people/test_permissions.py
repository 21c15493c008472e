"""The table of rights and what policies make of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from alp_site.lib.errors import Forbidden
from alp_site.people.models import AccessToken, Membership, Project, Role, User
from alp_site.people.permissions import (
    ACTIONS,
    AccessTokenPolicy,
    MembershipPolicy,
    ProjectPolicy,
    allowed,
    project_ids,
    require,
    role_of,
)
from alp_site.people.services import create_token, delete_project


def test_actions_when_a_role_has_an_action_then_it_has_the_own_form_too() -> None:
    for action, roles in ACTIONS.items():
        assert roles <= ACTIONS.get(f"{action}_own", roles), action


def test_role_of_when_member_then_role_and_stranger_none(project: Project, people: dict[str, User]) -> None:
    assert {name: role_of(user, project.pk) for name, user in people.items()} == {
        **{role.value: role for role in Role},
        "stranger": None,
    }
    assert role_of(AnonymousUser(), project.pk) is None
    assert role_of(people["owner"], uuid4()) is None


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_allowed_when_asked_for_each_role_then_the_table_decides(
    action: str, project: Project, people: dict[str, User]
) -> None:
    got = {name for name, user in people.items() if allowed(user, action, project.pk)}
    assert got == {role.value for role in ACTIONS[action]}


def test_allowed_when_action_is_unknown_then_it_is_an_error(project: Project, owner: User) -> None:
    with pytest.raises(KeyError):
        allowed(owner, "item.sse", project.pk)


def test_role_of_when_project_is_deleted_or_person_inactive_then_none(
    project: Project, people: dict[str, User]
) -> None:
    people["viewer"].is_active = False
    assert role_of(people["viewer"], project.pk) is None
    delete_project(project)
    assert role_of(people["owner"], project.pk) is None
    assert list(project_ids(people["owner"], "project.see")) == []


def test_role_cache_when_set_then_one_query_and_when_unset_always_fresh(
    project: Project, annotator: User, django_assert_num_queries: object
) -> None:
    annotator.role_cache = {}
    assert role_of(annotator, project.pk) == Role.ANNOTATOR
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert role_of(annotator, project.pk) == Role.ANNOTATOR
    annotator.role_cache = None
    Membership.objects.filter(user=annotator).delete()
    assert role_of(annotator, project.pk) is None


def test_require_when_not_allowed_then_forbidden_names_the_action(project: Project, viewer: User) -> None:
    with pytest.raises(Forbidden) as caught:
        require(viewer, "dataset.edit", project.pk)
    assert caught.value.data == {"action": "dataset.edit"}


def test_visible_to_when_stranger_then_nothing_of_the_project(
    project: Project, other_project: Project, people: dict[str, User]
) -> None:
    assert list(ProjectPolicy().visible_to(people["stranger"])) == [other_project]
    assert list(ProjectPolicy().visible_to(people["viewer"])) == [project]
    assert MembershipPolicy().visible_to(people["stranger"]).count() == 1
    assert MembershipPolicy().visible_to(people["viewer"]).count() == len(Role)
    assert not ProjectPolicy().visible_to(AnonymousUser()).exists()


def test_visible_to_when_token_is_bound_then_other_projects_do_not_exist(
    project: Project, other_project: Project, people: dict[str, User]
) -> None:
    owner = people["owner"]
    Membership.objects.create(project=other_project, user=owner, role=Role.ENGINEER)
    owner.token_project_id = other_project.pk
    assert role_of(owner, project.pk) is None
    assert list(ProjectPolicy().visible_to(owner)) == [other_project]


def test_token_policy_when_bound_to_project_then_its_managers_see_it(project: Project, people: dict[str, User]) -> None:
    token, _ = create_token(user=people["annotator"], name="mine", project=project)
    policy = AccessTokenPolicy()
    seen = {name for name, user in people.items() if policy.visible_to(user).filter(pk=token.pk).exists()}
    assert seen == {"owner", "engineer", "annotator"}
    assert {name for name, user in people.items() if policy.can(user, "token.own", token)} == seen


def test_token_policy_when_unbound_then_only_its_person_sees_it(project: Project, people: dict[str, User]) -> None:
    token, _ = create_token(user=people["annotator"], name="mine")
    seen = {name for name, user in people.items() if AccessTokenPolicy().visible_to(user).filter(pk=token.pk).exists()}
    assert seen == {"annotator"}
    assert AccessToken.objects.count() == 1
