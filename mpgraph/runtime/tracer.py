"""What happens in a running graph, event by event (spec 11.2).

A graph has a `Tracer` if its ``profiler_config`` says ``trace_enabled: true``. It is put between the run, its
calculators and its streams when a run begins; a graph without one knows nothing of it.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from mpgraph.calculator import CalculatorBase
from mpgraph.config.plan import NodePlan
from mpgraph.config.schema import ProfilerConfig
from mpgraph.context import Context
from mpgraph.packet import Packet
from mpgraph.timestamp import UNSET

from .policies import InputPolicy
from .readiness import CLOSE, READY, Status
from .stream import InputStream, OutputStream

if TYPE_CHECKING:
    from .node import Node

__all__ = ["GRAPH", "Event", "EventType", "Tracer"]

GRAPH: Final = -1
"""The node id of what happens to the graph as a whole."""

_CAPACITY: Final = 20_000


class EventType(IntEnum):
    """What happened (X-11). mpgraph itself records those up to UNTHROTTLED, and PACKET_QUEUED."""

    UNKNOWN = 0
    OPEN = 1
    PROCESS = 2
    CLOSE = 3
    NOT_READY = 4
    READY_FOR_PROCESS = 5
    READY_FOR_CLOSE = 6
    THROTTLED = 7
    UNTHROTTLED = 8
    CPU_TASK_USER = 9
    CPU_TASK_SYSTEM = 10
    GPU_TASK = 11
    DSP_TASK = 12
    TPU_TASK = 13
    GPU_CALIBRATION = 14
    PACKET_QUEUED = 15
    GPU_TASK_INVOKE = 16
    TPU_TASK_INVOKE = 17
    CPU_TASK_INVOKE = 18
    GPU_TASK_INVOKE_ADVANCED = 19
    TPU_TASK_INVOKE_ASYNC = 20


class Event(NamedTuple):
    """Something that happened at a node.

    Attributes:
        type: What it was.
        time: When, in microseconds of the profiler's clock.
        node: The node's id, which is its place in the expanded config; `GRAPH` if it concerns none.
        timestamp: Of the call; UNSET if it is about none.
        thread: A small number for the thread.
        is_finish: Whether it is about a call's end and what the call made, rather than what it took.
        stream: The name of the packet's stream; "" if it is about no packet.
        packet_timestamp: Of the packet.
        data: Of a queued packet the length of its queue, of others which object the payload is (its `id`).
    """

    type: EventType
    time: int
    node: int = GRAPH
    timestamp: int = UNSET
    thread: int = 0
    is_finish: bool = False
    stream: str = ""
    packet_timestamp: int = UNSET
    data: int = 0


class _Thread(threading.local):
    """The number of the thread that looks."""

    numbers = itertools.count()

    def __init__(self) -> None:
        self.number = next(self.numbers)


_thread: Final = _Thread()


class Tracer:
    """Records the newest events of a graph's runs (X-10, X-17).

    Events may come from any thread while another takes them.

    Args:
        config: Says how many events are kept, and which are not recorded.
        clock: Tells the time in microseconds.

    Attributes:
        paused: Whether nothing is recorded for now.
    """

    def __init__(self, config: ProfilerConfig, clock: Callable[[], int]) -> None:
        self.paused = False
        self.capacity = config.trace_log_capacity or _CAPACITY
        self._clock = clock
        self._disabled = frozenset(config.trace_event_types_disabled)
        self._events: deque[Event] = deque(maxlen=self.capacity)

    def record(self, event: Event) -> None:
        """Keeps an event, in place of the oldest if there are too many."""
        if not self.paused and event.type not in self._disabled:
            self._events.append(event)

    def has_events(self, until: int | None = None) -> bool:
        """Whether `take` would find any."""
        events = self._events
        return bool(events) and (until is None or events[0].time <= until)

    def take(self, until: int | None = None) -> Iterator[Event]:
        """Takes the events out, in the order of recording, up to one that is later than `until`."""
        events = self._events
        while self.has_events(until):
            yield events.popleft()

    # What a run tells.

    def wrap(self, plan: NodePlan, calculator: CalculatorBase) -> CalculatorBase:
        """The calculator, with its calls recorded."""
        return _Traced(calculator, self, plan)

    def attach(self, nodes: Sequence[Node]) -> None:
        """Looks on when nodes find out whether they are ready."""
        for node in nodes:
            if node.inputs:
                node.watch(_TracedPolicy(node, self))

    def readiness(self, node: int, status: Status) -> None:
        """Records what a node is ready for."""
        if status is READY:
            kind = EventType.READY_FOR_PROCESS
        else:
            kind = EventType.READY_FOR_CLOSE if status is CLOSE else EventType.NOT_READY
        self.record(Event(kind, self._clock(), node, thread=_thread.number))

    def throttled(self, stream: InputStream) -> None:
        """Records that a queue became full, or is no longer, once for all that it holds up."""
        kind = EventType.THROTTLED if stream.full else EventType.UNTHROTTLED
        for _ in stream.feeders:
            self.record(Event(kind, self._clock(), stream=stream.name, thread=_thread.number))

    def came_in(self, stream: OutputStream, packets: Sequence[Packet]) -> None:
        """Records packets from outside, as if the graph itself had made them in a call (X-13)."""
        for packet in packets:
            self._made(EventType.PROCESS, self._clock(), GRAPH, packet.time, stream.name, packet)

    def queued(self, stream: OutputStream, packets: Sequence[Packet]) -> None:
        """Records that packets come to the queues of nodes: the last of them, and the head of the queue."""
        from .node import Node

        last = packets[-1].time
        for queue in stream.consumers:
            if not isinstance(queue.owner, Node):
                continue
            waiting = queue.queue
            event = Event(
                EventType.PACKET_QUEUED,
                self._clock(),
                queue.owner.id,
                last,
                _thread.number,
                stream=queue.name,
                packet_timestamp=last,
                data=len(waiting) + 1,
            )
            self.record(event)
            if waiting:
                self.record(event._replace(packet_timestamp=waiting[0].time))

    def began(self, kind: EventType, plan: NodePlan, cc: Context) -> None:
        """Records the packets that a call begins with."""
        time = self._clock()
        for name, packet in zip(plan.inputs.names, cc.inputs, strict=True):
            if not packet.is_empty():
                self.record(
                    Event(
                        kind,
                        time,
                        plan.id,
                        cc.timestamp,
                        _thread.number,
                        stream=name,
                        packet_timestamp=packet.time,
                        data=id(packet.value),
                    )
                )

    def ended(self, kind: EventType, plan: NodePlan, cc: Context) -> None:
        """Records the packets that a call has made; those of a source stand at the first one's timestamp."""
        time = self._clock()
        made = [(output.name, packet) for output in cc.outputs for packet in output.packets]
        timestamp = cc.timestamp if plan.inputs.names or not made else made[0][1].time
        for name, packet in made:
            self._made(kind, time, plan.id, timestamp, name, packet)

    def _made(
        self, kind: EventType, time: int, node: int, timestamp: int, stream: str, packet: Packet
    ) -> None:
        number = id(packet.value)
        self.record(Event(kind, time, node, timestamp, _thread.number, True, stream, packet.time, number))


