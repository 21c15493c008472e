"""The contract between a node and the engine: what a node type declares, and the two functions it has.

``compute`` is slow, writes no table and may run twice. ``apply`` is short, does every write through services that join
the open transaction, and commits together with the results, the successors and the events. See ``pipelines/README.md``
for how to write one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Final, Protocol, TypeAlias

from alp_site.lib.errors import AlpError
from alp_site.lib.registry import Registry
from pipelines.engine.ports import is_port_type

if TYPE_CHECKING:
    import numpy as np

    from pipelines.engine.graph import Graph, GraphNode

MAX_BATCH: Final = 1024
MAX_NOTED: Final = 1000
"""Executions that a node's figures are made from: the last ones, whatever it has done in all."""
QUEUES: Final = ("default", "ml")
Json: TypeAlias = Any


class BatchFailed(AlpError):
    """Raise it in ``compute`` or ``apply`` when the whole batch fails for one reason (the model is gone). Any other
    exception makes the engine halve the batch until the items that cause it stand alone."""

    code = "batch_failed"
    status = 409


@dataclass(frozen=True)
class Port:
    """One typed input or output. ``name`` is the key in ``Execution.inputs`` and ``Outcome.outputs``. ``widget``: the
    editor's control for a value, where it is not the type's own (``rule``: how a new model is judged,
    ``configuration``: how it differs from its base)."""

    name: str
    type: str = "Item"
    title: str = ""
    required: bool = True
    doc: str = ""
    widget: str = ""

    def __post_init__(self) -> None:
        if not is_port_type(self.type):
            raise ValueError(f"port {self.name!r}: {self.type!r} is not a port type")


@dataclass(frozen=True)
class NodeSpec:
    """What a node type declares. The API, the editor's palette, forms and port checks come from it.

    ``actions`` maps an output port to the actions its connections may ask for. ``config_schema`` is a JSON schema
    (2020-12) with defaults; ``x-variable: "<port type>"`` on a string property marks the name of a variable,
    ``x-entity`` (dataset, model, ontology, person, pipeline) an id to be picked, ``x-widget: "filter"`` a query over
    items, ``x-widget: "line"`` a text of one line however long it may be (a folder, a URL).
    ``requires`` says in sentences what ``Node.unmet`` checks before a start. ``barrier``: a start uses up what arrived,
    so the next one waits for a new value at every connected input (otherwise the latest values stay).
    """

    type: str
    title: str
    category: str
    version: int = 1
    icon: str = "box"
    doc: str = ""
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    config_schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "additionalProperties": False})
    requires: tuple[str, ...] = ()
    queue: str = "default"
    batch: int = 256
    hidden: bool = False
    barrier: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.batch <= MAX_BATCH:
            raise ValueError(f"{self.type}: batch must be 1 to {MAX_BATCH}")
        if self.queue not in QUEUES:
            raise ValueError(f"{self.type}: queue must be one of {', '.join(QUEUES)}")

    @property
    def key(self) -> str:
        return node_key(self.type, self.version)


@dataclass(frozen=True)
class Execution:
    """One execution as a node sees it. Ids are text. ``inputs`` are resolved and stay the same on a retry.

    ``memory`` is what this cycle remembered so far (``Outcome.remember``); ``subject`` the item that started the cycle;
    ``attempt`` counts claims, from 1.
    """

    id: str
    cycle_id: str
    node_id: str
    pipeline_id: str
    project_id: str
    inputs: Mapping[str, Json]
    config: Mapping[str, Any] = field(default_factory=dict)
    attempt: int = 1
    subject: str | None = None
    memory: Mapping[str, Json] = field(default_factory=dict)
    wait_key: str = ""


