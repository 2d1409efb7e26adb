"""MuxInputStreamHandler: one input says which other input is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpgraph.errors import ContractError, RunError
from mpgraph.packet import Packet
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status
from mpgraph.timestamp import DONE, next_allowed_in_stream

from .base import InputPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["MuxPolicy"]


class MuxPolicy(InputPolicy):
    """Runs the node at each packet of the last input, once the input that it selects is settled there.

    The last input in the order of ports carries integers: the place of the selected one among the others.
    Packets of the others that are older than the selection are dropped, so that they never fill a queue.

    Upstream: ``MuxInputStreamHandler``; spec rule I-27.
    """

    @classmethod
    def check(cls, node: NodePlan, options: Any) -> None:
        """Refuses a node with fewer than two inputs."""
        if len(node.inputs) < 2:
            msg = "MuxInputStreamHandler needs an input that selects and at least one to be selected"
            raise ContractError(msg)

    def readiness(self) -> tuple[Status, int]:
        """READY when the selected stream is settled at the selection.

        Raises:
            RunError: The selection is out of range.
        """
        control = self.streams[-1]
        timestamp = control.head()
        self._drop_before(timestamp)
        if not control.queue:
            return (CLOSE, DONE) if timestamp == DONE else (NOT_READY, timestamp)
        selected = self.streams[self._selection(control.queue[0])]
        if not selected.queue and selected.bound <= timestamp:
            return NOT_READY, timestamp
        return READY, timestamp

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The selection and the packet that it selects; the other streams have none."""
        control = self.streams[-1].pop_at(timestamp)
        packets = [Packet.empty() for _ in self.streams]
        packets[-1] = control
        selected = self._selection(control)
        packets[selected] = self.streams[selected].pop_at(timestamp)
        self._drop_before(next_allowed_in_stream(timestamp))
        return packets

    def _selection(self, control: Packet) -> int:
        selected: int = control.value
        if not 0 <= selected < len(self.streams) - 1:
            msg = (
                f'stream "{self.streams[-1].name}" selects input {selected}, but there are '
                f"{len(self.streams) - 1} (0 to {len(self.streams) - 2})"
            )
            raise RunError(msg)
        return selected

    def _drop_before(self, timestamp: int) -> None:
        for stream in self.streams[:-1]:
            stream.drop_before(timestamp)
