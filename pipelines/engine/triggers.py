"""What triggers listen to, when they are due, and what is wrong in their settings. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from croniter import croniter
from jsonschema import Draft202012Validator

from pipelines.engine.graph import MODES, OVERLAPS, TRIGGER_KINDS, TriggerSpec
from pipelines.engine.measures import measures

PAUSES: Final = ("debounce", "at_most_every")
LONGEST_PAUSE: Final = timedelta(days=31)
LONGEST_DEBOUNCE: Final = 10
"""Events that never pause are answered after this many times the debounce."""


@dataclass(frozen=True)
class Heard:
    """An outbox event that an action stands for: its type, and what its data must say in ``field``, if anything: one
    of ``values``, or whatever it is where there are none."""

    type: str
    field: str = ""
    values: tuple[str, ...] = ()

    def fits(self, data: Mapping[str, Any]) -> bool:
        if not self.field:
            return True
        said = data.get(self.field)
        if not self.values:
            return said is not None
        return any(one in self.values for one in (said if isinstance(said, list) else [said]))


def _changes(kind: str, field: str = "changes", *names: str) -> dict[str, Heard]:
    return {name: Heard(kind, field, (name,)) for name in names or ("created", "updated", "deleted")}


EVENT_RESOURCES: Final[Mapping[str, Mapping[str, Heard]]] = {
    "Item": {
        "created": Heard("item.created"),
        "updated": Heard("item.updated"),
        "deleted": Heard("item.deleted"),
        "cloned": Heard("item.created", "by", ("clone",)),
    },
    "Annotation": {"saved": Heard("annotation.saved"), **_changes("annotation.saved")},
    "ItemStatus": {"updated": Heard("task.item_status"), "assigned": Heard("task.items")},
    "Dataset": _changes("dataset.updated"),
    "Task": {
        "created": Heard("task.updated", "reason", ("created",)),
        "updated": Heard("task.updated", "reason", ("settings",)),
        "deleted": Heard("task.updated", "status", ("archived",)),
        "status_changed": Heard("task.updated", "status"),
    },
    "Assignment": {
        **_changes("assignment.updated"),
        "status_changed": Heard("assignment.updated", "changes", ("status",)),
    },
    "Model": {
        "status_changed": Heard("model.status"),
        "trained": Heard("model.status", "status", ("trained",)),
        "failed": Heard("model.status", "status", ("failed",)),
        "stage_changed": Heard("model.stage"),
    },
    "Variable": {"updated": Heard("variable.updated")},
}
"""Trigger resource → action → the events of the outbox it stands for."""

ABOUT_ITEMS: Final = frozenset({"Item", "Annotation", "ItemStatus"})
"""Resources whose events are about items: a cycle for each item, and filters are queries over items."""

TYPES: Final = frozenset(heard.type for actions in EVENT_RESOURCES.values() for heard in actions.values())


def resource_of(spec: Mapping[str, Any]) -> str:
    return str(spec.get("resource", "Item"))


def event_types(spec: Mapping[str, Any]) -> frozenset[str]:
    """The outbox event types a trigger's settings name."""
    return frozenset(heard.type for heard in _named(spec))


def hears(spec: Mapping[str, Any], event_type: str, data: Mapping[str, Any]) -> bool:
    """Whether a trigger with these settings answers such an event. Where the event is not about items, the filter is
    over its data: a value or {"$in": values} by key."""
    if not any(heard.type == event_type and heard.fits(data) for heard in _named(spec)):
        return False
    return resource_of(spec) in ABOUT_ITEMS or data_passes(spec.get("filter") or {}, data)


