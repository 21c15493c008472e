"""Signing in and out, the chooser, the frame of a project's pages, headers."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.services.login import MAX_PER_EMAIL
from tests.conftest import PASSWORD


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def boot_of(page: Any) -> dict[str, Any]:
    found = re.search(r'<script id="boot" type="application/json">(.*?)</script>', page.content.decode(), re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post("/accounts/login/", {"username": email, "password": password, **extra})


def test_login_when_address_in_any_case_then_in(people: dict[str, User]) -> None:
    client = Client()
    assert sign_in(client, "OWNER@Example.org").status_code == 302
    assert client.get("/api/v1/me/").json()["email"] == "owner@example.org"


def test_login_when_wrong_then_the_form_says_so_without_telling_which(people: dict[str, User]) -> None:
    known = sign_in(Client(), "owner@example.org", "wrong").content.decode()
    unknown = sign_in(Client(), "nobody@example.org", "wrong").content.decode()
    assert "do not match an account" in known
    assert "do not match an account" in unknown


def test_login_when_guessed_too_often_then_even_the_right_one_waits(people: dict[str, User]) -> None:
    for _ in range(MAX_PER_EMAIL):
        sign_in(Client(), "owner@example.org", "wrong")
    blocked = sign_in(Client(), "Owner@example.org")
    assert blocked.status_code == 200
    assert "Too many failed attempts" in blocked.content.decode()
    assert sign_in(Client(), "viewer@example.org").status_code == 302, "others are not held up"


def test_login_when_right_then_failures_are_forgotten(people: dict[str, User]) -> None:
    for _ in range(3):
        for _ in range(MAX_PER_EMAIL - 1):
            sign_in(Client(), "owner@example.org", "wrong")
        assert sign_in(Client(), "owner@example.org").status_code == 302


@pytest.mark.parametrize(("wanted", "got"), [("/projects/", "/projects/"), ("https://evil.example/", "/")])
def test_login_when_next_is_given_then_followed_only_within_the_site(
    people: dict[str, User], wanted: str, got: str
) -> None:
    assert sign_in(Client(), "owner@example.org", next=wanted)["Location"] == got


def test_logout_when_posted_then_out_and_a_link_alone_does_not(people: dict[str, User]) -> None:
    client = signed_in(people["owner"])
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/api/v1/me/").status_code == 401


def test_index_when_in_projects_then_the_last_one_seen(
    project: Project, other_project: Project, people: dict[str, User]
) -> None:
    assert Client().get("/")["Location"] == "/accounts/login/?next=/"
    Membership.objects.create(project=other_project, user=people["viewer"], role=Role.VIEWER)
    client = signed_in(people["viewer"])
    for place in (project, other_project, project):
        assert client.get(f"/p/{place.pk}/settings/").status_code == 200
        assert client.get("/")["Location"] == f"/p/{place.pk}/"


def test_index_when_in_no_project_then_the_chooser(people: dict[str, User]) -> None:
    client = signed_in(people["viewer"])
    assert client.get("/")["Location"] == "/projects/"
    assert "No project yet" in client.get("/projects/").content.decode()


def test_project_page_when_member_then_boot_and_rail_fit_the_role(project: Project, people: dict[str, User]) -> None:
    page = signed_in(people["annotator"]).get(f"/p/{project.pk}/settings/")
    boot = boot_of(page)
    assert boot["role"] == "annotator"
    assert boot["project"] == {"id": str(project.pk), "name": "Birds"}
    assert boot["user"]["email"] == "annotator@example.org"
    assert "project.manage" not in boot["can"]
    assert re.findall(r'data-nav="(\w+)"', page.content.decode()) == ["home", "tasks", "settings"]
    owner = signed_in(people["owner"]).get(f"/p/{project.pk}/settings/")
    assert re.findall(r'data-nav="(\w+)"', owner.content.decode()) == [
        "home", "data", "tasks", "pipelines", "models", "settings",
    ]  # fmt: skip


def test_project_page_when_stranger_or_no_such_project_then_the_same_404(
    project: Project, people: dict[str, User]
) -> None:
    client = signed_in(people["stranger"])
    pages = [client.get(f"/p/{place}/settings/") for place in (project.pk, uuid4())]
    assert [page.status_code for page in pages] == [404, 404]
    assert "Birds" not in pages[0].content.decode()


def test_project_page_when_signed_out_then_to_the_log_in(project: Project) -> None:
    answer = Client().get(f"/p/{project.pk}/settings/")
    assert answer["Location"] == f"/accounts/login/?next=/p/{project.pk}/settings/"


def test_names_when_they_look_like_html_then_shown_as_text(project: Project, people: dict[str, User]) -> None:
    Project.objects.filter(pk=project.pk).update(name="</script><script>alert(1)</script>")
    html = signed_in(people["owner"]).get(f"/p/{project.pk}/settings/").content.decode()
    assert "<script>alert" not in html


def test_headers_when_any_page_is_answered_then_strict(people: dict[str, User]) -> None:
    for path in ("/accounts/login/", "/projects/", "/api/v1/me/"):
        headers = (
            signed_in(people["owner"]).get(path).headers if path != "/accounts/login/" else Client().get(path).headers
        )
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert policy["worker-src"] == "'self' blob:"
        assert policy["img-src"] == "'self' blob: data:"
        assert policy["style-src"] == "'self'"
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["object-src"] == "'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"


def test_html_when_sent_then_no_inline_script_or_handler(project: Project, people: dict[str, User]) -> None:
    client = signed_in(people["owner"])
    for path in ("/projects/", f"/p/{project.pk}/settings/"):
        html = client.get(path).content.decode()
        inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
        assert inline == [], path
        assert not re.search(r"\son\w+=", html), path


def test_api_reference_when_read_then_it_tells_every_operation_of_the_schema(people: dict[str, User]) -> None:
    client = signed_in(people["viewer"])
    schema = client.get("/api/v1/schema/?format=json").json()
    page = client.get("/api/").content.decode()
    told = set(re.findall(r'<details class="api-operation" id="(\w+)"', page))
    assert told == {
        operation["operationId"]
        for methods in schema["paths"].values()
        for key, operation in methods.items()
        if key in {"get", "post", "put", "patch", "delete"}
    }
    assert "#/components" not in page
    assert Client().get("/api/").status_code == 302
