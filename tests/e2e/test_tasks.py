"""A lead's day: a task made of what the browser shows, followed, changed, looked back at in figures, archived."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.loop import said
from tests.house import House

Windows = Callable[..., Visitor]

WORLD = """
import io, json
from PIL import Image
from django.utils import timezone
from alp_site.lib import storage
from alp_site.people.models import Membership, User
from alp_site.people.services import create_project, create_user
from datasets.models import Item
from datasets.services.datasets import create_dataset
from datasets.services.ontologies import create_ontology

def account(name):
    email = f"{name.lower()}@example.org"
    return User.objects.filter(email=email).first() or create_user(email=email, name=name, password="PASSWORD")

lena, ada, bo = map(account, ("Lena", "Ada", "Bo"))
project = create_project(name="Marsh", user=lena)
for person in (ada, bo):
    Membership.objects.create(project=project, user=person, role="annotator")
ontology = create_ontology(project=project, name="Birds", labels=["heron", "coot"])
dataset = create_dataset(project=project, name="Camera", user=lena, ontology=ontology)
now, items = timezone.now(), []
for n in range(10):
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (20 * n, 90, 140)).save(file, "PNG")
    kept = storage.put_bytes(file.getvalue())
    storage.retain({kept.sha256: kept.size}, mimetype="image/png")
    folder = "day" if n < 6 else "night"
    items.append(Item(dataset=dataset, filename=f"/{folder}/{folder}{n}.png", name=f"{folder}{n}.png", dir=f"/{folder}",
        blob_id=kept.sha256, created_at=now, updated_at=now, width=64, height=48, mimetype="image/png", size=kept.size))
Item.objects.bulk_create(items)
print("SAID " + json.dumps({"project": str(project.pk), "dataset": str(dataset.pk)}))
"""

WORK = """
import json
from alp_site.people.models import User
from annotation.models import TaskItem
from annotation.services import status
ada = User.objects.get(email="ada@example.org")
mine = TaskItem.objects.filter(task__project="PROJECT", assignee=ada, finished_at=None, retired_at=None)
held = list(mine.order_by("pk"))[:2]
for ti, label, seconds in zip(held, ("heron", "coot"), (6, 12)):
    status.complete(task_item_id=ti.pk, person=ada, label=label, seconds=seconds)
print("SAID " + json.dumps({"done": len(held)}))
"""

# A job that adds items, in the hands of a worker somewhere else, half done; and that worker gone.
FILLING = """
import json
from datetime import timedelta
from django.utils import timezone
from alp_site.lib import db, jobs
from alp_site.lib.models import Job, JobState
from annotation.models import Task
task = Task.objects.get(pk="TASK")
payload = {"task": str(task.pk), "filter": {"dir": "/night"}, "priority": None, "user": str(task.project.created_by_id),
           "total": 9000}
job = jobs.enqueue("annotation.add_items", key="journey:TASK", payload=payload, project_id=task.project_id, delay=3600)
Job.objects.filter(pk=job.pk).update(
    state=JobState.RUNNING, token=1, worker="elsewhere:1:1", run_after=timezone.now(),
    lease_until=db.clock() + timedelta(minutes=10), progress={"done": 2500, "total": 9000})