def data_passes(wanted: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Every key of ``wanted`` has its value, or one of its ``$in`` list, in ``data``."""
    return all(data.get(k) in v["$in"] if isinstance(v, Mapping) else data.get(k) == v for k, v in wanted.items())


def _named(spec: Mapping[str, Any]) -> Iterator[Heard]:
    known = EVENT_RESOURCES.get(resource_of(spec), {})
    return (known[action] for action in spec.get("actions", ["created"]) if action in known)


# --- time


def zone_of(spec: Mapping[str, Any]) -> tzinfo:
    """Raises ValueError (ZoneInfoNotFoundError among them: a KeyError) for a zone nobody knows."""
    name = spec.get("timezone") or "UTC"
    return UTC if name == "UTC" else ZoneInfo(name)


def moment(text: Any, zone: tzinfo = UTC) -> datetime | None:
    """An ISO time; one without a zone is in ``zone``."""
    if not isinstance(text, str) or not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def next_time(spec: Mapping[str, Any], after: datetime) -> datetime | None:
    """When a clock with these settings is due next, later than ``after``, in UTC; None past its end.

    The five fields are read in the trigger's time zone: nine o'clock stays nine o'clock when the clocks change.
    """
    zone = zone_of(spec)
    start, end = moment(spec.get("startAt"), zone), moment(spec.get("endAt"), zone)
    base = after if start is None else max(after, start - timedelta(seconds=1))
    due: datetime = croniter(spec["cron"], base.astimezone(zone)).get_next(datetime)
    due = due.astimezone(UTC)
    return None if end is not None and due > end else due


def next_times(spec: Mapping[str, Any], after: datetime, count: int) -> list[datetime]:
    """The next times a clock with these settings is due, at most ``count``; fewer where its end comes before."""
    found: list[datetime] = []
    while len(found) < count and (due := next_time(spec, found[-1] if found else after)) is not None:
        found.append(due)
    return found


def held_until(
    spec: Mapping[str, Any], now: datetime, *, since: datetime | None = None, fired: datetime | None = None
) -> datetime | None:
    """Until when something that arrives now is held: for the pause that ``debounce`` asks for (``since`` the first that
    is held arrived), and so that ``at_most_every`` is kept since it last ``fired``. None: it goes on at once."""
    debounce, every = (timedelta(seconds=spec.get(name) or 0) for name in PAUSES)
    times = []
    if debounce:
        times.append(min(now + debounce, min(since or now, now) + LONGEST_DEBOUNCE * debounce))
    if every and fired is not None and now < min(fired, now) + every:
        times.append(min(fired, now) + every)
    return max(times) if times else None


def longest_hold(spec: Mapping[str, Any]) -> timedelta:
    """No hold is longer, whatever the clock did."""
    return timedelta(seconds=max(LONGEST_DEBOUNCE * (spec.get("debounce") or 0), spec.get("at_most_every") or 0))


# --- in words


def sentence(kind: str, spec: Mapping[str, Any], state: Mapping[str, Any], due: datetime | None, now: datetime) -> str:
    """When a trigger fires next, as a person would say it."""
    if kind == "cron":
        return f"Next on {_day(due, spec, now)}." if due else "Its time is over: it does not fire any more."
    if kind == "every_n":
        return _count_sentence(spec, state)
    if kind == "measure":
        return _figure_sentence(spec, state, due, now)
    if kind == "webhook":
        said = "Fires when its webhook is called"
    elif kind == "manual":
        return "Fires when someone runs it."
    else:
        said = f"Fires when {_event_words(spec)}"
    if spec.get("debounce"):
        said += f", once nothing more has come for {_span(spec['debounce'])}"
    if spec.get("at_most_every"):
        said += f", at most every {_span(spec['at_most_every'])}"
    return said + (f"; what has come is held until {_day(due, spec, now)}." if due else ".")


def _event_words(spec: Mapping[str, Any]) -> str:
    names = {"ItemStatus": "an item's status is", "Item": "an item is", "Annotation": "an annotation is"}
    resource, actions = resource_of(spec), [str(a).replace("_", " ") for a in spec.get("actions", ["created"])]
    plain = [a for a in actions if (resource, a) != ("ItemStatus", "assigned")]
    said = [f"{names.get(resource, f'a {resource.lower()} is')} {' or '.join(plain)}"] if plain else []
    return " or ".join([*said, *(["an item is given to a task"] if len(plain) < len(actions) else [])])


def _count_sentence(spec: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    if spec.get("count") == "ground_truth":
        have, what = max(int(state.get("now") or 0) - int(state.get("at") or 0), 0), "items of new ground truth"
    else:
        have, what = int(state.get("count") or 0), "events"
    return f"Fires after {max(int(spec.get('n') or 1) - have, 0)} more {what} ({have} of {spec.get('n')})."


def _figure_sentence(spec: Mapping[str, Any], state: Mapping[str, Any], due: datetime | None, now: datetime) -> str:
    name = str(spec.get("measure"))
    what = measures.get(name).spec.title.lower() if name in measures else name
    seen = state.get("words") or "it was not looked at yet"
    held = f" It is held until {_day(due, spec, now)}." if due else ""
    return f"Watches {what}: {seen}.{held}"


def _day(due: datetime | None, spec: Mapping[str, Any], now: datetime) -> str:
    assert due is not None
    there = due.astimezone(zone_of(spec))
    left = due - now
    away = "now" if left <= timedelta() else f"in {_span(left.total_seconds())}"
    return f"{there:%A} {there.day} {there:%B %Y} at {there:%H:%M} ({spec.get('timezone') or 'UTC'}), {away}"


def _span(seconds: float) -> str:
    """In the largest unit that fits at least twice, else once."""
    units = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
    for name, size in units:
        if seconds >= 2 * size or (seconds >= size and name == "second"):
            n = int(seconds // size)
            return f"{n} {name}{'' if n == 1 else 's'}"
    return "less than a second"


# --- what is wrong


def trigger_spec_problems(trigger: TriggerSpec) -> Iterator[str]:
    """Sentences about what is wrong in one trigger's own settings."""
    for what, value, known in (
        ("kind", trigger.kind, TRIGGER_KINDS),
        ("mode", trigger.mode, MODES),
        ("overlap", trigger.overlap, OVERLAPS),
    ):
        if value not in known:
            yield f"A trigger's {what} is one of {', '.join(known)}, not {value!r}."
    if trigger.kind == "cron":
        yield from _cron_problems(trigger.spec)
    elif trigger.kind == "event":
        yield from _event_problems(trigger.spec)
    elif trigger.kind == "every_n":
        yield from _count_problems(trigger.spec)
    elif trigger.kind == "measure":
        yield from _figure_problems(trigger.spec)
    yield from _pause_problems(trigger.spec)
    if not isinstance(trigger.spec.get("filter", {}), (dict, type(None))):
        yield "A trigger's filter is a JSON object."


def _pause_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    for name in PAUSES:
        value = spec.get(name)
        wrong = isinstance(value, bool) or not isinstance(value, (int, float, type(None)))
        if wrong or not 0 <= (value or 0) <= LONGEST_PAUSE.total_seconds():
            yield f"{name} is a number of seconds, at most 31 days."


def _cron_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    for name in PAUSES:
        if spec.get(name):
            yield (
                f"A schedule already says how often it fires, so {name} is not for it: take it out (to save the "
                "trigger in its form does), and make the schedule rarer if it fires too often."
            )
    cron = spec.get("cron")
    if not isinstance(cron, str) or len(cron.split()) != 5 or not croniter.is_valid(cron):
        yield f"{cron!r} is not a cron expression of five fields."
    for name in ("startAt", "endAt"):
        try:
            datetime.fromisoformat(spec.get(name) or "2000-01-01")
        except (TypeError, ValueError):
            yield f"{name} is not a time: {spec[name]!r}."
    try:
        zone_of(spec)
    except (KeyError, TypeError, ValueError, OSError):
        yield f"There is no time zone {spec['timezone']!r}: one is named as in Europe/Berlin."


def _count_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    n = spec.get("n")
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        yield "Every N needs a whole number n of at least 1."
    if spec.get("count", "events") == "events":
        yield from _event_problems(spec)
    elif spec["count"] != "ground_truth":
        yield "Every N counts events or ground_truth."
    elif not isinstance(spec.get("dataset"), dict):
        yield "Counting ground truth needs a dataset: a variable or a fixed one."


def _figure_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    name = spec.get("measure")
    if name not in measures:
        yield f"A trigger watches one of {', '.join(measures)}, not {name!r}."
        return
    declared = measures.get(str(name)).spec
    for read, kind in declared.reads.items():
        source = spec.get(read)
        if not isinstance(source, dict) or not set(source) & {"variable", "fixed"}:
            yield f"{declared.title} needs a {kind.lower()}: a variable or a fixed one."
    for setting, schema in declared.settings.items():
        for error in Draft202012Validator(schema).iter_errors(spec.get(setting, schema["default"])):
            yield f"{schema['title']}: {error.message}."


def _event_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    resource, actions = resource_of(spec), spec.get("actions", ["created"])
    known: Sequence[str] = list(EVENT_RESOURCES.get(resource, ()))
    if not known:
        yield f"A trigger listens to one of {', '.join(EVENT_RESOURCES)}, not {resource!r}."
    elif not isinstance(actions, list) or not actions or set(map(str, actions)) - set(known):
        yield f"{resource} has the events {', '.join(known)}."
    if known and resource not in ABOUT_ITEMS:
        yield from _data_filter_problems(resource, spec.get("filter") or {})


def _data_filter_problems(resource: str, wanted: Any) -> Iterator[str]:
    for value in wanted.values() if isinstance(wanted, dict) else ():
        if isinstance(value, Mapping) and (set(value) != {"$in"} or not isinstance(value["$in"], list)):
            yield f'A filter of {resource} events is {{key: value}} or {{key: {{"$in": [values]}}}}.'


__all__ = [
    "ABOUT_ITEMS",
    "EVENT_RESOURCES",
    "TYPES",
    "event_types",
    "hears",
    "held_until",
    "longest_hold",
    "moment",
    "next_time",
    "resource_of",
    "sentence",
    "trigger_spec_problems",
    "zone_of",
]
