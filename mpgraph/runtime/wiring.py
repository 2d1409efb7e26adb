"""The nodes and streams of one run, connected as the plan says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mpgraph.config.plan import Plan

from .executor import ThreadPool
from .node import Node
from .stream import InputStream, OutputStream, WatchedStream, Watcher

if TYPE_CHECKING:
    from .scheduler import Scheduler

__all__ = ["GraphInput", "Wiring", "queue_size"]

DEFAULT_QUEUE_SIZE = 100


class GraphInput:
    """An input stream of the graph.

    Attributes:
        stream: What feeds the consumers.
        full: How many full queues throttle it (Q-4).
        coming: How many packets were added that its stream has not taken yet.
    """

    __slots__ = ("coming", "full", "stream")

    def __init__(self, stream: OutputStream) -> None:
        self.stream = stream
        self.full = 0
        self.coming = 0

    def throttle(self, change: int) -> bool:
        """One more, or one less, full queue behind this input; tells whether it may go on again."""
        self.full += change
        return change < 0 and not self.full


class Wiring:
    """Fresh nodes and streams for a plan.

    Attributes:
        nodes: By id.
        streams: The producing end of each stream.
        inputs: The graph's input streams.
    """

    def __init__(
        self,
        plan: Plan,
        pools: Mapping[str, ThreadPool],
        run: Scheduler,
        *,
        on_full: Callable[[InputStream], None],
        max_sizes: Mapping[str, int],
        watchers: Mapping[str, Sequence[Watcher]],
    ) -> None:
        self.streams = {name: OutputStream(name, stream.type) for name, stream in plan.streams.items()}
        for name, watching in watchers.items():
            self.streams[name] = WatchedStream(name, plan.streams[name].type, watching)
        self.inputs = {name: GraphInput(self.streams[name]) for name in plan.graph_inputs}
        self.nodes = [
            Node(
                node,
                [self.streams[name] for name in node.outputs.names],
                pools[node.config.executor],
                run,
            )
            for node in plan.nodes
        ]
        max_size = queue_size(plan)
        for node in self.nodes:
            queues = [
                InputStream(name, node, max_size=max_sizes.get(name, max_size), on_full=on_full)
                for name in node.plan.inputs.names
            ]
            node.connect(queues)
            for queue in queues:
                self.streams[queue.name].consumers.append(queue)
            self._wait(plan, node)
        self._feeders = self._find_feeders()
        for node in self.nodes:
            for queue in node.inputs:
                queue.feeders = self._feeders[queue.name]

    def attach(self, queue: InputStream) -> None:
        """Feeds the queue of an observer or poller, after those of the nodes."""
        self.streams[queue.name].consumers.append(queue)
        queue.feeders = self._feeders.get(queue.name, ())

    def _wait(self, plan: Plan, node: Node) -> None:
        """Counts what must be there before the node can open (C-2)."""
        for slot, name in enumerate(node.plan.inputs.names):
            producer = plan.streams[name].producer
            if producer is not None and slot not in node.plan.back_edges:
                self.nodes[producer[0].id].followers.append(node)
                node.waiting += 1
        for name in node.plan.side_inputs.names:
            if plan.side_packets[name].producer is not None:
                node.waiting += 1

    def _find_feeders(self) -> dict[str, tuple[Node | GraphInput, ...]]:
        """The sources and graph inputs that each stream comes from; one pass, in running order (V-22)."""
        feeders: dict[str, frozenset[Node | GraphInput]] = {
            name: frozenset((graph_input,)) for name, graph_input in self.inputs.items()
        }
        for node in self.nodes:
            found: frozenset[Node | GraphInput] = frozenset((node,)) if node.is_source else frozenset()
            for queue in node.inputs:
                found |= feeders.get(queue.name, frozenset())
            for output in node.outputs:
                feeders[output.name] = found
        return {name: tuple(found) for name, found in feeders.items()}


def queue_size(plan: Plan) -> int:
    """The length at which every queue is full: of the graph, or the largest hint of a node (Q-1, Q-2)."""
    hints = [node.config.buffer_size_hint for node in plan.nodes if node.config.buffer_size_hint > 0]
    return max(plan.config.max_queue_size or DEFAULT_QUEUE_SIZE, *hints, -1)
