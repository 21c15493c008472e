"""What code nodes are given and what may come of it: requests to the sandbox, checked results, versions, test runs."""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.timezone import now

from alp_site.lib import jobs, sandbox, storage
from alp_site.lib.db import write
from alp_site.lib.ids import uuid7
from alp_site.people.models import User
from datasets.models import Annotation, Dataset, Item
from datasets.selectors import annotation_payloads, item_payloads
from models_registry.models import Model
from pipelines.engine.graph import Graph
from pipelines.engine.ports import ENTITIES, check_value
from pipelines.engine.spec import Execution
from pipelines.models import CodeTest, CodeVersion, Pipeline
from pipelines.services.bulk import as_uuids
from pipelines.services.graphs import variables_of

__all__ = [
    "CODE_TYPE",
    "TEST_JOB",
    "BadResult",
    "drop_tests",
    "has_new_code",
    "keep_versions",
    "limits_of",
    "outputs_of",
    "problems_in",
    "requests_for",
    "run_test",
    "start_test",
]

CODE_TYPE: Final = "code"
TEST_JOB: Final = "pipelines.code_test"
TESTS_KEPT = timedelta(days=1)
GIVEN: Final = (
    "id", "datasetId", "name", "filename", "dir", "subset", "tags", "groupKey", "groundTruth", "contentVersion",
    "metadata",
)  # fmt: skip


class BadResult(ValueError):
    """What the code returned cannot be used; the message says why."""


# --- before it runs


def problems_in(code: str) -> str:
    """What is wrong with a text before it runs, in one sentence; empty when it parses and has a ``run``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}."
    except (ValueError, RecursionError, MemoryError) as error:
        return f"it cannot be read ({type(error).__name__})."
    names = [part.name for part in tree.body if isinstance(part, ast.FunctionDef)]
    return "" if "run" in names else "it has no function run(item, context)."


def limits_of(config: Mapping[str, Any]) -> sandbox.Limits:
    return sandbox.Limits(seconds=float(config.get("seconds", 10)), memory_mb=int(config.get("memory_mb", 512)))


def requests_for(batch: Sequence[Execution], config: Mapping[str, Any]) -> dict[str, sandbox.Request]:
    """Execution id → what the sandbox is asked; executions whose item is gone, or of another project, are left out. A
    constant number of queries."""
    if not batch:
        return {}
    values = {v.name: v.value for v in variables_of(UUID(batch[0].pipeline_id))}
    rows = _items(UUID(batch[0].project_id), (str(e.inputs["item"]) for e in batch if e.inputs.get("item")))
    bodies = _item_bodies(list(rows.values()))
    found: dict[str, sandbox.Request] = {}
    for e in batch:
        item = rows.get(str(e.inputs.get("item") or ""))
        if item is None and e.inputs.get("item"):
            continue
        body = {
            "item": bodies[item.pk] if item else None,
            "inputs": dict(e.inputs),
            "parameters": config.get("parameters") or {},
            "variables": values,
            "execution_id": e.id,
        }
        image = storage.path(item.blob_id) if item and item.blob_id and config.get("image") else None
        found[e.id] = sandbox.Request(e.id, body, image)
    return found


def _items(project_id: UUID, ids: Iterable[str]) -> dict[str, Item]:
    live = Item.objects.filter(pk__in=as_uuids(sorted(set(ids))), deleted_at=None, dataset__project_id=project_id)
    return {str(item.pk): item for item in live.select_related("dataset", "creator", "blob")}


def _item_bodies(items: list[Item]) -> dict[UUID, dict[str, Any]]:
    """What ``run`` gets as ``item``: what the item is, its metadata, its annotations with their geometry."""
    annotations: dict[str, list[dict[str, Any]]] = {str(item.pk): [] for item in items}
    rows = Annotation.objects.filter(item_id__in=[i.pk for i in items], deleted_at=None).select_related("creator")
    for payload in annotation_payloads(rows.order_by("pk")):
        annotations[payload["itemId"]].append(payload)
    bodies: dict[UUID, dict[str, Any]] = {}
    for item, payload in zip(items, item_payloads(items), strict=True):
        given: dict[str, Any] = {key: payload[key] for key in GIVEN if key in payload}
        size = {"width": item.width, "height": item.height, "mimetype": item.mimetype}
        bodies[item.pk] = {**given, **size, "annotations": annotations[str(item.pk)]}
    return bodies


# --- what came back


def outputs_of(
    result: Mapping[str, Any], ports: Sequence[tuple[str, str]], inputs: Mapping[str, Any], project_id: str
) -> dict[str, Any]:
    """The values of the output ports (name, type): what the code returned, else the input of the same name. Ids that
    were not given to it must be of the project. Raises BadResult."""
    given = result.get("outputs") or {}
    if not isinstance(given, Mapping):
        raise BadResult("outputs is a dictionary of port names and values.")
    types = dict(ports)
    for name in given:
        if name not in types:
            raise BadResult(f"outputs names {name!r}; the node's outputs are {', '.join(types) or 'none'}.")
    found = {}
    for name, type_name in ports:
        if name in given:
            if why := check_value(type_name, given[name]):
                raise BadResult(f"outputs[{name!r}]: {why}.")
            found[name] = given[name]
        elif name in inputs:
            found[name] = inputs[name]
    seen = {str(part) for value in inputs.values() for part in (value if isinstance(value, list) else [value])}
    for name, value in found.items():
        _assert_ours(types[name].removesuffix("[]"), value, seen, project_id)
    return found


def _assert_ours(type_name: str, value: Any, seen: set[str], project_id: str) -> None:
    if type_name not in ENTITIES:
        return
    new = {str(part) for part in (value if isinstance(value, list) else [value])} - seen
    if not new:
        return
    owner = {"Item": "dataset__project_id", "Annotation": "item__dataset__project_id"}.get(type_name, "project_id")
    model: Any = {"Item": Item, "Dataset": Dataset, "Annotation": Annotation, "Model": Model}[type_name]
    ours = model.objects.filter(pk__in=as_uuids(new), deleted_at=None, **{owner: UUID(project_id)})
    if ours.count() != len(new):
        raise BadResult(f"outputs names a {type_name} that is not in this project.")


# --- versions


def _texts(graph: Graph) -> dict[tuple[str, str], str]:
    """(node, sha256) → the text of each code node."""
    return {
        (node.id, hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()): code
        for node in graph.nodes
        if node.type == CODE_TYPE and isinstance(code := node.config.get("code"), str)
    }


def _known(pipeline: Pipeline, texts: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    rows = CodeVersion.objects.filter(pipeline=pipeline, sha256__in=[sha for _, sha in texts])
    return set(rows.values_list("node_id", "sha256"))


def has_new_code(graph: Graph, pipeline: Pipeline | None = None) -> bool:
    """Whether a code node of the graph has a text that no saved draft of the pipeline had there: who saves it writes
    code."""
    texts = _texts(graph)
    return bool(texts) and (pipeline is None or not texts.keys() <= _known(pipeline, texts))


def keep_versions(pipeline: Pipeline, graph: Graph, user: User | None) -> None:
    """Keeps every text that the graph's code nodes have and that was not there before. Joins the open transaction."""
    texts = _texts(graph)
    if not texts:
        return
    known = _known(pipeline, texts)
    CodeVersion.objects.bulk_create(
        [
            CodeVersion(pipeline=pipeline, node_id=node_id, sha256=sha256, code=code, author=user)
            for (node_id, sha256), code in texts.items()
            if (node_id, sha256) not in known
        ],
        ignore_conflicts=True,
    )


