"""When triggers are due, what they hear, how long they hold, and how they say it."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.engine.graph import TriggerSpec
from pipelines.engine.triggers import hears, held_until, next_time, sentence, trigger_spec_problems

SAVED = "annotation.saved"
VARIABLE = {"resource": "Variable", "actions": ["updated"]}
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)  # the clocks there change on the 29th


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change() -> None:
    spec = {"cron": "0 9 * * *", "timezone": "Europe/Berlin"}
    due, seen = NOW, []
    for _ in range(4):
        found = next_time(spec, due)
        assert found is not None
        due = found
        seen.append(due)
    assert seen == [at(f"2026-03-{d} {h}:00") for d, h in (("28", "08"), ("29", "07"), ("30", "07"), ("31", "07"))]


def test_start_and_end_bound_a_clock_and_are_read_in_its_zone() -> None:
    spec = {
        "cron": "0 9 * * *",
        "timezone": "Europe/Berlin",
        "startAt": "2026-04-02T09:00",
        "endAt": "2026-04-03T09:00",
    }
    first = next_time(spec, NOW)
    assert first == at("2026-04-02 07:00"), "the start itself counts"
    second = next_time(spec, first)
    assert second == at("2026-04-03 07:00"), "and so does the end"
    assert next_time(spec, second) is None


@pytest.mark.parametrize("seed", range(20))
def test_every_time_lies_after_the_one_before_and_none_is_missed(seed: int) -> None:
    """Against a plain model: going through all minutes of the zone's wall clock."""
    rng = random.Random(seed)
    minute, hour = rng.randrange(60), rng.choice(["*", "*/6", str(rng.randrange(3, 24))])
    spec = {"cron": f"{minute} {hour} * * *", "timezone": "Europe/Berlin"}
    start = NOW + timedelta(minutes=rng.randrange(3000))
    got, due = [], start
    for _ in range(12):
        found = next_time(spec, due)
        assert found is not None
        assert found > due
        due = found
        got.append(due)
    hours = {"*": range(24), "*/6": range(0, 24, 6)}.get(hour) or [int(hour)]
    tick, wanted = start.replace(second=0) + timedelta(minutes=1), []
    while tick <= got[-1]:
        there = tick.astimezone(BERLIN)
        if there.minute == minute and there.hour in hours:
            wanted.append(tick)
        tick += timedelta(minutes=1)
    assert got == wanted


def test_a_debounce_is_pushed_on_by_what_comes_but_not_for_ever() -> None:
    spec = {"debounce": 60}
    assert held_until(spec, NOW) == NOW + timedelta(seconds=60)
    later = NOW + timedelta(seconds=50)
    assert held_until(spec, later, since=NOW) == later + timedelta(seconds=60)
    late = NOW + timedelta(seconds=590)
    assert held_until(spec, late, since=NOW) == NOW + timedelta(seconds=600)


def test_at_most_every_holds_only_within_its_time() -> None:
    spec = {"at_most_every": 300}
    assert held_until(spec, NOW) is None, "the first goes at once"
    assert held_until(spec, NOW + timedelta(seconds=10), fired=NOW) == NOW + timedelta(seconds=300)
    assert held_until(spec, NOW + timedelta(seconds=300), fired=NOW) is None


@pytest.mark.parametrize("seed", range(50))
def test_no_hold_is_longer_than_it_may_be_whatever_the_clock_does(seed: int) -> None:
    rng = random.Random(seed)
    spec = {"debounce": rng.choice([0, 5, 60]), "at_most_every": rng.choice([0, 30, 900])}
    longest = timedelta(seconds=max(10 * spec["debounce"], spec["at_most_every"]))
    for _ in range(50):
        jump = timedelta(seconds=rng.randint(-100_000, 100_000))
        until = held_until(spec, NOW + jump, since=rng.choice([None, NOW]), fired=rng.choice([None, NOW]))
        assert until is None or until - (NOW + jump) <= longest


