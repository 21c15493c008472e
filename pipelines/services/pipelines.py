"""A pipeline's own life: made, saved, checked, published, started, paused, resumed, thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.timezone import now

from alp_site.lib import events
from alp_site.lib.db import write
from alp_site.people.models import Project, User
from pipelines.engine.graph import Graph, from_json, to_json
from pipelines.engine.spec import Problem, get_node, node_key, node_types
from pipelines.engine.validate import errors, validate
from pipelines.errors import DraftMoved, GraphInvalid, WrongStatus
from pipelines.models import (
    CycleCounter,
    NodeCounter,
    Pipeline,
    PipelineRevision,
    PipelineStatus,
    Trigger,
    TriggerKind,
    Variable,
)
from pipelines.services.code import keep_versions
from pipelines.services.facade import NodeTx
from pipelines.services.firing import load_existing, look_at_ground_truth
from pipelines.services.graphs import current_graph, draft_differs, graph_of, place_now
from pipelines.services.ledger import ring_node
from pipelines.services.many import cancel_many
from pipelines.services.reset import refuse_while_reset
from pipelines.services.secrets import keep_apart
from pipelines.services.triggers import accept_triggers, end_firings, sync_triggers

__all__ = [
    "create_pipeline",
    "delete_pipeline",
    "pause_pipeline",
    "problems_of",
    "publish_pipeline",
    "refuse_invalid",
    "restore_pipeline",
    "ring_ready",
    "save_pipeline",
    "start_pipeline",
]


def create_pipeline(
    *,
    project: Project,
    name: str,
    graph: Mapping[str, Any] | None = None,
    user: User | None = None,
    description: str = "",
    template: str = "",
    settings: Mapping[str, Any] | None = None,
) -> Pipeline:
    """A new pipeline as a draft; the graph's variables become rows. Raises GraphFormatError."""
    parsed = from_json(dict(graph or {}))
    with write():
        pipeline = Pipeline(
            project=project, name=name.strip() or "Pipeline", description=description, template=template,
            settings=dict(settings or {}), created_by=user,
        )  # fmt: skip
        pipeline.draft = _stored(keep_apart(pipeline, parsed, user))
        pipeline.save(force_insert=True)
        CycleCounter.objects.create(pipeline=pipeline)
        _sync_variables(pipeline, parsed)
        keep_versions(pipeline, parsed, user)
        _tell(pipeline)
    return pipeline


def save_pipeline(
    *,
    pipeline: Pipeline,
    name: str | None = None,
    description: str | None = None,
    settings: Mapping[str, Any] | None = None,
    graph: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    user: User | None = None,
    renamed: Mapping[str, str] | None = None,
) -> Pipeline:
    """Saves what is given. A graph is saved as the draft whatever is wrong with it; it runs when it is published.
    ``user`` is kept as the author of code that was not there before.

    Variables named by the graph are made, those it dropped go (unless what is published reads them); values of those
    that stay are kept. A graph without the key ``variables`` leaves them alone. ``renamed`` (old name → new) keeps a
    variable's value and history. Raises DraftMoved when ``seen_version`` is not the stored one, GraphFormatError.
    """
    parsed = from_json(dict(graph)) if graph is not None else None
    with write():
        row = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
        if parsed is not None:
            if seen_version is not None and seen_version != row.draft_version:
                raise DraftMoved("Someone saved this pipeline meanwhile.", version=row.draft_version)
            row.draft, row.draft_version = _stored(keep_apart(row, parsed, user)), row.draft_version + 1
            if "variables" in (graph or {}):
                _sync_variables(row, parsed, renamed or {})
            keep_versions(row, parsed, user)
        row.name = name.strip() or row.name if name is not None else row.name
        row.description = description if description is not None else row.description
        row.settings = {**row.settings, **settings} if settings is not None else row.settings
        row.updated_at = now()
        row.save()
        _tell(row)
    return row


def _stored(graph: Graph) -> dict[str, Any]:
    """What is kept of a graph: everything but the variables, which are rows."""
    return {key: value for key, value in to_json(graph).items() if key != "variables"}


