"""A node in one run: its calculator, its streams, and what it may do next.

Plain state; the scheduler calls it under the graph's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from enum import IntEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from mpgraph.calculator import CalculatorBase
from mpgraph.config.plan import NodePlan
from mpgraph.context import Context, OutputSlot, SideOutputSlot
from mpgraph.errors import RunError, StopGraph
from mpgraph.packet import Packet
from mpgraph.timestamp import (
    DONE,
    MAX,
    MIN,
    ONE_OVER_POSTSTREAM,
    PRESTREAM,
    UNSTARTED,
    USUAL_MAX,
    USUAL_MIN,
    add_offset,
    debug_string,
)

from .executor import Task
from .policies import DefaultPolicy, InputPolicy, SingleStreamPolicy, make_policy
from .readiness import CLOSE, READY
from .stream import InputStream, OutputStream, offset_bound

if TYPE_CHECKING:
    from mpgraph.resources import Resources

    from .executor import ThreadPool
    from .scheduler import Scheduler

__all__ = ["Node", "State"]


_MAX_DEPTH = 50  # of nodes looked at one from within the other; beyond, they wait for their turn


class State(IntEnum):
    """Where a node is in its life."""

    UNOPENED = 0
    OPENING = 1
    OPENED = 2
    CLOSING = 3
    CLOSED = 4


OPENED: Final = State.OPENED  # a member of an enum takes long to look up


class Node:
    """One node of a run.

    Attributes:
        plan: What was planned for it.
        process: The calculator's `process`, once it was made.
        rank: Where its calls stand in the order of tasks; the higher go first (S-2).
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
        "_finished",
        "_free",
        "_make_context",
        "_none_done",
        "_order",
        "_outputs",
        "_services",
        "_side_slots",
        "_single",
        "_task",
        "calculator",
        "dirty",
        "followers",
        "free",
        "full",
        "has_side_outputs",
        "id",
        "in_flight",
        "inputs",
        "is_source",
        "layer",
        "max_in_flight",
        "name",
        "outputs",
        "plan",
        "policy",
        "pool",
        "process",
        "processed",
        "rank",
        "run",
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
        run: Scheduler,
    ) -> None:
        self.plan = plan
        self.id = plan.id
        self.name = plan.name
        self.inputs: Sequence[InputStream] = ()
        self.outputs = outputs
        self.pool = pool
        self.run = run
        self.rank = plan.id - (2 << 40)
        self.is_source = plan.is_source
        self.layer = plan.config.source_layer
        self.max_in_flight = 1 if self.is_source else max(1, plan.config.max_in_flight)
        self.calculator: CalculatorBase | None = None
        self.process: Callable[[Context], object] = self._not_open
        self.state = State.UNOPENED
        self.has_side_outputs = bool(plan.side_outputs)
        self.waiting = 0
        self.followers: list[Node] = []
        self.in_flight = 0
        self.full = 0
        self.dirty = False
        self.settled = PRESTREAM
        self.side_inputs: Sequence[Packet] = ()
        self._none_done: Sequence[bool] = ()
        self._single: InputStream | None = None  # of the usual node, which goes without loops
        self._task: Task
        self.processed = self._processed
        self.free = False
        self._free: list[Context] = []
        self._order: list[Context] = []  # of calls in parallel, by timestamp
        self._finished: set[int] = set()  # the timestamps of those that wait for an earlier one
        self._services: dict[str, Any] = {}
        self._side_slots: list[SideOutputSlot] = []

    def connect(self, inputs: Sequence[InputStream]) -> None:
        """Takes the queues of its input streams, in slot order."""
        self.inputs = inputs
        self._none_done = [False] * len(inputs)
        self.policy = make_policy(self.plan, inputs)
        if type(self.policy) is DefaultPolicy:
            for stream in inputs:
                stream.sync_set = self.policy.sync_set
        if self.max_in_flight == 1 and not self.is_source and not self.has_side_outputs:
            self.processed = self._quickly_processed
        if isinstance(self.policy, SingleStreamPolicy) and self.max_in_flight == 1 and not self.pool.name:
            self._single = inputs[0]
            inputs[0].direct = self

    def watch(self, policy: InputPolicy) -> None:
        """Takes another policy, which looks on: it is asked at every change, so that no way is short."""
        self.policy = policy
        self._single = None
        for stream in self.inputs:
            stream.direct = None
            stream.sync_set = None

    def _not_open(self, cc: Context) -> None:
        raise AssertionError(cc.node_name)

    def open(self, cc: Context) -> None:
        """Makes the calculator and opens it, unless the run has failed; called outside of the section."""
        if self.run.errors:
            return
        calculator = self.plan.calculator()
        options = self.plan.calculator.options_class()
        if options is not None:
            calculator.options = self.plan.contract.options(options)
        for wrap in self.run.wraps:
            calculator = wrap(self.plan, calculator)
        self.calculator = calculator
        self.process = calculator.process
        self._task.outside = self.process
        calculator.open(cc)

    # What it may do next.

    def notify(self) -> None:
        """Queues the calls that its inputs are ready for, or passes on how far they are settled.

        Done whenever an input changed, before anything else changes: as upstream, depth first.
        """
        run = self.run
        if not self.free or run.errors:
            return
        stream = self._single
        if stream is None:
            self._look_at_all()
            return
        queue = stream.queue
        if queue:
            packet = queue.popleft()
            if stream.full:
                stream.resized()
            if stream.bound == DONE:
                self._context.done = (not queue,)
            self.call(packet)
        elif stream.bound > self.settled:
            if stream.bound >= ONE_OVER_POSTSTREAM:
                run.schedule_close(self)
            else:
                self._settle_outputs(stream.bound)

    def call(self, packet: Packet) -> None:
        """Queues a call with the packet of a node with one input that is free."""
        self.free = False
        cc = self._context
        cc.timestamp = packet.time
        cc.inputs = (packet,)
        self.run.pending += 1
        self.pool.push(self._task)

    def _look_at_all(self) -> None:
        while self.in_flight < self.max_in_flight:
            try:
                status, timestamp = self.policy.readiness()
                if status is READY and self.in_flight:
                    self._check_parallel(timestamp)
            except RunError as error:
                error.add_note(f'input policy of node "{self.name}"')
                self.run.record(error)
                return
            if status is READY:
                self.schedule(self.begin(timestamp, self.policy.fill(timestamp)))
                continue
            if not self.in_flight:
                if status is CLOSE:
                    self.run.schedule_close(self)
                elif timestamp > self.settled:
                    self._settle_outputs(timestamp)
            return

    def _check_parallel(self, timestamp: int) -> None:
        """Refuses a call at the timestamp of another that has not been delivered (I-41)."""
        if any(cc.timestamp == timestamp for cc in self._order):
            msg = (
                f'node "{self.name}" would run twice at once for timestamp {debug_string(timestamp)}; '
                "max_in_flight above 1 needs an input policy that calls once per timestamp"
            )
            raise RunError(msg)

    def schedule(self, cc: Context) -> None:
        """Queues a call of `process`."""
        run = self.run
        run.pending += 1
        if self.pool.name:
            run.changes += 1  # its threads have to be woken
        if cc is self._context and self.max_in_flight == 1:
            task = self._task
            task.rank = self.rank
        else:
            task = Task(self.rank, self.process, self.processed, cc)
        self.pool.push(task)

    def _settle_outputs(self, bound: int) -> None:
        """Passes a pending bound of the inputs on to the outputs that follow them (C-38)."""
        if not MIN <= bound <= MAX:
            return
        run = self.run
        if run.depth == _MAX_DEPTH:
            if not self.dirty:
                self.dirty = True
                run.dirty.append(self)
                run.changes += 1
            return
        run.depth += 1
        self.settled = bound
        for slot, stream in self._outputs:
            if slot.offset is not None and not stream.closed:
                passed = bound if not slot.offset else add_offset(bound, slot.offset)
                if passed > stream.bound:
                    stream.send((), passed, run.record)
        run.depth -= 1

    def throttle(self, change: int) -> bool:
        """One more, or one less, full queue behind this source; tells whether it may go on again."""
        self.full += change
        return change < 0 and not self.full

    # Contexts.

    def prepare(
        self, side_inputs: Sequence[Packet], resources: Resources, services: Mapping[str, Any]
    ) -> None:
        """Takes what the contexts of its calls have in common."""
        self.side_inputs = side_inputs
        plan = self.plan
        contract = plan.contract
        self._services = {key: services.get(key) for key in contract.services}
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
                services=self._services,
            )

        self._make_context = make_context
        self._context = make_context()
        self._free.append(self._context)
        self._outputs = tuple(zip(self._context.outputs, self.outputs, strict=True))
        if self.max_in_flight == 1:
            for slot, stream in self._outputs:
                slot.stream = stream
        self._task = Task(self.rank, self.process, self.processed, self._context)

    def forget_services(self) -> None:
        """Lets them go at the end of the run: of itself, garbage of one is collected much later."""
        self._services.clear()

    def _another_context(self) -> Context:
        """One more, for a call in parallel; it has the offsets that Open set."""
        cc = self._make_context()
        for slot, opened in zip(cc.outputs, self._context.outputs, strict=True):
            slot.offset = opened.offset
        return cc

    def begin(self, timestamp: int, inputs: Sequence[Packet]) -> Context:
        """A context for the next call, with its inputs."""
        if self.max_in_flight == 1:
            cc = self._context
        else:
            cc = self._free.pop() if self._free else self._another_context()
            for slot, output in zip(cc.outputs, self.outputs, strict=True):
                slot.start_bound = output.bound
            self._order.append(cc)
        cc.timestamp = timestamp
        cc.inputs = inputs
        cc.done = self._none_done
        for stream in self.inputs:
            if stream.bound == DONE:
                cc.done = [stream.is_done() for stream in self.inputs]
                break
        self.in_flight += 1
        if self.max_in_flight == 1:
            self.free = False
        return cc

    def _quickly_processed(self, cc: Context, raised: BaseException | None) -> None:
        """What `_processed` comes to for most nodes: no source, no side packets, one call at a time."""
        timestamp = cc.timestamp
        if raised is not None or not USUAL_MIN < timestamp < USUAL_MAX:
            self._processed(cc, raised)
            return
        cc.inputs = ()
        self.in_flight = 0
        following = timestamp + 1
        if following > self.settled:  # inputs that run apart are not in the order of time
            self.settled = following
        for slot, output in self._outputs:
            packet = slot.first
            if (
                packet is not None
                and slot.usual
                and not slot.more
                and packet.time == timestamp
                and timestamp >= output.bound
            ):
                slot.first = None
                output.send_one(packet, following)
            else:
                self._send(slot, output, timestamp)
        self.free = not self.run.errors
        stream = self._single
        if stream is None or stream.queue or stream.bound > following:
            self.notify()

    def _processed(self, cc: Context, raised: BaseException | None) -> None:
        """Delivers what a call sent, then sees what follows."""
        if raised is not None and not isinstance(raised, StopGraph):
            self.run.fail_call(self, cc, raised)  # first: it stops all others
            self.drop(cc)
            return
        self.finish(cc)
        self.run.call_ended(self, raised)

    def drop(self, cc: Context) -> None:
        """Drops what a call sent that failed."""
        for slot in cc.outputs:
            slot.clear()
            slot.bound = None
            slot.closed = False
            slot.usual = slot.offset == 0
        self.finish(cc, sent=False)

    def finish(self, cc: Context, *, sent: bool = True) -> None:
        """Delivers what a call sent, and lets go of its inputs.

        What parallel calls sent goes out in the order of their timestamps (I-41).

        Args:
            cc: The context of the call.
            sent: Whether it counts; else nothing is settled by it.
        """
        cc.inputs = ()
        if self.max_in_flight > 1:
            self._finish_in_order(cc, sent=sent)
            return
        self.in_flight = 0
        self.free = self.state is OPENED and not self.run.errors
        if not sent:
            return
        timestamp = cc.timestamp
        self.settled = max(self.settled, offset_bound(timestamp, 0))
        for slot, stream in self._outputs:
            self._send(slot, stream, timestamp)

    def _finish_in_order(self, cc: Context, *, sent: bool) -> None:
        self.in_flight -= 1
        if not sent:
            return  # it stays the earliest, and holds back all that is later
        self._finished.add(cc.timestamp)
        self._order.sort(key=attrgetter("timestamp"))
        while self._order and self._order[0].timestamp in self._finished:
            first = self._order.pop(0)
            timestamp = first.timestamp
            self._finished.discard(timestamp)
            self.settled = max(self.settled, offset_bound(timestamp, 0))
            for slot, stream in zip(first.outputs, self.outputs, strict=True):
                self._send(slot, stream, timestamp)
            self._free.append(first)

    def _send(self, slot: OutputSlot, stream: OutputStream, timestamp: int) -> None:
        bound = stream.bound
        packets = slot.packets
        slot.clear()
        if bound == DONE:
            return
        if slot.closed:
            slot.bound = None  # the end says more than any bound
        else:
            if slot.offset is not None:
                bound = max(bound, offset_bound(timestamp, slot.offset))
            if slot.bound is not None:
                bound = max(bound, slot.bound)
                slot.bound = None
        stream.send(packets, bound, self.run.record)
        if slot.closed:
            stream.close()
        else:
            slot.usual = slot.offset == 0

    def last_context(self) -> Context:
        """A context for Close at the end of a failed run, when no call is running any more."""
        cc = self._context
        cc.timestamp = DONE
        cc.inputs = [Packet.empty(stream.settled()) for stream in self.inputs]
        return cc

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
