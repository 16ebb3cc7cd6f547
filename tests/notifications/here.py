"""Runs a coroutine beside the test, and its database work in the test's own thread.

So that what the test has not committed is seen, and nothing is committed.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from typing import Any

Work = tuple[Future[Any], Callable[[], Any]]


class Here(Executor):
    """Give it to whoever wants an executor, then `run`."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Work | None] = queue.Queue()

    def submit(
        self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.put((future, lambda: fn(*args, **kwargs)))
        return future

    def run(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Until the coroutine ends; raises what it raised."""
        ended: Future[Any] = Future()
        beside = threading.Thread(target=self._beside, args=(coroutine, ended))
        beside.start()
        while work := self._waiting.get():
            future, call = work
            try:
                future.set_result(call())
            except Exception as error:
                future.set_exception(error)
        beside.join()
        ended.result()

    def _beside(self, coroutine: Coroutine[Any, Any, Any], ended: Future[Any]) -> None:
        try:
            ended.set_result(asyncio.run(coroutine))
        except BaseException as error:
            ended.set_exception(error)
        finally:
            self._waiting.put(None)
