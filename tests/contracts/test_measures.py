"""Every figure that discovery finds keeps the contract; a new file in ``pipelines/services/measures`` needs no edit."""

from __future__ import annotations

import pkgutil

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from jsonschema import Draft202012Validator

import pipelines.services.measures
from alp_site.lib.ids import uuid7
from pipelines.engine.graph import TriggerSpec
from pipelines.engine.measures import Measure, Watched, measures
from pipelines.engine.ports import is_port_type
from pipelines.engine.triggers import sentence, trigger_spec_problems
from pipelines.engine.validate import READ_TYPES

every_measure = pytest.mark.parametrize("measure", [m for _, m in measures.items()], ids=list(measures))


def test_every_file_declares_one() -> None:
    files = {module.name for module in pkgutil.iter_modules(pipelines.services.measures.__path__)}
    assert files == set(measures)


@every_measure
def test_what_it_declares_is_whole(measure: Measure) -> None:
    spec = measure.spec
    assert spec.title
    assert spec.doc.endswith(".")
    for name, kind in spec.reads.items():
        assert is_port_type(kind)
        assert kind in READ_TYPES
        assert name == kind.lower()
    for schema in spec.settings.values():
        Draft202012Validator.check_schema(schema)
        assert schema["title"]
        assert not list(Draft202012Validator(schema).iter_errors(schema["default"]))
    assert not set(spec.settings) & {"measure", "skip_unchanged", "at_most_every", "debounce", "filter", *spec.reads}


@every_measure
def test_its_settings_are_checked(measure: Measure) -> None:
    reads = {name: {"variable": "some"} for name in measure.spec.reads}
    right = {"measure": measure.spec.name, **reads}

    def problems(spec: dict[str, object]) -> list[str]:
        return list(trigger_spec_problems(TriggerSpec("t", "n", "measure", spec, "once", "queue_one")))

    assert problems(right) == []
    for name in measure.spec.reads:
        assert problems({k: v for k, v in right.items() if k != name})
    for name, schema in measure.spec.settings.items():
        assert problems({**right, name: "much"})
        assert problems({**right, name: schema["minimum"] - 1})
    assert problems({**right, "measure": "none such"})


@every_measure
@pytest.mark.django_db
def test_where_there_is_nothing_it_says_so_and_does_not_fire(measure: Measure) -> None:
    reads = {name: str(uuid7()) for name in measure.spec.reads}
    with CaptureQueriesContext(connection) as queries:
        reading = measure.look(Watched(uuid7(), reads, measure.spec.settings_of({})))
    assert not reading.fires
    assert reading.value is None
    assert reading.words
    assert all(query["sql"].startswith("SELECT") for query in queries), "it reads only"
    said = sentence("measure", {"measure": measure.spec.name}, {"words": reading.words}, None, now())
    assert said == f"Watches {measure.spec.title.lower()}: {reading.words}."
