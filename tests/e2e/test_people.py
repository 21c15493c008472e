"""A newcomer's first minutes: sign in, make a project, bring someone in, make a token, sign out."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.house import House


def test_people_when_a_house_is_new_then_an_owner_sets_it_up_and_the_invited_person_comes_in(
    house: House, visitor: Callable[..., Visitor], person: Callable[[str], str]
) -> None:
    email = person("Olga")
    owner = visitor()
    page = owner.sign_in(email)
    expect(page.get_by_text("No project yet")).to_be_visible()

    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name").fill("Seabirds")
    page.get_by_role("button", name="Make project").click()
    page.wait_for_url(re.compile(r"/p/[0-9a-f-]+/$"))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")

    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Add person").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail").fill("ana@example.org")
    dialog.get_by_label("Name").fill("Ana")
    dialog.get_by_role("button", name="Add person").click()
    invite = page.get_by_role("dialog").locator("code")
    expect(invite).to_contain_text("/accounts/invite/")
    link = invite.inner_text()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("cell", name="ana@example.org")).to_be_visible()

    newcomer = visitor().page
    newcomer.goto(link)
    for field in ("new_password1", "new_password2"):
        newcomer.locator(f"[name={field}]").fill(PASSWORD)
    newcomer.locator("form button[type=submit]").click()
    newcomer.wait_for_url(re.compile(r"/p/[0-9a-f-]+/$"))
    expect(newcomer.get_by_role("link", name="Models")).to_have_count(0)

    page.get_by_role("tab", name="Access tokens").click()
    page.get_by_role("button", name="New token").click()
    page.get_by_role("dialog").get_by_label("Name").fill("upload script")
    page.get_by_role("button", name="Make token").click()
    key = page.get_by_role("dialog").locator("code")
    expect(key).to_contain_text("alp_")
    assert asked(house, key.inner_text())["email"] == email
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("region", name="My tokens").get_by_text("upload script")).to_be_visible()

    # Whoever asks first waits until the schema is drawn up, seconds of work for the server.
    page.get_by_role("link", name="What the API offers").click(timeout=60_000)
    page.get_by_label("Find an operation").fill("post tokens/")
    operation = page.locator(".api-operation:visible")
    expect(operation).to_have_count(2)
    operation.filter(has_text=re.compile(r"POST\s*/tokens/")).locator("summary").click()
    expect(operation.get_by_role("cell", name=re.compile("^name required")).first).to_be_visible()

    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url(re.compile("/accounts/login/"))
    page.goto(f"{house.url}/projects/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def asked(house: House, key: str) -> dict[str, str]:
    request = urllib.request.Request(f"{house.url}/api/v1/me/", headers={"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request) as response:
        return dict(json.load(response))
