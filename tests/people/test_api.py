"""People through HTTP, as named roles."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.services import create_token, create_user
from tests.conftest import PASSWORD, ClientAs


def with_token(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def test_me_when_signed_in_then_who_i_am_and_prefs_merge(client_as: ClientAs) -> None:
    client = client_as("viewer")
    assert client.get("/api/v1/me/").json()["email"] == "viewer@example.org"
    assert client.patch("/api/v1/me/", {"prefs": {"theme": "dark"}}).json()["prefs"] == {"theme": "dark"}
    assert client.patch("/api/v1/me/", {"prefs": {"x": 1, "theme": None}}).json()["prefs"] == {"x": 1}


def test_projects_when_listed_then_only_mine_with_my_role(client_as: ClientAs, project: Project) -> None:
    body = client_as("annotator").get("/api/v1/projects/").json()
    assert [(item["id"], item["role"]) for item in body["items"]] == [(str(project.pk), "annotator")]
    assert "task.work_own" in body["items"][0]["can"]
    assert "item.see" not in body["items"][0]["can"]
    assert body["next"] is None


def test_project_when_made_then_201_and_owner(client_as: ClientAs) -> None:
    answer = client_as("viewer").post("/api/v1/projects/", {"name": "Bees"})
    assert answer.status_code == 201
    assert answer.json()["role"] == "owner"


def test_project_when_body_is_wrong_then_400_names_the_field(client_as: ClientAs) -> None:
    answer = client_as("owner").post("/api/v1/projects/", {"name": ""})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"
    assert list(answer.json()["error"]["data"]["fields"]) == ["name"]


def test_project_when_deleted_then_gone_for_all(client_as: ClientAs, project: Project) -> None:
    url = f"/api/v1/projects/{project.pk}/"
    assert client_as("owner").delete(url).status_code == 204
    assert [client_as(role).get(url).status_code for role in ("owner", "viewer")] == [404, 404]
    assert client_as("owner").get("/api/v1/projects/").json()["items"] == []


def test_members_when_new_address_is_added_then_the_link_sets_a_password_once(
    client_as: ClientAs, project: Project
) -> None:
    url = f"/api/v1/projects/{project.pk}/members/"
    added = client_as("owner").post(url, {"email": "New@Example.org", "role": "annotator", "name": "Nia"})
    assert added.status_code == 201
    body = added.json()
    assert body["user"]["email"] == "new@example.org"
    path = body["invite_url"].removeprefix("http://testserver")
    browser = APIClient()
    form = browser.get(path)
    assert form.status_code == 302, "Django moves the secret out of the address"
    answer = browser.post(form.url, {"new_password1": PASSWORD, "new_password2": PASSWORD}, format="multipart")
    assert answer.status_code == 302
    assert browser.get("/api/v1/me/").json()["name"] == "Nia"
    assert "error" in client_as("owner").post(url, {"email": "new@example.org", "role": "viewer"}).json()
    again = APIClient().get(path)
    assert again.status_code == 200, "a used link shows that it is used up"


def test_members_when_known_address_is_added_then_no_link(client_as: ClientAs, project: Project) -> None:
    url = f"/api/v1/projects/{project.pk}/members/"
    assert (
        client_as("owner").post(url, {"email": "stranger@example.org", "role": "viewer"}).json()["invite_url"] is None
    )


def test_member_when_role_changes_then_rights_change_at_once(
    client_as: ClientAs, project: Project, people: dict[str, User]
) -> None:
    member = Membership.objects.get(project=project, user=people["viewer"])
    viewer, url = client_as("viewer"), f"/api/v1/projects/{project.pk}/"
    assert viewer.patch(url, {"name": "Mine"}).status_code == 403
    assert client_as("owner").patch(f"/api/v1/members/{member.pk}/", {"role": "owner"}).json()["role"] == "owner"
    assert viewer.patch(url, {"name": "Mine"}).status_code == 200


def test_member_when_last_owner_leaves_then_409(client_as: ClientAs, project: Project) -> None:
    own = Membership.objects.get(project=project, role=Role.OWNER)
    answer = client_as("owner").delete(f"/api/v1/members/{own.pk}/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "last_owner")


def test_member_when_one_leaves_by_oneself_then_gone(
    client_as: ClientAs, project: Project, people: dict[str, User]
) -> None:
    own = Membership.objects.get(project=project, user=people["annotator"])
    client = client_as("annotator")
    assert client.delete(f"/api/v1/members/{own.pk}/").status_code == 204
    assert client.get(f"/api/v1/projects/{project.pk}/").status_code == 404


def test_token_when_made_then_key_is_shown_once_and_works(client_as: ClientAs) -> None:
    client = client_as("engineer")
    made = client.post("/api/v1/tokens/", {"name": "ci"}).json()
    assert with_token(made["key"]).get("/api/v1/me/").json()["email"] == "engineer@example.org"
    listed = client.get("/api/v1/tokens/").content.decode()
    assert made["key"] not in listed
    assert made["prefix"] in listed
    assert client.delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
    dead = with_token(made["key"]).get("/api/v1/me/")
    assert dead.status_code == 401
    assert "Bearer" in dead["WWW-Authenticate"]
    assert client.get("/api/v1/tokens/").json()["items"] == []


def test_token_when_bound_to_a_project_then_sees_only_it_and_makes_nothing_wider(
    project: Project, other_project: Project, people: dict[str, User]
) -> None:
    Membership.objects.create(project=other_project, user=people["owner"], role=Role.OWNER)
    _, key = create_token(user=people["owner"], name="ci", project=project)
    client = with_token(key)
    assert [item["id"] for item in client.get("/api/v1/projects/").json()["items"]] == [str(project.pk)]
    assert client.get(f"/api/v1/projects/{other_project.pk}/").status_code == 404
    assert client.get(f"/api/v1/projects/{other_project.pk}/members/").status_code == 404
    assert client.post("/api/v1/projects/", {"name": "New"}).status_code == 403
    assert client.post("/api/v1/tokens/", {"name": "wider"}).status_code == 403


def test_token_when_asked_for_a_project_one_does_not_see_then_404(client_as: ClientAs, other_project: Project) -> None:
    body = {"name": "x", "project": str(other_project.pk)}
    assert client_as("owner").post("/api/v1/tokens/", body).status_code == 404


def test_project_tokens_when_owner_lists_then_sees_everybodys(client_as: ClientAs, project: Project) -> None:
    url = f"/api/v1/projects/{project.pk}/tokens/"
    made = client_as("annotator").post(url, {"name": "mine"}).json()
    assert [item["user"]["email"] for item in client_as("owner").get(url).json()["items"]] == ["annotator@example.org"]
    assert client_as("owner").delete(f"/api/v1/tokens/{made['id']}/").status_code == 204
    assert with_token(made["key"]).get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer alp_nope", "Bearer \xff", "Basic abc"])
def test_token_when_header_is_nonsense_then_401(db: None, header: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get("/api/v1/me/").status_code == 401


def test_session_when_csrf_token_is_missing_then_403_and_token_clients_need_none(people: dict[str, User]) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(people["owner"])
    assert client.post("/api/v1/projects/", {"name": "x"}).status_code == 403
    _, key = create_token(user=people["owner"], name="ci")
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert client.post("/api/v1/projects/", {"name": "x"}).status_code == 201


def test_session_when_person_is_switched_off_then_401(people: dict[str, User]) -> None:
    client = APIClient()
    client.force_login(people["owner"])
    User.objects.filter(pk=people["owner"].pk).update(is_active=False)
    assert client.get("/api/v1/me/").status_code == 401


def test_health_when_asked_then_database_queues_versions(client_as: ClientAs) -> None:
    body: dict[str, Any] = client_as("engineer").get("/api/v1/health/").json()
    assert body["sandbox"]["state"] in {"confined", "unavailable"}
    assert body["versions"]["Django"].startswith("5.2")
    assert {queue["queue"] for queue in body["queues"]} == {"default", "ml"}
    assert body["storage"]["disk_total_bytes"] > 0


def test_api_when_address_is_unknown_then_the_error_body(client_as: ClientAs) -> None:
    answer = client_as("owner").get(f"/api/v1/nothing/{uuid4()}/")
    assert answer.status_code == 404
    assert json.loads(answer.content)["error"]["code"] == "not_found"


def test_members_when_project_has_many_then_number_of_queries_stays(
    client_as: ClientAs, project: Project, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        user = create_user(email=f"p{number}@example.org")
        Membership.objects.create(project=project, user=user, role=Role.ANNOTATOR)
    client = client_as("owner")
    with django_assert_max_num_queries(8):
        assert len(client.get(f"/api/v1/projects/{project.pk}/members/").json()["items"]) == 25


def test_members_are_found_by_name_or_address_and_role_page_by_page(client_as: ClientAs, project: Project) -> None:
    for name, role in (("Zoe Heron", Role.ANNOTATOR), ("Yan Heron", Role.REVIEWER), ("Xi Owl", Role.ANNOTATOR)):
        user = create_user(email=f"{name.split()[0].lower()}@birds.example.org", name=name)
        Membership.objects.create(project=project, user=user, role=role)
    client = client_as("owner")

    def found(**query: Any) -> tuple[list[str], str | None]:
        answer = client.get(f"/api/v1/projects/{project.pk}/members/", query)
        assert answer.status_code == 200, answer.content
        return [row["user"]["name"] for row in answer.json()["items"]], answer.json()["next"]

    assert found(q=" HERON ") == (["Yan Heron", "Zoe Heron"], None)
    assert found(q="birds.example") == (["Xi Owl", "Yan Heron", "Zoe Heron"], None)
    assert found(q="birds.example", role=["annotator", "owner"]) == (["Xi Owl", "Zoe Heron"], None)
    assert found(q="nobody") == ([], None)
    first, after = found(q="birds.example", limit=2)
    assert (first, found(q="birds.example", limit=2, after=after)) == (["Xi Owl", "Yan Heron"], (["Zoe Heron"], None))
    zoe = client.get(f"/api/v1/projects/{project.pk}/members/", {"q": "zoe@"}).json()["items"][0]["user"]["id"]
    assert found(user=[zoe, str(uuid4())]) == (["Zoe Heron"], None)
    answer = client.get(f"/api/v1/projects/{project.pk}/members/", {"role": "king"})
    assert (answer.status_code, answer.json()["error"]["data"]["field"]) == (400, "role")


def test_session_when_the_page_is_somebody_elses_then_401_and_nothing_is_done(
    people: dict[str, User], project: Project
) -> None:
    client = APIClient()
    client.force_login(people["annotator"])
    theirs = {"X-ALP-User": str(people["reviewer"].pk)}
    answer = client.patch("/api/v1/me/", {"prefs": {"theme": "dark"}}, headers=theirs)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "authentication_failed")
    own = client.patch("/api/v1/me/", {"prefs": {"theme": "dark"}}, headers={"X-ALP-User": str(people["annotator"].pk)})
    assert own.status_code == 200
    people["reviewer"].refresh_from_db()
    assert people["reviewer"].prefs == {}
