"""Writing a batch, and claiming another, while one is computed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar

from django.db import connection

__all__ = ["Behind"]


T = TypeVar("T")


class Behind:
    """Does one piece of work while the caller goes on: a thread. ``in_place``: no thread, it is done at once.

    What the thread raises comes up at ``wait``. Leaving the block waits for it.
    """

    def __init__(self, *, in_place: bool) -> None:
        self.in_place = in_place
        self._pool = None if in_place else ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._pending: Future[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None and self._pending is not None:
                self._pending.result()
        finally:
            if self._pool is not None:
                self._pool.submit(connection.close)
                self._pool.shutdown(wait=True)

    def do(self, work: Callable[[], T]) -> Callable[[], T]:
        """Starts the work; what it returns waits for its end and gives what it gave. One at a time."""
        if self._pool is None:
            done = work()
            return lambda: done
        self._pending = pending = self._pool.submit(work)
        return pending.result