@pytest.mark.parametrize(
    ("spec", "kind", "data", "wanted"),
    [
        ({}, "item.created", {"dataset": "d"}, True),
        ({}, "item.updated", {}, False),
        ({"actions": ["cloned"]}, "item.created", {"by": "clone"}, True),
        ({"actions": ["cloned"]}, "item.created", {}, False),
        ({"resource": "Annotation", "actions": ["deleted"]}, SAVED, {"changes": ["created"]}, False),
        ({"resource": "Annotation", "actions": ["deleted"]}, SAVED, {"changes": ["updated", "deleted"]}, True),
        ({"resource": "Annotation", "actions": ["saved"]}, SAVED, {}, True),
        ({"resource": "Dataset", "actions": ["created"]}, "dataset.updated", {"changes": ["created"]}, True),
        ({"resource": "Task", "actions": ["status_changed"]}, "task.updated", {"reason": "settings"}, False),
        ({"resource": "Task", "actions": ["status_changed"]}, "task.updated", {"status": "archived"}, True),
        ({"resource": "Model", "actions": ["trained"]}, "model.status", {"status": "trained"}, True),
        ({"resource": "Model", "actions": ["trained"]}, "model.status", {"status": "failed"}, False),
        ({"resource": "ItemStatus", "actions": ["assigned"]}, "task.items", {"task": "t"}, True),
        ({"resource": "ItemStatus", "actions": ["updated"]}, "task.items", {"task": "t"}, False),
        ({"resource": "ItemStatus", "actions": ["assigned"]}, "task.item_status", {"task": "t"}, False),
        ({**VARIABLE, "filter": {"name": "x"}}, "variable.updated", {"name": "x"}, True),
        ({**VARIABLE, "filter": {"name": {"$in": ["y"]}}}, "variable.updated", {"name": "x"}, False),
    ],
)  # fmt: skip
def test_what_a_trigger_hears(spec: dict[str, Any], kind: str, data: dict[str, Any], wanted: bool) -> None:
    assert hears(spec, kind, data) is wanted


@pytest.mark.parametrize(
    ("kind", "spec", "word"),
    [
        ("cron", {"cron": "0 9 * * 1", "timezone": "Mars/Base"}, "time zone"),
        ("cron", {"cron": "0 9 * * 1", "timezone": 3}, "time zone"),
        ("cron", {"cron": "0 9 * * 1", "timezone": "../etc/passwd"}, "time zone"),
        ("cron", {"cron": "whenever"}, "cron expression"),
        ("cron", {"cron": "0 9 * * 1", "at_most_every": 60}, "schedule already says how often"),
        ("cron", {"cron": "0 9 * * 1", "debounce": 60}, "take it out"),
        ("event", {"debounce": -1}, "debounce"),
        ("event", {"at_most_every": True}, "at_most_every"),
        ("event", {"resource": "Moon"}, "listens"),
        ("event", {"resource": "Model", "actions": ["created"]}, "has the events"),
        ("event", {"resource": "Model", "actions": ["trained"], "filter": {"name": {"$gt": 1}}}, "filter"),
    ],
)
def test_what_is_wrong_is_said(kind: str, spec: dict[str, Any], word: str) -> None:
    (problem,) = trigger_spec_problems(TriggerSpec("t", "a", kind, spec))
    assert word in problem


def test_sentences() -> None:
    spec = {"cron": "0 9 * * 1", "timezone": "Europe/Berlin"}
    due = next_time(spec, NOW)
    said = sentence("cron", spec, {}, due, NOW)
    assert said == "Next on Monday 30 March 2026 at 09:00 (Europe/Berlin), in 2 days."
    assert sentence("cron", spec, {}, None, NOW) == "Its time is over: it does not fire any more."
    assert sentence("every_n", {"n": 50}, {"count": 12}, None, NOW) == "Fires after 38 more events (12 of 50)."
    assert sentence("event", {"debounce": 90}, {}, None, NOW) == (
        "Fires when an item is created, once nothing more has come for 90 seconds."
    )
    given = {"resource": "ItemStatus", "actions": ["assigned"]}
    assert sentence("event", given, {}, None, NOW) == "Fires when an item is given to a task."
    given = {**given, "actions": ["assigned", "updated"]}
    said = "Fires when an item's status is updated or an item is given to a task."
    assert sentence("event", given, {}, None, NOW) == said
    held = sentence("webhook", {"at_most_every": 7200}, {}, NOW + timedelta(seconds=59), NOW)
    assert held == (
        "Fires when its webhook is called, at most every 2 hours; what has come is held until "
        "Friday 27 March 2026 at 12:00 (UTC), in 59 seconds."
    )
