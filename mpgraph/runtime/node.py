"""A node in one run: its calculator, its streams, and what it may do next.

Plain state; the scheduler calls it under the graph's lock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from mpgraph.calculator import CalculatorBase
from mpgraph.config.plan import NodePlan
from mpgraph.context import Context, OutputSlot, SideOutputSlot
from mpgraph.errors import RunError
from mpgraph.packet import Packet
from mpgraph.timestamp import DONE, MAX, MIN, PRESTREAM, UNSTARTED, add_offset

from .policies import make_policy
from .stream import InputStream, OutputStream, offset_bound

if TYPE_CHECKING:
    from mpgraph.resources import Resources

    from .executor import ThreadPool

__all__ = ["Node", "State"]


class State(IntEnum):
    """Where a node is in its life."""

    UNOPENED = 0
    OPENING = 1
    OPENED = 2
    CLOSING = 3
    CLOSED = 4


class Node:
    """One node of a run.

    Attributes:
        plan: What was planned for it.
        state: Where it is in its life.
        waiting: How many input headers and side packets it lacks before it can open (C-2).
        followers: Nodes that wait for this one to open, once per stream.
        in_flight: How many of its calls are queued or running.
        full: How many full queues throttle it, if it is a source (Q-4).
        dirty: Whether the scheduler will look at it later.
        side_inputs: Its input side packets, once it was opened.
        settled: The bound of its inputs up to which its outputs have followed.
    """

    __slots__ = (
        "_context",
        "_free",
        "_make_context",
        "_none_done",
        "_order",
        "_side_slots",
        "calculator",
        "dirty",
        "followers",
        "full",
        "id",
        "in_flight",
        "inputs",
        "is_source",
        "layer",
        "max_in_flight",
        "name",
        "notified",
        "outputs",
        "plan",
        "policy",
        "pool",
        "settled",
        "side_inputs",
        "state",
        "waiting",
    )

    def __init__(
        self,
        plan: NodePlan,
        outputs: Sequence[OutputStream],
        pool: ThreadPool,
        notified: Callable[[Node], None],
    ) -> None:
        self.plan = plan
        self.id = plan.id
        self.name = plan.name
        self.inputs: Sequence[InputStream] = ()
        self.outputs = outputs
        self.pool = pool
        self.notified = notified
        self.is_source = plan.is_source
        self.layer = plan.config.source_layer
        self.max_in_flight = 1 if self.is_source else max(1, plan.config.max_in_flight)
        self.calculator: CalculatorBase | None = None
        self.state = State.UNOPENED
        self.waiting = 0
        self.followers: list[Node] = []
        self.in_flight = 0
        self.full = 0
        self.dirty = False
        self.settled = PRESTREAM
        self.side_inputs: Sequence[Packet] = ()
        self._none_done: Sequence[bool] = ()
        self._free: list[Context] = []
        self._order: deque[tuple[Context, list[bool]]] = deque()
        self._side_slots: list[SideOutputSlot] = []

    def connect(self, inputs: Sequence[InputStream]) -> None:
        """Takes the queues of its input streams, in slot order."""
        self.inputs = inputs
        self._none_done = [False] * len(inputs)
        bounds = self.plan.contract.process_timestamp_bounds
        self.policy = make_policy(self.plan.policy, inputs, process_bounds=bounds)

    def notify(self) -> None:
        """Called by an input stream whose head or bound changed."""
        self.notified(self)

    def throttle(self, change: int) -> bool:
        """One more, or one less, full queue behind this source; tells whether it may go on again."""
        self.full += change
        return change < 0 and not self.full

    # Contexts.

    def prepare(self, side_inputs: Sequence[Packet], resources: Resources, services: dict[str, Any]) -> None:
        """Takes what the contexts of its calls have in common."""
        self.side_inputs = side_inputs
        plan = self.plan
        contract = plan.contract
        offset = None if self.is_source else contract.timestamp_offset
        self._side_slots = [
            SideOutputSlot(name, slot.type)
            for name, slot in zip(plan.side_outputs.names, contract.side_outputs.slots, strict=True)
            if slot is not None
        ]

        def make_context() -> Context:
            return Context(
                node_name=self.name,
                calculator=plan.type,
                input_map=plan.inputs,
                output_map=plan.outputs,
                side_input_map=plan.side_inputs,
                side_output_map=plan.side_outputs,
                outputs=[OutputSlot(stream.name, stream.type, offset) for stream in self.outputs],
                side_inputs=side_inputs,
                side_outputs=self._side_slots,
                resources=resources,
                services=services,
            )

        self._make_context = make_context
        self._context = make_context()
        self._free.append(self._context)

    def _another_context(self) -> Context:
        """One more, for a call in parallel; it has the offsets that Open set."""
        cc = self._make_context()
        for slot, opened in zip(cc.outputs, self._context.outputs, strict=True):
            slot.offset = opened.offset
        return cc

    def begin(self, timestamp: int, inputs: Sequence[Packet] = ()) -> Context:
        """A context for the next call, with its inputs."""
        cc = self._free.pop() if self._free else self._another_context()
        cc.timestamp = timestamp
        cc.inputs = inputs
        cc.done = self._none_done
        for stream in self.inputs:
            if stream.bound == DONE:
                cc.done = [stream.is_done() for stream in self.inputs]
                break
        self.in_flight += 1
        if self.max_in_flight > 1:
            for slot, output in zip(cc.outputs, self.outputs, strict=True):
                slot.stream_bound = output.bound
            self._order.append((cc, [False]))
        return cc

    def finish(self, cc: Context, failed: Callable[[RunError], None], *, keep: bool = True) -> None:
        """Delivers what a call sent, and lets go of its inputs.

        What parallel calls sent goes out in the order of their timestamps (I-41).

        Args:
            cc: The context of the call.
            failed: Takes the errors of consumers.
            keep: Whether to deliver; else what was sent is dropped.
        """
        cc.inputs = ()
        if not keep:
            for slot in cc.outputs:
                slot.packets = []
                slot.bound = None
        if self.max_in_flight == 1:
            if keep:
                self._deliver(cc, failed)
            self._free.append(cc)
            self.in_flight = 0
            return
        for waiting, finished in self._order:
            if waiting is cc:
                finished[0] = True
        while self._order and self._order[0][1][0]:
            first, _ = self._order.popleft()
            self._deliver(first, failed)
            self._free.append(first)
        self.in_flight -= 1

    def _deliver(self, cc: Context, failed: Callable[[RunError], None]) -> None:
        timestamp = cc.timestamp
        following = timestamp + 1 if MIN <= timestamp < MAX else offset_bound(timestamp, 0)
        if following > self.settled:
            self.settled = following
        for slot, stream in self._pairs(cc):
            bound = stream.bound
            packets = slot.packets
            if bound == DONE:
                slot.packets = []
                continue
            if slot.bound is not None:
                bound = max(bound, slot.bound)
                slot.bound = None
            if slot.closed:
                bound = stream.bound  # the end says more than any bound
            elif slot.offset is not None:
                followed = following if not slot.offset else offset_bound(timestamp, slot.offset)
                if followed > bound:
                    bound = followed
            if packets:
                slot.packets = []
            stream.send(packets, bound, failed)
            if slot.closed:
                stream.close()
            slot.stream_bound = stream.bound

    def _pairs(self, cc: Context) -> Iterable[tuple[OutputSlot, OutputStream]]:
        return zip(cc.outputs, self.outputs, strict=True)

    def last_context(self) -> Context:
        """A context for Close at the end of a failed run, when no call is running any more."""
        cc = self._context
        cc.timestamp = DONE
        cc.inputs = [Packet.empty(stream.settled()) for stream in self.inputs]
        return cc

    def settle_outputs(self, bound: int, failed: Callable[[RunError], None]) -> None:
        """Passes a pending bound of the inputs on to the outputs that follow them (C-38)."""
        if bound <= self.settled or not MIN <= bound <= MAX:
            return
        self.settled = bound
        for slot, stream in self._pairs(self._context):
            if slot.offset is not None and not stream.closed:
                passed = bound if not slot.offset else add_offset(bound, slot.offset)
                if passed > stream.bound:
                    stream.send((), passed, failed)
                    slot.stream_bound = stream.bound

    def take_side_packets(self, published: Container[str]) -> list[tuple[str, Packet]]:
        """The output side packets that were set and not taken before."""
        return [
            (slot.name, slot.packet)
            for slot in self._side_slots
            if slot.packet is not None and slot.name not in published
        ]

    def close_streams(self) -> None:
        """Closes its outputs and drops what its inputs still hold."""
        for output in self.outputs:
            if not output.closed:
                output.close()
        for stream in self.inputs:
            stream.close()

    def source_order(self) -> int:
        """The lowest bound of its outputs: the source that is furthest behind goes first (S-3)."""
        return min((stream.bound for stream in self.outputs), default=UNSTARTED)