# --- a try


@dataclass(frozen=True)
class Try:
    """What is tried: a node's configuration (the code in it), on an item, with further inputs."""

    config: Mapping[str, Any]
    item_id: UUID | None
    inputs: Mapping[str, Any]


def start_test(*, pipeline: Pipeline, wanted: Try, user: User) -> CodeTest:
    """A row and a job that fills it. Raises SandboxUnavailable at once where it is known already."""
    if why := sandbox.why_not():
        raise sandbox.SandboxUnavailable(why)
    with write():
        row = CodeTest.objects.create(
            pipeline=pipeline, item_id=wanted.item_id, config=dict(wanted.config), inputs=dict(wanted.inputs),
            created_by=user,
        )  # fmt: skip
        jobs.enqueue(
            TEST_JOB, key=f"code_test:{row.pk}", payload={"test": str(row.pk)}, project_id=pipeline.project_id,
            title="Test run of a code node", created_by=user.pk,
        )  # fmt: skip
    return row


def run_test(run: jobs.Run) -> None:
    """Runs it and keeps the answer. Repeatable: it writes nothing else."""
    row = CodeTest.objects.select_related("pipeline").get(pk=run.payload["test"])
    inputs = {**row.inputs, **({"item": str(row.item_id)} if row.item_id else {})}
    project_id = str(row.pipeline.project_id)
    view = Execution(str(row.pk), str(uuid7()), "test", str(row.pipeline_id), project_id, inputs, row.config)
    request = requests_for([view], row.config).get(view.id)
    if request is None:
        reply: dict[str, Any] = {"ok": False, "error": {"code": "item_missing", "message": "The item was deleted."}}
    else:
        (got,) = sandbox.run_batch(
            str(row.config.get("code", "")), [request], limits=limits_of(row.config), cancelled=run.cancelled
        )
        reply = _reply(got, row.config, inputs, project_id)
    with run.commit():
        CodeTest.objects.filter(pk=row.pk).update(done=True, reply=reply)


def _reply(
    got: sandbox.Answer | sandbox.Refused, config: Mapping[str, Any], inputs: Mapping[str, Any], project_id: str
) -> dict[str, Any]:
    seconds, stdout = round(got.seconds, 4), got.stdout
    if isinstance(got, sandbox.Refused):
        error = {"code": got.code, "message": got.message, **got.data}
        return {"ok": False, "stdout": stdout, "seconds": seconds, "error": error}
    ports = [(port["name"], port["type"]) for port in config.get("outputs") or [{"name": "item", "type": "Item"}]]
    try:
        outputs = outputs_of(got.result, ports, inputs, project_id)
    except BadResult as error:
        return {
            "ok": False,
            "stdout": stdout,
            "seconds": seconds,
            "error": {"code": "bad_result", "message": str(error)},
        }
    result = {**got.result, "outputs": outputs}
    return {"ok": True, "stdout": stdout, "seconds": seconds, "result": result}


def drop_tests() -> int:
    with write():
        return CodeTest.objects.filter(created_at__lt=now() - TESTS_KEPT).delete()[0]
