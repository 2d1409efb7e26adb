"""PreviousLoopbackCalculator: what a loop made of the frame before."""

from __future__ import annotations

from collections import deque

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.packet import Packet
from mpgraph.ports import Input, Output
from mpgraph.timestamp import MAX, UNSET, UNSTARTED, next_allowed_in_stream

__all__ = ["PreviousLoopback"]


class PreviousLoopback(
    Calculator,
    name="PreviousLoopbackCalculator",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
    process_timestamp_bounds=True,
):
    """Sends, with each MAIN packet, the LOOP packet that belongs to the MAIN packet before it.

    Inputs: MAIN; LOOP, a back edge that has a packet, or a bound, at the timestamps of MAIN packets.
    Output: PREV_LOOP, re-stamped to the MAIN packet's timestamp; the first one is only a bound.

    Upstream: calculators/core/previous_loopback_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "PreviousLoopbackCalculator"
          input_stream: "MAIN:image"
          input_stream: "LOOP:landmarks"
          input_stream_info { tag_index: "LOOP" back_edge: true }
          output_stream: "PREV_LOOP:previous_landmarks"
        }
    """

    main = Input[object]("MAIN")
    loop = Input[object]("LOOP")
    previous = Output[object]("PREV_LOOP", same_as=loop)

    def open(self, cc: Context) -> None:
        """Passes the header of LOOP, which is often not known yet."""
        self._main = self._main_with_packet = UNSTARTED
        self._loop = UNSET
        self._expected: deque[tuple[int, int]] = deque()
        self._loops: deque[Packet] = deque()
        if not cc.header(self.loop).is_empty():
            cc.set_header(self.previous, cc.header(self.loop))

    def process(self, cc: Context) -> None:
        """Queues what came and pairs what can be paired."""
        main, loop = cc.packet(self.main), cc.packet(self.loop)
        if main.time > self._main:
            self._main = main.time
            if main.is_empty():
                self._expected.append((main.time, UNSET))
            else:
                self._expected.append((main.time, self._main_with_packet))
                self._main_with_packet = main.time
        if loop.time > self._loop:
            self._loop = loop.time
            self._loops.append(loop)
        out = cc.outputs[0]
        while self._expected and self._loops:
            timestamp, expected = self._expected[0]
            looped = self._loops[0]
            if expected >= looped.time:
                self._loops.popleft()
            if expected <= looped.time:
                self._expected.popleft()
                if expected == looped.time and not looped.is_empty():
                    if not out.closed:
                        out.send_packet(looped.at(timestamp))
                else:
                    out.set_bound(next_allowed_in_stream(timestamp))
            if timestamp >= MAX:
                out.close()
