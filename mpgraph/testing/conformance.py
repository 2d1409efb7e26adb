"""`check_calculator`: what the framework expects of every calculator, checked with a node and its packets."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mpgraph import registry
from mpgraph.calculator import CalculatorBase
from mpgraph.config.entries import OptionsEntry
from mpgraph.config.plan import DEFAULT_POLICY, NodePlan
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.context import Context
from mpgraph.errors import ConfigError, MpgraphError, RunError
from mpgraph.packet import NOTHING, Packet
from mpgraph.port_map import PortId, PortMap, parse_reference
from mpgraph.runtime.graph import Graph
from mpgraph.timestamp import MAX, MIN

from .node_run import NodeOutputs, NodeRunner, parse_node
from .same import same
from .stream_data import StreamData, StreamItem, to_packets

__all__ = ["ConformanceError", "check_calculator", "docstring_example"]

_ACCIDENTS = (AssertionError, AttributeError, LookupError, TypeError, UnboundLocalError, ZeroDivisionError)


class ConformanceError(AssertionError):
    """A calculator does not do what the framework expects of it.

    Attributes:
        problems: What is wrong, each as a sentence.
    """

    def __init__(self, calculator: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join((f"{calculator} does not conform:", *self.problems)))


def check_calculator(
    calculator: str | type[CalculatorBase],
    node: str | NodeConfig | None = None,
    inputs: Mapping[str, Iterable[StreamItem]] | None = None,
    side_packets: Mapping[str, Any] | None = None,
    *,
    equal: Callable[[Any, Any], bool] = same,
    **arguments: Any,
) -> NodeOutputs:
    """Checks that a calculator keeps to the rules that graphs rely on; also those of other packages.

    - The example in its docstring is a graph without errors.
    - The node's options survive text, wire format and their own class.
    - The same packets give the same outputs, headers and side packets: on 1 and 4 threads and inline, in
      another run, in a second node at the same time, and when packets come one timestamp at a time.
    - Each instance is opened once and closed once, after its last packet, also when the run fails.
    - With a timestamp offset, all outputs are settled up to it when a timestamp's packets are done with.
    - A run without any packet succeeds, and one without one of several streams does not end by an accident
      (AttributeError, IndexError, TypeError, ...) in the calculator. An error of its own is fine.
    - All output side packets that are connected are made.

    ::

        check_calculator("HalveCalculator", inputs={"NUMBER": [(0, 2), (1, 4)]})

    Args:
        calculator: The class or its registered name.
        node: As of `NodeRunner`; by default the only node of the docstring's example.
        inputs: Packets by port, as of `NodeRunner.run`.
        side_packets: Side packets by port.
        equal: Whether two payloads are the same; by default `same` decides.
        arguments: More arguments of `Graph`.

    Returns:
        What the node made.

    Raises:
        ConformanceError: It does not; all problems are listed.
        ConfigError: The node has errors, or is none of this calculator.
    """
    cls = _find(calculator) if isinstance(calculator, str) else calculator
    if node is None:
        example = docstring_example(cls)
        if example is None or len(example.node) != 1:
            msg = f"give a node: the docstring of {cls.__qualname__} has no example of exactly one"
            raise ConfigError(msg)
        node = example.node[0]
    check = _Check(cls, parse_node(node), inputs or {}, side_packets or {}, equal, arguments)
    outputs = check.run()
    if check.problems or outputs is None:
        raise ConformanceError(cls.registered_name or cls.__qualname__, check.problems)
    return outputs


def docstring_example(cls: type[Any]) -> GraphConfig | None:
    """The graph below ``Example::``, which ends a calculator's docstring; None if there is none.

    Streams and side packets that no node of it makes become inputs of the graph.

    Raises:
        ConfigError: It is malformed.
    """
    doc = inspect.cleandoc(cls.__doc__ or "")
    match = re.search(r"^Examples?::\n\n((?:(?: {4}.*)?\n?)+)\Z", doc, re.MULTILINE)
    if match is None:
        return None
    graph = GraphConfig.from_text(inspect.cleandoc(match[1]), f"{cls.__qualname__}'s example")

    def missing(kind: str) -> tuple[str, ...]:
        made = {name for node in graph.node for name in PortMap(getattr(node, f"output_{kind}")).names}
        used = [name for node in graph.node for name in PortMap(getattr(node, f"input_{kind}")).names]
        return tuple(dict.fromkeys(name for name in used if name not in made))

    return dataclasses.replace(
        graph,
        input_stream=graph.input_stream or missing("stream"),
        input_side_packet=graph.input_side_packet or missing("side_packet"),
    )


def _find(name: str) -> type[CalculatorBase]:
    found = registry.find(name)
    if found is None or not issubclass(found, CalculatorBase):
        msg = f'no calculator is registered as "{name}"'
        raise ConfigError(msg)
    return found


class _Injected(Exception):
    """What the check makes a calculator raise."""


class _Lives:
    """The calls to the instances of a calculator, in order."""

    def __init__(self) -> None:
        self.calls: dict[int, list[str]] = {}
        self.kept: list[object] = []  # so that no two instances have one id
        self.closed_outputs: set[int] = set()
        self.close_errors: list[Exception] = []
        self.fail = False

    def note(self, instance: object, call: str) -> None:
        if id(instance) not in self.calls:
            self.kept.append(instance)
        self.calls.setdefault(id(instance), []).append(call)

    def after(self, cc: Context) -> None:
        self.closed_outputs |= {slot for slot, out in enumerate(cc.outputs) if out.closed}

    def problems(self) -> Iterator[str]:
        for calls in self.calls.values():
            if calls.count("open") != 1 or calls[0] != "open":
                yield f"an instance was opened {calls.count('open')} times: {', '.join(calls[:5])}, ..."
            if calls.count("close") != 1 or calls[-1] != "close":
                yield f"an instance was closed {calls.count('close')} times: ..., {', '.join(calls[-5:])}"


def _watched(cls: Any, lives: _Lives) -> type[CalculatorBase]:
    """A subclass, unknown to the registry, whose calls are noted."""

    class Watched(cls):  # type: ignore[misc]
        def open(self, cc: Context) -> None:
            lives.note(self, "open")
            super().open(cc)
            lives.after(cc)

        def process(self, cc: Context) -> None:
            lives.note(self, "process")
            super().process(cc)
            lives.after(cc)
            if lives.fail:
                raise _Injected

        def close(self, cc: Context) -> None:
            lives.note(self, "close")
            try:
                super().close(cc)
            except Exception as error:
                lives.close_errors.append(error)
                raise

    return Watched


class _Check:
    """One calculator, one node and its packets; `problems` is what was found."""

    def __init__(
        self,
        cls: type[CalculatorBase],
        node: NodeConfig,
        inputs: Mapping[str, Iterable[StreamItem]],
        side_packets: Mapping[str, Any],
        equal: Callable[[Any, Any], bool],
        arguments: Mapping[str, Any],
    ) -> None:
        self.cls = cls
        self.node = node
        self.inputs = {
            port: items if isinstance(items, StreamData) else StreamData(items)
            for port, items in inputs.items()
        }
        self.side_packets = side_packets
        self.equal = equal
        self.arguments = arguments
        self.problems: list[str] = []

    def run(self) -> NodeOutputs | None:
        runner = self._runner(threads=1)
        plan = self._plan(runner.graph)
        self._check_example()
        self._check_options(plan)
        first = None
        with self._problem("a run fails"):
            first = runner.run(self.inputs, self.side_packets)
        if first is None:
            return None
        for port, packet in first.side_packets.items():
            if packet.is_empty():
                self.problems.append(f"the output side packet {port} is not made")
        self._check_repeated(first, runner)
        self._check_lives()
        self._check_empty_inputs()
        if plan.inputs and not any(not data.header.is_empty() for data in self.inputs.values()):
            self._check_step_by_step(first, plan)
        return first

    def _runner(self, **more: Any) -> NodeRunner:
        return NodeRunner(self.node, **more, **self.arguments)

    def _plan(self, graph: Graph) -> NodePlan:
        for plan in graph.plan.nodes:
            if plan.calculator is self.cls:
                return plan
        msg = f'node "{self.node.calculator}" is no node of {self.cls.__qualname__}'
        raise ConfigError(msg)

    @contextmanager
    def _problem(self, what: str) -> Iterator[None]:
        try:
            yield
        except (MpgraphError, ValueError, TypeError) as error:
            self.problems.append(f"{what}: {type(error).__name__}: {error}")

    def _check_example(self) -> None:
        with self._problem("the example in the docstring has errors"):
            example = docstring_example(self.cls)
            if example is not None:
                names = [node.calculator for node in Graph(example, **self.arguments).plan.config.node]
                if self.cls not in map(registry.find, names):
                    self.problems.append("the example in the docstring has no node of the calculator")

    def _check_options(self, plan: NodePlan) -> None:
        cls = self.cls.options_class()
        if cls is None:
            return
        with self._problem("the options do not survive"):
            options = plan.config.get_options(cls)
            graph = GraphConfig(node=(plan.config,))
            entry = OptionsEntry.of(options)
            bare = dataclasses.replace(self.node, options=type(self.node.options)(), node_options=(entry,))
            for how, other in (
                ("text", GraphConfig.from_text(graph.to_text()).node[0]),
                ("wire format", GraphConfig.from_binary(graph.to_binary()).node[0]),
                ("their class", GraphConfig.from_text(GraphConfig(node=(bare,)).to_text()).node[0]),
            ):
                if other.get_options(cls) != options:
                    self.problems.append(f"the options are others after {how}")

    def _compare(self, what: str, first: NodeOutputs, other: NodeOutputs) -> None:
        for port, stream in first.items():
            different = self._difference(stream, other[port])
            if different:
                self.problems.append(f'{what}, output stream "{port}" differs: {different}')
        for side_port, packet in first.side_packets.items():
            if not self.equal(packet.value, other.side_packets[side_port].value):
                self.problems.append(f"{what}, output side packet {side_port} differs")

    def _difference(self, first: StreamData, other: StreamData) -> str:
        if not self.equal(first.header.value, other.header.value):
            return "the header"
        for index, (a, b) in enumerate(zip(first, other, strict=False)):
            if a[0] != b[0]:
                return f"packet {index} is at {b[0]}, not at {a[0]}"
            if not self.equal(a[1], b[1]):
                return f"the packet at {a[0]} is {b[1]!r}, not {a[1]!r}"
        return "" if len(first) == len(other) else f"{len(other)} packets, not {len(first)}"

    def _check_repeated(self, first: NodeOutputs, runner: NodeRunner) -> None:
        with self._problem("a second run fails"):
            self._compare("in a second run", first, runner.run(self.inputs, self.side_packets))
        for threads, name in ((0, "inline"), (4, "on 4 threads")):
            with self._problem(f"a run {name} fails"):
                found = self._runner(threads=threads).run(self.inputs, self.side_packets)
                self._compare(name, first, found)
        with self._problem("a run of two nodes fails"):
            both = self._runner(threads=4, copies=2).run_copies(self.inputs, self.side_packets)
            for found in both:
                self._compare("with a second node beside it", first, found)

    def _check_lives(self) -> None:
        for fail in (False, True):
            lives = _Lives()
            lives.fail = fail
            runner = self._runner()
            plan = self._plan(runner.graph)
            plan.calculator = _watched(self.cls, lives)
            try:
                runner.run(self.inputs, self.side_packets)
            except RunError as error:
                if not fail:
                    self.problems.append(f"a run fails: {error}")
            if fail:  # which the run, that has an error already, does not tell
                self.problems += [
                    f"after a failure in process, close fails: {type(error).__name__}: {error}"
                    for error in lives.close_errors
                ]
            self.problems += lives.problems()

    def _check_empty_inputs(self) -> None:
        empty = {port: StreamData(header=data.header) for port, data in self.inputs.items()}
        with self._problem("a run without packets fails"):
            self._runner().run(empty, self.side_packets)
        if len(self.inputs) < 2:
            return
        for port in self.inputs:
            try:
                self._runner().run({**self.inputs, port: empty[port]}, self.side_packets)
            except RunError as error:
                cause = error.__cause__
                if isinstance(cause, _ACCIDENTS) and not isinstance(cause, MpgraphError):
                    self.problems.append(f'without packets on input stream "{port}": {error}')

    def _check_step_by_step(self, first: NodeOutputs, plan: NodePlan) -> None:
        """Feeds the packets timestamp by timestamp; the others are told that there is none."""
        lives = _Lives()
        graph = Graph(GraphConfig(input_stream=self.node_inputs.names, node=(self.node,)), **self.arguments)
        step_plan = self._plan(graph)
        step_plan.calculator = _watched(self.cls, lives)
        found = {port: StreamData() for port in step_plan.outputs}
        settled = [MIN - 1] * len(step_plan.outputs)
        for slot, port in enumerate(step_plan.outputs):
            graph.observe(step_plan.outputs.names[slot], self._note(found[port], settled, slot), bounds=True)
        offset = plan.contract.timestamp_offset
        side = {
            self.node_side_inputs.names[self.node_side_inputs.slot(*parse_reference(port)) or 0]: value
            for port, value in self.side_packets.items()
        }
        with self._problem("a run step by step fails"), graph:
            graph.start(side)
            for time, packets in self._steps():
                for name in self.node_inputs.names:
                    graph.add_packet(name, packets.get(name, Packet.empty(time)))
                graph.wait_until_idle()
                if offset is None or not MIN <= time + offset < MAX:
                    continue
                for slot, at in enumerate(settled):
                    if at < time + offset and slot not in lives.closed_outputs:
                        self.problems.append(
                            f'when {time} is done, output stream "{step_plan.outputs.names[slot]}" is '
                            f"settled only up to {at}, but the offset promises {time + offset}"
                        )
                        return
        made = {
            port: graph.output_side_packet(name)
            for port, name in zip(step_plan.side_outputs, step_plan.side_outputs.names, strict=True)
            if not first.side_packets[port].is_empty()
        }
        if plan.policy == DEFAULT_POLICY and not plan.contract.process_timestamp_bounds:
            for port, stream in found.items():
                stream.header = first.streams[port].header
            made = {port: made.get(port, Packet()) for port in first.side_packets}
            self._compare("step by step", first, NodeOutputs(found, made))

    @property
    def node_inputs(self) -> PortMap:
        return PortMap(self.node.input_stream)

    @property
    def node_side_inputs(self) -> PortMap:
        return PortMap(self.node.input_side_packet)

    def _steps(self) -> Iterator[tuple[int, dict[str, Packet]]]:
        """The packets by stream, timestamp by timestamp."""
        by_time: dict[int, dict[str, Packet]] = {}
        ports = self.node_inputs
        for reference, data in self.inputs.items():
            port: PortId = parse_reference(reference)
            name = ports.names[ports.slot(port.tag, port.index) or 0]
            for packet in to_packets(data):
                by_time.setdefault(packet.time, {})[name] = packet
        yield from sorted(by_time.items())

    @staticmethod
    def _note(data: StreamData, settled: list[int], slot: int) -> Callable[[Packet], None]:
        def note(packet: Packet) -> None:
            settled[slot] = packet.time
            if packet.value is not NOTHING:
                data.append((packet.time, packet.value))

        return note
