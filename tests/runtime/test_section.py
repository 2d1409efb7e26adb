"""One thread at a time, and nothing left undone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from mpgraph.runtime.section import Section


@pytest.fixture
def often_switched() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_what_is_posted_is_done_at_once_when_nobody_is_inside() -> None:
    settled: list[str] = []
    section = Section(lambda: settled.append("settled"))
    section.post(settled.append, "done")
    assert settled == ["done", "settled"]
    assert not section.lock.locked()


def test_what_is_posted_while_a_thread_is_inside_is_done_by_it() -> None:
    done: list[int] = []
    section = Section(lambda: None)
    with section:
        other = threading.Thread(target=lambda: section.post(lambda: done.append(threading.get_ident())))
        other.start()
        other.join(60)
        assert done == []
    assert done == [threading.get_ident()]


def test_what_is_posted_from_inside_is_done_before_leaving() -> None:
    done: list[str] = []
    section = Section(lambda: None)
    section.post(lambda: section.post(done.append, "inner"))
    assert done == ["inner"]


def test_a_failure_inside_leaves_the_section_free() -> None:
    section = Section(lambda: None)
    with pytest.raises(ZeroDivisionError):
        section.post(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError), section:
        section.inbox.append((lambda: 1 / 0, ()))
    assert not section.lock.locked()


@pytest.mark.usefixtures("often_switched")
def test_nothing_is_lost_or_done_twice_at_once() -> None:
    """Many threads post; each post is done once, alone, and in the order of its thread."""
    inside = 0
    done: list[tuple[int, int]] = []

    def enter(thread: int, number: int) -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        done.append((thread, number))
        inside -= 1

    section = Section(lambda: None)

    def post_many(thread: int) -> None:
        for number in range(500):
            section.post(enter, thread, number)

    threads = [threading.Thread(target=post_many, args=(thread,)) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == 2000
    for index in range(4):
        assert [number for thread, number in done if thread == index] == list(range(500))
    assert not section.inbox
