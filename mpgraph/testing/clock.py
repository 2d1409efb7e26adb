"""Clocks for tests."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any, ParamSpec, TypeVar

__all__ = ["ManualClock", "SimulationClock", "SimulationExecutor"]

P = ParamSpec("P")
T = TypeVar("T")


class ManualClock:
    """A clock that stands still until it is told to go on.

    Calling it gives the time in microseconds; `nanoseconds` is for those who take a clock of that unit.

    Args:
        now: The time at the beginning, in microseconds.
    """

    def __init__(self, now: int = 0) -> None:
        self.now = now

    def __call__(self) -> int:
        """The time in microseconds."""
        return self.now

    def nanoseconds(self) -> int:
        """The time in nanoseconds, as `time.monotonic_ns` gives it."""
        return self.now * 1000

    def advance(self, microseconds: int) -> int:
        """Goes on and returns the new time.

        Raises:
            ValueError: The step is negative.
        """
        if microseconds < 0:
            msg = f"a clock goes forward, but the step is {microseconds} us"
            raise ValueError(msg)
        self.now += microseconds
        return self.now


class SimulationClock:
    """A clock that jumps to the next waking time as soon as all of its threads sleep (spec OB-6).

    Its threads are those of its executors and those inside `thread`. They sleep by `sleep`, which takes no
    real time; they are woken one by one, by time, and those of one time in the order in which they went to
    sleep. While any of them runs, time stands still.

    ::

        clock = SimulationClock()
        with clock.executor(2) as executor, Graph(text, executors={"simulated": executor}) as graph:
            graph.start()
            with clock.thread():  # until all is added, time stands still
                ...
            graph.wait_until_idle()

    A thread that waits for anything but the clock must not be one of its threads meanwhile, as time would
    then stand still for ever.

    Args:
        now: The time at the beginning, in microseconds.
    """

    def __init__(self, now: int = 0) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._running = 0
        self._threads: set[int] = set()
        self._sleepers: list[tuple[int, int, threading.Event]] = []
        self._serial = 0

    def __call__(self) -> int:
        """The time in microseconds."""
        return self._now

    def nanoseconds(self) -> int:
        """The time in nanoseconds, as `time.monotonic_ns` gives it."""
        return self._now * 1000

    def sleep(self, microseconds: int) -> None:
        """Sleeps for a time; none, or a negative one, lets those go first that wake now.

        Raises:
            RuntimeError: The calling thread is none of the clock's.
        """
        self.sleep_until(self._now + microseconds)

    def sleep_until(self, time: int) -> None:
        """Sleeps until a time in microseconds.

        Raises:
            RuntimeError: The calling thread is none of the clock's.
        """
        if threading.get_ident() not in self._threads:
            msg = "only threads of a clock's executors, and those inside its thread(), sleep by the clock"
            raise RuntimeError(msg)
        woken = threading.Event()
        with self._lock:
            self._serial += 1
            heappush(self._sleepers, (max(time, self._now), self._serial, woken))
            self._rest()
        woken.wait()

    @contextmanager
    def thread(self) -> Iterator[None]:
        """Makes the calling thread one of the clock's for the time of the block.

        Raises:
            RuntimeError: It is one already.
        """
        if threading.get_ident() in self._threads:
            msg = "the thread is one of the clock's already"
            raise RuntimeError(msg)
        with self._lock:
            self._running += 1
        self._threads.add(threading.get_ident())
        try:
            yield
        finally:
            self._threads.discard(threading.get_ident())
            with self._lock:
                self._rest()

    def executor(self, num_threads: int) -> SimulationExecutor:
        """Makes an executor whose threads are the clock's; also for `Graph(executors=...)`.

        Raises:
            ValueError: `num_threads` is less than one.
        """
        return SimulationExecutor(self, num_threads)

    def _rest(self) -> None:
        """Notes, under the lock, that a thread runs no longer; the last one wakes the next."""
        self._running -= 1
        if not self._running and self._sleepers:
            self._now, _, woken = heappop(self._sleepers)
            self._running = 1
            woken.set()


class SimulationExecutor(Executor):
    """Runs tasks on threads of a `SimulationClock`; made by its `executor`.

    What is submitted is begun before time goes on, unless all threads of the executor are taken.

    Args:
        clock: The clock by which the tasks sleep.
        num_threads: The most tasks to run at once.

    Raises:
        ValueError: `num_threads` is less than one.
    """

    def __init__(self, clock: SimulationClock, num_threads: int) -> None:
        if num_threads < 1:
            msg = f"an executor needs a thread, but num_threads is {num_threads}"
            raise ValueError(msg)
        self._clock = clock
        self._free = num_threads
        self._queue: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._threads: set[threading.Thread] = set()
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Has a function called soon.

        Raises:
            RuntimeError: After `shutdown`.
        """
        future: Future[T] = Future()
        with self._clock._lock:
            if self._closed:
                msg = "the executor was shut down"
                raise RuntimeError(msg)
            self._queue.append((future, lambda: fn(*args, **kwargs)))
            if not self._free:
                return future
            self._free -= 1
            self._clock._running += 1
            thread = threading.Thread(target=self._work, name="simulated", daemon=True)
            self._threads.add(thread)
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more tasks, and waits for those that there are if `wait` is set."""
        with self._clock._lock:
            self._closed = True
            if cancel_futures:
                for future, _ in self._queue:
                    future.cancel()
            threads = list(self._threads)
        for thread in threads if wait else ():
            thread.join()

    def _work(self) -> None:
        clock = self._clock
        me = threading.get_ident()
        clock._threads.add(me)
        while True:
            with clock._lock:
                if not self._queue:
                    clock._threads.discard(me)
                    self._threads.discard(threading.current_thread())
                    self._free += 1
                    clock._rest()
                    return
                future, call = self._queue.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:
                    future.set_exception(error)
