"""A world for journeys with shapes: drawn pictures, a task and its review, people; and hands in the studio."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.loop import Studio, said
from tests.house import House

SIZE_WH = (640, 480)  # of its pictures
PEOPLE = {"annotator": "Ann", "reviewer": "Rex", "engineer": "Eve"}

MAKE = """
import io, json
from PIL import Image, ImageDraw
from alp_site.people.models import Role, User
from alp_site.people.services import create_project, create_user
from alp_site.people.services.members import add_member
from annotation.services import task_items, tasks
from django.test import Client
from datasets.models import Item
from datasets.services import create_dataset, upload
from datasets.services.ontologies import add_attribute, add_label, create_ontology

name, parts, pictures, people = {name!r}, {parts!r}, {pictures!r}, {people!r}
def picture(n, size=(640, 480)):
    image = Image.new("RGB", size, (58, 64, 72))
    pen = ImageDraw.Draw(image)
    for k in range(5):
        x, y, r = 60 + (n * 53 + k * 117) % 480, 60 + (n * 91 + k * 71) % 330, 24 + (n * 7 + k * 13) % 40
        pen.ellipse((x - r, y - r, x + r, y + r), fill=((n * 60 + k * 45) % 200 + 40, 90 + k * 30, 200 - k * 35))
    pen.rectangle((300, 200, 380, 260), fill=(230, 230, 220))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
def account(role):
    email = f"{{role}}.{{name}}@example.org".lower()
    return create_user(email=email, name=people[role], password={password!r})
def session(user):
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
owner = account("engineer")
project = create_project(name=name, user=owner)
hands = {{role: account(role) for role in ("annotator", "reviewer")}}
for role, user in hands.items():
    add_member(project=project, email=user.email, role=Role(role))
def part(title, types):
    ontology = create_ontology(project=project, name=f"Fruit {{title}}".strip())
    for n, label in enumerate(("apple", "bruise", "leaf")):
        group = "" if types == ["class"] else "class"  # without a group a picture may have several
        add_label(ontology=ontology, name=label, color=("#53b3b8", "#f0b135", "#09e095")[n], group=group)
    if "skeleton" in types or not types:
        template = {{"names": ["head", "hand", "foot"], "edges": [[0, 1], [1, 2]]}}
        add_label(ontology=ontology, name="person", color="#cd86fe", skeleton=template)
    dataset = create_dataset(project=project, name=f"Pictures {{title}}".strip(), user=owner, ontology=ontology)
    report = upload.add_many(dataset=dataset, files=files, user=owner)
    assert not report.refused, report.refused
    label = tasks.create_task(project=project, kind="annotation", dataset=dataset, user=owner,
                              name=f"Label fruit {{title}}".strip(), annotation_types=types, batch_size=10,
                              max_workload=20)
    review = tasks.create_task(project=project, kind="qa", dataset=dataset, user=owner,
                               name=f"Review fruit {{title}}".strip(), parent_task=label, batch_size=10,
                               max_workload=20)
    task_items.add_items(task=label, entries=[{{"item_id": pk}} for pk in report.item_ids])
    return {{
        "dataset": str(dataset.pk), "tasks": {{"annotation": str(label.pk), "qa": str(review.pk)}},
        "items": dict(Item.objects.filter(pk__in=report.item_ids).values_list("filename", "id")),
        "sessions": {{role: session(user) for role, user in {{"engineer": owner, **hands}}.items()}},
    }}
files = [(f"/p{{n:03}}.png", picture(n)) for n in range(pictures)]
made = {{title: part(title, types) for title, types in parts.items()}}
print("SAID", json.dumps({{"project": str(project.pk), "parts": made}}, default=str))
"""


@dataclass(frozen=True)
class World:
    """A project with pictures of 640 by 480 pixels, and whose tasks they are in."""

    house: House
    name: str
    project: str
    dataset: str
    tasks: dict[str, str]
    items: dict[str, str]
    sessions: dict[str, str]
    """By role: of people who have signed in already, for these tasks only."""

    def url(self, path: str = "") -> str:
        return f"{self.house.url}/p/{self.project}/{path}"

    def studio(self, kind: str = "annotation") -> str:
        return self.url(f"studio/{self.tasks[kind]}/")

    def email(self, role: str) -> str:
        return f"{role}.{self.name}@example.org".lower()

    def sign_in(self, visitor: Visitor, role: str) -> Page:
        """The visitor's page, still empty."""
        cookies = {"sessionid": self.sessions[role], "csrftoken": "c" * 32}
        visitor.context.add_cookies([{"name": n, "value": v, "url": self.house.url} for n, v in cookies.items()])
        return visitor.page

    def open(self, visitor: Visitor, role: str = "annotator", kind: str = "annotation") -> Hand:
        return self.reopen(self.sign_in(visitor, role), kind)

    def reopen(self, page: Page, kind: str = "annotation") -> Hand:
        """The studio's page for whoever is signed in there."""
        page.goto(self.studio(kind))
        hand = Hand(page)
        hand.ready()
        return hand

    def item_of(self, filename: str) -> str:
        return self.items[filename]


