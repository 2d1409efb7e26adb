"""SyncSetInputStreamHandler: groups of inputs, each aligned by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.port_map import PortMap, list_ports, parse_reference
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status, SyncSet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE

from .base import InputPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["SyncSetOptions", "SyncSetPolicy"]


@options(message="mediapipe.SyncSetInputStreamHandlerOptions.SyncSet")
class SyncSetStreams:
    """The inputs of one group, as ``TAG:index``."""

    tag_index: tuple[str, ...] = option(1)


@options(
    message="mediapipe.SyncSetInputStreamHandlerOptions",
    extension=155816273,
    extends="mediapipe.MediaPipeOptions",
)
class SyncSetOptions:
    """The groups; inputs in none of them are one more."""

    sync_set: tuple[SyncSetStreams, ...] = option(1)


class SyncSetPolicy(InputPolicy):
    """Runs the node for the group of inputs that is complete at the lowest timestamp.

    The packets of the other groups are empty and tell how far their streams are settled.

    Upstream: ``SyncSetInputStreamHandler``; spec rule I-26.
    """

    options_class = SyncSetOptions

    def __init__(
        self,
        streams: Sequence[InputStream],
        *,
        options: SyncSetOptions,
        ports: PortMap,
        **arguments: Any,
    ) -> None:
        super().__init__(streams, **arguments)
        groups = _groups(options, ports)
        self._sets = [
            SyncSet([streams[slot] for slot in group], process_bounds=self.process_bounds) for group in groups
        ]
        self._open = list(range(len(groups)))
        self._ready: dict[int, int] = {}

    @classmethod
    def check(cls, node: NodePlan, options: SyncSetOptions) -> None:
        """Refuses groups that are empty, name no input, or share one."""
        _groups(options, node.inputs)

    def readiness(self) -> tuple[Status, int]:
        """READY at the lowest timestamp of a group; CLOSE when all groups are done."""
        lowest = DONE
        for index in tuple(self._open):
            if index not in self._ready:
                status, timestamp = self._sets[index].readiness()
                if status is READY:
                    self._ready[index] = timestamp
                elif status is CLOSE:
                    self._open.remove(index)
                else:
                    lowest = min(lowest, timestamp)
        if self._ready:
            return READY, min(self._ready.values())
        return (NOT_READY, lowest) if self._open else (CLOSE, DONE)

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The packets of the first group that is ready at the timestamp."""
        chosen = next(index for index in self._open if self._ready.get(index) == timestamp)
        del self._ready[chosen]
        members = self._sets[chosen].streams
        return [
            stream.pop_at(timestamp) if stream in members else Packet.empty(stream.settled())
            for stream in self.streams
        ]


def _groups(options: SyncSetOptions, ports: PortMap) -> list[list[int]]:
    """The slots of each group."""
    groups: list[list[int]] = []
    used: set[int] = set()
    for sync_set in options.sync_set:
        group = []
        if not sync_set.tag_index:
            msg = "a sync_set needs at least one tag_index"
            raise ContractError(msg)
        for reference in sync_set.tag_index:
            port = parse_reference(reference)
            slot = ports.slot(port.tag, port.index)
            if slot is None:
                msg = f'sync_set: stream "{reference}" is not found (there are: {list_ports(ports)})'
                raise ContractError(msg)
            if slot in used:
                msg = f'sync_set: stream "{reference}" is in more than one sync set.'
                raise ContractError(msg)
            used.add(slot)
            group.append(slot)
        groups.append(group)
    rest = [slot for slot in range(len(ports)) if slot not in used]
    return [*groups, rest] if rest else groups
