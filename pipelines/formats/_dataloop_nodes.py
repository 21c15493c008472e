"""Which of our node types stands for a Dataloop node, and what of its settings goes along.

A node is told by its ``type`` and, among those of the types ``ml``, ``custom`` and ``storage``, by its function. What a
mapper does not carry over it says: in ``tell(level, message)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["LEFT_OUT", "Mapped", "Tell", "action_of", "mapped", "type_of"]

Tell = Callable[[str, str], None]
SYNONYMS: Final = {"complete": "completed", "approve": "approved", "discarded": "discard"}
OWN_ACTIONS: Final = {"completed", "approved", "discard", "rejected"}
CONSENSUS_DONE: Final = "consensus_done"
LEFT_OUT: Final = ""
"""Instead of an action of ours: a connection that asks for theirs is left out."""
FOREIGN_TYPES: Final = frozenset({"Task", "Assignment", "Execution", "Service", "Package", "Project", "Recipe"})
"""Types of ports and variables whose values mean nothing here."""
MOST_CODE: Final = 40_000
"""Each of its lines gets two characters more, and our Code node takes a hundred thousand."""
REWRITE: Final = """def run(item, context):
    raise NotImplementedError("This node's code came from another product: write it anew.")


# What it was there:
"""


@dataclass(frozen=True)
class Mapped:
    """A node of ours: type, configuration, and inputs that were settings there. ``ports`` and ``actions`` are those of
    another name here, by their names."""

    type: str
    config: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    ports: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)


Mapper = Callable[[Mapping[str, Any], Mapping[str, Any], Tell], Mapped | None]
"""(node, its metadata, tell) -> ours."""


def mapped(node: Mapping[str, Any], tell: Tell) -> Mapped | None:
    """Ours for theirs, or None where there is none."""
    metadata = node.get("metadata") or {}
    function = str((node.get("namespace") or {}).get("functionName") or "")
    kind = str(node.get("type") or "")
    mapper = BY_FUNCTION.get(function) or BY_TYPE.get(kind) or _by_actions(node)
    return mapper(node, metadata, tell) if mapper else None


def type_of(name: str) -> str:
    """A type of ports or variables as we have it: what names a thing of theirs is plain JSON here."""
    one = name.removesuffix("[]")
    return name.replace(one, "Json") if one in FOREIGN_TYPES else name


def _said(node: Mapping[str, Any]) -> list[str]:
    """The actions of its outputs."""
    return [action_of(action) for port in node.get("outputs", ()) for action in port.get("actions") or ()]


def _by_actions(node: Mapping[str, Any]) -> Mapper | None:
    """Nodes of their marketplace have functions of many names; what they choose between tells what they are."""
    said = set(_said(node))
    return next((mapper for actions, mapper in BY_ACTIONS.items() if set(actions) <= said), None)


def action_of(name: Any) -> str:
    """An action as we call it: their SDK says ``complete`` where their templates say ``completed``."""
    text = str(name).strip()
    return SYNONYMS.get(text.lower(), text)


def _entity(metadata: Mapping[str, Any], what: str, tell: Tell) -> dict[str, dict[str, Any]]:
    """The dataset or model of a node: a variable's name goes along, an id of theirs means nothing here."""
    if variable := metadata.get(f"variable{what.capitalize()}"):
        return {what: {"variable": variable}}
    if metadata.get(f"{what}Id"):
        tell("to_do", f"It names a {what} of the other system by its id: choose one of this project.")
    return {}


