"""The interface of input policies (upstream's input stream handlers)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mpgraph.packet import Packet
from mpgraph.runtime.readiness import Status
from mpgraph.runtime.stream import InputStream

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan
    from mpgraph.port_map import PortMap

__all__ = ["InputPolicy"]


class InputPolicy(ABC):
    """Decides when a node runs and with which packets (spec 8.3).

    Args:
        streams: The node's input streams in slot order.
        process_bounds: Whether the node wants to be called for settled timestamps without packets.
        options: Its options, of its `options_class`.
        ports: The ports of the streams.
    """

    options_class: ClassVar[type[Any] | None] = None

    def __init__(
        self,
        streams: Sequence[InputStream],
        *,
        process_bounds: bool = False,
        options: Any = None,
        ports: PortMap | None = None,
    ) -> None:
        self.streams = streams
        self.process_bounds = process_bounds

    @classmethod
    def check(cls, node: NodePlan, options: Any) -> None:
        """Refuses options that do not fit the node; most policies take any.

        Raises:
            ContractError: They do not fit.
        """
        return

    @abstractmethod
    def readiness(self) -> tuple[Status, int]:
        """READY with the input timestamp, NOT_READY with the lowest pending bound, or CLOSE.

        After READY, `fill` must be called before the next `readiness` (I-13).
        """

    @abstractmethod
    def fill(self, timestamp: int) -> Sequence[Packet]:
        """Takes the packets of the input set that `readiness` found, one per stream (I-12)."""
