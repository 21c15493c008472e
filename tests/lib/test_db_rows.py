"""Rows in bulk: what goes in and comes out is what Django's own ways give."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alp_site.lib.db_rows import add_to, insert_rows, new_row, read_rows, write_rows
from alp_site.lib.models import Blob, Duty, Event, Job, JobState

pytestmark = pytest.mark.django_db


def values(row: Any) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def some_jobs() -> list[Job]:
    """Jobs that differ in every column, and nulls in those that may have them."""
    return [
        Job(
            kind="k", key=f"key {n}", project_id=uuid.uuid4() if n % 2 else None, payload={"n": [n, None, "é"]},
            state=JobState.DONE, token=n, lease_until=timezone.now() + timedelta(seconds=n) if n % 3 else None,
            progress={} if n else {"done": 0.5}, cancel_requested=bool(n % 2), log="line\n" * n,
        )
        for n in range(5)
    ]  # fmt: skip


def test_read_rows_gives_what_iterating_gives() -> None:
    Job.objects.bulk_create(some_jobs())
    rows = Job.objects.filter(kind="k").order_by("key")
    read = read_rows(rows)
    assert [values(row) for row in read] == [values(row) for row in rows]
    assert read == list(rows)
    read[0].title = "saved like any other"
    read[0].save(update_fields=["title"])
    assert Job.objects.get(pk=read[0].pk).title == "saved like any other"


def test_read_rows_of_nothing_is_empty() -> None:
    assert read_rows(Job.objects.filter(pk__in=[])) == []
    assert read_rows(Job.objects.filter(kind="nobody's")) == []


def test_read_rows_share_no_value_that_can_be_changed() -> None:
    Job.objects.bulk_create(some_jobs())
    first, second = read_rows(Job.objects.filter(kind="k").order_by("key")[1:3])
    first.progress["done"] = 1
    assert second.progress == {}


def test_new_row_has_the_defaults_of_its_model() -> None:
    row, known = new_row(Job, kind="k", key="a"), Job(kind="k", key="a")
    own = {"id", "run_after", "created_at"}
    assert {k: v for k, v in values(row).items() if k not in own} == {
        k: v for k, v in values(known).items() if k not in own
    }
    assert row.pk != known.pk
    assert row.payload is not new_row(Job, kind="k", key="b").payload
    row.save()
    assert values(Job.objects.get(key="a")) == values(row)


def test_insert_and_write_rows_keep_every_value() -> None:
    rows = some_jobs()
    insert_rows(rows)
    assert {row.key: values(row) for row in Job.objects.filter(kind="k")} == {row.key: values(row) for row in rows}
    for n, row in enumerate(rows):
        row.payload, row.finished_at, row.created_by = {"now": n}, timezone.now(), uuid.uuid4()
        row.log = "not written"
    write_rows(rows, ["payload", "finished_at", "created_by"])
    for row in Job.objects.filter(kind="k"):
        kept = next(r for r in rows if r.pk == row.pk)
        assert (row.payload, row.finished_at, row.created_by) == (kept.payload, kept.finished_at, kept.created_by)
        assert row.log != "not written"


def test_insert_rows_when_the_database_gives_the_key() -> None:
    insert_rows([Event(type="a", ids=["x"]), Event(type="b")])
    assert list(Event.objects.order_by("id").values_list("type", "ids")) == [("a", ["x"]), ("b", [])]


def test_insert_rows_that_are_there_already_update_only_what_is_named() -> None:
    moment = timezone.now()
    Duty.objects.create(name="sweep", holder="old", until=moment)
    later = moment + timedelta(minutes=1)
    rows = [Duty(name="sweep", holder="new", until=later), Duty(name="other", holder="new", until=later)]
    insert_rows(rows, unique=["name"], update=["holder"])
    assert dict(Duty.objects.values_list("name", "holder")) == {"sweep": "new", "other": "new"}
    assert Duty.objects.get(name="sweep").until == moment


def test_add_to_adds_to_the_rows_of_a_place_and_counts_them() -> None:
    Blob.objects.create(sha256="a", size=10, refs=1)
    Blob.objects.create(sha256="b", size=10, refs=1)
    assert add_to(Blob, {"sha256": "a"}, {"refs": 2, "size": -3}) == 1
    assert add_to(Blob, {"sha256": "c"}, {"refs": 2}) == 0
    assert list(Blob.objects.order_by("sha256").values_list("refs", "size")) == [(3, 7), (1, 10)]
