"""SwitchMuxCalculator: what the selected node of a SwitchContainer sends."""

from __future__ import annotations

from collections import deque

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.packet import Packet
from mpgraph.port_map import PortId
from mpgraph.timestamp import next_allowed_in_stream

from .switch_container import SwitchContainerOptions, channel_tag
from .switch_selection import Selection, forward

__all__ = ["SwitchMux"]


class SwitchMux(
    Calculator,
    name="SwitchMuxCalculator",
    timestamp_offset=None,
    input_policy="ImmediateInputStreamHandler",
    process_timestamp_bounds=True,
):
    """Passes on the packets and bounds of the channel that is selected at their timestamps.

    Inputs: SELECT (int) or ENABLE (bool), optional, and for channel k and output TAG ``C{k}__TAG`` with
    the same index. Side packets likewise, of the channel that is selected first. Made by SwitchContainer.

    Upstream: framework/tool/switch_mux_calculator.cc; spec SW-8.

    Example::

        node {
          calculator: "SwitchMuxCalculator"
          input_stream: "ENABLE:enable"
          input_stream: "C0__FRAME:frame_0"
          input_stream: "C1__FRAME:frame_1"
          output_stream: "FRAME:frame"
        }
    """

    options: SwitchContainerOptions

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Gives each output the type of the channels' ports."""
        super().get_contract(contract)
        Selection.declare(contract)
        for types, outs, kind in (
            (contract.inputs, contract.outputs, "output"),
            (contract.side_inputs, contract.side_outputs, "side_output"),
        ):
            for port in outs.map:
                outs.declare(port.tag, port.index)
            for port in types.map:
                if "__" in port.tag:
                    same_as = (kind, PortId(port.tag.partition("__")[2], port.index))
                    types.declare(port.tag, port.index, same_as=same_as)  # type: ignore[arg-type]

    def open(self, cc: Context) -> None:
        """Passes the side packets and headers of the first channel."""
        self._selection = Selection(cc, self.options)
        self._queues: list[deque[Packet]] = [deque() for _ in cc.input_map]
        self._slots: dict[int, list[tuple[int, int]]] = {}
        for slot, port in enumerate(cc.input_map.ids):
            prefix, separator, tag = port.tag.partition("__")
            out = cc.output_map.slot(tag, port.index)
            if separator and out is not None:
                self._slots.setdefault(int(prefix[1:]), []).append((slot, out))
        channel = self._selection.channel
        for slot, out_slot in self._slots.get(channel, ()):
            if not cc.headers[slot].is_empty():
                cc.outputs[out_slot].set_header(cc.headers[slot])
        for side_out, port in zip(cc.side_outputs, cc.side_output_map.ids, strict=True):
            side_slot = cc.side_input_map.slot(channel_tag(channel, port.tag), port.index)
            if side_slot is not None and not cc.side_inputs[side_slot].is_empty():
                side_out.send_packet(cc.side_inputs[side_slot])

    def process(self, cc: Context) -> None:
        """Queues what came, and passes on what belongs to a selected span of time."""
        selection = self._selection
        selection.update(cc)
        for slots in self._slots.values():
            for slot, _ in slots:
                if cc.inputs[slot].time == cc.timestamp:
                    self._queues[slot].append(cc.inputs[slot])
        while True:
            start, channel = selection.history[0]
            is_last = len(selection.history) == 1
            end = next_allowed_in_stream(selection.settled) if is_last else selection.history[1][0]
            slots = self._slots.get(channel, [])
            for slot, out in slots:
                queue = self._queues[slot]
                while queue and queue[0].time < end:
                    packet = queue.popleft()
                    if packet.time >= start:
                        forward(packet, cc.outputs[out])
            if is_last or any(next_allowed_in_stream(cc.inputs[slot].time) < end for slot, _ in slots):
                return
            for queue in self._queues:
                while queue and queue[0].time < end:
                    queue.popleft()
            del selection.history[0]
