"""EarlyCloseInputStreamHandler: the first input that ends ends the node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from mpgraph.runtime.readiness import CLOSE, Status
from mpgraph.timestamp import DONE

from .default import DefaultPolicy

if TYPE_CHECKING:
    from mpgraph.config.plan import NodePlan

__all__ = ["EarlyClosePolicy"]


class EarlyClosePolicy(DefaultPolicy):
    """Like DefaultInputStreamHandler, but the node closes when any input has ended and has no packet left.

    Upstream: ``EarlyCloseInputStreamHandler``; spec section 8.3.
    """

    options_class: ClassVar[type[Any] | None] = None

    @classmethod
    def check(cls, node: NodePlan, options: Any) -> None:
        """Takes any node."""

    def readiness(self) -> tuple[Status, int]:
        """CLOSE when a stream can have no packet any more."""
        if any(stream.is_done() for stream in self.streams):
            return CLOSE, DONE
        return super().readiness()