def _sync_variables(pipeline: Pipeline, graph: Graph, renamed: Mapping[str, str] | None = None) -> None:
    rows = {row.name: row for row in Variable.objects.filter(pipeline=pipeline)}
    in_use = _published_variables(pipeline)
    for old, new in (renamed or {}).items():
        if old in rows and new not in rows and old not in in_use:
            rows[new] = rows.pop(old)
            rows[new].name = new
    for order, wanted in enumerate(graph.variables):
        row = rows.pop(wanted.name, None)
        if row is None:
            row = Variable(pipeline=pipeline, name=wanted.name, value=wanted.value)
        elif row.type != wanted.type:
            row.value = wanted.value
        row.type, row.description, row.order = wanted.type, wanted.description, order
        row.save()
    Variable.objects.filter(pk__in=[row.pk for row in rows.values() if row.name not in in_use]).delete()


def _published_variables(pipeline: Pipeline) -> frozenset[str]:
    """Variables that new cycles read or set: they stay until a revision without them is published."""
    if pipeline.revision_id is None:
        return frozenset()
    return graph_of(pipeline.revision_id).named_variables()


def problems_of(pipeline: Pipeline, graph: Graph | None = None) -> list[Problem]:
    """What is wrong with the draft (or another graph for this pipeline): the graph's own problems and, where it is
    sound, what each node finds in the database."""
    checked = graph or current_graph(pipeline)
    ids = {"project_id": str(pipeline.project_id), "pipeline_id": str(pipeline.pk)}
    found = validate(checked, **ids)
    broken = {problem.node for problem in errors(found)}
    for node in checked.nodes:
        place = place_now(pipeline, checked, node.id)
        if node.id in broken or place is None or node_key(node.type, node.version) not in node_types:
            continue
        found += get_node(node.type, node.version).ready(_tx(pipeline, node.id), place)
    return sorted(found, key=lambda problem: problem.level != "error")


def refuse_invalid(pipeline: Pipeline, graph: Graph) -> None:
    """Raises GraphInvalid with the coded problems that keep this graph from running."""
    wrong = errors(problems_of(pipeline, graph))
    if wrong:
        listed = [problem.as_json() for problem in wrong]
        message = wrong[0].message
        raise GraphInvalid(f"{message} ({len(wrong)} in all)" if len(wrong) > 1 else message, problems=listed)


def _tx(pipeline: Pipeline, node_id: str) -> NodeTx:
    return NodeTx(str(pipeline.project_id), str(pipeline.pk), node_id)


def publish_pipeline(*, pipeline: Pipeline, user: User | None = None) -> PipelineRevision:
    """Makes the draft what new cycles run through. Cycles that are open keep their revision. The same graph again is
    the same revision. Raises GraphInvalid with the coded problems."""
    with write():
        row = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
        graph = current_graph(row)
        refuse_invalid(row, graph)
        last = PipelineRevision.objects.filter(pipeline=row).order_by("-number").first()
        if last is None or draft_differs(row, graph, last):
            number, variables = last.number + 1 if last else 1, to_json(graph)["variables"]
            last = PipelineRevision.objects.create(
                pipeline=row, number=number, graph=row.draft, variables=variables, published_by=user
            )
        row.revision, row.updated_at = last, now()
        row.save(update_fields=["revision", "updated_at"])
        counters = [NodeCounter(pipeline=row, node_id=node.id) for node in graph.nodes]
        NodeCounter.objects.bulk_create(counters, ignore_conflicts=True)
        sync_triggers(pipeline=row, graph=graph)
        if row.status != PipelineStatus.DRAFT:
            accept_triggers(pipeline=row, active=_listens(row))
        if row.status == PipelineStatus.RUNNING:
            _tell_nodes(row)
        _copy(row, pipeline)
    return last


def _listens(pipeline: Pipeline) -> bool:
    keep = bool(pipeline.settings.get("keep_triggers", True))
    return pipeline.status == PipelineStatus.RUNNING or (pipeline.status == PipelineStatus.PAUSED and keep)


