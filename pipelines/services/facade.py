"""What nodes hold on to: ``Ctx`` while they compute, ``Tx`` while they apply."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from django.utils.timezone import now

from alp_site.lib import jobs, storage
from pipelines.services import looking, variables

__all__ = ["NodeTx", "WorkerCtx", "seeded"]

log = logging.getLogger(__name__)
LOOK_SECONDS = 2.0


def seeded(*salt: str) -> np.random.Generator:
    """A generator that depends on the salt alone."""
    digest = hashlib.sha256("\x1f".join(salt).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


class StoredArtifacts:
    """Content-addressed files of the house."""

    def put(self, data: bytes) -> str:
        return storage.put_bytes(data).sha256

    def open(self, sha256: str) -> AbstractContextManager[BinaryIO]:
        return cast("AbstractContextManager[BinaryIO]", storage.open_blob(sha256))

    def scratch(self, name: str) -> Path:
        return storage.scratch(name)


class WorkerCtx:
    """A worker's side of ``compute``. ``still_wanted`` says whether any execution of the batch is still to be done."""

    def __init__(self, run: jobs.Run, still_wanted: Callable[[], bool]) -> None:
        self.artifacts = StoredArtifacts()
        self._run, self._still_wanted = run, still_wanted
        self._looked, self._dropped = time.monotonic(), False
        self.logs: dict[str | None, list[str]] = defaultdict(list)
        self._left: list[Callable[[], None]] = []
        self.seconds_each = 0.0  # an execution's share of what its batch took

    def progress(self, done: int, total: int, note: str = "") -> None:
        self._run.progress(done, total, note)

    def cancelled(self) -> bool:
        """Whether the job is to end, or every execution of the batch was cancelled meanwhile (asked every 2 s)."""
        if not self._dropped and time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            self._dropped = not self._still_wanted()
        return self._dropped or self._run.cancelled()

    def rng(self, *salt: str) -> np.random.Generator:
        return seeded(*salt)

    def log(self, text: str, execution_id: str | None = None) -> None:
        self.logs[execution_id].append(text)

    def later(self, work: Callable[[], None]) -> None:
        self._left.append(work)

    def do_what_is_left(self) -> None:
        """What was put off with ``later``, once. Nothing hangs on it: an error is logged, and the results stand."""
        left, self._left = self._left, []
        for work in left:
            try:
                work()
            except Exception:
                log.exception("work that a node put off failed")

    def log_of(self, execution_id: str) -> str:
        """What is to be kept with one execution."""
        return "\n".join([*self.logs.get(None, ()), *self.logs.get(execution_id, ())])


@dataclass(frozen=True)
class NodeTx:
    """The transaction a node writes in."""

    project_id: str
    pipeline_id: str
    node_id: str
    now: datetime = field(default_factory=now)

    def variable(self, name: str) -> Any:
        return variables.get_variable(self.pipeline_id, name).value

    def set_variable(self, name: str, new: Any, *, expected: Any = variables.ANY, why: str = "") -> bool:
        return variables.set_if(
            pipeline_id=self.pipeline_id, name=name, expected=expected, value=new, node_id=self.node_id, why=why
        )

    def look_again(self, delay: float = 0) -> None:
        looking.look_again(pipeline_id=self.pipeline_id, node_id=self.node_id, project_id=self.project_id, delay=delay)
