"""Who listens to a stream from outside the graph: observers are called, pollers ask."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mpgraph.errors import RunError
from mpgraph.packet import Packet
from mpgraph.timestamp import DONE, POSTSTREAM, PRESTREAM, UNSTARTED, previous_allowed_in_stream

from .executor import Task
from .stream import InputStream

if TYPE_CHECKING:
    from .scheduler import Scheduler

__all__ = ["Observer", "Poller"]


def _settled(bound: int) -> int:
    return POSTSTREAM if bound == POSTSTREAM else previous_allowed_in_stream(bound)


def _work_off(observer: Observer) -> None:
    """Calls an observer for what came; called outside of the section."""
    events = observer.events
    callback = observer.callback
    while events:
        callback(events.popleft())


class Observer:
    """Calls a function with each packet of a stream, in order and never twice at once (OB-2).

    With `bounds` it is also called with empty packets whose timestamp tells how far the stream is
    settled (OB-3).
    """

    def __init__(self, name: str, callback: Callable[[Packet], object], *, bounds: bool) -> None:
        self.name = name
        self.callback = callback
        self.bounds = bounds
        self.events: deque[Packet] = deque()
        self.scheduled = False
        self.task: Task
        self._last = UNSTARTED
        self._schedule: Callable[[Observer], None] = lambda observer: None
        self.stream = InputStream(name, self)

    def attach(
        self,
        schedule: Callable[[Observer], None],
        finish: Callable[[Observer, BaseException | None], None],
    ) -> InputStream:
        """Begins a run; the returned queue is to be fed by the stream.

        Args:
            schedule: Has `task` run, and is also called when there is nothing for it to do.
            finish: Called inside the section after it was run.
        """
        self.events.clear()
        self.scheduled = False
        self.task = Task(0, _work_off, finish, self)
        self._schedule = schedule
        self.stream = InputStream(self.name, self)
        return self.stream

    def notify(self) -> None:
        """Notes what came, so that no bound is lost, and asks to be run."""
        queue = self.stream.queue
        while queue:
            packet = queue.popleft()
            self.events.append(packet)
            self._last = packet.time
        if self.bounds:
            bound = self.stream.bound
            if bound < DONE and _settled(bound) > self._last:
                self._last = _settled(bound)
                self.events.append(Packet.empty(self._last))
        self._schedule(self)


class Poller:
    """Takes the packets of a stream one by one, waiting for each (OB-4); an iterator of packets.

    Its queue throttles the graph like a node's once `max_queue_size` is set.
    """

    def __init__(self, name: str, *, bounds: bool) -> None:
        self.name = name
        self.bounds = bounds
        self.stream = InputStream(name, self)
        self._max_queue_size = -1
        self._last = UNSTARTED
        self._scheduler: Scheduler | None = None

    def attach(self, scheduler: Scheduler, on_full: Callable[[InputStream], None]) -> InputStream:
        """Begins a run; the returned queue is to be fed by the stream."""
        self._scheduler = scheduler
        self._last = UNSTARTED
        self.stream = InputStream(self.name, self, max_size=self._max_queue_size, on_full=on_full)
        return self.stream

    def notify(self) -> None:
        """Wakes whoever waits in `next`."""
        if self._scheduler is not None:
            self._scheduler.notify_observed()

    def next(self) -> Packet | None:
        """The next packet; None at the end of the stream, or of the run if it failed.

        With bounds, an empty packet tells that the stream is settled up to its timestamp.

        Raises:
            RunError: The graph was never started.
        """
        if self._scheduler is None:
            msg = f'the poller of "{self.name}" has nothing to wait for: start the graph first'
            raise RunError(msg)
        found: list[Packet | None] = []

        def take() -> bool:
            stream = self.stream
            if found:
                return True
            if stream.queue:
                packet = stream.queue.popleft()
                self._last = packet.time
                stream.resized()
                found.append(packet)
            elif self.bounds and stream.bound < DONE and _settled(stream.bound) > self._last:
                self._last = _settled(stream.bound)
                found.append(Packet.empty(self._last))
            elif stream.bound == DONE or (self._scheduler is not None and self._scheduler.is_over()):
                found.append(None)
            return bool(found)

        self._scheduler.help_until(take)
        return found[0]

    def __iter__(self) -> Iterator[Packet]:
        while (packet := self.next()) is not None:
            yield packet

    @property
    def max_queue_size(self) -> int:
        """The length at which its queue throttles the graph; -1 for never."""
        return self._max_queue_size

    @max_queue_size.setter
    def max_queue_size(self, size: int) -> None:
        if size < -1:
            msg = f"max_queue_size must be at least -1, but is {size}"
            raise ValueError(msg)
        self._max_queue_size = size
        self.stream.max_size = size

    def queue_size(self) -> int:
        """How many packets wait."""
        return len(self.stream.queue)

    def reset(self) -> None:
        """Drops the packets that wait, and forgets how far the stream is settled; its end stays (OB-4)."""
        self.stream.queue.clear()
        if self.stream.bound != DONE:
            self.stream.bound = PRESTREAM
        self.stream.resized()
