"""Workers die at every node type: between compute and apply, inside the commit, and one comes back too late. What is
left behind is what an undisturbed run leaves, row for row. A new node type is under test by being there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils.timezone import now

from alp_site.lib import jobs
from alp_site.lib.jobs.run import Run, claim
from alp_site.lib.models import OPEN_STATES, Job, JobState
from alp_site.lib.testing import settle
from datasets.models import Item, TestSetVersion
from datasets.services import folders, set_class_label
from models_registry.models import Model, Prediction
from pipelines.demo.world import World, subset_filter
from pipelines.engine import functions as registry
from pipelines.engine.functions import function
from pipelines.engine.spec import Node
from pipelines.engine.validate import config_with_defaults
from pipelines.models import NodeExecution, Pipeline
from pipelines.services import execution
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.pipelines import create_pipeline, start_pipeline
from tests.contracts.test_nodes import NODES
from tests.datasets.conftest import draw
from tests.pipelines.conftest import graph
from tests.pipelines.nodes.conftest import real
from tests.pipelines.nodes.test_leaving import Server
from tests.pipelines.nodes.test_leaving import server as make_server

pytestmark = [pytest.mark.django_db, pytest.mark.thorough]
server = make_server
CONFIG: Mapping[str, Mapping[str, Any]] = {
    "condition": {"path": "camera"},
    "data_split": {"groups": [{"name": "train", "percent": 100}, {"name": "test", "percent": 0}]},
    "drop_predictions": {"keep_best": False},
    "function": {"function": "measure"},
    "import_folder": {"limit": 1},
    "notify": {"to": ["lead@example.org"]},
    "sample": {"percent": 100},
    "score_router": {"audit_percent": 0, "threshold": 0},
    "update_variable": {"variable": "best", "type": "Json"},
    "wait_for_n": {"n": 2},
}
"""Where the defaults alone would do little, or something else for each item."""
UNPREDICTED = ("predict", "shadow_predict")
VALUES: Mapping[str, Any] = {
    "Json": {}, "String": "x", "Number": 1, "Integer": 1, "Float": 0.5, "Boolean": True,
}  # fmt: skip
OURS = ("datasets", "annotation", "models_registry", "pipelines")
PASSING = {"pipelines.nodeminute"}
"""Tables whose rows depend on the moment."""


def filled(world: World, node: Node, config: Mapping[str, Any]) -> dict[str, Any]:
    """A fixed value for each input that no item fills."""
    filters = {"filters": "test", "train_subset": "train", "validation_subset": "validation"}
    found: dict[str, Any] = {}
    for port in node.inputs(config):
        if port.name in filters:
            found[port.name] = {"fixed": subset_filter(filters[port.name])}
        elif port.type == "Dataset":
            found[port.name] = {"fixed": str(world.truth.pk)}
        elif port.type == "Model":
            chosen = world.base if port.name == "previous_model" else world.seed_model
            found[port.name] = {"fixed": str(chosen.pk)}
        elif port.type != "Item" and port.required:
            found[port.name] = {"fixed": VALUES[port.type]}
    return found


@pytest.fixture
def surroundings(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path, server: Server
) -> Iterator[Mapping[str, Mapping[str, Any]]]:
    """What some types run against: an installed function, a folder with images, mail, another server. The configuration
    that names them, by type."""
    for number in range(9):
        (tmp_path / f"{number}.png").write_bytes(draw(number))
    monkeypatch.setattr(folders, "ENV", replace(folders.ENV, import_dir=str(tmp_path)))
    settings.EMAIL_HOST = "mail.example.org"

    @function()
    def measure(item: registry.Item) -> float:
        return 0.5

    yield {"http_request": {"url": f"{server.url}/items"}}
    registry.functions._entries.pop("measure")


def started(world: World, node: Node, config: Mapping[str, Any]) -> Pipeline:
    """A running pipeline of this node alone."""
    whole = config_with_defaults(node.spec.config_schema, config)
    spec = real("f", node.spec.type, inputs=filled(world, node, whole), **config)
    spec["version"] = node.spec.version
    manual = [{"id": "m", "node": "f", "kind": "manual"}]
    variables = [{"name": "best", "type": "Json", "value": 1}]
    name = f"{node.spec.type} {Pipeline.objects.count()}"
    made = create_pipeline(project=world.project, name=name, graph=graph([spec], triggers=manual, variables=variables))
    return start_pipeline(pipeline=made)


def tables() -> Counter[str]:
    """Rows of every table of the apps."""
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    return Counter(
        {m._meta.label_lower: m._default_manager.count() for m in models if m._meta.label_lower not in PASSING}
    )


def lapse(job: Job) -> None:
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=now() - timedelta(minutes=5))


def open_job(pipeline: Pipeline) -> Job | None:
    return Job.objects.filter(state__in=OPEN_STATES, key=f"node:{pipeline.pk}:f").first()


def die_three_times(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> int:
    """Dies with a batch computed and not written, dies inside the commit, commits late what the first had computed.
    Returns how many of these could happen. A third death would have the engine take items one by one, so that what a
    node makes for each batch differed."""
    job = open_job(pipeline)
    mine = claim(job.pk) if job else None
    if job is None or mine is None:
        return 0
    late = execution._Worker(Run(mine))
    batch = late.claim()
    computed = late.compute(batch) if batch is not None and batch.size else None
    lapse(mine)
    deaths, applied = 1, execution._applied

    def dies(*args: Any) -> Any:
        applied(*args)
        raise KeyboardInterrupt  # kill -9 in the middle of the transaction

    with monkeypatch.context() as patch:
        patch.setattr(execution, "_applied", dies)
        try:
            jobs.run_job(str(job.pk), heartbeat=False)
        except KeyboardInterrupt:
            deaths += 1
    lapse(job)
    jobs.run_job(str(job.pk), heartbeat=False)
    if batch is not None and computed is not None:
        with pytest.raises(jobs.LostLease):
            late.apply(batch, computed)
        deaths += 1
    return deaths


def run(pipeline: Pipeline, items: list[Item], monkeypatch: pytest.MonkeyPatch, *, deaths: bool) -> Any:
    """What the node did with these items: rows it added by table, and how its executions ended."""
    settle()
    before = tables()
    start_cycles(pipeline=pipeline, node_id="f", begins=[Begin(f"go-{n}", str(i.pk)) for n, i in enumerate(items)])
    happened = die_three_times(pipeline, monkeypatch) if deaths else 0
    for _ in range(3):
        settle()
    after = tables()
    rows = NodeExecution.objects.filter(pipeline=pipeline).values_list("status", "action", "error_code")
    added = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    return added, Counter(rows), happened


@pytest.mark.parametrize("node", NODES, ids=[node.spec.key for node in NODES])
def test_a_node_leaves_the_same_behind_however_often_its_workers_die(
    node: Node, world: World, surroundings: Mapping[str, Mapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("cycles", "execution"):  # everything goes to a worker, so that one can die of it
        monkeypatch.setattr(f"pipelines.services.{module}.settle_at_once", lambda ledger: None)
    items = list(Item.objects.filter(dataset=world.raw, type="file").order_by("id")[:6])
    said = dict(Prediction.objects.filter(model=world.seed_model).values_list("item_id", "label"))
    for item in items[::2]:
        set_class_label(item_id=item.pk, label=said[item.pk], author_user=world.people["annotator"])
    if node.spec.type in UNPREDICTED:
        Prediction.objects.all().delete()
    if node.spec.type == "compare":  # it judges on the candidate's test set
        version = TestSetVersion.objects.filter(test_set__dataset=world.truth).latest("number")
        Model.objects.filter(pk=world.seed_model.pk).update(test_set_version=version)
    config = {**CONFIG.get(node.spec.type, {}), **surroundings.get(node.spec.type, {})}

    def of(chosen: list[Item], *, deaths: bool) -> Any:
        return run(started(world, node, config), chosen, monkeypatch, deaths=deaths)

    of(items[:2], deaths=False)  # what is made once for all (a test set, an encoder)
    calm = of(items[2:4], deaths=False)
    stormy = of(items[4:], deaths=True)
    assert stormy[0] == calm[0]
    assert stormy[1] == calm[1]
    assert sum(calm[1].values()) == 2
    assert not [status for status, *_ in calm[1] if status == "failed"], "or it would be shown of failing alone"
    assert stormy[2] == 3