class _Traced(CalculatorBase):
    """A calculator whose calls are recorded."""

    def __init__(self, calculator: CalculatorBase, tracer: Tracer, plan: NodePlan) -> None:
        self._calculator = calculator
        self._tracer = tracer
        self._plan = plan

    def open(self, cc: Context) -> None:
        self._call(EventType.OPEN, self._calculator.open, cc)

    def process(self, cc: Context) -> None:
        self._call(EventType.PROCESS, self._calculator.process, cc)

    def close(self, cc: Context) -> None:
        self._call(EventType.CLOSE, self._calculator.close, cc)

    def _call(self, kind: EventType, function: Callable[[Context], object], cc: Context) -> None:
        self._tracer.began(kind, self._plan, cc)
        try:
            function(cc)
        finally:
            self._tracer.ended(kind, self._plan, cc)


class _TracedPolicy(InputPolicy):
    """An input policy whose answers are recorded."""

    def __init__(self, node: Node, tracer: Tracer) -> None:
        policy = node.policy
        super().__init__(policy.streams, process_bounds=policy.process_bounds)
        self._policy = policy
        self._node = node
        self._tracer = tracer

    def readiness(self) -> tuple[Status, int]:
        status, timestamp = self._policy.readiness()
        if status is not CLOSE or not self._node.in_flight:  # else it waits for the calls that run
            self._tracer.readiness(self._node.id, status)
        return status, timestamp

    def fill(self, timestamp: int) -> Sequence[Packet]:
        return self._policy.fill(timestamp)