def start_pipeline(*, pipeline: Pipeline, user: User | None = None) -> Pipeline:
    """Publishes and runs. Raises GraphInvalid, WrongStatus while a reset is under way; a running one is published
    again. From a pause it goes on."""
    with write():
        refuse_while_reset(pipeline)
        publish_pipeline(pipeline=pipeline, user=user)
        row = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
        first = row.started_at is None
        row.status, row.started_at = PipelineStatus.RUNNING, row.started_at or now()
        row.save(update_fields=["status", "started_at"])
        accept_triggers(pipeline=row, active=True)
        _tell_nodes(row)
        for trigger in Trigger.objects.filter(pipeline=row, active=True).select_related("pipeline"):
            if trigger.kind == TriggerKind.EVENT:
                load_existing(trigger)
            elif first and trigger.spec.get("count") == "ground_truth":
                look_at_ground_truth(trigger)
        ring_ready(row)
        _tell(row)
        _copy(row, pipeline)
    return pipeline


def pause_pipeline(*, pipeline: Pipeline, keep_triggers: bool | None = None) -> Pipeline:
    """No new claims; what a worker is at finishes. People's finished work is kept and flows on after the resume. With
    ``keep_triggers`` (the default) new items start cycles that wait; without, events meanwhile are not answered."""
    with write():
        row = Pipeline.objects.select_for_update(no_key=True).get(pk=pipeline.pk)
        if row.status != PipelineStatus.RUNNING:
            raise WrongStatus("Only a running pipeline can be paused.", status=row.status)
        row.status = PipelineStatus.PAUSED
        if keep_triggers is not None:
            row.settings = {**row.settings, "keep_triggers": keep_triggers}
        row.save(update_fields=["status", "settings"])
        accept_triggers(pipeline=row, active=_listens(row))
        _tell(row)
        _copy(row, pipeline)
    return pipeline


def delete_pipeline(*, pipeline: Pipeline) -> None:
    """Puts a pipeline that does not run into the trash; its open cycles are cancelled, what its triggers were still at
    ends. Raises WrongStatus."""
    if pipeline.status == PipelineStatus.RUNNING:
        raise WrongStatus("Pause the pipeline before you delete it.", status=pipeline.status)
    cancel_many(pipeline=pipeline)
    with write():
        accept_triggers(pipeline=pipeline, active=False)
        end_firings(pipeline=pipeline, note="The pipeline was deleted.")
        Pipeline.objects.filter(pk=pipeline.pk).update(deleted_at=now(), status=PipelineStatus.DRAFT)
        pipeline.refresh_from_db()
        _tell(pipeline)


def restore_pipeline(*, pipeline: Pipeline) -> None:
    """Takes a pipeline out of the trash, as a draft. Safe to repeat."""
    with write():
        Pipeline.objects.filter(pk=pipeline.pk).update(deleted_at=None)
        pipeline.refresh_from_db()
        _tell(pipeline)


def ring_ready(pipeline: Pipeline) -> None:
    """Rings every node that has something ready, or left by a dead worker."""
    if pipeline.revision_id is None:
        return
    graph = graph_of(pipeline.revision_id)
    for counter in NodeCounter.objects.filter(pipeline=pipeline).order_by("node_id"):
        if counter.ready > 0 or counter.running > 0:
            ring_node(pipeline, graph, counter.node_id)


def _tell_nodes(pipeline: Pipeline) -> None:
    """Lets each node prepare what people should see from the start (its task)."""
    graph = current_graph(pipeline)
    for node in graph.nodes:
        place = place_now(pipeline, graph, node.id)
        if place is not None:
            get_node(node.type, node.version).started(_tx(pipeline, node.id), place)


def _tell(pipeline: Pipeline) -> None:
    events.publish(
        "pipeline.status", project_id=pipeline.project_id, ids=[pipeline.pk],
        data={"status": pipeline.status, "name": pipeline.name},
    )  # fmt: skip


def _copy(source: Pipeline, target: Pipeline) -> None:
    """What changed, onto the object the caller holds."""
    for name in ("status", "settings", "revision_id", "started_at", "updated_at", "draft", "draft_version"):
        setattr(target, name, getattr(source, name))
