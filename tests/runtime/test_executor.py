"""The pool: threads start when needed, and all end."""

from __future__ import annotations

import threading
from typing import Any

from mpgraph.runtime.executor import Repeater, Task, ThreadPool
from mpgraph.runtime.section import Section


class Runner:
    """Runs tasks as the scheduler does: outside of the section."""

    def __init__(self, num_threads: int) -> None:
        self.section = Section(lambda: self.pool.wake(0))
        self.ran: list[object] = []
        self.threads: set[int] = set()
        self.done = threading.Condition()
        self.pool = ThreadPool("test", self.section, num_threads, self.threads, self.work)

    def work(self, pool: ThreadPool) -> bool:
        while pool.tasks and not pool.paused:
            task = pool.tasks.pop()
            self.section.lock.release()
            try:
                task.outside(task.argument)
            finally:
                self.section.lock.acquire()
            with self.done:
                self.ran.append(task.argument)
                self.done.notify_all()
        return True

    def push(self, rank: int, argument: object, function: Any = lambda argument: None) -> None:
        self.pool.push(Task(rank, function, lambda argument, raised: None, argument))

    def wait_for(self, count: int) -> None:
        with self.done:
            assert self.done.wait_for(lambda: len(self.ran) == count, 60)

    def end(self) -> None:
        with self.section:
            self.pool.stop()
        self.pool.join()


def test_the_best_task_goes_first_and_equal_ones_in_order() -> None:
    runner = Runner(0)
    with runner.section:
        for rank, name in ((1, "c"), (2, "a"), (1, "d"), (0, "e"), (2, "b")):
            runner.push(rank, name)
        runner.work(runner.pool)
    assert runner.ran == ["a", "b", "c", "d", "e"]


def test_no_more_threads_start_than_there_is_work_for() -> None:
    before = threading.active_count()
    runner = Runner(4)
    barrier = threading.Barrier(3)
    with runner.section:
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
    with runner.section:
        runner.push(0, "a")
        runner.pool.wake(1)
        assert threading.active_count() == before
        assert runner.work(runner.pool)
    runner.end()


def test_a_paused_pool_starts_nothing() -> None:
    before = threading.active_count()
    runner = Runner(1)
    with runner.section:
        runner.push(0, "a")
        runner.pool.paused = True
        runner.pool.wake(0)
        assert threading.active_count() == before
        runner.pool.paused = False
        runner.work(runner.pool)
    assert runner.ran == ["a"]


def test_stopping_drops_what_is_queued() -> None:
    runner = Runner(1)
    with runner.section:
        runner.push(0, "a")
        runner.pool.stop()
        runner.pool.wake(0)
    runner.pool.join()
    assert runner.ran == []


def test_a_repeater_calls_until_it_is_stopped() -> None:
    calls = 0
    enough = threading.Event()

    def call() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            enough.set()

    repeater = Repeater(call, 0.001, "repeats")
    repeater.start()
    assert enough.wait(60)
    repeater.stop()
    before = calls
    assert not any(thread.name == "repeats" for thread in threading.enumerate())
    repeater.stop()
    assert calls == before


def test_a_repeater_can_be_stopped_by_its_own_call() -> None:
    """And its pause does not hold up the end."""
    calls: list[str] = []
    done = threading.Event()

    def call() -> None:
        calls.append(threading.current_thread().name)
        repeater.stop()
        done.set()

    repeater = Repeater(call, 3600, "repeats")
    repeater.start()
    assert done.wait(60)
    repeater.stop()
    assert calls == ["repeats"]


def test_a_repeater_may_begin_with_a_pause() -> None:
    calls: list[int] = []
    waits: list[float] = []
    repeater = Repeater(lambda: calls.append(len(waits)), 3600, "repeats", at_once=False)

    def wait(pause: float) -> bool:
        waits.append(pause)
        return len(waits) > 2

    repeater._stopped.wait = wait  # type: ignore[method-assign,assignment]
    repeater._repeat()
    assert calls == [1, 2]
    assert waits == [3600, 3600, 3600]


def test_a_repeater_that_never_started_can_be_stopped() -> None:
    calls: list[int] = []
    repeater = Repeater(lambda: calls.append(0), 0, "repeats")
    repeater.stop()
    assert calls == []