print("SAID " + json.dumps({"job": str(job.pk)}))
"""
LAPSED = """
import json
from datetime import timedelta
from alp_site.lib import db
from alp_site.lib.models import Job
gone = Job.objects.filter(pk="JOB").update(lease_until=db.clock() - timedelta(seconds=1))
print("SAID " + json.dumps({"gone": gone}))
"""


@pytest.fixture
def world(house: House) -> dict[str, Any]:
    """A project of its own; its people are the same in all."""
    return said(house, WORLD.replace("PASSWORD", PASSWORD))


def manage(page: Page, act: str) -> None:
    page.get_by_role("button", name="Manage").click()
    page.get_by_role("menuitem", name=act).click()


def figure(page: Page, status: str) -> str:
    return page.locator(f'.task-figure[data-status="{status}"] .figure').inner_text()


def make_from_browser(page: Page, house: House, world: dict[str, Any]) -> None:
    """The filter of the browser becomes a task that is dealt to two people."""
    page.goto(f"{house.url}/p/{world['project']}/data/{world['dataset']}/?q=day")
    expect(page.locator(".grid-count")).to_contain_text("6 images")
    page.get_by_role("button", name="Create task").first.click()
    dialog = page.get_by_role("dialog", name="New task")
    expect(dialog.get_by_label("Items", exact=True)).to_contain_text("From the browser: 6 images of the filter")
    dialog.get_by_label("Name").fill("Day birds")
    dialog.get_by_label("How people get items").select_option(label="Dealt to people by shares")
    dialog.get_by_role("button", name="Make task").click()
    expect(dialog.get_by_text("Choose who gets items.").last).to_be_visible()
    for name in ("Ada", "Bo"):
        dialog.get_by_role("checkbox", name=name, exact=True).check()
    dialog.get_by_label("Share of Ada, percent").fill("70")
    expect(dialog.get_by_text("The shares sum to 120 %").first).to_be_visible()
    dialog.get_by_role("button", name="Equal shares").click()
    dialog.get_by_label(re.compile("^Instructions")).fill("Only the **nearest** bird.")
    dialog.get_by_role("button", name="Preview").click()
    expect(dialog.locator(".instructions-preview strong")).to_have_text("nearest")
    dialog.get_by_role("button", name="Make task").click()
    page.wait_for_url(re.compile(r"/tasks/[0-9a-f-]+/$"))
    expect(page.get_by_role("heading", name="Day birds")).to_be_visible()
    expect(page.locator("#facts strong")).to_have_text("nearest")


def stop_filling(page: Page, house: House, task: str) -> None:
    """A job that adds many items is shown with how far it is, and stopped by keys; another worker hears of it."""
    job = said(house, FILLING.replace("TASK", task))["job"]
    page.reload()
    bar = page.locator(".job-bar")
    expect(bar).to_contain_text("2,500 of 9,000")
    expect(bar).to_contain_text("It goes on when you leave this page.")
    bar.get_by_role("button", name="Cancel").focus()
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("Stopping")
    page.reload()  # the wish outlives the page
    expect(bar).to_contain_text("Stopping")
    assert said(house, LAPSED.replace("JOB", job)) == {"gone": 1}
    expect(bar).to_contain_text("Stopped: 2,500 items added, they stay.", timeout=30_000)
    assert figure(page, "total") == "6"


def test_tasks_when_a_lead_makes_one_of_a_filter_then_it_is_followed_to_its_figures_and_its_archive(
    house: House, visitor: Windows, world: dict[str, Any]
) -> None:
    page = visitor().sign_in("lena@example.org")
    make_from_browser(page, house, world)
    task_url = page.url
    assert figure(page, "total") == "6"
    expect(page.locator("#people").get_by_role("row", name=re.compile("Ada"))).to_contain_text("3")

    # Items come in and go by a filter whose count is told before.
    manage(page, "Add items")
    dialog = page.get_by_role("dialog", name="Add items")
    expect(dialog.get_by_role("status")).to_contain_text("10 images found, 4 of them not here yet.")
    dialog.get_by_label("Filter of items").fill("night")
    expect(dialog.get_by_role("status")).to_contain_text("4 images found, 4 of them")
    dialog.get_by_role("button", name="Add items").click()
    expect(page.locator('.task-figure[data-status="total"] .figure')).to_have_text("10")
    manage(page, "Take items out")
    dialog = page.get_by_role("dialog", name="Take items out")
    dialog.get_by_label("Filter of items").fill('{"dir": "/night"}')
    expect(dialog.get_by_role("status")).to_contain_text("4 open items found.")
    dialog.get_by_role("button", name="Take out").click()
    expect(page.locator('.task-figure[data-status="total"] .figure')).to_have_text("6")
    expect(dialog).to_be_hidden()  # it gives the focus back
    stop_filling(page, house, task_url.rstrip("/").rsplit("/", 1)[-1])

    # All shown are chosen by keyboard and given to one person, by the keyboard too.
    page.get_by_label("Choose all shown").focus()
    page.keyboard.press("Space")
    expect(page.locator("#bulk")).to_contain_text("6 chosen")
    page.get_by_role("button", name="Reassign").click()
    dialog = page.get_by_role("dialog", name="Reassign")
    dialog.get_by_role("combobox", name="To whom").fill("ad")
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("combobox", name="To whom")).to_have_value("Ada")
    dialog.get_by_role("button", name="Reassign").click()
    expect(page.locator("#people").get_by_role("row", name=re.compile("Ada"))).to_contain_text("6")
    expect(page.locator("#items tbody tr", has_text="Ada")).to_have_count(6)

    # Ada works; the page follows.
    assert said(house, WORK.replace("PROJECT", world["project"])) == {"done": 2}
    expect(page.locator('.task-figure[data-status="completed"] .figure')).to_have_text("2")
    expect(page.locator("#time-left")).to_contain_text("of work")

    # Figures: the number of items leads to the items.
    page.goto(f"{house.url}/p/{world['project']}/tasks/figures/")
    row = page.get_by_role("row", name=re.compile("Ada"))
    expect(row.get_by_role("cell").nth(1)).to_have_text("2")
    expect(row.get_by_role("cell").nth(3)).to_have_text("18 s")
    expect(row.get_by_role("cell").nth(4)).to_have_text("400")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert "Ada,2,0,2,18.0,400.0" in download.value.path().read_text()
    row.get_by_role("button", name="2", exact=True).click()
    page.get_by_role("row", name=re.compile("Day birds")).get_by_role("link", name="2", exact=True).click()
    expect(page.locator("#items tbody tr")).to_have_count(2)
    expect(page.locator(".filter-chips")).to_contain_text("Ada")
    page.get_by_role("button", name="Not only Ada").click()
    expect(page.locator(".filter-chips")).not_to_contain_text("Ada")

    # The archive, and back at once.
    page.goto(task_url)
    manage(page, "Archive")
    page.get_by_role("button", name="Archive task").click()
    page.wait_for_url(re.compile(r"/tasks/$"))
    expect(page.get_by_role("row", name=re.compile("Day birds"))).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("row", name=re.compile("Day birds"))).to_be_visible()


def test_tasks_when_a_worker_looks_then_they_see_their_own_and_can_hand_back(
    house: House, visitor: Windows, world: dict[str, Any]
) -> None:
    lead = visitor().sign_in("lena@example.org")
    make_from_browser(lead, house, world)
    task = re.search(r"/tasks/([0-9a-f-]+)/$", lead.url)
    assert task
    manage(lead, "Settings")
    dialog = lead.get_by_role("dialog", name="Settings")
    dialog.get_by_label(re.compile("^Due")).fill("2020-01-31")
    dialog.get_by_role("checkbox", name="heron").check()
    dialog.get_by_role("checkbox", name="Box", exact=True).check()
    dialog.get_by_role("button", name="Save").click()
    expect(lead.locator("#facts")).to_contain_text("classification, box")
    expect(lead.locator("#facts")).to_contain_text("31 Jan 2020, over")

    page = visitor(viewport={"width": 1024, "height": 768}, color_scheme="dark").sign_in("bo@example.org")
    page.goto(f"{house.url}/p/{world['project']}/tasks/")
    work = page.locator(".work-list li", has_text="Day birds")
    expect(work).to_contain_text("31 Jan 2020, over")
    expect(page.get_by_role("button", name="New task")).to_have_count(0)
    page.goto(f"{house.url}/p/{world['project']}/tasks/{task[1]}/")
    expect(page.locator("#facts strong")).to_have_text("nearest")
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_text("3 items handed back.")).to_be_visible()
    expect(page.get_by_role("button", name="Hand back")).to_be_hidden()
    page.goto(f"{house.url}/p/{world['project']}/tasks/figures/")
    expect(page.get_by_role("link", name="My figures")).to_be_visible()
    expect(page.get_by_label("Person", exact=True)).to_have_count(0)
    expect(page.get_by_text("No work in this period")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
