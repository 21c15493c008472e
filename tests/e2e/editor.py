"""What journeys of the pipeline editor share: a project of its own, and hands at the canvas."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.loop import said
from tests.house import House

MAKE = """
import json
from alp_site.people.models import Role
from alp_site.people.services import create_project, create_user
from alp_site.people.services.members import add_member
from datasets.services import create_dataset
from datasets.services.ontologies import create_ontology
from django.test import Client
from pipelines.services.pipelines import create_pipeline
user = create_user(email="engineer.{name}@example.org", name="Eve", password={password!r})
project = create_project(name={name!r}, user=user)
viewer = create_user(email="viewer.{name}@example.org", name="Vic", password={password!r})
add_member(project=project, email=viewer.email, role=Role("viewer"))
ontology = create_ontology(project=project, name="Things")
dataset = create_dataset(project=project, name="Pictures", user=user, ontology=ontology)
pipeline = create_pipeline(project=project, name="Mine", graph={graph!r}, user=user)
def session(one):
    client = Client()
    client.force_login(one)
    return client.cookies["sessionid"].value
print("SAID", json.dumps({{
    "project": str(project.pk), "pipeline": str(pipeline.pk), "dataset": str(dataset.pk),
    "sessions": {{"engineer": session(user), "viewer": session(viewer)}},
}}))
"""


@dataclass(frozen=True)
class Drafting:
    """A project with a pipeline of its own and an engineer who has signed in."""

    house: House
    project: str
    pipeline: str
    dataset: str
    sessions: dict[str, str]

    @property
    def path(self) -> str:
        return f"/p/{self.project}/pipelines/{self.pipeline}/"

    def sign_in(self, visitor: Visitor, role: str = "engineer") -> Page:
        cookies = {"sessionid": self.sessions[role], "csrftoken": "c" * 32}
        visitor.context.add_cookies([{"name": n, "value": v, "url": self.house.url} for n, v in cookies.items()])
        return visitor.page

    def open(self, visitor: Visitor) -> Hands:
        page = self.sign_in(visitor)
        page.goto(f"{self.house.url}{self.path}edit/")
        return Hands(page)

    def stored(self, page: Page) -> dict[str, Any]:
        answer = page.request.get(f"{self.house.url}/api/v1/pipelines/{self.pipeline}/")
        graph: dict[str, Any] = answer.json()["graph"]
        return graph


def make_drafting(house: House, name: str, graph: dict[str, Any] | None = None) -> Drafting:
    code = MAKE.format(name=name, graph=graph or {}, password=PASSWORD)
    return Drafting(house=house, **said(house, code))


class Hands:
    """A person at the editor, with mouse and keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.canvas = page.locator(".react-flow")
        self.side = page.get_by_role("complementary", name="What is chosen")
        expect(self.canvas).to_be_visible()
        expect(page.get_by_role("navigation", name="Nodes").get_by_role("button").first).to_be_visible()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def saved(self) -> None:
        expect(self.page.locator("#save-state")).to_have_attribute("data-state", "saved")

    def node(self, name: str) -> Locator:
        """The node by its exact name."""
        title = self.page.locator(f".step-head b[title={json.dumps(name)}]")
        return self.page.locator(".step").filter(has=title)

    def names(self) -> list[str]:
        """Of the nodes in sight, all at one moment; whole, where a node shows the start only."""
        heads = self.page.locator(".step-head b")
        return list(heads.evaluate_all("heads => heads.map((head) => head.title)"))

    def drop(self, title: str, x: float, y: float, name: str = "") -> None:
        """Drags a node from the palette to a place of the canvas (in its own pixels), and names it."""
        before = self.page.locator(".step").count()
        entry = self.page.get_by_role("navigation", name="Nodes").get_by_role("button", name=title, exact=True)
        entry.drag_to(self.canvas, target_position={"x": x, "y": y})
        expect(self.page.locator(".step")).to_have_count(before + 1)
        if name:
            self.rename(name)

    def rename(self, name: str) -> None:
        box = self.side.get_by_label("Name of the node")
        box.fill(name)
        box.press("Enter")
        expect(self.node(name)).to_be_visible()

    def choose(self, name: str) -> None:
        self.node(name).locator(".step-head").click()
        expect(self.side.get_by_label("Name of the node")).to_have_value(name)

    def port(self, name: str, port: str) -> Locator:
        return self.node(name).locator(f'[data-port="{port}"]')

    def pull(self, start: Locator, end: Locator | tuple[float, float]) -> None:
        """Presses the mouse on one thing and lets go over another, or over a place of the canvas."""
        a = middle(box_of(start))
        frame = box_of(self.canvas)
        b = middle(box_of(end)) if isinstance(end, Locator) else (frame["x"] + end[0], frame["y"] + end[1])
        mouse = self.page.mouse
        mouse.move(*a)
        mouse.down()
        mouse.move((a[0] + b[0]) / 2, (a[1] + b[1]) / 2, steps=3)
        mouse.move(*b, steps=3)
        mouse.up()

    def connect(self, source: str, out: str, target: str, into: str, action: str = "") -> None:
        before = self.page.locator(".react-flow__edge").count()
        start = f"out {out} : {action}" if action else f"out {out}"
        self.pull(self.port(source, start), self.port(target, f"in {into}"))
        expect(self.page.locator(".react-flow__edge")).to_have_count(before + 1)

    def feed(self, node: str, port: str, variable: str) -> None:
        """Lets a variable feed an input."""
        self.choose(node)
        self.side.get_by_label(f"Source of {port}", exact=True).select_option(f"v {variable}")

    def setting(self, label: str) -> Locator:
        return self.side.get_by_role("form", name="Settings").get_by_label(label)

    def variable(self, name: str, kind: str, value: Any = None, description: str = "") -> None:
        """Adds a variable by typing it."""
        self.page.get_by_role("tab", name="Variables").click()
        self.page.get_by_role("button", name="Add a variable").click()
        dialog = self.page.get_by_role("dialog", name="New variable")
        dialog.get_by_label("Type", exact=True).select_option(kind)
        dialog.get_by_label("Name", exact=True).fill(name)
        dialog.get_by_label("Description").fill(description)
        if value is not None:
            box = dialog.get_by_label("Value", exact=True).or_(dialog.get_by_label(f"{name} value as JSON"))
            if not box.is_visible():
                dialog.get_by_text("As JSON").click()
            box.fill(json.dumps(value))
        dialog.get_by_role("button", name="Add", exact=True).click()
        expect(dialog).to_be_hidden()


def box_of(locator: Locator) -> FloatRect:
    box = locator.bounding_box()
    assert box is not None
    return box


def middle(box: FloatRect) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


Windows = Callable[..., Visitor]
