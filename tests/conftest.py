"""Fixtures every suite may use: one project with a person per role, API clients signed in as them, a stranger."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests share their cores; tiny nets gain nothing from more threads

import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from alp_site.lib.events.dispatch import forget_positions
from alp_site.people.models import Membership, Project, Role, User
from alp_site.people.services import create_project, create_user
from tests.migrated import copy_migrated

PASSWORD = "blue-heron-41"
ALONE, IN_BROWSERS, LEFT_FOR_CI = "serial", "e2e", "thorough"
JOURNEYS = Path(__file__).parent / "e2e"
# Every journey of these stands alone: beside each other they may run on two workers.
APART = ("tests/e2e/test_journeys.py", "tests/e2e/test_loop.py")
ClientAs = Callable[..., APIClient]

# The same examples in every run: whether a change is red must not hang on what was drawn, nor on how fast.
hypothesis_settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis_settings.load_profile("suite")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A stage of `make test` reads only files that may hold its tests: reading all takes each worker half a minute of
    a core, most of it for what they import."""
    stage, is_journeys = config.option.markexpr, JOURNEYS in (collection_path, *collection_path.parents)
    unwanted = set(re.findall(r"not (\w+)", stage))
    wanted = set(re.findall(r"\w+", stage)) - unwanted - {"and", "not", "or"}
    if is_journeys and IN_BROWSERS in unwanted:
        return True
    if collection_path.suffix != ".py" or collection_path.name == "conftest.py":
        return None
    if IN_BROWSERS in wanted and not is_journeys:
        return True
    text = collection_path.read_text(encoding="utf-8") if wanted & {ALONE, LEFT_FOR_CI} else ""
    return True if any(mark not in text for mark in wanted & {ALONE, LEFT_FOR_CI}) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Journeys of one file stay on one worker: they share the world, and some the house, that its fixtures make.

    xdist has groups for this, but marks them in the names of tests where pytest 9.2 no longer looks."""
    return ByFile(config, log) if config.option.dist == "loadscope" else None


class ByFile(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in APART else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL readers of the outbox see committed events only: tests of pipelines commit there, not roll back."""
    for item in items:  # or the stage that runs these would not find it, nor any other run it
        named = item.get_closest_marker(ALONE) is None or ALONE in item.path.read_text(encoding="utf-8")
        assert named, f"{item.nodeid} is serial, and its file does not say so"
    if "DATABASE_URL" not in os.environ:
        return
    for item in items:
        if "pipelines" in item.path.parts and "db" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True), append=False)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """On SQLite a run begins with a copy of a migrated file; it lies in the run's own folder, which goes with it."""
    settings = connection.settings_dict
    if connection.vendor != "sqlite":
        return False
    copy_migrated(Path(settings["TEST"]["NAME"]))
    return True


@pytest.fixture(autouse=True)
def _forget_the_test_before() -> None:
    """What a process keeps in memory must not reach the next test, whose tables start anew: counters of the log-in
    throttle, and how far readers of the outbox have looked."""
    cache.clear()
    forget_positions()


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """One person a role of `project`, plus "stranger", who owns another project. Keys are role names."""
    names = [*Role.values, "stranger"]
    return {name: create_user(email=f"{name}@example.org", name=name.title(), password=PASSWORD) for name in names}


@pytest.fixture
def project(people: dict[str, User]) -> Project:
    """A project whose owner made it and whose other roles have one person each."""
    made = create_project(name="Birds", user=people["owner"])
    for role in Role.values[1:]:
        Membership.objects.create(project=made, user=people[role], role=role)
    return made


@pytest.fixture
def other_project(people: dict[str, User]) -> Project:
    """The stranger's own project: nobody of `project` may learn of it."""
    return create_project(name="Elsewhere", user=people["stranger"])


@pytest.fixture
def owner(people: dict[str, User]) -> User:
    return people["owner"]


@pytest.fixture
def engineer(people: dict[str, User]) -> User:
    return people["engineer"]


@pytest.fixture
def reviewer(people: dict[str, User]) -> User:
    return people["reviewer"]


@pytest.fixture
def annotator(people: dict[str, User]) -> User:
    return people["annotator"]


@pytest.fixture
def viewer(people: dict[str, User]) -> User:
    return people["viewer"]


@pytest.fixture
def client_as(project: Project, other_project: Project, people: dict[str, User]) -> ClientAs:
    """`client_as("reviewer")` -> an API client with that person's session; "anonymous" has none."""

    def make(role: str | Role) -> APIClient:
        client = APIClient()
        if role != "anonymous":
            client.force_login(people[str(role)])
        return client

    return make
