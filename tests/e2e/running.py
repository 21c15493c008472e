"""What a journey of a running pipeline needs: a project with handwritten digits of known answers and a pipeline with
nothing in it, new pictures to upload, and what the API says of where everything is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.editor import Hands
from tests.e2e.loop import said, until
from tests.house import House

# Test and validation pictures are ground truth from the start; pictures to train on are what the journey makes.
MAKE = """
import base64, json
from django.test import Client
from annotation.services import answer_key
from datasets.models import Dataset
from pipelines.demo import world
from pipelines.demo.world import Plan
from pipelines.services.pipelines import create_pipeline
plan = Plan(source="digits", project={name!r}, pool={pictures}, validation=12, test=30, seed_labels=0, budget=1,
            every=1000, configuration={{"width": 4, "epochs": 3}})
quiet = lambda text: None
people = world.make_people(plan)
project = world.make_project(plan, people)
raw, truth = world.make_datasets(plan, project, people["owner"])
base = world.base_of(plan, project, truth, people["owner"])
shares = world.deal(plan, quiet)
known = world.Shares(pool=[], validation=shares.validation, test=shares.test, seed=[])
world.add_pictures(known, raw, truth, people["owner"], quiet)
world.load_answers(project, shares)
pipeline = create_pipeline(project=project, name="By hand", graph={{}}, user=people["owner"])
def session(one):
    client = Client()
    client.force_login(one)
    return client.cookies["sessionid"].value
print("SAID", json.dumps({{
    "project": str(project.pk), "pipeline": str(pipeline.pk), "raw": str(raw.pk), "truth": str(truth.pk),
    "base": base.name, "sessions": {{role: session(one) for role, one in people.items()}},
    "pictures": [[p.name, base64.b64encode(p.data).decode(), p.label] for p in shares.pool],
}}))
"""

RECOUNT = """
import json
from datasets.models import Item
from datasets.selectors import class_labels
from pipelines.models import Cycle, NodeExecution, Pipeline
names = {{node["id"]: node["name"] for node in Pipeline.objects.get(pk={pipeline!r}).draft["nodes"]}}
copies = Item.objects.filter(dataset={truth!r}, type="file", deleted_at=None).exclude(parent_item_id=None)
labels = class_labels(list(copies))
cycles = Cycle.objects.filter(pipeline={pipeline!r})
runs = NodeExecution.objects.filter(pipeline={pipeline!r})
print("SAID", json.dumps({{
    "copies": {{copy.filename: labels[copy.pk] for copy in copies}},
    "unapproved": copies.filter(approved_version=None).count(),
    "cycles": sorted((names[node], *rest)
                     for node, *rest in cycles.values_list("start_node", "revision__number", "status")),
    "statuses": list(runs.values_list("status", flat=True)),
    "attempts": sorted({{names[node]: n for node, n in runs.values_list("node_id", "attempt") if n > 1}}.items()),
}}))
"""

UPLOAD = """async ([url, token, pictures]) => {
  const form = new FormData();
  for (const [name, data] of pictures) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    form.append("path", name);
    form.append("file", new Blob([bytes], { type: "image/png" }), name);
  }
  const answer = await fetch(url, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
  return answer.status;
}"""
TOKEN = "c" * 32


@dataclass(frozen=True)
class Running:
    """A project whose pipeline is empty yet."""

    house: House
    project: str
    pipeline: str
    raw: str
    truth: str
    base: str
    sessions: dict[str, str]
    pictures: list[tuple[str, str, str]]

    def sign_in(self, visitor: Visitor, role: str = "owner") -> Page:
        cookies = {"sessionid": self.sessions[role], "csrftoken": TOKEN}
        visitor.context.add_cookies([{"name": n, "value": v, "url": self.house.url} for n, v in cookies.items()])
        return visitor.page

    def url(self, path: str = "") -> str:
        return f"{self.house.url}/p/{self.project}/{path}"

    def edit(self, page: Page) -> Hands:
        page.goto(self.url(f"pipelines/{self.pipeline}/edit/"))
        return Hands(page)

    def watch(self, page: Page) -> None:
        """The page of the run, with everything drawn and live."""
        page.goto(self.url(f"pipelines/{self.pipeline}/"))
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        expect(page.get_by_role("button", name=re.compile("^(Start|Pause|Resume)$"))).to_be_visible()

    def get(self, page: Page, path: str) -> dict[str, Any]:
        answer = page.request.get(f"{self.house.url}/api/v1/{path}")
        assert answer.ok, answer.text()
        return dict(answer.json())

    def post(self, page: Page, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"X-CSRFToken": TOKEN, "Content-Type": "application/json", "Referer": self.house.url}
        answer = page.request.post(f"{self.house.url}/api/v1/{path}", data=json.dumps(body or {}), headers=headers)
        assert answer.ok, answer.text()
        return dict(answer.json())

    def upload(self, page: Page, first: int, last: int) -> None:
        """These of the pictures, as the page of the dataset sends them."""
        address = f"{self.house.url}/api/v1/datasets/{self.raw}/items/"
        assert page.evaluate(UPLOAD, [address, TOKEN, self.pictures[first:last]]) == 200

    def node(self, page: Page, name: str) -> str:
        """The id of a node: whoever builds a graph by hand does not choose them."""
        nodes = self.get(page, f"pipelines/{self.pipeline}/")["graph"]["nodes"]
        return str(next(node["id"] for node in nodes if node["name"] == name))

    def counts(self, page: Page, node: str) -> dict[str, int]:
        """Where the executions of a node stand, without what there is none of."""
        found = self.get(page, f"pipelines/{self.pipeline}/counters/")["nodes"].get(node, {})
        return {status: n for status, n in found.items() if n and status != "seconds"}

    def until(self, page: Page, name: str, **wanted: int) -> None:
        """Waits until the executions of the node of this name stand so."""
        node = self.node(page, name)
        until(f"{name} to have {wanted}", lambda: self.counts(page, node) == wanted, 300, page)

    def recount(self) -> dict[str, Any]:
        """From the tables themselves."""
        return said(self.house, RECOUNT.format(pipeline=self.pipeline, truth=self.truth))

    def task(self, page: Page, kind: str) -> str:
        tasks = self.get(page, f"projects/{self.project}/tasks/")["items"]
        return str(next(task["id"] for task in tasks if task["kind"] == kind))


def make_running(house: House, name: str, pictures: int) -> Running:
    return Running(house=house, **said(house, MAKE.format(name=name, pictures=pictures)))
