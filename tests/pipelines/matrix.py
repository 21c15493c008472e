"""Who may call the routes of pipelines."""

from __future__ import annotations

from typing import Any

from django.utils.timezone import now

from alp_site.lib.models import Blob
from datasets.models import Dataset, Item
from pipelines.models import (
    CodeTest,
    Cycle,
    Delivery,
    NodeExecution,
    Pipeline,
    PipelineRevision,
    SavedTemplate,
    Secret,
    Trigger,
    TriggerFiring,
    Variable,
)
from pipelines.services.approvals import gate_key
from pipelines.services.cycles import Begin, start_cycles
from pipelines.services.firing import run_over
from pipelines.services.pipelines import create_pipeline, delete_pipeline, pause_pipeline, start_pipeline
from pipelines.services.secrets import create_secret
from pipelines.services.templates import save_as_template
from tests.matrix import ANYONE, PUBLIC, Call, Row, World
from tests.models_registry.matrix import base
from tests.pipelines import sample_nodes
from tests.pipelines.conftest import graph, node
from tests.pipelines.nodes.conftest import real

FILE = {"format": "alp-pipeline", "version": 1, "name": "Filed", "graph": {}}
VARIABLE = {"name": "best", "type": "Json", "value": 1}


def draft(world: World) -> Pipeline:
    spec = graph([node("a"), node("b", "picky")], ["a -> b"], variables=[VARIABLE])
    return world.once("draft", lambda: create_pipeline(project=world.project, name="Draft", graph=spec))


def saved_template(world: World) -> SavedTemplate:
    return world.once("saved template", lambda: save_as_template(pipeline=draft(world), title="Kept"))


def running(world: World) -> Pipeline:
    spec = graph([node("a"), node("b", "picky")], ["a -> b"], variables=[VARIABLE])

    def make() -> Pipeline:
        return start_pipeline(pipeline=create_pipeline(project=world.project, name="Running", graph=spec))

    return world.once("running", make)


def paused(world: World) -> Pipeline:
    def make() -> Pipeline:
        return pause_pipeline(pipeline=running(world))

    return world.once("paused", make)


def trashed(world: World) -> Pipeline:
    def make() -> Pipeline:
        made = create_pipeline(project=world.project, name="Thrown away", graph={})
        delete_pipeline(pipeline=made)
        return made

    return world.once("trashed", make)


def item(world: World) -> Item:
    def make() -> Item:
        dataset = Dataset.objects.create(project=world.project, name="Matrix photos")
        blob, _ = Blob.objects.get_or_create(sha256="1" * 64, defaults={"size": 1})
        name = "one.jpg"
        return Item.objects.create(
            dataset=dataset, filename=f"/{name}", name=name, dir="/", blob=blob, created_at=now(), updated_at=now()
        )

    return world.once("item", make)


def cycle(world: World) -> Cycle:
    begin = Begin("one", str(item(world).pk))
    return world.once("cycle", lambda: start_cycles(pipeline=running(world), node_id="a", begins=[begin])[0])


def execution(world: World, status: str) -> NodeExecution:
    def make() -> NodeExecution:
        row = NodeExecution.objects.get(cycle=cycle(world))
        NodeExecution.objects.filter(pk=row.pk).update(status=status)
        Cycle.objects.filter(pk=row.cycle_id).update(ready=0, status=status, **{status: 1})
        return row

    return world.once(f"execution-{status}", make)


def revision(world: World) -> PipelineRevision:
    return PipelineRevision.objects.get(pipeline=running(world))


def gate(world: World) -> NodeExecution:
    """An execution that waits at a gate where nobody is named."""

    def make() -> NodeExecution:
        made = create_pipeline(project=world.project, name="Gated", graph=graph([real("gate", "approval_gate")]))
        pipeline = start_pipeline(pipeline=made)
        (begun,) = start_cycles(pipeline=pipeline, node_id="gate", begins=[Begin("one", str(item(world).pk))])
        row = NodeExecution.objects.get(cycle=begun)
        NodeExecution.objects.filter(pk=row.pk).update(status="waiting", wait_key=gate_key(str(row.pk)))
        Cycle.objects.filter(pk=begun.pk).update(ready=0, waiting=1, status="waiting")
        return row

    return world.once("gate", make)


def variable(world: World) -> Variable:
    return Variable.objects.get(pipeline=draft(world))


def trigger(world: World) -> Trigger:
    return Trigger.objects.get(pipeline=running(world), key="created")


def code_test(world: World) -> CodeTest:
    return world.once("code-test", lambda: CodeTest.objects.create(pipeline=draft(world), config={}))


