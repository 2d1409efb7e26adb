"""The pool: threads start when needed, and all end."""

from __future__ import annotations

import threading
from typing import Any

from mpgraph.runtime.executor import Task, ThreadPool


class Runner:
    """Runs tasks as the scheduler does: without the lock."""

    def __init__(self, num_threads: int) -> None:
        self.lock = threading.Lock()
        self.ran: list[object] = []
        self.done = threading.Condition(self.lock)
        self.pool = ThreadPool("test", self.lock, num_threads, self.run)
        self.serial = 0

    def run(self, task: Task) -> None:
        self.lock.release()
        try:
            task[4](task[5])
        finally:
            self.lock.acquire()
        self.ran.append(task[5])
        self.done.notify_all()

    def push(self, rank: int, argument: object, function: Any = lambda argument: None) -> None:
        self.serial += 1
        self.pool.push((rank, 0, 0, self.serial, function, argument))

    def wait_for(self, count: int) -> None:
        with self.lock:
            assert self.done.wait_for(lambda: len(self.ran) == count, 60)

    def end(self) -> None:
        with self.lock:
            self.pool.stop()
        self.pool.join()


def test_the_best_task_goes_first_and_equal_ones_in_order() -> None:
    runner = Runner(0)
    with runner.lock:
        for rank, name in ((2, "c"), (1, "a"), (2, "d"), (1, "b")):
            runner.push(rank, name)
        while runner.pool.run_next():
            pass
    assert runner.ran == ["a", "b", "c", "d"]


def test_no_more_threads_start_than_there_is_work_for() -> None:
    before = threading.active_count()
    runner = Runner(4)
    barrier = threading.Barrier(3)
    with runner.lock:
        for name in "ab":
            runner.push(0, name, lambda argument: barrier.wait(60))
        runner.pool.wake(0)
    barrier.wait(60)
    runner.wait_for(2)
    assert threading.active_count() == before + 2
    runner.end()
    assert threading.active_count() == before


def test_what_the_caller_takes_itself_wakes_nobody() -> None:
    before = threading.active_count()
    runner = Runner(4)
    with runner.lock:
        runner.push(0, "a")
        runner.pool.wake(1)
        assert threading.active_count() == before
        assert runner.pool.run_next()
    runner.end()


def test_a_paused_pool_runs_nothing() -> None:
    runner = Runner(0)
    with runner.lock:
        runner.push(0, "a")
        runner.pool.paused = True
        assert not runner.pool.run_next()
        runner.pool.paused = False
        assert runner.pool.run_next()


def test_stopping_drops_what_is_queued() -> None:
    runner = Runner(1)
    with runner.lock:
        runner.push(0, "a")
        runner.pool.stop()
        runner.pool.wake(0)
    runner.pool.join()
    assert runner.ran == []
