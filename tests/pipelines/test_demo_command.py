"""`manage.py demo`, as `make demo` runs it beside a server."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from alp_site.lib.jobs import run_job
from models_registry.models import Model
from pipelines.demo import world
from pipelines.demo.pictures import SOURCES

pytestmark = pytest.mark.django_db


def test_demo_when_workers_may_be_there_then_it_keeps_the_lease_of_its_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without, a worker takes the training over after a minute, and both train."""
    kept: list[bool] = []

    def in_this_transaction(job_id: str, heartbeat: bool = True) -> None:
        kept.append(heartbeat)
        run_job(job_id, heartbeat=False)  # a heartbeat has a connection of its own, which sees nothing of a test

    monkeypatch.setattr(world, "run_job", in_this_transaction)
    drawn = SOURCES.get("shapes")
    for name, count in {"validation": 8, "test": 8, "seed_labels": 8}.items():
        monkeypatch.setitem(drawn.defaults, name, count)
    monkeypatch.setitem(drawn.configuration, "epochs", 1)
    call_command("demo", "--offline", "--pool", "8", "--budget", "4", stdout=StringIO())

    assert kept == [True]
    assert Model.objects.filter(stage=Model.Stage.BEST, status=Model.Status.TRAINED).count() == 1
