"""What SwitchDemuxCalculator and SwitchMuxCalculator share: which channel holds at which timestamp."""

from __future__ import annotations

from mpgraph.context import Context, OutputSlot
from mpgraph.contract import Contract
from mpgraph.packet import Packet
from mpgraph.ports import Input, SideInput
from mpgraph.timestamp import DONE, UNSTARTED, next_allowed_in_stream

from .switch_container import SwitchContainerOptions, initial_channel

__all__ = ["Selection", "forward"]

SELECT = Input[int]("SELECT", optional=True)
ENABLE = Input[bool]("ENABLE", optional=True)
SIDE_SELECT = SideInput[int]("SELECT", optional=True)
SIDE_ENABLE = SideInput[bool]("ENABLE", optional=True)


class Selection:
    """The history of the selected channel.

    Attributes:
        channel: The channel that holds at present.
        history: From which timestamp on which channel holds, oldest first.
        settled: Up to which timestamp the selection is known; Done if it cannot change.
    """

    def __init__(self, cc: Context, opts: SwitchContainerOptions) -> None:
        self.channel = initial_channel(opts)
        if SIDE_ENABLE in cc:
            self.channel = int(cc[SIDE_ENABLE])
        if SIDE_SELECT in cc:
            self.channel = cc[SIDE_SELECT]
        self.history = [(UNSTARTED, self.channel)]
        self.settled = DONE
        self._slots = (*cc.input_map.slots("ENABLE"), *cc.input_map.slots("SELECT"))

    @staticmethod
    def declare(contract: Contract) -> None:
        """Declares the ports that select."""
        for port in (SELECT, ENABLE, SIDE_SELECT, SIDE_ENABLE):
            contract.declare(port)

    def update(self, cc: Context) -> None:
        """Takes note of what a call says of the selection."""
        for slot in self._slots:
            packet = cc.inputs[slot]
            self.settled = packet.time
            if packet.time == cc.timestamp and not packet.is_empty() and packet.value != self.channel:
                self.channel = int(packet.value)
                self.history.append((cc.timestamp, self.channel))


def forward(packet: Packet, out: OutputSlot) -> None:
    """Sends a packet, or the bound that an empty one stands for."""
    if out.closed:
        return
    if not packet.is_empty():
        out.send_packet(packet)
    elif (bound := next_allowed_in_stream(packet.time)) > out.next_bound:
        out.set_bound(bound)