def make_world(house: House, name: str, types: list[str], pictures: int = 6) -> World:
    return make_worlds(house, name, {"": types}, pictures)[""]


def make_worlds(house: House, name: str, parts: dict[str, list[str]], pictures: int = 6) -> dict[str, World]:
    """One project and its people; for each part a dataset and tasks of the types it names (none: all)."""
    code = MAKE.format(name=name, parts=parts, pictures=pictures, people=PEOPLE, password=PASSWORD)
    made = said(house, code)
    return {
        title: World(house=house, name=name, project=made["project"], **part) for title, part in made["parts"].items()
    }


class Hand(Studio):
    """A person who draws. Places are image pixels; the page says where they are on the screen."""

    crossed: tuple[int, int] | None = None
    """Where the cross of the keyboard was left; None before it was first brought out."""

    def ready(self) -> None:
        self.crossed = None
        super().ready()
        expect(self.page.locator("#studio")).to_have_attribute("aria-busy", "false", timeout=30_000)

    def shapes(self) -> list[dict[str, Any]]:
        """What the page's document holds, in the order it came."""
        return list(self.page.evaluate("window.alpStudio.annotations()"))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where an image pixel is on the page."""
        found = self.page.evaluate("(at) => window.alpStudio.screenXY(at)", [x, y])
        return found[0], found[1]

    def click(self, x: float, y: float, **options: Any) -> None:
        self.page.mouse.click(*self.at(x, y), **options)

    def drag(self, *places: tuple[float, float]) -> None:
        first, *rest = places
        self.page.mouse.move(*self.at(*first))
        self.page.mouse.down()
        for place in rest:
            self.page.mouse.move(*self.at(*place), steps=4)
        self.page.mouse.up()

    def tool(self, name: str) -> None:
        self.page.get_by_role("toolbar", name="Tools").get_by_role("button", name=name, exact=True).click()

    def has(self, count: int) -> list[dict[str, Any]]:
        """Waits until there are so many annotations."""
        self.page.wait_for_function("(n) => window.alpStudio.annotations().length === n", arg=count)
        return self.shapes()

    def until(self, what: str, condition: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        for _ in range(100):
            if condition(found := self.shapes()):
                return found
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never came to be: {what}\n" + "\n".join(json.dumps(row)[:600] for row in found))

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def act(self, key: str) -> str:
        """As of every person, until the next picture is seen: keys that draw wait for it as hands do."""
        before = super().act(key)
        self.sees()
        return before

    def submit(self) -> str:
        return self.act("Control+Enter")

    def cross(self, x: int, y: int) -> None:
        """Brings the cross of a drawing tool to an image pixel, by arrows alone."""
        if self.crossed is None:
            # As far left and up as it goes: a place that is known.
            for arrow in ("Left", "Up"):
                self.press(f"Shift+Arrow{arrow}", 1 + SIZE_WH[0] // self.stride(50))
            self.crossed = (0, 0)
        self.press("Control+ArrowRight")  # a tool just taken up shows its cross at the first arrow
        across, down = x - self.crossed[0] - 1, y - self.crossed[1]
        for ways, by in ((("Left", "Right"), across), (("Up", "Down"), down)):
            arrow, left = ways[by > 0], abs(by)
            for held, step in (("Shift+", self.stride(50)), ("", self.stride(10)), ("Control+", 1)):
                self.press(f"{held}Arrow{arrow}", left // step)
                left %= step
        self.crossed = (x, y)

    def stride(self, screen: float) -> int:
        """So many screen pixels as the cross goes: whole image pixels."""
        (x1, _), (x2, _) = self.at(0, 0), self.at(1, 0)
        return max(1, int(screen / (x2 - x1) + 0.5))

    def api(self, path: str) -> dict[str, Any]:
        """What the server says to this person."""
        answer = self.page.request.get(urljoin(self.page.url, f"/api/v1/{path}"))
        assert answer.ok, f"{answer.status} {path}: {answer.text()[:500]}"
        return dict(answer.json())

    def holds(self, item: str) -> list[dict[str, Any]]:
        """What the server has on an item."""
        return list(self.api(f"items/{item}/annotations/")["items"])

    def undo_button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("^Undo"))