def secret(world: World) -> Secret:
    return world.once("secret", lambda: create_secret(project=world.project, name="kept", value="x", user=world.owner))


def delivery(world: World) -> Delivery:
    """A notice that did not arrive; nobody waits for it."""

    def make() -> Delivery:
        row = execution(world, "done")
        message = {"method": "POST", "url": "https://example.org/", "body": {}}
        return Delivery.objects.create(
            pipeline_id=row.pipeline_id, node_id=row.node_id, execution_id=row.pk, kind="webhook",
            target="https://example.org/", message=message, state="failed",
        )  # fmt: skip

    return world.once("delivery", make)


def hook(world: World) -> Trigger:
    def make() -> Trigger:
        row = trigger(world)
        return Trigger.objects.create(pipeline=row.pipeline, key="hook", node_id="a", kind="webhook", active=True)

    return world.once("hook", make)


def firing(world: World) -> TriggerFiring:
    def make() -> TriggerFiring:
        return run_over(pipeline=running(world), node_id="a", dql={}, dataset_id=None, user=world.owner, key="k")

    return world.once("firing", make)


def of(make: Any, name: str = "pipeline_id") -> Any:
    return lambda world: {name: make(world).pk}


assert sample_nodes  # registers the node types the graphs above are made of

ROWS = {
    "node-types": Row(get=ANYONE),
    "trigger-measures": Row(get=ANYONE),
    "trigger-schedule": Row(post=Call(ANYONE, body={"spec": {"cron": "0 9 * * 1"}})),
    "pipeline-templates": Row(
        kwargs=lambda world: {"project_id": world.project.pk},
        get="oerv",
        post=Call("oe", body=lambda world: {"pipeline": str(draft(world).pk), "title": "Kept"}),
    ),
    "pipeline-template": Row(kwargs=of(saved_template, "template_id"), delete=Call("oe", hidden="a")),
    "pipeline-import": Row(
        kwargs=lambda world: {"project_id": world.project.pk}, post=Call("oe", body={"document": FILE})
    ),
    "pipeline-export": Row(kwargs=of(draft), get=Call("oerv", hidden="a")),
    "pipelines": Row(
        kwargs=lambda world: {"project_id": world.project.pk}, get="oerv", post=Call("oe", body={"name": "New"})
    ),
    "pipeline": Row(
        kwargs=of(draft),
        get=Call("oerv", hidden="a"),
        patch=Call("oe", hidden="a", body={"name": "Other"}),
        delete=Call("oe", hidden="a"),
    ),
    "pipelines-trash": Row(kwargs=lambda world: {"project_id": world.project.pk}, get="oe"),
    "pipeline-restore": Row(kwargs=of(trashed), post=Call("oe", hidden="rav")),
    "pipeline-reset": Row(kwargs=of(paused), post=Call("oe", hidden="a", body={})),
    "pipeline-validate": Row(kwargs=of(draft), post=Call("oerv", hidden="a", body={})),
    "pipeline-start": Row(kwargs=of(draft), post=Call("oe", hidden="a")),
    "pipeline-pause": Row(kwargs=of(running), post=Call("oe", hidden="a", body={})),
    "pipeline-resume": Row(kwargs=of(paused), post=Call("oe", hidden="a", body={})),
    "pipeline-counters": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "pipeline-run": Row(kwargs=of(running), post=Call("oe", hidden="a", body={"filter": {}})),
    "pipeline-retry": Row(kwargs=of(running), post=Call("oe", hidden="a", body={})),
    "pipeline-rerun": Row(kwargs=of(running), post=Call("oe", hidden="a", body={"node": "a"})),
    "loose-ends": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "pipeline-send-on": Row(kwargs=of(running), post=Call("oe", hidden="a", body={"node": "a", "to_node": "b"})),
    "node-report": Row(
        kwargs=lambda world: {"pipeline_id": running(world).pk, "node_id": "a"}, get=Call("oerv", hidden="a")
    ),
    "rounds": Row(
        kwargs=lambda world: {"pipeline_id": running(world).pk, "node_id": "a"}, get=Call("oerv", hidden="a")
    ),
    "selection-state": Row(
        kwargs=lambda world: {"pipeline_id": running(world).pk, "node_id": "a"}, get=Call("oerv", hidden="a")
    ),
    "saving": Row(
        kwargs=lambda world: {"pipeline_id": running(world).pk, "node_id": "a"},
        get=Call("oerv", hidden="a"),
        post=Call("oe", hidden="a", body={}),
    ),
    "saving-cancel": Row(
        kwargs=lambda world: {"pipeline_id": running(world).pk, "node_id": "a"}, post=Call("oe", hidden="a")
    ),
    "cycle-rerun": Row(kwargs=of(cycle, "cycle_id"), post=Call("oe", hidden="a", body={})),
    "cycle-cost": Row(kwargs=of(cycle, "cycle_id"), get=Call("oerv", hidden="a")),
    "revisions": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "pipeline-diff": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "revision": Row(kwargs=of(revision, "revision_id"), get=Call("oerv", hidden="a")),
    "revision-restore": Row(kwargs=of(revision, "revision_id"), post=Call("oe", hidden="a", body={})),
    "deliveries": Row(kwargs=of(draft), get=Call("oerv", hidden="a")),
    "secrets": Row(
        kwargs=lambda world: {"project_id": world.project.pk},
        get="oe",
        post=Call("oe", body={"name": "other", "value": "x"}),
    ),
    "secret": Row(
        kwargs=of(secret, "secret_id"),
        patch=Call("oe", hidden="a", body={"value": "y"}),
        delete=Call("oe", hidden="a"),
    ),
    "delivery-retry": Row(kwargs=of(delivery, "delivery_id"), post=Call("oe", hidden="a")),
    "code-versions": Row(kwargs=of(draft), get=Call("oerv", hidden="a")),
    "code-test": Row(
        kwargs=of(draft),
        post=Call("oe", hidden="a", body={"config": {"code": "def run(item, context): pass"}}),
    ),
    "code-test-run": Row(kwargs=of(code_test, "test_id"), get=Call("oe", hidden="a")),
    "variables": Row(kwargs=of(draft), get=Call("oerv", hidden="a")),
    "variable": Row(
        kwargs=of(variable, "variable_id"),
        get=Call("oerv", hidden="a"),
        patch=Call("oe", hidden="a", body={"value": 2}),
    ),
    "variable-changes": Row(kwargs=of(variable, "variable_id"), get=Call("oerv", hidden="a")),
    "triggers": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "trigger": Row(kwargs=of(trigger, "trigger_id"), patch=Call("oe", hidden="a", body={"enabled": False})),
    "trigger-fire": Row(
        kwargs=of(trigger, "trigger_id"), post=Call("oe", hidden="a", body=lambda w: {"items": [str(item(w).pk)]})
    ),
    "trigger-count": Row(kwargs=of(trigger, "trigger_id"), post=Call("oerv", hidden="a", body={"filter": {}})),
    "trigger-secret": Row(kwargs=of(hook, "trigger_id"), post=Call("oe", hidden="a")),
    "trigger-hook": Row(kwargs=of(hook, "trigger_id"), post=Call(PUBLIC, body={})),
    "pipeline-run-count": Row(kwargs=of(running), post=Call("oerv", hidden="a", body={"filter": {}})),
    "firings": Row(kwargs=of(trigger, "trigger_id"), get=Call("oerv", hidden="a")),
    "firing": Row(kwargs=of(firing, "firing_id"), get=Call("oerv", hidden="a")),
    "cycles": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "cycles-cancel": Row(kwargs=of(running), post=Call("oe", hidden="a", body={})),
    "cycle": Row(kwargs=of(cycle, "cycle_id"), get=Call("oerv", hidden="a")),
    "cycle-cancel": Row(kwargs=of(cycle, "cycle_id"), post=Call("oe", hidden="a")),
    "cycle-retry": Row(kwargs=of(cycle, "cycle_id"), post=Call("oe", hidden="a")),
    "executions": Row(kwargs=of(running), get=Call("oerv", hidden="a")),
    "execution": Row(kwargs=lambda world: {"execution_id": execution(world, "done").pk}, get=Call("oerv", hidden="a")),
    "execution-retry": Row(
        kwargs=lambda world: {"execution_id": execution(world, "failed").pk}, post=Call("oe", hidden="a")
    ),
    "execution-rerun": Row(
        kwargs=lambda world: {"execution_id": execution(world, "done").pk}, post=Call("oe", hidden="a")
    ),
    "gates": Row(kwargs=lambda world: {"project_id": world.project.pk}, get="oerv"),
    "execution-decide": Row(
        kwargs=lambda world: {"execution_id": gate(world).pk}, post=Call("oe", hidden="a", body={"verdict": "approved"})
    ),
    "model-uses": Row(kwargs=lambda world: {"model_id": base(world).pk}, get=Call("oerv", hidden="a")),
    "item-cycles": Row(kwargs=of(item, "item_id"), get=Call("oerv", hidden="a")),
}