def _dataset(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    config: dict[str, Any] = {}
    if folder := str(metadata.get("dir") or ""):
        config["folder"] = folder if folder.startswith("/") else f"/{folder}"
    wanted = (metadata.get("triggerToPipeline") or {}).get("filter")
    if isinstance(wanted, dict) and wanted:
        config["filter"] = wanted
    return Mapped("dataset", config, _entity(metadata, "dataset", tell))


def _task(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    kind = "qa_task" if str(metadata.get("taskType")).lower() == "qa" else "annotation_task"
    names = {"batchSize": "batch_size", "maxBatchWorkload": "max_workload", "priority": "priority"}
    config = {ours: metadata[theirs] for theirs, ours in names.items() if isinstance(metadata.get(theirs), int)}
    if "max_workload" not in config and "batch_size" in config:
        config["max_workload"] = config["batch_size"]
    if more := [one for one in dict.fromkeys(_said(node)) if one not in OWN_ACTIONS and one != CONSENSUS_DONE]:
        config["statuses"] = more
    if metadata.get("dueDate"):
        tell("to_do", "Set its due date: it was a moment of the other project.")
    if metadata.get("workload") or metadata.get("groups") or metadata.get("owner"):
        tell("to_do", "Choose its people: those of the file are of another organisation.")
    if metadata.get("recipeId"):
        tell("changed", "Its recipe is left out: labels and instructions come from the dataset's ontology.")
    if any(str(key).startswith("consensus") and metadata[key] for key in metadata):
        tell("left_out", "Its consensus setting: use the consensus nodes.")
    done = {CONSENSUS_DONE: "approved" if kind == "qa_task" else "completed"}
    return Mapped(kind, config, _entity(metadata, "dataset", tell), actions=done)


def _ml(type_: str, ports: Mapping[str, str] | None = None) -> Mapper:
    def mapper(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
        if metadata.get("serviceConfig") or metadata.get("runtime"):
            tell("left_out", "Its machine settings: here the queue `ml` runs it.")
        return Mapped(type_, {}, _entity(metadata, "model", tell), ports or {})

    return mapper


def _create_model(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    name = (metadata.get("customNodeConfig") or {}).get("modelName")
    return Mapped("create_model", {"model_name": name} if name else {})


def _data_split(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    custom = metadata.get("customNodeConfig") or {}
    config: dict[str, Any] = {
        "equal": bool(custom.get("distributeEqually", False)),
        "tag_items": bool(custom.get("itemMetadata", True)),
    }
    if groups := custom.get("groups"):
        config["groups"] = [{"name": g.get("name"), "percent": g.get("distribution")} for g in groups]
    return Mapped("data_split", config)


def _update_variable(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped | None:
    port = next(iter(node.get("inputs", ())), None)
    return Mapped("update_variable", {"variable": port.get("name"), "type": port.get("type")}) if port else None


def _code(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    """A Code node with the same ports and actions. Their code calls their client: it stands there as a comment."""
    package = (node.get("config") or {}).get("package") or {}
    theirs = str(package.get("code") or "")
    kept = theirs[:MOST_CODE]
    text = REWRITE + "".join(f"# {line}".rstrip() + "\n" for line in kept.splitlines())
    config: dict[str, Any] = {"code": text}
    ports: dict[str, str] = {}
    for side in ("inputs", "outputs"):
        config[side] = []
        for port in node.get(side) or ():
            name = str(port.get("name") or "")
            ports[name] = re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII)[:50] or "_"
            config[side].append({"name": ports[name], "type": type_of(str(port.get("type") or "Json"))})
    if said := list(dict.fromkeys(_said(node))):
        config["actions"] = said
    tell("to_do", "Write its code anew, as run(item, context): what it was there stands in the comments.")
    if len(kept) < len(theirs):
        tell("left_out", f"Of its code what comes after {MOST_CODE} characters.")
    return Mapped("code", config, ports=ports)


def _model_agreement(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    """Their panel writes ``threshold``, their manifest says ``agreement_threshold``: whichever is there."""
    custom = metadata.get("customNodeConfig") or {}
    said = [custom[key] for key in ("threshold", "agreement_threshold") if isinstance(custom.get(key), int | float)]
    tell("changed", "Agreement is the share of annotations that belong together here: look at its threshold.")
    config = {"threshold": said[0]} if said else {}
    return Mapped("model_agreement", config, actions={"model passed": "agree", "model failed": "disagree"})


def _wait_for_cycles(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> Mapped:
    tell("to_do", "Say whose cycles it waits for.")
    return Mapped("wait_for_cycles", actions={"wait": LEFT_OUT})


def _consensus(node: Mapping[str, Any], metadata: Mapping[str, Any], tell: Tell) -> None:
    tell("left_out", "Here copies of the item go to several people and Consensus joins them: see that template.")


def _plain(type_: str) -> Mapper:
    return lambda node, metadata, tell: Mapped(type_)


BY_FUNCTION: Final[Mapping[str, Mapper]] = {
    "clone_item": _dataset,
    "dataset_handler": _dataset,
    "move_to_task": _task,
    "predict": _ml("predict"),
    "embed": _ml("embed", {"json": "embedding"}),
    "train": _ml("train"),
    "evaluate": _ml("evaluate"),
    "create_new_model": _create_model,
    "compare_models": _plain("compare"),
    "data_split": _data_split,
    "update_variable": _update_variable,
}

BY_TYPE: Final[Mapping[str, Mapper]] = {
    "storage": _dataset,
    "task": _task,
    "updateVariable": _update_variable,
    "code": _code,
}
BY_ACTIONS: Final[Mapping[tuple[str, ...], Mapper]] = {
    ("model passed", "model failed"): _model_agreement,
    ("consensus passed", "consensus failed"): _consensus,
    ("continue", "wait"): _wait_for_cycles,
}
