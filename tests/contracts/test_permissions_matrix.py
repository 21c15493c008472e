"""Every route of the API against every role, a stranger and nobody. The rows are in `tests/<app>/matrix.py`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from alp_site.people.models import Project, Role, User
from tests.conftest import ClientAs
from tests.matrix import Row, World

METHODS = ("get", "post", "put", "patch", "delete")
TURNED_AWAY = {401, 403, 404, 405}
ACTORS = (*Role.values, "stranger", "anonymous")


def routes() -> dict[str, set[str]]:
    """URL name -> methods, of everything below /api/v1/."""
    found: dict[str, set[str]] = {}

    def walk(patterns: list[URLPattern | URLResolver], path: str) -> None:
        for pattern in patterns:
            here = path + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, here)
            elif here.startswith("api/v1/"):
                view: Any = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
                assert view is not None, f"{here} is not a class-based view"
                assert pattern.name, f"{here} has no name"
                assert pattern.name not in found, f"two API routes are called {pattern.name!r}"
                found[pattern.name] = {method for method in METHODS if hasattr(view, method)}

    walk(get_resolver().url_patterns, "")
    return found


def all_rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for path in sorted(Path(__file__).parent.parent.glob("*/matrix.py")):
        module = importlib.import_module(f"tests.{path.parent.name}.matrix")
        twice = rows.keys() & module.ROWS.keys()
        assert not twice, f"{path}: rows also elsewhere: {sorted(twice)}"
        rows.update(module.ROWS)
    return rows


ROWS = all_rows()
CASES = [(name, method) for name, row in sorted(ROWS.items()) for method in row.calls]


def test_matrix_when_a_route_or_method_exists_then_it_has_a_row_and_the_other_way_round() -> None:
    existing = routes()
    listed = {name: set(row.calls) for name, row in ROWS.items()}
    missing = {
        name: sorted(ms - listed.get(name, set())) for name, ms in existing.items() if ms - listed.get(name, set())
    }
    assert not missing, f"add these to tests/<app>/matrix.py: {missing}"
    stale = {
        name: sorted(ms - existing.get(name, set())) for name, ms in listed.items() if ms - existing.get(name, set())
    }
    assert not stale, f"no such route or method any more: {stale}"


@pytest.fixture
def world(project: Project, other_project: Project, people: dict[str, User]) -> World:
    return World(project, other_project, people)


@pytest.mark.parametrize(("name", "method"), CASES)
def test_route_when_called_by_each_role_then_only_the_row_is_let_in(
    name: str, method: str, world: World, client_as: ClientAs
) -> None:
    row = ROWS[name]
    call = row.calls[method]
    url = reverse(f"api:{name}", kwargs=row.kwargs_for(world), query=call.query_for(world))
    body = call.body_for(world)  # made here too, so that what it creates is there for every actor
    wrong = {}
    for actor in ACTORS:
        mark = transaction.savepoint()
        if call.multipart:
            body = call.body_for(world)  # files are read once
        client = client_as(actor)
        client.raise_request_exception = False
        response = getattr(client, method)(
            url, *(() if body is None else (body,)), format="multipart" if call.multipart else "json"
        )
        if response.streaming:
            response.close()
        transaction.savepoint_rollback(mark)
        expected = call.expected(actor, scoped=row.kwargs is not None)
        status = response.status_code
        right = status in expected if expected else status not in TURNED_AWAY and status < 500
        if not right:
            wrong[actor] = (status, f"expected {sorted(expected) if expected else 'to be let in'}", text_of(response))
    assert not wrong, wrong


def text_of(response: Any) -> str:
    return "" if response.streaming else response.content.decode(errors="replace")[:300]
