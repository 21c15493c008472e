"""Writing a batch while the next one is computed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from django.db import connection

__all__ = ["Behind"]


class Behind:
    """Writes one batch while the next is computed: a thread, never more than one batch behind. ``in_place``: no thread.

    What the thread raises comes up at the next ``do`` or ``wait``. Leaving the block waits for it.
    """

    def __init__(self, *, in_place: bool) -> None:
        self._pool = None if in_place else ThreadPoolExecutor(1, thread_name_prefix="apply")
        self._pending: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self.wait()
        finally:
            if self._pool is not None:
                self._pool.submit(connection.close)
                self._pool.shutdown(wait=True)

    @property
    def busy(self) -> bool:
        return self._pending is not None

    def do(self, work: Callable[[], None]) -> None:
        self.wait()
        if self._pool is None:
            work()
        else:
            self._pending = self._pool.submit(work)

    def wait(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()
