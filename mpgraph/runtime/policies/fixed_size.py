"""FixedSizeInputStreamHandler: old packets are dropped where a node cannot keep up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.runtime.readiness import READY, Status, SyncSet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import MAX, MIN, UNSET, next_allowed_in_stream

from .base import InputPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["FixedSizeOptions", "FixedSizePolicy"]


@options(
    message="mediapipe.FixedSizeInputStreamHandlerOptions",
    extension=125744319,
    extends="mediapipe.MediaPipeOptions",
)
class FixedSizeOptions:
    """When queues are cut, and to which length.

    Attributes:
        trigger_queue_size: Length from which a queue is cut.
        target_queue_size: Length to which it is cut.
        fixed_min_size: Whether queues are only cut when all have the trigger's length, so that each keeps
            the target's.
    """

    trigger_queue_size: int = option(1, default=2)
    target_queue_size: int = option(2, default=1)
    fixed_min_size: bool = option(3)


class FixedSizePolicy(InputPolicy):
    """Like DefaultInputStreamHandler, but queues that grow too long lose their oldest packets.

    All streams are cut at the same timestamp, so that what is left can still be aligned. What is dropped
    announces no bound.

    Upstream: ``FixedSizeInputStreamHandler``; spec rule I-25.
    """

    options_class = FixedSizeOptions

    def __init__(
        self, streams: Sequence[InputStream], *, options: FixedSizeOptions | None = None, **arguments: Any
    ) -> None:
        super().__init__(streams, **arguments)
        chosen = options or FixedSizeOptions()
        self._trigger = chosen.trigger_queue_size
        self._target = chosen.target_queue_size
        self._fixed_min_size = chosen.fixed_min_size
        self._kept = UNSET  # no packet below it is kept
        self._sync_set = SyncSet(streams, process_bounds=self.process_bounds)
        for stream in streams:
            stream.arrived = self._cut

    @classmethod
    def check(cls, node: NodePlan, options: FixedSizeOptions) -> None:
        """Refuses lengths that would drop everything."""
        if not 1 <= options.target_queue_size <= options.trigger_queue_size:
            msg = (
                "target_queue_size must be at least 1 and at most trigger_queue_size, but they are "
                f"{options.target_queue_size} and {options.trigger_queue_size}"
            )
            raise ContractError(msg)

    def readiness(self) -> tuple[Status, int]:
        """As DefaultInputStreamHandler, of what is left after cutting."""
        self._cut()
        status, timestamp = self._sync_set.readiness()
        while status is READY and timestamp < self._kept:  # one came that is older than what was kept
            self._cut()
            status, timestamp = self._sync_set.readiness()
        return status, timestamp

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's packet at the timestamp; at least the newest complete set survives."""
        if not self._fixed_min_size:
            newest = min(stream.bound for stream in self.streams)
            self._kept = min(self._kept, newest - 1 if MIN <= newest <= MAX else newest)
        return [stream.pop_at(timestamp) for stream in self.streams]

    def _cut(self) -> None:
        if self._fixed_min_size:
            if any(len(stream.queue) < self._trigger for stream in self.streams):
                return
            first = min(stream.queue[-self._target].time for stream in self.streams)
        else:
            for stream in self.streams:
                size = len(stream.queue)
                keep = self._target if size >= self._trigger else self._trigger - 1
                if size > keep:
                    dropped = stream.queue[-keep - 1].time
                    self._kept = max(self._kept, next_allowed_in_stream(dropped))
            first = self._kept
        for stream in self.streams:
            stream.drop_before(first)
