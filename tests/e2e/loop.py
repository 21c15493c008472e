"""What the journeys of the loop share: the demo's world in a house, people at the studio, what the tables say."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor
from tests.house import House

PASSWORD = "alp-demo"
DIGITS = "1234567890"

WORLD = """
import json
from alp_site.people.models import Project
from annotation.models import AnswerKey, Task
from datasets.models import Dataset, Item
from pipelines.models import Pipeline
project = Project.objects.get(settings__demo={source!r})
pipeline = Pipeline.objects.get(project=project)
raw, truth = (Dataset.objects.get(project=project, name=name) for name in ("Raw pictures", "Ground truth"))
key = dict(AnswerKey.objects.filter(project=project).values_list("sha256", "label"))
files = Item.objects.filter(dataset=raw, type="file")
print("SAID", json.dumps({{
    "project": str(project.pk), "pipeline": str(pipeline.pk), "raw": str(raw.pk), "truth": str(truth.pk),
    "labels": list(raw.ontology.labels.order_by("order").values_list("name", flat=True)),
    "tasks": {{task.kind: str(task.pk) for task in Task.objects.filter(pipeline_id=pipeline.pk)}},
    "answers": {{item.filename: key[item.blob_id] for item in files}},
}}))
"""

# Recounts from the rows themselves; what is counted elsewhere must agree with it.
RECOUNT = """
import json
from collections import Counter
from django.db import transaction
from django.db.models import Count
from alp_site.lib.models import Job
from annotation.models import TaskItem, TaskItemLog
from datasets.models import Annotation, Item
from models_registry.models import Comparison, Evaluation, Model, Prediction
from pipelines.models import Cycle, CycleCounter, ExecutionStatus, NodeCounter, NodeExecution, Pipeline
pipeline = Pipeline.objects.get(pk={pipeline!r})
items = Item.objects.filter(dataset={raw!r}, type="file", deleted_at=None)
rows = TaskItem.objects.filter(task__pipeline_id=pipeline.pk, retired_at=None)
logs = TaskItemLog.objects.filter(task__pipeline_id=pipeline.pk)
live = Annotation.objects.filter(item__in=items, deleted_at=None)
best = Model.objects.get(project=pipeline.project_id, stage="best")
def tally(rows, *names):
    counted = rows.values_list(*names).annotate(n=Count("pk")).order_by()
    return {{" ".join(map(str, row[:-1])): row[-1] for row in counted}}
def twice(rows, *names):
    return rows.values(*names).annotate(n=Count("pk")).filter(n__gt=1).order_by().count()
executions = NodeExecution.objects.filter(pipeline=pipeline)
def wrong():
    with transaction.atomic():  # one moment: the loop goes on meanwhile
        return wrong_now()
def wrong_now():
    counted = tally(executions, "node_id", "status")
    kept = {{f"{{c.node_id}} {{s}}": getattr(c, s) for c in NodeCounter.objects.filter(pipeline=pipeline)
            for s in ExecutionStatus.values if getattr(c, s)}}
    cycles = tally(Cycle.objects.filter(pipeline=pipeline), "status")
    row = CycleCounter.objects.get(pipeline=pipeline)
    return [counted, kept] * (counted != kept) + [cycles] * any(getattr(row, s) != n for s, n in cycles.items())
