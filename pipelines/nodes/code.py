"""Code: Python that people write here, run in the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from alp_site.lib import sandbox
from alp_site.lib.errors import AlpError, Invalid
from alp_site.lib.ids import uuid7
from datasets.models import Dataset, Item
from datasets.services.annotations import apply_operations
from datasets.services.items import patch_metadata
from datasets.services.upload import NewFile, Prepared, prepare, store
from pipelines.engine.ports import PORT_TYPES
from pipelines.engine.spec import (
    BatchFailed,
    Ctx,
    Execution,
    Node,
    NodeError,
    NodeSpec,
    Outcome,
    Place,
    Port,
    Problem,
    Result,
    Tx,
    Wait,
    register,
)
from pipelines.services.code import CODE_TYPE, BadResult, limits_of, outputs_of, problems_in, requests_for

FIRST_CODE: Final = '''def run(item, context):
    """item: id, name, width, height, metadata, annotations …
    context: inputs, parameters, variables, open_image(), save_image()"""
    print(item["name"])
    return {"metadata": {"user": {"seen": True}}}
'''
ITEM_PORT: Final = [{"name": "item", "type": "Item"}]
PORTS: Final = {
    "type": "array",
    "maxItems": 20,
    "default": ITEM_PORT,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "type"],
        "properties": {
            "name": {"type": "string", "title": "Name", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,49}$"},
            "type": {"type": "string", "title": "Type", "enum": list(PORT_TYPES)},
        },
    },
}


@dataclass(frozen=True)
class Ran(Outcome):
    """What the code wants written."""

    item: str = ""
    metadata: Mapping[str, Any] | None = None
    annotations: Sequence[Mapping[str, Any]] = ()
    images: tuple[Prepared, ...] = ()
    dataset: str = ""
    sends_images: bool = False


@register
class Code(Node):
    """Runs `run(item, context)` for each item, in a sandbox of the kernel: no network, no files but the item's picture
    and a folder for results, limits on memory and time. It returns nothing, or a dictionary with any of

    - `outputs`: values of output ports by name (a port not named sends on the input of the same name);
    - `action`: one of the node's actions, by which its connections are chosen;
    - `metadata`: merged into the item's metadata (`{"user": {...}}`; null deletes a key);
    - `annotations`: new ones (`type`, `label`, `geometry`, `attributes`), changed (`id`) or deleted (`id`, `delete`).

    Pictures kept with `context.save_image(image, name)` become items of the dataset at the input `dataset`; their ids
    leave by an output `images` of type Item[] if there is one. What it prints is kept with the execution.
    """

    spec = NodeSpec(
        type=CODE_TYPE,
        title="Code",
        category="Code",
        icon="braces",
        doc="Python of your own, for each item: run(item, context) may read the item, its annotations and its picture, "
        "and returns outputs, an action, metadata or annotations. It runs locked up: no network, no other files.",
        inputs=(Port("item", "Item"),),
        outputs=(Port("item", "Item"),),
        config_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "code": {
                    "type": "string", "title": "Code", "maxLength": 100_000, "default": FIRST_CODE,
                    "x-widget": "python", "description": "Defines run(item, context).",
                },
                "inputs": {**PORTS, "title": "Inputs", "description": "What the node takes; context.inputs has them."},
                "outputs": {**PORTS, "title": "Outputs", "description": "What run() may return in outputs."},
                "actions": {
                    "type": "array", "title": "Actions", "maxItems": 20, "uniqueItems": True, "default": [],
                    "description": "Names that run() may return as action; connections can ask for one.",
                    "items": {"type": "string", "minLength": 1, "maxLength": 50, "pattern": "^\\S(.*\\S)?$"},
                },
                "image": {
                    "type": "boolean", "title": "Give the image", "default": False,
                    "description": "context.open_image() and context.image_path give the item's picture.",
                },
                "parameters": {
                    "type": "object", "title": "Parameters", "default": {},
                    "description": "Values for the code, as context.parameters.",
                },
                "seconds": {
                    "type": "number", "title": "Seconds an item", "minimum": 0.1, "maximum": 300, "default": 10,
                    "description": "An item that takes longer is stopped and fails.",
                },
                "memory_mb": {
                    "type": "integer", "title": "Memory (MB)", "minimum": 64, "maximum": 8192, "default": 512,
                    "description": "Beyond what Python itself takes.",
                },
            },
        },
        batch=64,
    )  # fmt: skip

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return tuple(Port(port["name"], port["type"]) for port in config.get("inputs", ITEM_PORT))

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return tuple(Port(port["name"], port["type"]) for port in config.get("outputs", ITEM_PORT))

    def actions(self, config: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        actions = tuple(config.get("actions", ()))
        return {port.name: actions for port in self.outputs(config)} if actions else {}

    def validate(self, place: Place) -> Iterable[Problem]:
        node, config = place.node, place.node.config
        if why := problems_in(config.get("code", FIRST_CODE)):
            yield Problem("bad_code", f"The code of {node.title} cannot run: {why}", node=node.id, field="code")
        for side in ("inputs", "outputs"):
            names = [port["name"] for port in config.get(side, ITEM_PORT)]
            if len(set(names)) != len(names):
                text = f"{node.title}: two {side} have the same name."
                yield Problem("bad_config", text, node=node.id, field=side)
        if any(port["name"] == "item" and port["type"] != "Item" for port in config.get("inputs", ITEM_PORT)):
            text = f"{node.title}: the input `item` is what run() gets as its item, so its type is Item."
            yield Problem("bad_config", text, node=node.id, field="inputs")

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        if why := sandbox.why_not():
            text = f"{place.node.title} cannot run here. {why} (The operator may set ALP_CODE_UNSAFE.)"
            yield Problem("sandbox_unavailable", text, node=place.node.id)

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        if not batch:
            return []
        config = batch[0].config
        requests = requests_for(batch, config)
        asked = [e for e in batch if e.id in requests]
        try:
            replies = sandbox.run_batch(
                config.get("code", FIRST_CODE), [requests[e.id] for e in asked], limits=limits_of(config),
                cancelled=ctx.cancelled, answered=lambda done: ctx.progress(done, len(asked), "running code"),
            )  # fmt: skip
        except sandbox.SandboxUnavailable as error:
            raise BatchFailed(error.message, reason=error.code) from None
        by_id = {reply.id: reply for reply in replies}
        return [self._one(ctx, e, by_id[e.id]) if e.id in by_id else _missing(e) for e in batch]

    def _one(self, ctx: Ctx, e: Execution, reply: sandbox.Answer | sandbox.Refused) -> Result:
        if reply.stdout:
            ctx.log(reply.stdout, e.id)
        if isinstance(reply, sandbox.Refused):
            return NodeError(e.id, reply.code, reply.message, reply.data, log=str(reply.data.get("trace") or ""))
        try:
            return self._wanted(e, reply)
        except (BadResult, AlpError) as error:
            return NodeError(e.id, "bad_result", str(error))

    def _wanted(self, e: Execution, reply: sandbox.Answer) -> Ran:
        """What the result asks for, checked as far as can be without writing. Raises BadResult."""
        result, inputs = reply.result, e.inputs
        ports = [(port.name, port.type) for port in self.outputs(e.config)]
        outputs = outputs_of(result, ports, inputs, e.project_id)
        action = result.get("action")
        known = tuple(e.config.get("actions", ()))
        if action is not None and action not in known:
            raise BadResult(f"action is {action!r}; the node's actions are {', '.join(known) or 'none'}.")
        metadata, annotations = result.get("metadata"), result.get("annotations") or []
        item = str(inputs.get("item") or "")
        if metadata is not None and not isinstance(metadata, Mapping):
            raise BadResult("metadata is a dictionary.")
        if not isinstance(annotations, list) or not all(isinstance(part, Mapping) for part in annotations):
            raise BadResult("annotations is a list of dictionaries.")
        if (metadata or annotations) and not item:
            raise BadResult("There is no item to write metadata or annotations to.")
        images, dataset = self._images(e, reply)
        return Ran(
            e.id, outputs, action, item=item, metadata=metadata, annotations=annotations, images=images,
            dataset=dataset, sends_images=("images", "Item[]") in ports,
        )  # fmt: skip

    @staticmethod
    def _images(e: Execution, reply: sandbox.Answer) -> tuple[tuple[Prepared, ...], str]:
        """The pictures it saved, put into storage and decoded; their names hold the execution, so that a repeat adds
        none twice."""
        listed = reply.result.get("images") or []
        if not listed:
            return (), ""
        dataset = str(e.inputs.get("dataset") or "")
        if not dataset:
            raise BadResult("It saved pictures: give the node an input `dataset` that says where they go.")
        found = []
        for part in listed:
            if not isinstance(part, Mapping) or part.get("file") not in reply.files:
                raise BadResult("images is what context.save_image() keeps, nothing else.")
            name = str(part.get("name") or part["file"]).strip("/")
            ready = prepare(NewFile(f"/code/{e.id}/{name}", reply.files[str(part["file"])]))
            if ready.error is not None:
                raise BadResult(f"The picture {name!r} cannot be kept: {ready.error.message}")
            found.append(ready)
        return tuple(found), dataset

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result]:
        return [_written(tx, result) for result in results if isinstance(result, Ran)]


def _missing(e: Execution) -> NodeError:
    return NodeError(
        e.id, "item_missing", "The item was deleted, or is not of this project.", {"item": e.inputs["item"]}
    )


def _written(tx: Tx, result: Ran) -> Result:
    """Everything the code asked for, or an error that makes the engine fail this one alone."""
    if result.metadata:
        patch_metadata(item=Item(pk=UUID(result.item)), diff=result.metadata)
    if result.annotations:
        item = Item.objects.get(pk=result.item)
        for answer in apply_operations(item=item, operations=_operations(item, result.annotations), user=None):
            if error := answer.get("error"):
                raise Invalid(f"An annotation was not taken: {error.get('message', error)}")
    if not result.images:
        return result
    dataset = Dataset.objects.get(pk=result.dataset, project_id=tx.project_id, deleted_at=None)
    kept = store(dataset=dataset, chunk=list(result.images), user=None, mode="skip")
    ids = [str(part.item_id) for part in kept]
    return replace(result, outputs={**result.outputs, "images": ids}) if result.sends_images else result


def _operations(item: Item, given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """As the annotation service takes them: without an id a new one, with `delete` a deletion, else a change."""
    revisions = {str(pk): revision for pk, revision in item.annotations.values_list("pk", "revision")}
    found = []
    for part in given:
        data = {key: part[key] for key in ("type", "label", "geometry", "attributes", "metadata") if key in part}
        key = part.get("id")
        kind = "create" if key is None else "delete" if part.get("delete") else "update"
        base = {"base_revision": part.get("revision", revisions.get(str(key)))} if key is not None else {}
        found.append({"op_id": str(uuid7()), "type": kind, "annotation": key or str(uuid7()), "data": data, **base})
    return found
