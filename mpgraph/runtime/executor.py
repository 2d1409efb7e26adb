"""Threads that run a graph's tasks; the only module that starts any.

A pool has a queue of tasks, best first, under its graph's lock. Threads start when they are first
needed. A thread that made tasks ready goes on with the best of them itself; others are woken only for
what is left (a hand-off between threads costs more than most tasks).
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["Task", "ThreadPool"]

Task = tuple[int, int, int, int, Callable[[Any], BaseException | None], Any]
"""Three numbers that order tasks, a serial number, and a function with its argument.

The function returns an exception that is not the run's to handle, such as KeyboardInterrupt.
"""


class ThreadPool:
    """A queue of tasks and the threads that work it off.

    Args:
        name: Of the executor; part of the threads' names.
        lock: The graph's lock, held by whoever calls a method here.
        num_threads: The most threads to start; 0 if only waiting callers run the tasks.
        run: Runs one task; called with the lock held, which it may release meanwhile.
    """

    def __init__(
        self, name: str, lock: threading.Lock, num_threads: int, run: Callable[[Task], None]
    ) -> None:
        self.name = name
        self.num_threads = num_threads
        self.tasks: list[Task] = []
        self.paused = False
        self._run = run
        self._lock = lock
        self._wake = threading.Condition(lock)
        self._idle = 0
        self._stopped = False
        self._threads: list[threading.Thread] = []

    def push(self, task: Task) -> None:
        """Queues a task; `wake` sees to it that a thread takes it."""
        heapq.heappush(self.tasks, task)

    def run_next(self) -> bool:
        """Runs the best task on the calling thread; tells whether there was one."""
        if not self.tasks or self.paused:
            return False
        self._run(heapq.heappop(self.tasks))
        return True

    def wake(self, spare: int) -> None:
        """Wakes or starts threads for the queued tasks, except for those that the caller takes itself."""
        wanted = len(self.tasks) - spare
        if wanted <= 0 or self.paused or self._stopped:
            return
        if self._idle:
            self._wake.notify(wanted)
        for _ in range(min(wanted - self._idle, self.num_threads - len(self._threads))):
            thread = threading.Thread(
                target=self._work, name=f"mpgraph-{self.name or 'default'}-{len(self._threads)}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def has_thread(self, thread: threading.Thread) -> bool:
        """Whether it is one of this pool's."""
        return thread in self._threads

    def stop(self) -> None:
        """Lets the threads end when they have finished their tasks; what is queued is dropped."""
        self._stopped = True
        self.tasks.clear()
        self._wake.notify_all()

    def join(self) -> None:
        """Waits for the threads to end; called without the lock, after `stop`."""
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _work(self) -> None:
        with self._lock:
            while not self._stopped:
                if not self.run_next():
                    self._idle += 1
                    try:
                        self._wake.wait()
                    finally:
                        self._idle -= 1
