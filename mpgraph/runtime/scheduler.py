"""One run of a graph: which node runs next, when the graph is idle, and when it is over (spec section 9).

All state is guarded by one section, which is left only while code of a calculator or observer runs. After
each call it is entered once: outputs are delivered, nodes that they concern are looked at, and the next
task is chosen. No thread waits to get in after a call: it leaves what it has for the thread that is there.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import partial
from operator import index
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar

from mpgraph.config.plan import Plan
from mpgraph.context import Context
from mpgraph.errors import CancelledError, PacketTypeError, RunError, ThrottledError, TimestampError
from mpgraph.packet import NOTHING, Packet
from mpgraph.packet_type import ANY
from mpgraph.timestamp import (
    DONE,
    POSTSTREAM,
    PRESTREAM,
    UNSET,
    UNSTARTED,
    USUAL_MAX,
    USUAL_MIN,
    debug_string,
    next_allowed_in_stream,
)

from .executor import Submits, Task, ThreadPool
from .failure import node_failure, observer_failure
from .node import Node, State
from .observer import Observer, Poller
from .profiler import Wrap
from .section import Section
from .sources import Sources
from .stream import EMPTY, Watcher
from .wiring import GraphInput, Wiring

if TYPE_CHECKING:
    from mpgraph.resources import Resources

    from .tracer import Tracer

__all__ = ["Constant", "Phase", "Scheduler"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

Constant = tuple[Sequence[Packet], dict[str, Packet]]
"""The input side packets of a node, and the output side packets that it made of them."""

_MAX_ERRORS = 1000
_MAX_COMING = 100  # packets that wait at the section's door before whoever adds more waits as well
_OPEN_RANK = -1 << 40  # of tasks: observers 0, then opens, calls, sources (S-2)


class _Waiter:
    """A thread that waits for the graph; it sleeps by acquiring its own lock."""

    __slots__ = ("done", "parker")

    def __init__(self, done: Callable[[], bool]) -> None:
        self.done = done
        self.parker = threading.Lock()
        self.parker.acquire()


class Phase(Enum):
    """Where a run is (S-10)."""

    RUNNING = "running"
    PAUSED = "paused"
    TERMINATED = "terminated"
    FINISHED = "finished"


RUNNING, PAUSED, TERMINATED, FINISHED = Phase  # members of an enum take long to look up


class Scheduler:
    """Runs a plan once.

    Args:
        plan: What to run; not changed.
        side_packets: The side packets that the application supplies.
        observers, pollers: Who listens.
        num_threads: The most threads of the default executor; None for the config's, else one per
            node up to the number of cores (S-5).
        resources: Where calculators find files.
        services: The objects of graph services by key.
        executors: Who runs the tasks of named executors in place of threads of the run's own.
        on_error: Called with each error, by a thread that runs tasks.
        max_queue_sizes: Lengths at which the queues behind graph inputs are full, by input.
        constants: What nodes without streams made of which side packets in the run before; such a node
            is not opened again for the same ones (C-11). Updated.
        wraps: What is put around each calculator, from the inside out.
        watchers: Who is told of the packets of which streams.
        tracer: Who is told what nodes are ready for, and of full queues.
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
        services: Mapping[str, Any],
        executors: Mapping[str, Submits],
        on_error: Callable[[RunError], object] | None,
        max_queue_sizes: Mapping[str, int],
        constants: dict[int, Constant],
        wraps: Sequence[Wrap],
        watchers: Mapping[str, Sequence[Watcher]],
        tracer: Tracer | None = None,
    ) -> None:
        self.plan = plan
        self.errors: list[RunError] = []
        self.phase = RUNNING
        self.side_packets = dict(side_packets)
        self.wraps = wraps
        self._constants = constants
        self._section = Section(self._leave)
        self._lock = self._section.lock
        self._try_lock = self._lock.acquire
        self._inbox = self._section.inbox
        self._waiters: list[_Waiter] = []
        self.changes = 0  # of what somebody may wait for
        self._seen = 0
        self._threads: set[int] = set()  # that run tasks
        self._interrupts: dict[int, BaseException] = {}
        self.pending = 0
        self.dirty: list[Node] = []
        self.depth = 0
        self._observed = False
        self._claimed = False
        self._on_error = on_error
        self._pools = self._make_pools(num_threads, executors)
        self._default = self._pools[""]
        self._named_pools = [pool for name, pool in self._pools.items() if name]
        self._resources = resources
        self._services = services
        self._sources = Sources(self, tracer)
        on_full = self._sources.on_full
        wiring = Wiring(
            plan, self._pools, self, on_full=on_full, max_sizes=max_queue_sizes, watchers=watchers
        )
        if tracer is not None:
            tracer.attach(wiring.nodes)
        self.inputs = wiring.inputs
        self._open_inputs = len(self.inputs)
        self._nodes = wiring.nodes
        self._streams = wiring.streams
        for observer in observers:
            wiring.attach(observer.attach(self._schedule_observer, self._observed_all))
        for poller in pollers:
            wiring.attach(poller.attach(self, on_full))

    def _make_pools(self, num_threads: int | None, executors: Mapping[str, Submits]) -> dict[str, ThreadPool]:
        fallback = min(os.cpu_count() or 1, max(len(self.plan.nodes), 1))
        pools: dict[str, ThreadPool] = {}
        for name, executor in self.plan.executors.items():
            threads = 0 if executor.num_threads is None else executor.num_threads or fallback
            if not name and num_threads is not None:
                threads = num_threads
            pools[name] = ThreadPool(
                name,
                self._section,
                threads,
                self._threads,
                self.work,
                executor=executors.get(name),
                on_left=self._change,
            )
        return pools

    # Calls from outside.

    def start(self) -> None:
        """Opens the nodes that wait for nothing."""
        with self._section:
            for node in self._nodes:
                if not node.waiting:
                    self._schedule_open(node)

    def feed(self, name: str, value: Any, timestamp: int | None, wait: bool, wake: bool) -> bool:
        """Feeds a packet, or a value at a timestamp, into a graph input; a closed one drops it (Q-5, Q-6).

        Args:
            name: The graph input.
            value: The payload, or a packet.
            timestamp: Microseconds; None for that of the packet.
            wait: Whether to wait, and to help, while queues are full.
            wake: Whether to wake a thread for it; a caller that is about to wait for the graph, and so to
                work itself, need wake nobody.

        Returns:
            Whether it was taken; if not, the run has failed or is over, or has no such input.

        Raises:
            TimestampError, PacketTypeError, ThrottledError: As `Graph.add_packet` says.
        """
        graph_input = self.inputs.get(name)
        if graph_input is None or self.errors or self.phase is FINISHED:
            return False
        if value.__class__ is not Packet:
            packet = Packet(value, UNSET if timestamp is None else index(timestamp))
        else:
            packet = value if timestamp is None else Packet(value.value, index(timestamp), value.declared)
        time = packet.time
        is_usual = USUAL_MIN < time < USUAL_MAX
        if not is_usual and not PRESTREAM <= time <= POSTSTREAM:
            msg = f"{debug_string(time)} can't be the timestamp of a Packet in a stream."
            raise TimestampError(msg)
        if packet.value is NOTHING:
            self.set_bound(graph_input, next_allowed_in_stream(time))
            return True
        stream = graph_input.stream
        expected = stream.type
        if expected is not ANY and not expected.accepts(packet):
            msg = (
                f'Packet type mismatch on calculator outputting to stream "{name}": '
                f"{expected.mismatch(packet)}"
            )
            raise PacketTypeError(msg)
        if (graph_input.full or graph_input.coming) and self.is_throttled(graph_input):
            self._wait_for_room(name, graph_input, wait)
            if self.errors or self.phase is FINISHED:
                return False
        inbox = self._inbox
        if not self._try_lock(False):
            graph_input.coming += 1
            self._section.post(self._take, graph_input, packet)
            return True
        try:
            if inbox:
                self._section.drain()
            if is_usual and stream.bound <= time:
                stream.send_one(packet, time + 1)
            elif stream.bound != DONE:
                stream.send((packet,), stream.bound, self.record)
            if not self.pending or self._seen != self.changes:
                self._settle()
            if self.pending and (wake or self._named_pools):
                self._wake(0 if wake else 1)
        finally:
            self._lock.release()
        if inbox:
            self._section.pump()
        return True

    def _wait_for_room(self, name: str, graph_input: GraphInput, wait: bool) -> None:
        if not wait:
            msg = f'Graph is throttled: queues behind the graph input "{name}" are full.'
            raise ThrottledError(msg)
        times = 0

        def has_room() -> bool:
            return not self.is_throttled(graph_input) or bool(self.errors) or self.is_over()

        def has_much_room() -> bool:  # else each packet would wait for its own room
            nonlocal times
            times += 1
            return times > 100 and has_room()

        self.help_until(has_room, has_much_room)

    def _take(self, graph_input: GraphInput, packet: Packet) -> None:
        graph_input.coming -= 1
        stream = graph_input.stream
        if stream.bound != DONE:
            stream.send((packet,), stream.bound, self.record)

    def set_bound(self, graph_input: GraphInput, bound: int) -> None:
        """Feeds a bound into a graph input.

        Raises:
            TimestampError: It is below the present bound.
        """
        with self._section:
            self._section.drain()
            stream = graph_input.stream
            if stream.closed:
                return
            if bound < stream.bound:
                msg = (
                    "SetNextTimestampBound must be called with a timestamp greater than or equal to the "
                    "current bound. "
                    f'In stream "{stream.name}". Current minimum expected timestamp is '
                    f"{debug_string(stream.bound)} but received {debug_string(bound)}"
                )
                raise TimestampError(msg)
            stream.send((), bound, self.record)

    def close_input(self, graph_input: GraphInput) -> None:
        """Closes a graph input."""
        with self._section:
            self._section.drain()
            self._close_input(graph_input)

    def _close_input(self, graph_input: GraphInput) -> None:
        if not graph_input.stream.closed:
            graph_input.stream.close()
            self._open_inputs -= 1

    def close_sources(self) -> None:
        """Closes all graph inputs and, when they are called next, all sources (Q-7)."""
        with self._section:
            self._section.drain()
            self._sources.stopping = True
            for graph_input in self.inputs.values():
                self._close_input(graph_input)
            self._sources.stop()

    def cancel(self) -> None:
        """Ends the run: what is running finishes, nothing more is started (S-22)."""
        with self._section:
            if not self.is_over():
                self.record(CancelledError("the graph was cancelled"))
                self._set_paused(paused=False)

    def fail(self, error: RunError) -> None:
        """Ends the run with an error that the application found."""
        with self._section:
            if not self.is_over():
                self.record(error)

    def pause(self) -> None:
        """Starts nothing more until `resume` (S-21)."""
        with self._section:
            if self.phase is RUNNING:
                self._set_paused(paused=True)

    def resume(self) -> None:
        """Goes on after `pause`."""
        with self._section:
            if self.phase is PAUSED:
                self._set_paused(paused=False)

    def _set_paused(self, *, paused: bool) -> None:
        self.phase = PAUSED if paused else RUNNING
        self.changes += 1
        for pool in self._pools.values():
            pool.paused = paused

    def help_until(self, done: Callable[[], bool], enough: Callable[[], bool] | None = None) -> None:
        """Runs tasks on the calling thread until it is `done`, which is asked inside the section.

        Args:
            done: Whether to return; while it is not and there is nothing to run, the thread sleeps.
            enough: Whether to run no more of the tasks that are there; by default when it is `done`.

        Raises:
            RunError: Called from within a calculator or observer, which could never end.
        """
        me = get_ident()
        if me in self._threads:
            msg = "a calculator or observer cannot wait for the graph that it runs in"
            raise RunError(msg)
        self._threads.add(me)
        try:
            while not self._help(me, done, enough or done):
                pass
        finally:
            self._threads.discard(me)
            if self.phase is FINISHED:
                self._section.post(self._change)

    def _help(self, me: int, done: Callable[[], bool], enough: Callable[[], bool]) -> bool:
        """Runs what there is to run, then sleeps until there may be more; tells whether it is `done`."""
        waiter = None
        is_done = False
        if self._try_lock(False):
            inside = True
            try:
                if self._inbox:
                    self._section.drain()
                    self._settle()
                is_done = done()
                if not is_done:
                    inside = self.work(self._default, enough)
                    is_done = inside and done()
                    if is_done:
                        if self.pending:
                            self._wake(0)
                    elif inside:
                        waiter = _Waiter(done)
                        self._waiters.append(waiter)
            except BaseException as error:  # Ctrl-C within these lines: nobody knows what was left undone
                self.record(RunError(f"the run was broken off by {type(error).__name__}"))
                self.phase = TERMINATED
                raise
            finally:
                if inside:
                    self._lock.release()
                if self._inbox:
                    self._section.pump()
            if self._interrupts and me in self._interrupts:
                raise self._interrupts.pop(me)
        else:
            waiter = _Waiter(done)
            self._section.post(self._wait, waiter)
        if waiter is not None:
            try:
                waiter.parker.acquire()
            except BaseException:
                self._section.post(self._forget, waiter)
                raise
        return is_done

    def _forget(self, waiter: _Waiter) -> None:
        if waiter in self._waiters:
            self._waiters.remove(waiter)

    def _change(self) -> None:
        self.changes += 1

    def _wait(self, waiter: _Waiter) -> None:
        self._waiters.append(waiter)
        self.changes += 1

    def has_thread(self) -> bool:
        """Whether the calling thread runs tasks of this run."""
        return get_ident() in self._threads

    def look(self, read: Callable[[Sequence[Node]], T]) -> T:
        """Calls a function with the nodes, inside the section."""
        with self._section:
            return read(self._nodes)

    def is_over(self) -> bool:
        """Whether the run has ended, by itself or by an error."""
        return self.phase is TERMINATED or self.phase is FINISHED

    def is_settled(self) -> bool:
        """Whether it is idle, with nothing queued or running (S-10), or over."""
        return not self.pending or self.phase is TERMINATED or self.phase is FINISHED

    def is_throttled(self, graph_input: GraphInput) -> bool:
        """Whether queues behind the graph input are full (Q-4), or will be with what is on its way."""
        return bool(graph_input.full) or graph_input.coming > _MAX_COMING

    def take_observed(self) -> bool:
        """Whether an observer or poller was told anything since the last time (S-20)."""
        observed, self._observed = self._observed, False
        return observed

    def notify_observed(self) -> None:
        """Notes that an observer or poller was told something."""
        self._observed = True
        self.changes += 1

    def claim_end(self) -> bool:
        """Whether the caller is the first who ends the run, and so tells of it."""
        with self._section:
            first = not self._claimed and self.phase is not FINISHED
            self._claimed = True
        return first

    def finish(self) -> None:
        """Closes what is still open, after the end or to make an end, and waits for all threads (C-6).

        What calculators send in these calls is dropped, and so are their errors.
        """
        with self._section:
            if self.phase is FINISHED:
                return
            self.phase = FINISHED
            for pool in self._pools.values():
                pool.stop()
            self.changes += 1
        for pool in self._pools.values():
            pool.join()
        me = get_ident()
        if me not in self._threads:  # else a calculator ends the run, and cannot wait for itself
            waiter = _Waiter(lambda: not self._threads)
            self._section.post(self._wait, waiter)
            waiter.parker.acquire()
        for node in self._nodes:
            if node.state in (State.OPENED, State.CLOSING) and node.calculator is not None:
                node.state = State.CLOSED
                try:
                    node.calculator.close(node.last_context())
                except Exception:
                    logger.debug("close of node %s failed at the end of the run", node.name, exc_info=True)
        if me not in self._threads:
            self._services = {}
            for node in self._nodes:
                node.forget_services()

    # Tasks. From here on all is called inside the section, unless it says otherwise.

    def _push(
        self,
        pool: ThreadPool,
        rank: int,
        outside: Callable[[Any], object],
        finish: Callable[[Any, BaseException | None], object],
        argument: Any,
    ) -> None:
        self.pending += 1
        if pool.name:
            self.changes += 1  # its threads have to be woken
        pool.push(Task(rank, outside, finish, argument))

    def work(self, pool: ThreadPool, enough: Callable[[], bool] | None = None) -> bool:
        """Runs a pool's tasks, best first, until there is none or it is `enough`.

        Each is run outside of the section.

        Returns:
            Whether the thread is inside again; if not, it has left what it had for the one that is.
        """
        try_lock = self._try_lock
        unlock = self._lock.release
        inbox = self._inbox
        tasks = pool.tasks
        if not tasks or pool.paused:
            return True
        if len(tasks) > 1 and (pool.spare or self._waiters):
            self._wake(1)
        changes = self.changes
        while True:
            task = tasks.pop()
            raised = None
            try:
                unlock()
                if inbox:
                    self._section.pump()
                task.outside(task.argument)
            except BaseException as error:
                raised = error
                if not isinstance(error, Exception):
                    self._interrupts[get_ident()] = error
            if not try_lock(False):
                self._section.post(self._finish, task, raised)
                return False
            self.pending -= 1
            task.finish(task.argument, raised)
            if not tasks or changes != self.changes or pool.name:
                self._settle()
                changes = self.changes
                if tasks or self._named_pools:
                    self._wake(1 if pool is self._default else 0)
                if not tasks or pool.paused or (enough is not None and enough()):
                    return True
            elif len(tasks) > 1 and (pool.spare or self._waiters):
                self._wake(1)

    def _finish(self, task: Task, raised: BaseException | None) -> None:
        self.pending -= 1
        task.finish(task.argument, raised)

    def _leave(self) -> None:
        """What is done before anybody leaves the section who does not run tasks."""
        self._settle()
        self._wake(0)

    def _wake(self, spare: int) -> None:
        left = self._default.wake(spare)
        while left > 0 and self._waiters:
            self._waiters.pop().parker.release()
            left -= 1
        for pool in self._named_pools:
            pool.wake(0)

    def _schedule_open(self, node: Node) -> None:
        if self.errors or node.state is not State.UNOPENED:
            return
        sides = [self.side_packets.get(name, EMPTY) for name in node.plan.side_inputs.names]
        before, made = self._constants.pop(node.id, ((), {}))
        if made and all(new.value is old.value for new, old in zip(sides, before, strict=True)):
            self._constants[node.id] = before, made
            node.state = State.CLOSED
            self._publish_packets(made.items())
            return
        node.state = State.OPENING
        node.prepare(sides, self._resources, self._services)
        cc = node.begin(UNSTARTED, ())
        cc.headers = [self._streams[stream.name].header for stream in node.inputs]
        cc.inputs = [EMPTY] * len(node.inputs)
        for slot in cc.outputs:
            slot.in_open = True
        self._push(node.pool, _OPEN_RANK - node.id, node.open, partial(self._opened, node), cc)

    def _opened(self, node: Node, cc: Context, raised: BaseException | None) -> None:
        for slot in cc.outputs:
            slot.in_open = False
        if raised is not None:
            node.calculator = None
            node.drop(cc)
            self._fail(node, "open", None, raised)
            return
        if node.calculator is None:  # the run had failed before
            return
        node.state = State.OPENED
        node.free = not self.errors
        for slot, stream in zip(cc.outputs, node.outputs, strict=True):
            stream.header = slot.header
        node.finish(cc)
        self._publish(node)
        for follower in node.followers:
            self._one_less(follower)
        if node.is_source:
            self._sources.opened(node)
        else:
            node.notify()

    def _one_less(self, node: Node) -> None:
        node.waiting -= 1
        if not node.waiting:
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

    def call_ended(self, node: Node, raised: BaseException | None) -> None:
        """What follows from a call of `process`, or from its StopGraph, but for what it sent."""
        if node.has_side_outputs:
            self._publish(node)
        if node.is_source:
            if raised is None:
                self._sources.schedule(node)
            else:
                self.schedule_close(node)
        else:
            if raised is not None:
                self._sources.stopping = True
            node.notify()

    def fail_call(self, node: Node, cc: Context, raised: BaseException) -> None:
        """Notes that a call of `process` failed."""
        self._fail(node, "process", cc.timestamp, raised)

    def schedule_close(self, node: Node) -> None:
        """Queues the call of `close`."""
        if self.errors:
            return
        node.state = State.CLOSING
        node.free = False
        cc = node.begin(DONE, [Packet.empty(stream.settled()) for stream in node.inputs])
        assert node.calculator is not None
        self._push(node.pool, node.rank, node.calculator.close, partial(self._closed, node), cc)

    def _closed(self, node: Node, cc: Context, raised: BaseException | None) -> None:
        node.state = State.CLOSED
        if raised is not None:
            self._fail(node, "close", None, raised)
        node.finish(cc)
        self._publish(node)
        node.close_streams()

    def _schedule_observer(self, observer: Observer) -> None:
        if not observer.events:
            self._observed = True  # a bound that nobody is told of counts as well
            self.changes += 1
        elif not observer.scheduled:
            observer.scheduled = True
            self.pending += 1
            self._default.push(observer.task)

    def _observed_all(self, observer: Observer, raised: BaseException | None) -> None:
        observer.scheduled = False
        if raised is not None:
            self.record(observer_failure(observer.name, raised))
        if observer.events:
            self._schedule_observer(observer)
        self._observed = True
        self.changes += 1

    # What follows from a change.

    def _settle(self) -> None:
        """Looks at the nodes that were too deep, then at the graph as a whole, then at who waits."""
        while True:
            while self.dirty:
                node = self.dirty.pop()
                node.dirty = False
                node.notify()
            if self.pending or not self._when_idle():
                break
        if self._waiters and (self._seen != self.changes or not self.pending or self.errors):
            for waiter in [waiter for waiter in self._waiters if waiter.done()]:
                self._waiters.remove(waiter)
                waiter.parker.release()
        self._seen = self.changes

    def _when_idle(self) -> bool:
        """What happens when nothing is left to run (S-11); tells whether there is something again."""
        if self.phase is not RUNNING:
            return False
        sources = self._sources
        are_done = sources.are_done()
        if self._open_inputs and are_done and not (self.errors or sources.full):
            return False
        if self.errors or (are_done and not self._open_inputs):
            self.phase = TERMINATED
            self.changes += 1
            return False
        return sources.go_on(self._nodes, more_may_open=bool(self._open_inputs))

    # Errors.

    def record(self, error: RunError) -> None:
        """Notes an error, which ends the run."""
        if not self.errors:
            for node in self._nodes:
                node.free = False
        if len(self.errors) == _MAX_ERRORS:
            return  # enough is said (E-9)
        self.errors.append(error)
        if self._on_error is not None:
            self._push(self._default, 0, self._on_error, self._told, error)

    def _told(self, error: RunError, raised: BaseException | None) -> None:
        if raised is not None:
            logger.error("on_error failed for: %s", error, exc_info=raised)

    def _fail(self, node: Node, phase: str, timestamp: int | None, raised: BaseException) -> None:
        self.record(node_failure(node, phase, timestamp, raised))
