"""TimestampAlignInputStreamHandler: inputs with clocks of their own, shifted onto one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.port_map import PortMap, list_ports, parse_reference
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, MAX, MIN, ONE_OVER_POSTSTREAM, add_offset

from .base import InputPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["TimestampAlignOptions", "TimestampAlignPolicy"]


@options(
    message="mediapipe.TimestampAlignInputStreamHandlerOptions",
    extension=190104979,
    extends="mediapipe.MediaPipeOptions",
)
class TimestampAlignOptions:
    """The input, as ``TAG:index``, whose clock counts."""

    timestamp_base_tag_index: str = option(1)


class TimestampAlignPolicy(InputPolicy):
    """Aligns inputs whose clocks differ by a constant.

    As long as an input has had no packet, those of the base go through alone. When each has one for the
    first time, these are taken to be of the same moment, and from then on each stream is shifted by the
    difference to the base. Packets come at the base's timestamps.

    Upstream: ``TimestampAlignInputStreamHandler``; spec rule I-28. Unlike there, the node closes when the
    base ends before the others began.
    """

    options_class = TimestampAlignOptions

    def __init__(
        self,
        streams: Sequence[InputStream],
        *,
        options: TimestampAlignOptions,
        ports: PortMap,
        **arguments: Any,
    ) -> None:
        super().__init__(streams, **arguments)
        self._base = streams[_base_slot(options, ports)]
        self._offsets = [0] * len(streams)
        self._aligned = len(streams) == 1

    @classmethod
    def check(cls, node: NodePlan, options: TimestampAlignOptions) -> None:
        """Refuses a base that is no input of the node."""
        _base_slot(options, node.inputs)

    def readiness(self) -> tuple[Status, int]:
        """READY at the base's time, like DefaultInputStreamHandler once all streams are aligned."""
        if not self._aligned:
            timestamp = self._base.head()
            if not self._base.queue:
                return (CLOSE, DONE) if timestamp >= ONE_OVER_POSTSTREAM else (NOT_READY, timestamp)
            self._aligned = all(stream.queue for stream in self.streams)
            if self._aligned:
                self._offsets = [timestamp - stream.head() for stream in self.streams]
            return READY, timestamp
        lowest = lowest_bound = DONE
        for stream, offset in zip(self.streams, self._offsets, strict=True):
            timestamp = _shifted(stream.head(), offset)
            lowest = min(lowest, timestamp)
            if not stream.queue:
                lowest_bound = min(lowest_bound, timestamp)
        if lowest >= ONE_OVER_POSTSTREAM:
            return CLOSE, DONE
        return (READY if lowest_bound > lowest else NOT_READY), lowest

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's packet at the timestamp, by the base's clock."""
        packets = []
        for stream, offset in zip(self.streams, self._offsets, strict=True):
            if not self._aligned and stream is not self._base:
                packets.append(Packet.empty())
                continue
            packet = stream.pop_at(_shifted(timestamp, -offset))
            packets.append(packet if packet.is_empty() else packet.at(timestamp))
        return packets


def _shifted(timestamp: int, offset: int) -> int:
    return add_offset(timestamp, offset) if MIN <= timestamp <= MAX else timestamp


def _base_slot(options: TimestampAlignOptions, ports: PortMap) -> int:
    port = parse_reference(options.timestamp_base_tag_index)
    slot = ports.slot(port.tag, port.index)
    if slot is None:
        msg = (
            f'timestamp_base_tag_index: stream "{options.timestamp_base_tag_index}" is not found '
            f"(there are: {list_ports(ports)})"
        )
        raise ContractError(msg)
    return slot
