"""Rows written and read in bulk are the same rows that Django would write and read."""

import uuid
from typing import Any

import pytest

from alp_site.lib import db_rows, ids
from alp_site.lib.models import Job

pytestmark = pytest.mark.django_db

VALUES: list[Any] = [{}, {"a": 1}, {"a": True}, {"a": 1.5, "b": [None, "ü", {"c": False}]}, {"a": []}]


def _jobs(payloads: list[Any]) -> list[Job]:
    return [Job(id=ids.uuid7(), kind="t.rows", key=str(uuid.uuid4()), payload=payload) for payload in payloads]


def test_insert_rows_then_read_rows_gives_what_django_gives() -> None:
    rows = _jobs(VALUES)
    db_rows.insert_rows(rows)
    expected = list(Job.objects.filter(kind="t.rows").order_by("id"))
    found = db_rows.read_rows(Job.objects.filter(kind="t.rows").order_by("id"))
    columns = [column.attname for column in Job._meta.concrete_fields]
    assert [[repr(getattr(row, name)) for name in columns] for row in found] == [
        [repr(getattr(row, name)) for name in columns] for row in expected
    ]
    assert [repr(row.payload) for row in found] == [repr(payload) for payload in VALUES]


@pytest.mark.parametrize("payloads", [[{"a": 1}, {"a": True}], [{"a": True}, {"a": True}], [{}, {}], [{}, {"a": 0}]])
def test_write_rows_when_values_look_alike_keeps_each(payloads: list[Any]) -> None:
    rows = _jobs([{"before": True}] * len(payloads))
    db_rows.insert_rows(rows)
    for row, payload in zip(rows, payloads, strict=True):
        row.payload = payload
    db_rows.write_rows(rows, ["payload"])
    found = [Job.objects.get(pk=row.pk).payload for row in rows]
    assert [repr(payload) for payload in found] == [repr(payload) for payload in payloads]


def test_insert_rows_when_a_unique_row_is_there_updates_the_named_fields() -> None:
    (row,) = _jobs([{"first": 1}])
    db_rows.insert_rows([row])
    again = Job(id=row.pk, kind="t.rows", key=row.key, payload={"second": 2}, log="new")
    db_rows.insert_rows([again], unique=["id"], update=["payload"])
    found = Job.objects.get(pk=row.pk)
    assert (found.payload, found.log) == ({"second": 2}, "")