truth = Item.objects.filter(dataset={truth!r}, type="file", deleted_at=None, parent_item_id__in=items.values("pk"))
print("SAID", json.dumps({{
    "pool": items.count(), "work": tally(rows, "task__kind", "status"), "labels": live.count(),
    "approved": live.exclude(approved_revision=None).count(),
    "copies": truth.count(), "copies_approved": truth.exclude(approved_version=None).count(),
    "acts": tally(logs, "action"), "simulated": logs.filter(simulated=True).count(),
    "twice": {{
        "task items": twice(rows, "task", "item"), "labels": twice(live, "item", "group"),
        "predictions": twice(Prediction.objects.all(), "model", "item"),
        "cycles": twice(Cycle.objects.filter(pipeline=pipeline).exclude(subject=None), "start_node", "subject"),
        "copies": twice(truth, "parent_item_id"),
        "evaluations": twice(Evaluation.objects.all(), "model", "test_set_version"),
    }},
    "counters_wrong": wrong(),
    "labels_by_file": dict(live.values_list("item__filename", "label")),
    "executions": tally(executions, "node_id", "status"),
    "errors": list(executions.filter(status="failed").values_list("node_id", "error")),
    "jobs_failed": list(Job.objects.filter(state="failed").values_list("kind", "error")),
    "comparisons": [
        {{"verdict": c.verdict, "version": str(c.test_set_version_id), "candidate": str(c.candidate_id)}}
        for c in Comparison.objects.filter(candidate__project=pipeline.project_id)
    ],
    "best": str(best.pk), "models": tally(Model.objects.filter(project=pipeline.project_id), "status"),
    "pool_by_best": Prediction.objects.filter(model=best, item__in=items).count(),
    "waiting_in_pool": executions.filter(node_id="select", status="waiting").count(),
    "evaluated_on": [str(pk) for pk in Evaluation.objects.filter(model__project=pipeline.project_id, status="done")
                     .values_list("test_set_version", flat=True)],
}}))
"""


@dataclass(frozen=True)
class Loop:
    """The demo's project in a house: its addresses, and what its pictures show."""

    house: House
    project: str
    pipeline: str
    raw: str
    truth: str
    labels: list[str]
    tasks: dict[str, str]
    answers: dict[str, str]

    def url(self, path: str = "") -> str:
        return f"{self.house.url}/p/{self.project}/{path}"

    def digit(self, label: str) -> str:
        return DIGITS[self.labels.index(label)]

    def answer(self, filename: str) -> str:
        """The digit of what the picture shows."""
        return self.digit(self.answers[filename])

    def another(self, filename: str) -> str:
        """The digit of something it does not show."""
        return self.digit(next(label for label in self.labels if label != self.answers[filename]))

    def recount(self) -> dict[str, Any]:
        return said(self.house, RECOUNT.format(pipeline=self.pipeline, raw=self.raw, truth=self.truth))

    def sign_in(self, visitor: Visitor, role: str) -> Page:
        page = visitor.sign_in(f"{role}@example.com", PASSWORD, f"/p/{self.project}/")
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        return page


def said(house: House, code: str) -> dict[str, Any]:
    """Runs the code in the house; the JSON it printed."""
    output = house.manage("shell", "-c", code)
    line = next(line for line in output.splitlines() if line.startswith("SAID "))
    return dict(json.loads(line.removeprefix("SAID ")))


def make_loop(house: House, source: str, *options: str) -> Loop:
    """`manage.py demo` in a house, and what a journey must know of it."""
    house.manage("demo", "--data", source, *options)
    return Loop(house=house, **said(house, WORLD.format(source=source)))


class Studio:
    """A person at the studio's keyboard."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def from_home(self) -> None:
        """Enter on Home opens the first task with work."""
        expect(self.page.locator("#continue")).to_be_visible(timeout=300_000)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile("/studio/"))
        self.ready()

    def ready(self) -> None:
        expect(self.filename()).to_have_text(re.compile("^/"), timeout=60_000)

    def filename(self) -> Locator:
        return self.page.locator(".studio-title .mono")

    def showing(self) -> str:
        return self.filename().inner_text()

    def press(self, key: str, times: int = 1) -> None:
        for _ in range(times):
            self.page.keyboard.press(key)

    def sees(self) -> None:
        """Waits for the picture: nothing is answered before it is seen."""
        expect(self.page.locator("#studio")).to_have_attribute("aria-busy", "false", timeout=30_000)

    def act(self, key: str) -> str:
        """Presses a key that finishes what is shown and goes on. Returns the file that was shown."""
        self.sees()
        before = self.showing()
        self.page.keyboard.press(key)
        expect(self.filename()).not_to_have_text(before)
        return before

    def saved(self) -> None:
        expect(self.page.locator(".save-state")).to_contain_text("Saved", timeout=120_000)

    def empty(self) -> Locator:
        return self.page.get_by_text(re.compile("Nothing to (label|review) now"))

    def is_empty(self) -> bool:
        return self.empty().is_visible()


def until(what: str, condition: Callable[[], bool], timeout: float, page: Page) -> float:
    """Waits while the page lives on; how long it took, in seconds."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout, f"waited {timeout:g} s for {what}"
        page.wait_for_timeout(200)
    return time.monotonic() - started


def number_in(locator: Locator) -> int:
    """The first whole number of a text; 0 where there is none."""
    found = re.search(r"\d[\d,\u202f\u00a0 ]*", locator.inner_text() if locator.count() else "")
    return int(re.sub(r"\D", "", found.group())) if found else 0