@dataclass(frozen=True)
class Outcome:
    """An execution that is finished. Only ports named in ``outputs`` send something on; ``action`` picks connections.

    ``remember`` is merged into the cycle's memory. ``again``: when no connection leaves with this action, the node that
    this execution's input came from runs once more, its variables read anew (``incumbent changed``). ``noted`` is kept
    with the execution for ``Node.figures``: a kilobyte or two of JSON at most.
    """

    execution_id: str
    outputs: Mapping[str, Json] = field(default_factory=dict)
    action: str | None = None
    remember: Mapping[str, Json] = field(default_factory=dict)
    again: bool = False
    log: str = ""
    noted: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    """An execution that goes on later: when someone answers ``on`` (``complete_waiting``).

    ``outputs`` are sent on when the answer brings none of its own, so a listener need know only key and action.
    """

    execution_id: str
    reason: str
    on: str
    outputs: Mapping[str, Json] = field(default_factory=dict)
    remember: Mapping[str, Json] = field(default_factory=dict)
    log: str = ""


@dataclass(frozen=True)
class NodeError:
    """An execution that failed, for a reason a person can act on."""

    execution_id: str
    code: str
    message: str
    data: Mapping[str, Json] = field(default_factory=dict)
    log: str = ""


Result: TypeAlias = Outcome | Wait | NodeError


@dataclass(frozen=True)
class Problem:
    """Something wrong with a graph: a stable code, one sentence, and where. ``level`` is error or warning."""

    code: str
    message: str
    node: str | None = None
    connection: str | None = None
    port: str | None = None
    field: str | None = None
    trigger: str | None = None
    variable: str | None = None
    level: str = "error"

    def as_json(self) -> dict[str, str]:
        return {key: value for key, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Figure:
    """One number of ``Figures``. ``value`` None: it is not defined, and ``why`` says so."""

    name: str
    value: float | None
    why: str = ""


@dataclass(frozen=True)
class Figures:
    """Numbers about what a node did so far, as its panel tells them: "title: name value · name value over …".

    ``over``: how much they are made from ("120 items"). ``doc``: a sentence or two on how to read them.
    """

    title: str
    values: tuple[Figure, ...]
    over: str
    doc: str = ""


@dataclass(frozen=True)
class Place:
    """Where a node stands, for its own checks: its graph, itself, the values its variable and fixed inputs have now.

    ``values`` has one entry per input port whose value is known before the start; a port fed by a connection has none.
    """

    graph: Graph
    node: GraphNode
    values: Mapping[str, Json]
    project_id: str = ""
    pipeline_id: str = ""


@dataclass(frozen=True)
class StartScope:
    """What a start node accepts of the items that triggers bring it.

    ``dataset_id`` and ``filter`` (a query over items) restrict events; ``load_existing`` also brings the items that
    were there before the start, once.
    """

    dataset_id: str | None = None
    filter: Mapping[str, Any] | None = None
    load_existing: bool = False


class Artifacts(Protocol):
    """Content-addressed files: the only thing ``compute`` may write."""

    def put(self, data: bytes) -> str: ...
    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]: ...
    def scratch(self, name: str) -> Path: ...


class Ctx(Protocol):
    """What ``compute`` may lean on. Narrow on purpose: a node is tested with a fake."""

    @property
    def artifacts(self) -> Artifacts: ...
    def progress(self, done: int, total: int, note: str = "") -> None: ...
    def cancelled(self) -> bool: ...
    def rng(self, *salt: str) -> np.random.Generator:
        """A generator seeded by the salt alone (pass ids): the same on every attempt and machine."""
        ...

    def log(self, text: str, execution_id: str | None = None) -> None:
        """Kept with the execution, or with every execution of the batch."""
        ...

    def later(self, work: Callable[[], None]) -> None:
        """Work that only speeds others up (filling a cache): done after ``compute`` and before ``apply``, while the
        next batch is computed. It may be lost with the worker."""
        ...


class Tx(Protocol):
    """The open transaction that ``apply``, ``unmet``, ``check`` and ``started`` run in. Call services directly: they
    join it. Events published inside carry the cause (pipeline, depth)."""

    @property
    def project_id(self) -> str: ...
    @property
    def pipeline_id(self) -> str: ...
    @property
    def node_id(self) -> str: ...
    @property
    def now(self) -> datetime: ...
    def variable(self, name: str) -> Json:
        """The value a variable has now (raises UnknownVariable)."""
        ...

    def set_variable(self, name: str, new: Json, *, expected: Json = ..., why: str = "") -> bool:
        """Compare-and-set with history and event; False when the value is no longer ``expected``. Without ``expected``
        it is set whatever it was."""
        ...

    def look_again(self, delay: float = 0) -> None:
        """Has this node's ``check`` asked soon after this transaction (``delay`` in seconds), not at the next sweep."""
        ...


