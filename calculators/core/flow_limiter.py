"""FlowLimiterCalculator: no more frames than the rest of the graph can take."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque

from mpgraph.calculator import Calculator
from mpgraph.context import Context, OutputSlot
from mpgraph.contract import Contract
from mpgraph.options import merge, option, options
from mpgraph.packet import Packet
from mpgraph.ports import Input, Inputs, Output, Outputs, SideInput
from mpgraph.timestamp import MAX, UNSET, next_allowed_in_stream

from ..port_rules import same_number

__all__ = ["FlowLimiter", "FlowLimiterOptions"]


@options(message="mediapipe.FlowLimiterCalculatorOptions", extension=326963320)
class FlowLimiterOptions:
    """How much may be under way.

    Attributes:
        max_in_flight: Frames that were released and are not finished.
        max_in_queue: Frames that wait; older ones are dropped.
        in_flight_timeout: Microseconds of the main stream after which a frame is no longer waited for;
            0 for never.
    """

    max_in_flight: int = option(1, default=1)
    max_in_queue: int = option(2, default=0)
    in_flight_timeout: int = option(3, default=0, wire="int64")


class FlowLimiter(
    Calculator,
    name="FlowLimiterCalculator",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
    process_timestamp_bounds=True,
):
    """Releases frames while fewer than ``max_in_flight`` are under way, and drops what cannot wait.

    Inputs: one or more untagged streams, the first of which is the main one; FINISHED, usually a back
    edge, whose packets or bounds say which frames are finished; OPTIONS (optional), options that hold
    from its packet on. Side inputs (optional): OPTIONS; MAX_IN_FLIGHT (int). Outputs: one untagged stream
    per input; ALLOW (bool, optional), for each main frame whether it was released. Packets of the other
    streams go out if the main frame at or before their timestamp did.

    Raises:
        ContractError: Another number of outputs than inputs.

    Upstream: calculators/core/flow_limiter_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "FlowLimiterCalculator"
          input_stream: "input_video"
          input_stream: "FINISHED:output_video"
          input_stream_info { tag_index: "FINISHED" back_edge: true }
          output_stream: "throttled_input_video"
        }
    """

    options: FlowLimiterOptions
    frames = Inputs[object](at_least=1)
    finished = Input[object]("FINISHED")
    new_options = Input[FlowLimiterOptions]("OPTIONS", optional=True)
    side_options = SideInput[FlowLimiterOptions]("OPTIONS", optional=True)
    max_in_flight = SideInput[int]("MAX_IN_FLIGHT", optional=True)
    released = Outputs[object](same_as=frames)
    allow = Output[bool]("ALLOW", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        same_number(contract)

    def open(self, cc: Context) -> None:
        """Merges the options and passes headers."""
        self._options = self.options
        if self.side_options in cc:
            self._options = merge(self._options, cc[self.side_options])
        if self.max_in_flight in cc:
            self._options = merge(self._options, FlowLimiterOptions(max_in_flight=cc[self.max_in_flight]))
        self._slots = cc.input_map.slots("")
        self._outs = [cc.outputs[slot] for slot in cc.output_map.slots("")]
        self._queues: list[deque[Packet]] = [deque() for _ in self._slots]
        self._in_flight: list[int] = []
        # Whether frames from a timestamp on are released, in order of timestamps.
        self._since = [UNSET]
        self._allowed = [True]
        for slot, out in zip(self._slots, self._outs, strict=True):
            if not cc.headers[slot].is_empty():
                out.set_header(cc.headers[slot])

    def process(self, cc: Context) -> None:
        """Takes note of what is finished, releases what can go and drops what cannot wait."""
        if self.new_options in cc:
            self._options = merge(self._options, cc[self.new_options])
        finished = cc.packet(self.finished).time
        if finished == cc.timestamp:
            self._in_flight = [frame for frame in self._in_flight if frame > finished]
        settled = [cc.inputs[slot].time for slot in self._slots]
        for queue, slot in zip(self._queues, self._slots, strict=True):
            if not cc.inputs[slot].is_empty():
                queue.append(cc.inputs[slot])
        timeout = self._options.in_flight_timeout
        if timeout > 0 and settled[0] == cc.timestamp < MAX:
            self._in_flight = [frame for frame in self._in_flight if frame >= settled[0] - timeout]
        main = self._queues[0]
        while main and len(self._in_flight) < self._options.max_in_flight:
            packet = main.popleft()
            self._in_flight.append(packet.time)
            self._outs[0].send_packet(packet)
            self._decide(cc, packet.time, allowed=True)
        while len(main) > self._options.max_in_queue:
            self._decide(cc, main.popleft().time, allowed=False)
        bound = self._settle(self._outs[0], main, settled[0])
        if not main and (allow := cc.output(self.allow)) is not None:
            self._settle(allow, main, settled[0])
        for queue, out, reached in zip(self._queues[1:], self._outs[1:], settled[1:], strict=True):
            while queue and queue[0].time < bound:
                packet = queue.popleft()
                if self._allowed[bisect_right(self._since, packet.time) - 1]:
                    out.send_packet(packet)
            self._settle(out, queue, reached)
        self._forget(settled)

    def _decide(self, cc: Context, timestamp: int, *, allowed: bool) -> None:
        cc.send(self.allow, allowed, timestamp)
        self._since.append(timestamp)
        self._allowed.append(allowed)

    def _settle(self, out: OutputSlot, queue: deque[Packet], settled: int) -> int:
        """Moves an output's bound to the frame that waits, or past what its input has settled."""
        bound = queue[0].time if queue else next_allowed_in_stream(settled)
        if bound > MAX:
            out.close()
        elif bound > out.next_bound:
            out.set_bound(bound)
        return bound

    def _forget(self, settled: list[int]) -> None:
        lowest = min(
            queue[0].time if queue else next_allowed_in_stream(reached)
            for queue, reached in zip(self._queues, settled, strict=True)
        )
        keep = bisect_right(self._since, lowest) - 1
        if keep > 0:
            del self._since[:keep], self._allowed[:keep]
