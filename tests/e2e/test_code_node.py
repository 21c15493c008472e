"""An engineer writes a code node: completes a name, tries it on an item, mends the line at fault, saves, restores."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.conftest import Visitor
from tests.house import House

SET_UP = """
import numpy as np
from alp_site.people.models import User
from alp_site.people.services.projects import create_project
from datasets.services import create_dataset
from datasets.services.upload import NewFile, add_many
from pipelines.demo.shapes import LABELS, one
from pipelines.services.pipelines import create_pipeline
user = User.objects.get(email="edda@example.org")
project = create_project(name="Code", user=user)
raw = create_dataset(project=project, name="Raw", user=user, labels=LABELS)
add_many(dataset=raw, files=[NewFile("/first.png", one(LABELS[0], np.random.default_rng(1)))], user=user)
code = {"id": "code", "type": "code", "name": "My code", "config": {}, "inputs": {}, "position": {"x": 0, "y": 0}}
created = {"id": "t", "node": "code", "kind": "event", "spec": {"resource": "Item"}}
pipeline = create_pipeline(project=project, name="Coded", user=user, graph={"nodes": [code], "triggers": [created]})
print(f"/p/{project.pk}/pipelines/{pipeline.pk}/")
"""


def test_code_when_written_in_the_browser_then_tried_mended_saved_and_restored(
    house: House, visitor: Callable[..., Visitor], person: Callable[[str], str]
) -> None:
    email = person("Edda")
    path = house.manage("shell", "-v0", "-c", SET_UP).strip().splitlines()[-1]
    page = visitor().sign_in(email, path=path)
    page.get_by_text("My code").first.click()
    page.get_by_role("button", name="Edit code").click()
    dialog = page.get_by_role("dialog")
    text = dialog.get_by_label("Code of the node, Python")
    expect(text).to_contain_text("def run(item, context):")

    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("def run(item, context):\nprint(context.exec")
    expect(dialog.get_by_role("option", name=re.compile("execution_id"))).to_be_visible()
    page.wait_for_timeout(200)  # the list takes no key in its first moments
    page.keyboard.press("Enter")
    page.keyboard.press("End")
    page.keyboard.type("\nreturn item['nothing']")
    expect(text).to_contain_text("print(context.execution_id)")

    dialog.get_by_role("combobox", name="Item for the test run").fill("first")
    page.get_by_role("option", name=re.compile(r"first\.png")).click()
    dialog.get_by_role("button", name="Test run").click()
    expect(dialog.get_by_text("KeyError: 'nothing' (line 3)")).to_be_visible(timeout=60_000)
    expect(dialog.locator(".cm-lintRange-error")).to_have_count(1)

    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("def run(item, context):\nreturn {'metadata': {'user': {'w': item['width']}}}")
    dialog.get_by_role("button", name="Test run").click()
    expect(dialog.get_by_text('"w": ')).to_be_visible(timeout=60_000)
    dialog.get_by_role("button", name="Save code").click()
    versions = dialog.get_by_role("list", name="Versions")
    expect(versions.get_by_role("listitem")).to_have_count(1)

    text.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("x")
    versions.get_by_role("button", name=re.compile("Restore the version of Edda")).click()
    expect(text).to_contain_text("item['width']")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
