"""SwitchDemuxCalculator: deals the inputs of a SwitchContainer out to the selected node."""

from __future__ import annotations

from collections import deque

from mpgraph.calculator import Calculator
from mpgraph.context import Context, OutputSlot
from mpgraph.contract import Contract
from mpgraph.packet import Packet
from mpgraph.port_map import PortId

from .switch_container import SELECTORS, SwitchContainerOptions, channel_tag
from .switch_selection import Selection, forward

__all__ = ["SwitchDemux"]


class SwitchDemux(
    Calculator, name="SwitchDemuxCalculator", timestamp_offset=None, process_timestamp_bounds=True
):
    """Sends packets and bounds to the channel that is selected at their timestamps.

    Inputs: SELECT (int) or ENABLE (bool), optional, and any others. Outputs: for channel k and input TAG
    ``C{k}__TAG`` with the same index. Side packets likewise, but to all channels; SELECT or ENABLE among
    them names the first channel. Made by SwitchContainer.

    Upstream: framework/tool/switch_demux_calculator.cc; spec SW-7.

    Example::

        node {
          calculator: "SwitchDemuxCalculator"
          input_stream: "ENABLE:enable"
          input_stream: "FRAME:frame"
          output_stream: "C0__FRAME:frame_0"
          output_stream: "C1__FRAME:frame_1"
        }
    """

    options: SwitchContainerOptions

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Gives the ports of each channel the type of the input."""
        super().get_contract(contract)
        Selection.declare(contract)
        for types, outs, kind in (
            (contract.inputs, contract.outputs, "input"),
            (contract.side_inputs, contract.side_outputs, "side_input"),
        ):
            for port in types.map:
                if port.tag in SELECTORS:
                    continue
                types.declare(port.tag, port.index)
                for channel in range(_channels(outs.tags())):
                    same_as = (kind, port)
                    outs.declare(channel_tag(channel, port.tag), port.index, optional=True, same_as=same_as)  # type: ignore[arg-type]
        if not contract.options(SwitchContainerOptions).synchronize_io:
            contract.input_policy = "ImmediateInputStreamHandler"

    def open(self, cc: Context) -> None:
        """Passes side packets and headers to every channel."""
        self._selection = Selection(cc, self.options)
        channels = _channels(cc.output_map.tags()), _channels(cc.side_output_map.tags())
        self._inputs: list[tuple[int, deque[Packet], list[OutputSlot | None]]] = []
        for slot, port in enumerate(cc.input_map.ids):
            if port.tag in SELECTORS:
                continue
            outs = [_output(cc, channel, port) for channel in range(channels[0])]
            self._inputs.append((slot, deque(), outs))
            for out in outs:
                if out is not None and not cc.headers[slot].is_empty():
                    out.set_header(cc.headers[slot])
        for packet, port in zip(cc.side_inputs, cc.side_input_map.ids, strict=True):
            for channel in range(channels[1]):
                slot_or_none = cc.side_output_map.slot(channel_tag(channel, port.tag), port.index)
                if slot_or_none is not None and not packet.is_empty():
                    cc.side_outputs[slot_or_none].send_packet(packet)

    def process(self, cc: Context) -> None:
        """Queues what came, and sends on what the selection is known for."""
        selection = self._selection
        selection.update(cc)
        for slot, queue, outs in self._inputs:
            if cc.inputs[slot].time == cc.timestamp:
                queue.append(cc.inputs[slot])
            while queue and queue[0].time <= selection.settled:
                packet = queue.popleft()
                channel = next((c for start, c in reversed(selection.history) if start <= packet.time), -1)
                out = outs[channel] if 0 <= channel < len(outs) else None
                if out is not None:
                    forward(packet, out)
        # As upstream: what comes later for an earlier channel is dropped.
        del selection.history[:-1]


def _channels(tags: tuple[str, ...]) -> int:
    numbers = [
        int(tag[1 : tag.index("__")])
        for tag in tags
        if tag[:1] == "C" and tag[1 : tag.find("__")].isdecimal()
    ]
    return max(numbers, default=-1) + 1


def _output(cc: Context, channel: int, port: PortId) -> OutputSlot | None:
    slot = cc.output_map.slot(channel_tag(channel, port.tag), port.index)
    return None if slot is None else cc.outputs[slot]
