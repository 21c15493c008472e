"""Graphs in a few words, items by the hundred, a pipeline that runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now
from pytest_django import DjangoDbBlocker

from alp_site.env import ENV
from alp_site.lib import db, events
from alp_site.lib.events.dispatch import forget_positions
from alp_site.lib.models import Blob
from alp_site.lib.testing import settle
from alp_site.people.models import Project
from datasets.models import Dataset, Item
from pipelines.demo.world import Plan, World, build
from pipelines.models import Pipeline
from pipelines.services.pipelines import create_pipeline, start_pipeline
from tests.pipelines import sample_nodes

real_db = pytest.mark.django_db(transaction=bool(ENV.database_url))
"""On PostgreSQL the outbox shows only what is committed, so there a test must commit; on SQLite it may roll back."""


@pytest.fixture(autouse=True)
def _fresh_nodes() -> Iterator[None]:
    sample_nodes.effects.clear()
    sample_nodes.hooks.clear()
    forget_positions()  # rolled back with the test before; event ids start anew
    yield
    sample_nodes.hooks.clear()


PLAN = Plan(
    source="shapes", project="Shapes", pool=6, validation=16, test=30, seed_labels=12, budget=2, every=1000,
    keep_open=1, configuration={"width": 4, "epochs": 3},
)  # fmt: skip


def make_world() -> World:
    made = build(PLAN, lambda text: None)
    settle()
    return made


class Kept:
    """A world in a transaction around those of a module's tests, which roll back to it as to a savepoint. To make it
    takes a second and more: a model is trained, a pool predicted, a round chosen."""

    def __init__(self, blocker: DjangoDbBlocker, make: Callable[[], World] | None = None) -> None:
        self.blocker = blocker
        self.around = transaction.atomic()
        self.around._from_testcase = True  # as Django's own test case says of its own: what is durable may begin in it
        self.world: World | None = None
        with blocker.unblock():
            self.around.__enter__()
            try:
                self.world = (make or make_world)()
            except BaseException:
                self.around.__exit__(*sys.exc_info())
                raise

    def end(self) -> None:
        if self.world is not None:
            self.world = None
            with self.blocker.unblock():
                transaction.set_rollback(True)
                self.around.__exit__(None, None, None)


_kept: list[Kept] = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test that does not ask for the world finds nothing of it. One after that makes its own."""
    if "world" not in getattr(item, "fixturenames", ()):
        while _kept:
            _kept.pop().end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In each module of these those that need no world first."""
    here = Path(__file__).parent
    slots = [at for at, item in enumerate(items) if here in item.path.parents]
    modules = {path: number for number, path in enumerate(dict.fromkeys(items[at].path for at in slots))}
    ours = sorted(
        (items[at] for at in slots),
        key=lambda item: (modules[item.path], "world" in getattr(item, "fixturenames", ())),
    )
    for at, item in zip(slots, ours, strict=True):
        items[at] = item


def keep(blocker: DjangoDbBlocker, make: Callable[[], World] | None = None) -> Iterator[Kept | None]:
    """For a module's fixture ``_kept_world``. None where tests commit, as on PostgreSQL: nothing could be rolled
    back."""
    kept = None if ENV.database_url else Kept(blocker, make)
    if kept is not None:
        _kept.append(kept)
    yield kept
    if kept is not None:
        kept.end()


@pytest.fixture(scope="module")
def _kept_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Kept | None]:
    yield from keep(django_db_blocker)


@pytest.fixture
def world(_kept_world: Kept | None, db: None) -> World:
    """The demo's loop over drawn pictures, come to rest: a model trained, a round waiting for people."""
    return deepcopy(_kept_world.world if _kept_world else None) or make_world()


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return Dataset.objects.create(project=project, name="Photos")


@pytest.fixture
def items(dataset: Dataset) -> Callable[..., list[str]]:
    """``items(200)`` -> ids of new items, their events published as an upload does."""

    def make(count: int, *, into: Dataset = dataset, **values: Any) -> list[str]:
        made: list[str] = []
        blob, _ = Blob.objects.get_or_create(sha256="0" * 64, defaults={"size": 1})
        start = Item.objects.filter(dataset=into).count()
        for first in range(0, count, 500):
            names = [f"{start + n:06d}.jpg" for n in range(first, min(first + 500, count))]
            with db.write():
                rows = Item.objects.bulk_create(
                    Item(
                        dataset=into, filename=f"/{name}", name=name, dir="/", blob=blob, created_at=now(),
                        updated_at=now(), **values,
                    )
                    for name in names
                )  # fmt: skip
                data = {"dataset": str(into.pk)}
                events.publish("item.created", project_id=into.project_id, ids=[r.pk for r in rows], data=data)
            made += [str(row.pk) for row in rows]
        return made

    return make


def node(node_id: str, kind: str = "pass", *, inputs: Mapping[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"test.{kind}", "config": config, "inputs": dict(inputs or {})}


def link(text: str, **extra: Any) -> dict[str, Any]:
    """``link("a.item -> b.item", action="left")``; a node without a port means its port ``item``."""
    source, target = (part.strip() for part in text.split("->"))
    ends = [(*end.split("."), "item")[:2] for end in (source, target)]
    return {
        "source": {"node": ends[0][0], "port": ends[0][1]},
        "target": {"node": ends[1][0], "port": ends[1][1]},
        **extra,
    }


def graph(
    nodes: Sequence[dict[str, Any]],
    links: Sequence[Any] = (),
    triggers: Sequence[dict[str, Any]] | None = None,
    variables: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """A graph whose first node is started by created items, unless triggers are given."""
    created = {"id": "created", "node": nodes[0]["id"], "kind": "event", "spec": {"resource": "Item"}}
    return {
        "nodes": list(nodes),
        "connections": [link(part) if isinstance(part, str) else part for part in links],
        "triggers": [created] if triggers is None else list(triggers),
        "variables": list(variables),
    }


@pytest.fixture
def running(project: Project) -> Callable[[dict[str, Any]], Pipeline]:
    """``running(graph)`` -> a started pipeline."""

    def make(of: dict[str, Any], **settings: Any) -> Pipeline:
        pipeline = create_pipeline(project=project, name="Test", graph=of, settings=settings)
        return start_pipeline(pipeline=pipeline)

    return make
