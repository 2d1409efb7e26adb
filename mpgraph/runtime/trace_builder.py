"""Events as a ``GraphTrace`` message (X-13, X-14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from mpgraph.timestamp import MAX, MIN, UNSET

from .tracer import Event, EventType

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphTrace

__all__ = ["TraceBuilder"]

_OF_CALLS: Final = frozenset(
    {
        EventType.OPEN,
        EventType.PROCESS,
        EventType.CLOSE,
        EventType.CPU_TASK_USER,
        EventType.CPU_TASK_SYSTEM,
        EventType.GPU_TASK,
        EventType.DSP_TASK,
        EventType.TPU_TASK,
        EventType.GPU_CALIBRATION,
        EventType.PACKET_QUEUED,
    }
)
"""What has a beginning, an end and a timestamp, and becomes one entry."""

_OF_STREAMS: Final = frozenset(
    {
        EventType.OPEN,
        EventType.PROCESS,
        EventType.CLOSE,
        EventType.CPU_TASK_USER,
        EventType.CPU_TASK_SYSTEM,
        EventType.PACKET_QUEUED,
    }
)
"""What tells of packets."""

_INT64: Final = range(-(2**63), 2**63)


class _Numbers(dict[int, int]):
    """Running numbers for payloads, which are known for as long as there are not too many newer ones."""

    def __init__(self, most: int) -> None:
        super().__init__({0: 0})  # 0 is for no payload
        self._most = most
        self._next = 1

    def __missing__(self, key: int) -> int:
        if len(self) > self._most:
            del self[next(filter(None, self))]  # the oldest but for 0
        number = self[key] = self._next
        self._next += 1
        return number


class TraceBuilder:
    """Makes messages of the events of a graph, with the same base and the same numbers in all of them.

    Args:
        payloads: How many payloads at most are told apart.
    """

    def __init__(self, payloads: int) -> None:
        self._base: tuple[int, int] | None = None  # the time and the timestamp that are written as 0
        self._streams: dict[str, int] = {"": 0}
        self._payloads = _Numbers(payloads)

    def build(self, events: Iterable[Event], *, instant: bool = False) -> GraphTrace:
        """The message for events that follow those of the message before.

        Args:
            events: In the order of recording.
            instant: Whether each event gets an entry of its own; else those of one call are put together.
        """
        from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphTrace

        events = list(events)
        if self._base is None and events:
            stamps = [stamp for event in events for stamp in (event.timestamp, event.packet_timestamp)]
            self._base = (
                min(event.time for event in events),
                min((stamp for stamp in stamps if MIN <= stamp <= MAX), default=0),
            )
        base_time, base_timestamp = self._base or (0, 0)
        trace = GraphTrace(base_time=base_time, base_timestamp=base_timestamp)
        if instant:
            for event in events:
                self._add_instant(trace, event)
        else:
            self._add_calls(trace, events)
        trace.stream_name.extend(self._streams)
        return trace

    def _add_calls(self, trace: GraphTrace, events: list[Event]) -> None:
        calls: dict[tuple[int, int, EventType], list[Event]] = {}
        made: dict[tuple[str, int, EventType], Event] = {}
        for event in events:
            if event.type in _OF_CALLS:
                self._stream(event.stream)
                calls.setdefault(_call(event), []).append(event)
                if event.is_finish:
                    made[event.stream, event.packet_timestamp, event.type] = event
        for event in events:
            if event.type not in _OF_CALLS:
                self._add_instant(trace, event)
            elif parts := calls.pop(_call(event), None):
                self._add_call(trace, parts, made)

    def _add_call(
        self,
        trace: GraphTrace,
        events: list[Event],
        made: dict[tuple[str, int, EventType], Event],
    ) -> None:
        entry = self._add_entry(trace, events[0])
        starts = [event.time for event in events if not event.is_finish]
        finishes = [event.time for event in events if event.is_finish]
        if starts:
            entry.start_time = self._time(min(starts))
        if finishes:
            entry.finish_time = self._time(min(finishes))
        for event in events:
            if event.type not in _OF_STREAMS:
                continue
            packet = self._add_packet(entry, event)
            if not event.is_finish:  # how long it took from where it was made to here
                packet.finish_time = self._time(event.time)
                source = made.get((event.stream, event.packet_timestamp, event.type))
                if source is not None:
                    packet.start_time = self._time(source.time)

    def _add_instant(self, trace: GraphTrace, event: Event) -> None:
        entry = self._add_entry(trace, event)
        if event.is_finish:
            entry.finish_time = self._time(event.time)
        else:
            entry.start_time = self._time(event.time)
        if event.stream and event.type in _OF_STREAMS:
            self._add_packet(entry, event)

    def _add_entry(self, trace: GraphTrace, event: Event) -> GraphTrace.CalculatorTrace:
        entry = trace.calculator_trace.add(node_id=event.node, thread_id=event.thread)
        entry.event_type = event.type.value  # type: ignore[assignment]  # a number is as good
        if event.timestamp != UNSET:
            entry.input_timestamp = self._timestamp(event.timestamp)
        return entry

    def _add_packet(self, entry: GraphTrace.CalculatorTrace, event: Event) -> GraphTrace.StreamTrace:
        packets = entry.output_trace if event.is_finish else entry.input_trace
        is_queue = event.type is EventType.PACKET_QUEUED
        return packets.add(
            stream_id=self._stream(event.stream),
            packet_timestamp=self._timestamp(event.packet_timestamp),
            event_data=event.data if is_queue else self._payloads[event.data],
        )

    def _stream(self, name: str) -> int:
        """The number of a stream, by first use."""
        return self._streams.setdefault(name, len(self._streams))

    def _time(self, time: int) -> int:
        assert self._base is not None
        return time - self._base[0]

    def _timestamp(self, timestamp: int) -> int:
        """Relative to the base; one that would leave the range of 64 bits is the end of it."""
        assert self._base is not None
        return max(_INT64[0], min(timestamp - self._base[1], _INT64[-1]))


def _call(event: Event) -> tuple[int, int, EventType]:
    return event.node, event.timestamp, event.type