class Node:
    """Base of every node type. Subclass, set ``spec``, write ``compute``, and ``apply`` where there is something to
    write."""

    spec: ClassVar[NodeSpec]
    wakes_on: ClassVar[tuple[str, ...]] = ()
    """Events after which ``check`` is asked at once; of ``WAKING`` in ``services/looking.py``."""

    def inputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        """Input ports; override when they depend on the configuration."""
        return self.spec.inputs

    def outputs(self, config: Mapping[str, Any]) -> tuple[Port, ...]:
        return self.spec.outputs

    def actions(self, config: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
        """Actions per output port; override when they depend on the configuration."""
        return self.spec.actions

    def validate(self, place: Place) -> Iterable[Problem]:
        """Problems only this type knows of, from the graph alone (no database); schema and ports are checked."""
        return ()

    def ready(self, tx: Tx, place: Place) -> Iterable[Problem]:
        """Problems that only the database shows (a model outside the project), looked at when validating a stored
        pipeline and before a start. Reads only."""
        return ()

    def start_scope(self, place: Place) -> StartScope:
        """What this node, as a start node, accepts from triggers."""
        return StartScope()

    def started(self, tx: Tx, place: Place) -> None:
        """Runs in the transaction that starts or resumes the pipeline (create the task people will see). Repeatable."""

    def unmet(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Wait | NodeError]:
        """What must be there before these start and is not: Wait (looked at again when ``on`` is answered), or
        NodeError. May write (start what is missing). Executions not named are free to start."""
        return ()

    def at_once(self, tx: Tx, batch: Sequence[Execution]) -> Sequence[Outcome]:
        """Outcomes known from a query or two, without ``compute`` or ``apply``: asked in the transaction that makes
        the executions ready, so they cost no worker. Reads only, and answers as ``compute`` would. The executions left
        out go to a worker. Not for nodes with ``unmet``."""
        return ()

    def compute(self, ctx: Ctx, batch: Sequence[Execution]) -> Sequence[Result]:
        """One result per execution. Slow work; reads only; may run twice. An execution left out is a failure."""
        raise NotImplementedError

    def apply(self, tx: Tx, results: Sequence[Outcome | Wait]) -> Sequence[Result] | None:
        """All writes. Gets what ``compute`` returned (without errors) and may return replacements by execution id
        (an id that only the write knows; a lost compare-and-set). Short: at most 100 ms."""
        return None

    def figures(self, noted: Sequence[Mapping[str, Json]]) -> Sequence[Figures]:
        """What the panel of a node of this type tells of its executions together, from what each ``noted`` (newest
        first, one a cycle, of the newest ``MAX_NOTED``). Pure; an old execution may have noted in another form."""
        return ()

    def check(self, tx: Tx, waiting: Sequence[Execution]) -> Sequence[Result]:
        """For the sweep: which of these waits are really over (their event was lost)? Those left out wait on."""
        return ()


node_types: Registry[Node] = Registry("node type")
"""Every node type and version, as ``type@version``; filled by discovering ``pipelines.nodes``."""


def node_key(type_name: str, version: int) -> str:
    return f"{type_name}@{version}"


def register(node: type[Node]) -> type[Node]:
    """Class decorator: ``@register class Predict(Node): spec = NodeSpec(...)``."""
    node_types.register(node.spec.key, node(), module=node.__module__)
    return node


def get_node(type_name: str, version: int) -> Node:
    """Raises UnknownName."""
    return node_types.get(node_key(type_name, version))


def wait_on(kind: str, *ids: object) -> str:
    """The key of a wait. Listeners answer ``wait_on("task_item", id)`` (action = status), ``wait_on("model", id)``
    (trained or failed) and ``wait_on("evaluation", id)`` (done or failed)."""
    return ":".join([kind, *(str(part) for part in ids)])
