"""RealTimeFlowLimiterCalculator: no more frames than the rest of the graph can take; none waits."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.ports import Input, Inputs, Output, Outputs, SideInput
from mpgraph.timestamp import DONE, UNSET, is_range_value, next_allowed_in_stream

from ..port_rules import same_number

__all__ = ["RealTimeFlowLimiter"]


class RealTimeFlowLimiter(
    Calculator,
    name="RealTimeFlowLimiterCalculator",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
):
    """Releases frames while fewer than MAX_IN_FLIGHT are under way, and drops the others at once.

    `FlowLimiter`, which can also let frames wait, has taken its place.

    Inputs: one or more untagged streams of any type; FINISHED, usually a back edge, each packet of which says
    that one frame is finished. Side input: MAX_IN_FLIGHT (int, optional, at least 1, default 1). Outputs:
    one untagged stream per input; ALLOW (bool, optional), whether frames would be released, where that has
    changed, at timestamps of its own: 1, 2, 3 and so on. Packets of one timestamp go together.

    Raises:
        ContractError: Another number of outputs than inputs.
        ValueError: MAX_IN_FLIGHT is below 1, or FINISHED comes while nothing is under way.

    Upstream: calculators/core/real_time_flow_limiter_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "RealTimeFlowLimiterCalculator"
          input_stream: "input_video"
          input_stream: "FINISHED:output_video"
          input_stream_info { tag_index: "FINISHED" back_edge: true }
          output_stream: "throttled_input_video"
        }
    """

    frames = Inputs[object](at_least=1)
    finished = Input[object]("FINISHED")
    max_in_flight = SideInput[int]("MAX_IN_FLIGHT", optional=True)
    released = Outputs[object](same_as=frames)
    allow = Output[bool]("ALLOW", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        same_number(contract)

    def open(self, cc: Context) -> None:
        """Learns how many may be under way, and passes headers."""
        self._max_in_flight = cc.get(self.max_in_flight, 1)
        if self._max_in_flight < 1:
            msg = f"MAX_IN_FLIGHT must be at least 1, got {self._max_in_flight}"
            raise ValueError(msg)
        self._in_flight = 0
        self._changes = 0
        self._last_dropped = UNSET
        self._released: set[int] = set()
        self._slots = cc.input_map.slots("")
        self._outs = [cc.outputs[slot] for slot in cc.output_map.slots("")]
        self._bounds = [UNSET] * len(self._slots)
        for slot, out in zip(self._slots, self._outs, strict=True):
            if not cc.headers[slot].is_empty():
                out.set_header(cc.headers[slot])

    def process(self, cc: Context) -> None:
        """Releases or drops what came."""
        before = self._in_flight < self._max_in_flight
        if self.finished in cc:
            if not self._in_flight:
                msg = "FINISHED has a packet, but no frame is under way"
                raise ValueError(msg)
            self._in_flight -= 1
        for index, (slot, out) in enumerate(zip(self._slots, self._outs, strict=True)):
            packet = cc.inputs[slot]
            if packet.is_empty():
                if cc.done[slot]:
                    out.close()
            elif self._releases(packet.time):
                out.send_packet(packet)
            if is_range_value(packet.time) and packet.time >= self._bounds[index]:
                self._bounds[index] = next_allowed_in_stream(packet.time)
                out.set_bound(max(out.next_bound, self._bounds[index]))
        lowest = min(self._bounds, default=DONE)
        self._released = {timestamp for timestamp in self._released if timestamp >= lowest}
        allowed = self._in_flight < self._max_in_flight
        if allowed != before:
            self._changes += 1
            cc.send(self.allow, allowed, self._changes)

    def _releases(self, timestamp: int) -> bool:
        """Whether a packet goes out: with another of its timestamp, or as a new frame."""
        if timestamp in self._released:
            return True
        if self._in_flight < self._max_in_flight and timestamp > self._last_dropped:
            self._released.add(timestamp)
            self._in_flight += 1
            return True
        self._last_dropped = max(self._last_dropped, timestamp)
        return False
