"""One thread that works off what it is given, and that no process waits for when it ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


class Easel:
    """As an executor of one thread, but that the interpreter does not wait for it: a picture that never ends must not
    keep the process from ending. The thread is started with the first piece of work."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.thread: Thread | None = None

    def submit(self, make: Callable[[], T]) -> Future[T]:
        """What it will make, after all that was given before."""
        if self.thread is None:
            self.thread = Thread(target=self._run, name="charts", daemon=True)
            self.thread.start()
        future: Future[T] = Future()
        self._work.put(partial(_made, future, make))
        return future

    def close(self) -> Future[None]:
        """Done when all that was given is; then the thread ends. Nothing may be given any more."""
        if self.thread is None:
            done: Future[None] = Future()
            done.set_result(None)
            return done
        last = self.submit(lambda: None)
        self._work.put(None)
        return last

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            work()


def _made(future: Future[T], make: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(make())
    except BaseException as trouble:  # noqa: BLE001 - whoever waits for it is told, and the next piece is begun
        future.set_exception(trouble)
