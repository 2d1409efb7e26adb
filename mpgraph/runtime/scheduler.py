"""One run of a graph: which node runs next, when the graph is idle, and when it is over (spec section 9).

All state is guarded by one lock, which is given up only while code of a calculator or observer runs.
After each call the lock is taken once: outputs are delivered, nodes that they concern are looked at, and
the next task is chosen.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from mpgraph.config.plan import Plan
from mpgraph.context import Context
from mpgraph.errors import CancelledError, RunError, StopGraph, TimestampError
from mpgraph.packet import Packet
from mpgraph.timestamp import DONE, UNSTARTED, debug_string

from .executor import Task, ThreadPool
from .failure import node_failure, observer_failure
from .node import Node, State
from .observer import Observer, Poller
from .policies import CLOSE, READY
from .stream import EMPTY, InputStream
from .wiring import GraphInput, Wiring

if TYPE_CHECKING:
    from mpgraph.resources import Resources

__all__ = ["Constant", "Phase", "Scheduler"]

logger = logging.getLogger(__name__)

_MAX_DEPTH = 50  # of nodes looked at one from within the other; beyond, they wait for their turn

Constant = tuple[Sequence[Packet], dict[str, Packet]]
"""The input side packets of a node, and the output side packets that it made of them."""

# What a task's first number orders: observers, opens, calls with inputs, calls of sources (S-2).
_OBSERVER, _OPEN, _CALL, _SOURCE = range(4)


class Phase(Enum):
    """Where a run is (S-10)."""

    RUNNING = "running"
    PAUSED = "paused"
    TERMINATED = "terminated"
    FINISHED = "finished"


class Scheduler:
    """Runs a plan once.

    Args:
        plan: What to run; not changed.
        side_packets: The side packets that the application supplies.
        observers, pollers: Who listens.
        num_threads: The most threads of the default executor; None for the config's, else one per
            node up to the number of cores (S-5).
        resources: Where calculators find files.
        services: Graph services by key.
        constants: What nodes without streams made of which side packets in the run before; such a node
            is not opened again for the same ones (C-11). Updated.
    """

    def __init__(
        self,
        plan: Plan,
        side_packets: Mapping[str, Packet],
        *,
        observers: Sequence[Observer],
        pollers: Sequence[Poller],
        num_threads: int | None,
        resources: Resources,
        services: dict[str, Any],
        constants: dict[int, Constant],
    ) -> None:
        self.plan = plan
        self.errors: list[RunError] = []
        self.phase = Phase.RUNNING
        self.side_packets = dict(side_packets)
        self._constants = constants
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._waiting = 0
        self._helping: set[int] = set()
        self._serial = 0
        self._pending = 0
        self._dirty: list[Node] = []
        self._depth = 0
        self._stopping = False
        self._observed = False
        self._layers: list[Node] = []
        self._active: list[Node] = []
        self._pools = self._make_pools(num_threads)
        self._default = self._pools[""]
        self._named_pools = [pool for name, pool in self._pools.items() if name]
        self._resources = resources
        self._services = services
        wiring = Wiring(plan, self._pools, on_full=self._on_full, notified=self._notified)
        self.inputs = wiring.inputs
        self._nodes = wiring.nodes
        self._streams = wiring.streams
        for observer in observers:
            wiring.attach(observer.attach(self._schedule_observer))
        for poller in pollers:
            wiring.attach(poller.attach(self, self._on_full))

    def _make_pools(self, num_threads: int | None) -> dict[str, ThreadPool]:
        fallback = min(os.cpu_count() or 1, max(len(self.plan.nodes), 1))
        pools: dict[str, ThreadPool] = {}
        for name, executor in self.plan.executors.items():
            threads = 0 if executor.num_threads is None else executor.num_threads or fallback
            if not name and num_threads is not None:
                threads = num_threads
            pools[name] = ThreadPool(name, self._lock, threads, self._run)
        return pools

    # Calls from outside.

    def start(self) -> None:
        """Opens the nodes that wait for nothing."""
        with self._lock:
            for node in self._nodes:
                if not node.waiting:
                    self._schedule_open(node)
            self._settle()
            self._wake(0)

    def add_packet(self, graph_input: GraphInput, packet: Packet, *, wake: bool = True) -> None:
        """Feeds a packet into a graph input; a closed one drops it (Q-6).

        A caller that is about to wait for the graph, and so to work itself, need wake nobody.
        """
        with self._lock:
            stream = graph_input.stream
            if not stream.closed:
                stream.send((packet,), stream.bound, self._record)
                self._settle()
                if wake:
                    self._wake(0)

    def set_bound(self, graph_input: GraphInput, bound: int) -> None:
        """Feeds a bound into a graph input.

        Raises:
            TimestampError: It is below the present bound.
        """
        with self._lock:
            stream = graph_input.stream
            if stream.closed:
                return
            if bound < stream.bound:
                msg = (
                    "the timestamp bound must not be less than the current bound. "
                    f'In stream "{stream.name}". Current minimum expected timestamp is '
                    f"{debug_string(stream.bound)} but received {debug_string(bound)}"
                )
                raise TimestampError(msg)
            stream.send((), bound, self._record)
            self._settle()
            self._wake(0)

    def close_input(self, graph_input: GraphInput) -> None:
        """Closes a graph input."""
        with self._lock:
            if not graph_input.stream.closed:
                graph_input.stream.close()
                self._settle()
                self._wake(0)

    def close_sources(self) -> None:
        """Closes all graph inputs and, when they are called next, all sources (Q-7)."""
        with self._lock:
            self._stopping = True
            for graph_input in self.inputs.values():
                if not graph_input.stream.closed:
                    graph_input.stream.close()
            for source in self._active:
                self._schedule_source(source)
            self._settle()
            self._wake(0)

    def cancel(self) -> None:
        """Ends the run: what is running finishes, nothing more is started (S-22)."""
        with self._lock:
            if not self.is_over():
                self._record(CancelledError("the graph was cancelled"))
                self._set_paused(paused=False)
                self._settle()

    def pause(self) -> None:
        """Starts nothing more until `resume` (S-21)."""
        with self._lock:
            if self.phase is Phase.RUNNING:
                self._set_paused(paused=True)

    def resume(self) -> None:
        """Goes on after `pause`."""
        with self._lock:
            if self.phase is Phase.PAUSED:
                self._set_paused(paused=False)
                self._settle()
                self._wake(0)

    def _set_paused(self, *, paused: bool) -> None:
        self.phase = Phase.PAUSED if paused else Phase.RUNNING
        for pool in self._pools.values():
            pool.paused = paused

    def help_until(self, done: Callable[[], bool]) -> None:
        """Runs tasks on the calling thread until `done`, which is asked under the lock.

        Raises:
            RunError: Called from within a calculator or observer, which could never end.
        """
        me = threading.get_ident()
        with self._lock:
            if me in self._helping or any(
                pool.has_thread(threading.current_thread()) for pool in self._pools.values()
            ):
                msg = "a calculator or observer cannot wait for the graph that it runs in"
                raise RunError(msg)
            self._helping.add(me)
            try:
                while not done():
                    if not self._default.run_next():
                        self._waiting += 1
                        try:
                            self._changed.wait()
                        finally:
                            self._waiting -= 1
            finally:
                self._helping.discard(me)

    def is_idle(self) -> bool:
        """Whether nothing is queued or running (S-10)."""
        return not self._pending

    def is_over(self) -> bool:
        """Whether the run has ended, by itself or by an error."""
        return self.phase in (Phase.TERMINATED, Phase.FINISHED)

    def is_throttled(self, graph_input: GraphInput) -> bool:
        """Whether queues behind the graph input are full (Q-4)."""
        return bool(graph_input.full)

    def take_observed(self) -> bool:
        """Whether an observer or poller was told anything since the last time (S-20)."""
        observed, self._observed = self._observed, False
        return observed

    def notify_observed(self) -> None:
        """Notes that an observer or poller was told something."""
        self._observed = True
        if self._waiting:
            self._changed.notify_all()

    def finish(self) -> None:
        """Closes what is still open, after the end or to make an end, and joins all threads (C-6).

        What calculators send in these calls is dropped, and so are their errors.
        """
        with self._lock:
            if self.phase is Phase.FINISHED:
                return
            self.phase = Phase.FINISHED
            for pool in self._pools.values():
                pool.stop()
        for pool in self._pools.values():
            pool.join()
        for node in self._nodes:
            if node.state is State.OPENED and node.calculator is not None:
                node.state = State.CLOSED
                try:
                    node.calculator.close(node.last_context())
                except Exception:
                    logger.debug("close of node %s failed at the end of the run", node.name, exc_info=True)
        with self._lock:
            self._changed.notify_all()

    # Tasks. From here on the lock is held.

    def _push(
        self,
        pool: ThreadPool,
        rank: tuple[int, int, int],
        function: Callable[[Any], BaseException | None],
        arg: Any,
    ) -> None:
        self._serial += 1
        self._pending += 1
        pool.push((*rank, self._serial, function, arg))

    def _run(self, task: Task) -> None:
        interrupted = task[4](task[5])
        self._pending -= 1
        self._settle()
        self._wake(1)
        if interrupted is not None:
            raise interrupted

    def _wake(self, spare: int) -> None:
        if len(self._default.tasks) > spare:
            self._default.wake(spare)
            if self._waiting and not self._default.num_threads:
                self._changed.notify_all()
        for pool in self._named_pools:
            pool.wake(0)

    def _call(self, function: Callable[[Any], object], argument: Any) -> BaseException | None:
        """Calls code of others without the lock; returns what it raised."""
        try:
            self._lock.release()
            function(argument)
        except BaseException as error:
            return error
        finally:
            self._lock.acquire()
        return None

    def _schedule_open(self, node: Node) -> None:
        node.state = State.OPENING
        self._push(node.pool, (_OPEN, node.id, 0), self._open, node)

    def _open(self, node: Node) -> BaseException | None:
        if self.errors:
            return None
        sides = [self.side_packets.get(name, EMPTY) for name in node.plan.side_inputs.names]
        if self._resend_constant(node, sides):
            return None
        node.prepare(sides, self._resources, self._services)
        cc = node.begin(UNSTARTED)
        cc.headers = [self._streams[stream.name].header for stream in node.inputs]
        for slot in cc.outputs:
            slot.in_open = True

        def make_and_open(cc: Context) -> None:
            node.calculator = node.plan.calculator()
            options = node.plan.calculator.options_class()
            if options is not None:
                node.calculator.options = node.plan.contract.options(options)
            node.calculator.open(cc)

        raised = self._call(make_and_open, cc)
        for slot in cc.outputs:
            slot.in_open = False
        if raised is not None:
            node.finish(cc, self._record, keep=False)
            return self._fail(node, "open", None, raised)
        node.state = State.OPENED
        for slot, stream in zip(cc.outputs, node.outputs, strict=True):
            stream.header = slot.header
        node.finish(cc, self._record)
        self._publish(node)
        for follower in node.followers:
            self._one_less(follower)
        if node.is_source:
            self._layers.append(node)
        else:
            node.notify()
        return None

    def _one_less(self, node: Node) -> None:
        node.waiting -= 1
        if not node.waiting and node.state is State.UNOPENED and not self.errors:
            self._schedule_open(node)

    def _publish(self, node: Node) -> None:
        made = node.take_side_packets(self.side_packets.keys())
        if made and not node.inputs and not node.outputs:
            self._constants.setdefault(node.id, (node.side_inputs, {}))[1].update(made)
        self._publish_packets(made)

    def _publish_packets(self, made: Iterable[tuple[str, Packet]]) -> None:
        for name, packet in made:
            self.side_packets[name] = packet
            for consumer, _ in self.plan.side_packets[name].consumers:
                self._one_less(self._nodes[consumer.id])

    def _resend_constant(self, node: Node, sides: Sequence[Packet]) -> bool:
        before, made = self._constants.pop(node.id, ((), {}))
        if not made or any(new.value is not old.value for new, old in zip(sides, before, strict=True)):
            return False
        self._constants[node.id] = before, made
        node.state = State.CLOSED
        self._publish_packets(made.items())
        return True

    def _process(self, call: tuple[Node, Context]) -> BaseException | None:
        node, cc = call
        calculator = node.calculator
        assert calculator is not None
        stop = False
        try:
            self._lock.release()
            calculator.process(cc)
        except StopGraph:
            stop = True
            raised = None
        except BaseException as error:
            raised = error
        else:
            raised = None
        finally:
            self._lock.acquire()
        if raised is not None:
            interrupted = self._fail(node, "process", cc.timestamp, raised)  # first: it stops all others
            node.finish(cc, self._record, keep=False)
            return interrupted
        node.finish(cc, self._record)
        if node.plan.side_outputs:
            self._publish(node)
        if node.is_source:
            if stop:
                self._schedule_close(node)
            else:
                self._schedule_source(node)
            return None
        if stop:
            self._stopping = True
        node.notify()
        return None

    def _schedule_close(self, node: Node) -> None:
        if self.errors:
            return
        node.state = State.CLOSING
        self._push(node.pool, (_CALL, -node.id, 0), self._close, node)

    def _close(self, node: Node) -> BaseException | None:
        assert node.calculator is not None
        cc = node.begin(DONE, [Packet.empty(stream.settled()) for stream in node.inputs])
        raised = self._call(node.calculator.close, cc)
        node.state = State.CLOSED
        interrupted = None if raised is None else self._fail(node, "close", None, raised)
        node.finish(cc, self._record)
        self._publish(node)
        node.close_streams()
        return interrupted

    def _schedule_source(self, node: Node) -> None:
        if (
            node.in_flight
            or (node.full and not self._stopping)
            or node.state is not State.OPENED
            or self.errors
        ):
            return
        if self._stopping:
            self._schedule_close(node)
            return
        cc = node.begin(0, ())
        self._push(node.pool, (_SOURCE, node.layer, node.source_order()), self._process, (node, cc))

    def _schedule_observer(self, observer: Observer) -> None:
        self._observed = True
        if observer.events and not observer.scheduled:
            observer.scheduled = True
            self._push(self._default, (_OBSERVER, 0, 0), self._observe, observer)
        elif self._waiting:
            self._changed.notify_all()

    def _observe(self, observer: Observer) -> BaseException | None:
        interrupted = None
        while observer.events and interrupted is None:
            raised = self._call(observer.callback, observer.events.popleft())
            self.notify_observed()
            if raised is not None:
                self._record(observer_failure(observer.name, raised))
                interrupted = None if isinstance(raised, Exception) else raised
        observer.scheduled = False
        return interrupted

    # What follows from a change.

    def _notified(self, node: Node) -> None:
        """Looks at a node whose inputs changed, before anything else changes: as upstream, depth first."""
        if self._depth < _MAX_DEPTH:
            self._depth += 1
            try:
                self._look_at(node)
            finally:
                self._depth -= 1
        elif not node.dirty:
            node.dirty = True
            self._dirty.append(node)

    def _settle(self) -> None:
        """Looks at the nodes that were too deep, then at the graph as a whole."""
        while True:
            while self._dirty:
                node = self._dirty.pop()
                node.dirty = False
                self._look_at(node)
            if self._pending or not self._when_idle():
                break
        if self._waiting and (not self._pending or self.errors):
            self._changed.notify_all()

    def _look_at(self, node: Node) -> None:
        if node.state is not State.OPENED or self.errors:
            return
        while node.in_flight < node.max_in_flight:
            status, timestamp = node.policy.readiness()
            if status is READY:
                cc = node.begin(timestamp, node.policy.fill(timestamp))
                self._push(node.pool, (_CALL, -node.id, 0), self._process, (node, cc))
                continue
            if not node.in_flight:
                if status is CLOSE:
                    self._schedule_close(node)
                else:
                    node.settle_outputs(timestamp, self._record)
            return

    def _when_idle(self) -> bool:
        """What happens when nothing is left to run (S-11); tells whether there is something again."""
        if self.phase is not Phase.RUNNING:
            return False
        self._active = [source for source in self._active if source.state is State.OPENED]
        self._layers = [source for source in self._layers if source.state is State.OPENED]
        open_inputs = [i for i in self.inputs.values() if not i.stream.closed]
        if self.errors or not (self._active or self._layers or open_inputs):
            self.phase = Phase.TERMINATED
            self._changed.notify_all()
            return False
        if not self._active and self._layers:
            return self._activate_layer(open_inputs)
        if self._active or any(graph_input.full for graph_input in open_inputs):
            return self._unthrottle()
        return False

    def _activate_layer(self, open_inputs: Sequence[GraphInput]) -> bool:
        lowest = min(source.layer for source in self._layers)
        unopened = [n for n in self._nodes if n.is_source and n.state is State.UNOPENED and n.layer < lowest]
        if unopened:
            if not open_inputs:
                names = ", ".join(f'"{node.name}"' for node in unopened)
                msg = (
                    "Detected a deadlock because source nodes cannot be activated when a source node at a "
                    f"lower layer is still not opened: {names}"
                )
                self._record(RunError(msg))
                return True
            return False
        self._active = [source for source in self._layers if source.layer == lowest]
        self._layers = [source for source in self._layers if source.layer != lowest]
        for source in self._active:
            self._schedule_source(source)
        return bool(self._pending)

    def _unthrottle(self) -> bool:
        """Resolves a deadlock of full queues by letting them grow, or reports it (Q-8, Q-9)."""
        full = [(node, stream) for node in self._nodes for stream in node.inputs if stream.full]
        for node, stream in full:
            if self.plan.config.report_deadlock:
                msg = (
                    f'Detected a deadlock due to input throttling for input stream: "{stream.name}" of a '
                    f'node "{node.name}". All calculators are idle while packet sources remain active and '
                    'throttled. Consider adjusting "max_queue_size" or "report_deadlock".'
                )
                self._record(RunError(msg))
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

    def _on_full(self, stream: InputStream) -> None:
        """Throttles, or releases, whatever feeds a queue that became full, or no longer is (Q-4)."""
        for ancestor in stream.feeders:
            if ancestor.throttle(1 if stream.full else -1):
                if isinstance(ancestor, Node):
                    if ancestor in self._active:
                        self._schedule_source(ancestor)
                elif self._waiting:
                    self._changed.notify_all()

    # Errors.

    def _record(self, error: RunError) -> None:
        self.errors.append(error)

    def _fail(
        self, node: Node, phase: str, timestamp: int | None, raised: BaseException
    ) -> BaseException | None:
        self._record(node_failure(node, phase, timestamp, raised))
        return None if isinstance(raised, Exception) else raised
