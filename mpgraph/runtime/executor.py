"""Threads that run a graph's tasks; the only module that starts any.

A pool has a queue of tasks, best first, in its graph's section. Threads start when they are first needed.
A thread that made tasks ready goes on with the best of them itself; others are woken only for what is left
(a hand-off between threads costs more than most tasks).
"""

from __future__ import annotations

import threading
from bisect import insort_left
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Protocol

from .section import Section

__all__ = ["Repeater", "Submits", "Task", "ThreadPool", "start_thread"]

_rank = attrgetter("rank")


class Task:
    """Something to run.

    Args:
        rank: The higher goes first; of equal ones the older.
        outside: Code of others, called outside of the section with the argument.
        finish: What is done inside afterwards, called with the argument and what the code raised.
        argument: Of both.
    """

    __slots__ = ("argument", "finish", "outside", "rank")

    def __init__(
        self,
        rank: int,
        outside: Callable[[Any], object],
        finish: Callable[[Any, BaseException | None], object],
        argument: Any,
    ) -> None:
        self.rank = rank
        self.outside = outside
        self.finish = finish
        self.argument = argument


def start_thread(function: Callable[..., object], *arguments: Any) -> None:
    """Calls the function in a thread of its own, which nobody waits for."""
    threading.Thread(target=function, args=arguments, daemon=True).start()


class Repeater:
    """Calls a function again and again, in a thread of its own.

    Args:
        function: What to call, after each pause.
        pause: How many seconds from the end of a call to the next.
        name: Of the thread.
        at_once: Whether it is called first without a pause.
    """

    def __init__(
        self, function: Callable[[], object], pause: float, name: str, *, at_once: bool = True
    ) -> None:
        self._function = function
        self._pause = pause
        self._at_once = at_once
        self._stopped = threading.Event()
        # Not _thread: compiled to C, that would be the keyword __thread.
        self._runner = threading.Thread(target=self._repeat, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._runner.start()

    def stop(self) -> None:
        """Lets the thread end and waits for it, unless it never started or is the calling one."""
        self._stopped.set()
        if self._runner.is_alive() and self._runner is not threading.current_thread():
            self._runner.join()

    def _repeat(self) -> None:
        pause = 0.0 if self._at_once else self._pause
        while not self._stopped.wait(pause):
            self._function()
            pause = self._pause


class Submits(Protocol):
    """Who runs functions on threads of its own, such as an executor of `concurrent.futures`."""

    def submit(self, function: Callable[[], object], /) -> object:
        """Has the function called soon, on another thread."""


class _Worker:
    """A thread of a pool; it sleeps by acquiring its own lock."""

    __slots__ = ("parker", "thread")

    def __init__(self) -> None:
        self.parker = threading.Lock()
        self.parker.acquire()
        self.thread: threading.Thread | None = None


class ThreadPool:
    """A queue of tasks and the threads that work it off.

    All methods but `join` are called inside the section.

    Args:
        name: Of the executor; part of the threads' names.
        section: The graph's.
        num_threads: The most threads to start; 0 if only waiting callers run the tasks.
        threads: Takes the identifiers of the threads while they run.
        work: Runs tasks of a pool while there are any, outside of the section; tells whether it is inside
            again.
        executor: Runs the tasks in place of threads of the pool's own.
        on_left: Called inside when a thread of the executor has left the pool after `stop`.
    """

    def __init__(
        self,
        name: str,
        section: Section,
        num_threads: int,
        threads: set[int],
        work: Callable[[ThreadPool], bool],
        executor: Submits | None = None,
        on_left: Callable[[], object] | None = None,
    ) -> None:
        self.name = name
        self.num_threads = num_threads
        self.tasks: list[Task] = []  # the best one last: mostly that is the newest
        self.paused = False
        self._work = work
        self._section = section
        self._threads = threads
        self._executor = executor
        self._on_left = on_left
        self._submitted = 0
        self._stopped = False
        self._parked: list[_Worker] = []
        self._workers: list[_Worker] = []
        self.spare = num_threads  # how many threads could be woken or started

    def push(self, task: Task) -> None:
        """Queues a task; `wake` sees to it that a thread takes it."""
        tasks = self.tasks
        if not tasks or task.rank > tasks[-1].rank:
            tasks.append(task)
        elif task.rank <= tasks[0].rank:
            tasks.insert(0, task)
        else:
            insort_left(tasks, task, key=_rank)

    def wake(self, spare: int) -> int:
        """Wakes or starts threads for the queued tasks, except for those that the caller takes itself.

        Returns:
            For how many tasks there is no thread.
        """
        wanted = len(self.tasks) - spare
        if wanted <= 0 or self.paused or self._stopped:
            return 0
        if self._executor is not None:
            for _ in range(wanted - self._submitted):
                self._submitted += 1
                self._executor.submit(self._visit)
            return 0
        while wanted and self._parked:
            self._parked.pop().parker.release()
            self.spare -= 1
            wanted -= 1
        for _ in range(min(wanted, self.num_threads - len(self._workers))):
            worker = _Worker()
            worker.thread = threading.Thread(
                target=self._loop,
                args=(worker,),
                name=f"mpgraph-{self.name or 'default'}-{len(self._workers)}",
                daemon=True,
            )
            self._workers.append(worker)
            worker.thread.start()
            self.spare -= 1
            wanted -= 1
        return wanted

    def stop(self) -> None:
        """Lets the threads end when they have finished their tasks; what is queued is dropped."""
        self._stopped = True
        self.tasks.clear()
        while self._parked:
            self._parked.pop().parker.release()

    def join(self) -> None:
        """Waits for the threads to end; called outside of the section, after `stop`."""
        for worker in self._workers:
            if worker.thread is not None and worker.thread is not threading.current_thread():
                worker.thread.join()

    def _visit(self) -> None:
        """What an executor of the application calls: runs tasks until there is none."""
        section = self._section
        me = threading.get_ident()
        self._threads.add(me)
        try:
            # Waits, unlike the threads of a pool: what it left there might be submitted again and again.
            section.lock.acquire()
            inside = True
            try:
                self._submitted -= 1
                inside = self._stopped or self._work(self)
            finally:
                if inside:
                    section.lock.release()
            if section.inbox:
                section.pump()
        finally:
            self._threads.discard(me)
            if self._stopped and self._on_left is not None:
                section.post(self._on_left)

    def _park(self, worker: _Worker) -> None:
        if self._stopped:
            worker.parker.release()
        else:
            self._parked.append(worker)
            self.spare += 1

    def _loop(self, worker: _Worker) -> None:
        me = threading.get_ident()
        self._threads.add(me)
        try:
            self._work_off(worker)
        finally:
            self._threads.discard(me)

    def _work_off(self, worker: _Worker) -> None:
        section = self._section
        while not self._stopped:
            if section.lock.acquire(False):
                inside = True
                try:
                    inside = self._work(self)
                    if inside:
                        self._park(worker)
                finally:
                    if inside:
                        section.lock.release()
                if section.inbox:
                    section.pump()
                if not inside:
                    continue
            else:
                section.post(self._park, worker)
            worker.parker.acquire()
