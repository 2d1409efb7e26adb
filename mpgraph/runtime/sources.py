"""The sources of a run: which may be called, and when full queues may grow (spec S-11, Q-4 to Q-9)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from mpgraph.errors import RunError

from .node import Node, State
from .stream import InputStream

if TYPE_CHECKING:
    from .scheduler import Scheduler
    from .tracer import Tracer

__all__ = ["Sources"]

logger = logging.getLogger(__name__)

_RANK: Final = -3 << 40  # below all other tasks, and the lower the higher the layer (S-2)


class Sources:
    """The sources of a run, layer by layer, and the full queues that hold them back.

    Plain state; the scheduler calls it inside its section.

    Args:
        run: The scheduler.
        tracer: Told of each queue that becomes full, or no longer is.

    Attributes:
        full: How many queues are.
        stopping: Whether sources are closed instead of being called.
    """

    def __init__(self, run: Scheduler, tracer: Tracer | None) -> None:
        self._run = run
        self._tracer = tracer
        self._waiting: list[Node] = []  # opened; their layer's turn has not come
        self._active: list[Node] = []
        self.full = 0
        self.stopping = False

    def opened(self, source: Node) -> None:
        """Notes a source that was opened; it is called once its layer is the lowest."""
        self._waiting.append(source)

    def stop(self) -> None:
        """Has all sources closed when they would be called next."""
        self.stopping = True
        for source in self._active:
            self.schedule(source)

    def schedule(self, source: Node) -> None:
        """Queues the next call of a source, unless queues behind it are full."""
        run = self._run
        held_back = source.full and not self.stopping
        if source.in_flight or held_back or source.state is not State.OPENED or run.errors:
            return
        if self.stopping:
            run.schedule_close(source)
            return
        source.rank = (_RANK - source.layer << 64) - source.source_order()
        source.schedule(source.begin(0, ()))

    def on_full(self, stream: InputStream) -> None:
        """Throttles, or releases, whatever feeds a queue that became full, or no longer is (Q-4)."""
        change = 1 if stream.full else -1
        self.full += change
        if self._tracer is not None:
            self._tracer.throttled(stream)
        for ancestor in stream.feeders:
            if ancestor.throttle(change):
                if not isinstance(ancestor, Node):
                    self._run.changes += 1
                elif ancestor in self._active:
                    self.schedule(ancestor)

    def are_done(self) -> bool:
        """Whether none can be called again."""
        if self._active or self._waiting:
            self._active = [source for source in self._active if source.state is State.OPENED]
            self._waiting = [source for source in self._waiting if source.state is State.OPENED]
        return not (self._active or self._waiting)

    def go_on(self, nodes: list[Node], *, more_may_open: bool) -> bool:
        """What happens when nothing is left to run, and not all is done (S-11).

        The next layer begins if none is active; else full queues are what everything waits for.

        Args:
            nodes: All nodes of the run.
            more_may_open: Whether the application may still feed what unopened sources wait for.

        Returns:
            Whether there is something to run again, or to look at.
        """
        if not self._active and self._waiting:
            return self._activate_layer(nodes, more_may_open=more_may_open)
        return self._unthrottle(nodes) if self._active or self.full else False

    def _activate_layer(self, nodes: list[Node], *, more_may_open: bool) -> bool:
        lowest = min(source.layer for source in self._waiting)
        unopened = [n for n in nodes if n.is_source and n.state is State.UNOPENED and n.layer < lowest]
        if unopened and more_may_open:
            return False
        if unopened:
            names = ", ".join(f'"{node.name}"' for node in unopened)
            msg = (
                "Detected a deadlock because source nodes cannot be activated when a source node at a "
                f"lower layer is still not opened: {names}"
            )
            self._run.record(RunError(msg))
            return True
        self._active = [source for source in self._waiting if source.layer == lowest]
        self._waiting = [source for source in self._waiting if source.layer != lowest]
        for source in self._active:
            self.schedule(source)
        return True

    def _unthrottle(self, nodes: list[Node]) -> bool:
        """Resolves a deadlock of full queues by letting them grow, or reports it (Q-8, Q-9)."""
        full = [(node, stream) for node in nodes for stream in node.inputs if stream.full]
        for node, stream in full:
            if self._run.plan.config.report_deadlock:
                msg = (
                    f'Detected a deadlock due to input throttling for input stream: "{stream.name}" of a '
                    f'node "{node.name}". All calculators are idle while packet sources remain active and '
                    'throttled. Consider adjusting "max_queue_size" or "report_deadlock".'
                )
                self._run.record(RunError(msg))
            else:
                stream.max_size = len(stream.queue) + 1
                logger.info(
                    'resolved a deadlock: max_queue_size of input stream "%s" of node "%s" is now %d',
                    stream.name,
                    node.name,
                    stream.max_size,
                )
                stream.resized()
        return bool(full)
