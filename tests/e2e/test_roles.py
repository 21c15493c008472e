"""Each role opens every page that the rail offers it, and all that these ask the server for is theirs to see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.e2e.running import make_running
from tests.house import House

OFFERED = {
    "owner": ["home", "data", "tasks", "pipelines", "models", "settings"],
    "engineer": ["home", "data", "tasks", "pipelines", "models", "settings"],
    "reviewer": ["home", "data", "tasks", "pipelines", "models", "settings"],
    "annotator": ["home", "tasks", "settings"],
    "viewer": ["home", "data", "pipelines", "models", "settings"],
}


@pytest.mark.thorough
def test_roles_when_each_opens_what_the_rail_offers_then_nothing_is_refused(
    house: House, visitor: Callable[..., Visitor]
) -> None:
    world = make_running(house, "Everyone", 2)
    for role, offered in OFFERED.items():
        page = world.sign_in(visitor(), role)
        page.goto(world.url())
        links = page.locator("nav.rail [data-nav]")
        assert links.evaluate_all("(all) => all.map((one) => one.dataset.nav)") == offered, role
        for name in offered:
            page.locator(f'nav.rail [data-nav="{name}"]').click()
            expect(page.locator("#live")).to_have_attribute("data-state", "live")
            page.wait_for_load_state("networkidle")
            expect(page.get_by_text("could not be loaded")).to_have_count(0)
        page.goto(world.url())
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("region", name="My queue")).to_be_visible(visible=role != "viewer")
