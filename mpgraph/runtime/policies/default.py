"""DefaultInputStreamHandler: all inputs aligned on their timestamps."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.packet import Packet
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY, Status, SyncSet
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, ONE_OVER_POSTSTREAM

from .base import InputPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["BatchPolicy", "DefaultOptions", "DefaultPolicy", "SingleStreamPolicy"]


@options(
    message="mediapipe.DefaultInputStreamHandlerOptions",
    extension=164312821,
    extends="mediapipe.MediaPipeOptions",
)
class DefaultOptions:
    """How many input sets are collected before the node is called for each of them."""

    batch_size: int = option(1, default=1)


class DefaultPolicy(InputPolicy):
    """Runs the node at each timestamp at which an input has a packet, once all inputs are settled there.

    Upstream: ``DefaultInputStreamHandler``; spec rules I-11 and I-20.
    """

    options_class: ClassVar[type[Any] | None] = DefaultOptions

    def __init__(self, streams: Sequence[InputStream], **arguments: Any) -> None:
        super().__init__(streams, **arguments)
        self.sync_set = SyncSet(streams, process_bounds=self.process_bounds)

    @classmethod
    def check(cls, node: NodePlan, options: Any) -> None:
        """Refuses a batch size below 1, and batches of parallel calls or of sources (I-20, I-21)."""
        size = options.batch_size
        if size < 1:
            msg = f"batch_size must be at least 1, but is {size}"
            raise ContractError(msg)
        if size > 1 and node.is_source:
            msg = f"a source has no inputs to collect in batches of {size}"
            raise ContractError(msg)
        if size > 1 and node.config.max_in_flight > 1:
            parallel = node.config.max_in_flight
            msg = f"calls in batches of {size} cannot run in parallel (max_in_flight: {parallel})"
            raise ContractError(msg)

    def readiness(self) -> tuple[Status, int]:
        """READY at the lowest timestamp up to which all streams are settled."""
        return self.sync_set.readiness()

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Each stream's packet at the timestamp."""
        return self.sync_set.fill(timestamp)


class BatchPolicy(DefaultPolicy):
    """DefaultInputStreamHandler with a ``batch_size``: input sets are collected, then all processed.

    While a batch is open, its first timestamp holds the outputs back; what is collected when the inputs
    end is processed first (I-20).
    """

    def __init__(self, streams: Sequence[InputStream], *, options: DefaultOptions, **arguments: Any) -> None:
        super().__init__(streams, **arguments)
        self._size = options.batch_size
        self._sets: deque[tuple[int, Sequence[Packet]]] = deque()
        self._full = False

    def readiness(self) -> tuple[Status, int]:
        """READY for each set of a batch that is full, or that the end of the inputs leaves."""
        status, timestamp = NOT_READY, DONE
        while not self._full:
            status, timestamp = self.sync_set.readiness()
            if status is not READY:
                break
            self._sets.append((timestamp, super().fill(timestamp)))
            self._full = len(self._sets) >= self._size
        if self._sets and (self._full or status is CLOSE):
            return READY, self._sets[0][0]
        return status, self._sets[0][0] if self._sets else timestamp

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The next set of the batch."""
        _, packets = self._sets.popleft()
        self._full = self._full and bool(self._sets)
        return packets


class SingleStreamPolicy(InputPolicy):
    """What DefaultInputStreamHandler comes to for a node with one input that wants packets only."""

    def __init__(self, streams: Sequence[InputStream], **arguments: Any) -> None:
        super().__init__(streams, **arguments)
        (self._stream,) = streams

    def readiness(self) -> tuple[Status, int]:
        """READY at the first packet; CLOSE when none can come."""
        stream = self._stream
        if stream.queue:
            return READY, stream.queue[0].time
        if stream.bound >= ONE_OVER_POSTSTREAM:
            return CLOSE, DONE
        return NOT_READY, stream.bound

    def fill(self, timestamp: int) -> Sequence[Packet]:
        """The first packet."""
        stream = self._stream
        packet = stream.queue.popleft()
        if stream.full:
            stream.resized()
        return (packet,)
