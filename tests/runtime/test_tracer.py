"""What a graph records of itself (X-10 to X-17), on a clock that the calculators move."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from graph_steps import Step, add, close
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph import Calculator, Context, Graph, Inputs, Outputs, StopGraph
from mpgraph.config.schema import ProfilerConfig
from mpgraph.errors import CalculatorError, ConfigError, LimitError
from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile, GraphTrace
from mpgraph.runtime.stream import OutputStream
from mpgraph.runtime.tracer import Event, EventType, Tracer
from mpgraph.testing import ManualClock

ON = "profiler_config { trace_enabled: true trace_log_disabled: true %s }\n"
CHAIN = """input_stream: "in"
node { calculator: "TracerPass" name: "a" input_stream: "in" output_stream: "mid" }
node { calculator: "TracerPass" name: "b" input_stream: "mid" output_stream: "out" }
"""
CLOCK = ManualClock(1_000)


@pytest.fixture(autouse=True)
def _clock() -> None:
    CLOCK.now = 1_000


class Pass(Calculator, name="TracerPass"):
    """Passes on what comes, 10 µs later; "bad" is too much for it, and nothing comes of "none"."""

    inputs = Inputs[object]()
    outputs = Outputs[object]()

    def process(self, cc: Context) -> None:
        CLOCK.now += 10
        for slot, packet in enumerate(cc.inputs):
            if packet.value == "bad":
                msg = "bad"
                raise ValueError(msg)
            if not packet.is_empty() and packet.value != "none" and slot < len(cc.outputs):
                cc.outputs[slot].send_packet(packet)


class Ends(Calculator, name="TracerEnds"):
    """Makes two packets at a time, three times; also when it opens and closes."""

    outputs = Outputs[object]()

    def open(self, cc: Context) -> None:
        self.next = 0
        self.send(cc)

    def process(self, cc: Context) -> None:
        if self.next == 8:
            raise StopGraph
        self.send(cc)

    def close(self, cc: Context) -> None:
        self.send(cc)

    def send(self, cc: Context) -> None:
        CLOCK.now += 5
        for _ in range(2):
            cc.outputs[0].send("made", self.next)
            self.next += 1


def make(text: str, **arguments: Any) -> Graph:
    """A graph on the manual clock, without threads."""
    graph = Graph(text, **{"num_threads": 0, **arguments})
    graph.profiler.clock = CLOCK
    return graph


Entry = tuple[Any, ...]


def entries(trace: GraphTrace) -> list[Entry]:
    """(node, type, timestamp, start, finish, inputs, outputs); of packets (stream, timestamp)."""
    return [
        (
            entry.node_id,
            GraphTrace.EventType.Name(entry.event_type),
            entry.input_timestamp if entry.HasField("input_timestamp") else None,
            entry.start_time if entry.HasField("start_time") else None,
            entry.finish_time if entry.HasField("finish_time") else None,
            [(trace.stream_name[p.stream_id], p.packet_timestamp) for p in entry.input_trace],
            [(trace.stream_name[p.stream_id], p.packet_timestamp) for p in entry.output_trace],
        )
        for entry in trace.calculator_trace
    ]


def captured(graph: Graph, *types: str) -> list[Entry]:
    """The entries of those types, or all of them, since the last capture."""
    (trace,) = graph.profiler.capture(with_config=False).graph_trace
    return [entry for entry in entries(trace) if not types or entry[1] in types]


def test_the_way_of_a_packet() -> None:
    """X-10, X-13, X-14: as upstream's PassThroughGraphProfile."""
    with make(ON % "" + CHAIN) as graph:
        graph.start()
        graph.wait_until_idle()
        assert captured(graph) == [
            (0, "NOT_READY", None, 0, None, [], []),
            (1, "NOT_READY", None, 0, None, [], []),
        ]
        CLOCK.now += 5
        graph.process({"in": "value"}, 7)
        assert captured(graph) == [
            (-1, "PROCESS", 7, None, 5, [], [("in", 7)]),
            (0, "PACKET_QUEUED", 7, 5, None, [("in", 7)], []),
            (0, "READY_FOR_PROCESS", None, 5, None, [], []),
            (0, "PROCESS", 7, 5, 15, [("in", 7)], [("mid", 7)]),
            (1, "PACKET_QUEUED", 7, 15, None, [("mid", 7)], []),
            (1, "READY_FOR_PROCESS", None, 15, None, [], []),
            (0, "NOT_READY", None, 15, None, [], []),
            (1, "PROCESS", 7, 15, 25, [("mid", 7)], [("out", 7)]),
            (1, "NOT_READY", None, 25, None, [], []),
        ]
    assert [entry[:2] for entry in captured(graph)] == [(0, "READY_FOR_CLOSE"), (1, "READY_FOR_CLOSE")]


def test_names_are_in_a_capture_with_the_config() -> None:
    """X-13; and the events since the last capture are taken once."""
    graph = make(ON % "" + CHAIN)
    with graph:
        graph.start()
        graph.process({"in": "value"}, 0)
    profile = graph.profiler.capture()
    assert list(profile.graph_trace[0].calculator_name) == ["a", "b"]
    assert [node.name for node in profile.config.node] == ["a", "b"]
    assert list(profile.graph_trace[0].stream_name) == ["", "in", "mid", "out"]
    again = graph.profiler.capture(with_config=False).graph_trace[0]
    assert not again.calculator_name
    assert not again.calculator_trace
    assert list(again.stream_name) == ["", "in", "mid", "out"]


@pytest.mark.parametrize("config", ["", "profiler_config { trace_log_capacity: 5 }\n"])
def test_a_graph_without_a_tracer_has_nothing_of_it(config: str) -> None:
    """X-10: no wrapper, no watched stream, no policy that looks on; and nodes go their short ways."""
    graph = make(config + CHAIN)
    assert graph.profiler.tracer is None
    assert graph.profiler.trace_log is None
    with graph:
        graph.start()
        graph.process({"in": "value"}, 0)
        run = graph._run
        assert run is not None
        assert {type(stream) for stream in run._streams.values()} == {OutputStream}
        assert [type(node.calculator) for node in run._nodes] == [Pass, Pass]
        assert {type(node.policy).__name__ for node in run._nodes} == {"SingleStreamPolicy"}
        assert [queue.direct for node in run._nodes for queue in node.inputs] == run._nodes
    assert not graph.profiler.capture(with_config=False).graph_trace


def test_calls_without_packets_leave_no_trace_of_themselves() -> None:
    """X-13: a call is seen by the packets that it takes and makes."""
    with make(ON % "" + CHAIN) as graph:
        graph.start()
        graph.process({"in": "none"}, 3)
        assert captured(graph, "OPEN", "PROCESS", "CLOSE") == [
            (-1, "PROCESS", 0, None, 0, [], [("in", 0)]),
            (0, "PROCESS", 0, 0, None, [("in", 0)], []),
        ]


def test_a_source_stands_at_what_it_makes_first() -> None:
    """X-13: of its calls the ends are known; those that send when they open or close, too."""
    graph = make(
        ON % "" + 'node { calculator: "TracerEnds" output_stream: "s" }'
        ' node { calculator: "TracerPass" input_stream: "s" }'
    )
    graph.run()
    sent = [("s", 0), ("s", 1)], [("s", 2), ("s", 3)], [("s", 4), ("s", 5)], [("s", 6), ("s", 7)]
    found = [
        (kind, stamp, start, outputs)
        for node, kind, stamp, start, _, _, outputs in captured(graph, "OPEN", "PROCESS", "CLOSE")
        if node == 0
    ]
    assert found == [
        ("OPEN", 0, None, sent[0]),
        ("PROCESS", 2, None, sent[1]),
        ("PROCESS", 4, None, sent[2]),
        ("PROCESS", 6, None, sent[3]),
        ("CLOSE", 8, None, [("s", 8), ("s", 9)]),
    ]


def test_a_queue_that_grows() -> None:
    """X-13, X-14: each arrival tells of the new tail and of the head, with the length that comes."""
    text = ON % "" + 'input_stream: "in" input_stream: "late" '
    text += 'node { calculator: "TracerPass" input_stream: "in" input_stream: "late" }'
    with make(text) as graph:
        graph.start()
        for timestamp in (4, 6, 9):
            graph.process({"in": "value"}, timestamp)
        (trace,) = graph.profiler.capture(with_config=False).graph_trace
        queued = [
            [(packet.packet_timestamp, packet.event_data) for packet in entry.input_trace]
            for entry in trace.calculator_trace
            if entry.event_type == GraphTrace.PACKET_QUEUED
        ]
        assert queued == [[(0, 1)], [(2, 2), (0, 2)], [(5, 3), (0, 3)]]
        assert "READY_FOR_PROCESS" not in {entry[1] for entry in entries(trace)}


def test_full_queues() -> None:
    """X-11: one event for each graph input or source that is held up."""
    text = "max_queue_size: 2 " + ON % "" + 'input_stream: "in" input_stream: "late" '
    text += 'node { calculator: "TracerPass" input_stream: "in" input_stream: "late" }'
    with make(text) as graph:
        graph.start()
        graph.pause()  # else an idle graph would let the queue grow
        graph.add_packet("in", 0, 1)
        assert captured(graph, "THROTTLED", "UNTHROTTLED") == []
        graph.add_packet("in", 0, 2)
        assert captured(graph, "THROTTLED", "UNTHROTTLED") == [(-1, "THROTTLED", None, 0, None, [], [])]
        graph.set_bound("late", 2)
        graph.resume()
        graph.wait_until_idle()
        assert [entry[1] for entry in captured(graph, "THROTTLED", "UNTHROTTLED")] == ["UNTHROTTLED"]


def test_payloads_are_told_apart() -> None:
    """X-13: event_data is a running number of the payload, the same for as long as it travels."""
    first, second = object(), object()
    with make(ON % "trace_log_instant_events: true" + CHAIN) as graph:
        graph.start()
        for timestamp, value in enumerate((first, second, first)):
            graph.process({"in": value}, timestamp)
        (trace,) = graph.profiler.capture(with_config=False).graph_trace
    found: dict[str, list[int]] = {}
    for entry in trace.calculator_trace:
        for packet in (*entry.input_trace, *entry.output_trace):
            if entry.event_type == GraphTrace.PROCESS:
                found.setdefault(trace.stream_name[packet.stream_id], []).append(packet.event_data)
    assert found == {"in": [1, 1, 2, 2, 1, 1], "mid": [1, 1, 2, 2, 1, 1], "out": [1, 2, 1]}


def test_a_failed_call_is_recorded_and_fails_all_the_same() -> None:
    with pytest.raises(CalculatorError, match='"a"'), make(ON % "" + CHAIN) as graph:
        graph.start()
        graph.process({"in": "bad"}, 0)
    assert captured(graph, "PROCESS")[1:] == [(0, "PROCESS", 0, 0, None, [("in", 0)], [])]


def test_pause_and_resume() -> None:
    """X-5 holds of events, too; a start resumes."""
    graph = make(ON % "" + CHAIN)
    with graph:
        graph.start()
        graph.wait_until_idle()
        captured(graph)
        graph.profiler.pause()
        graph.process({"in": 0}, 0)
        assert captured(graph) == []
        graph.profiler.resume()
        graph.process({"in": 0}, 1)
        assert len(captured(graph, "PROCESS")) == 3
        graph.profiler.pause()
    assert captured(graph) == []
    with graph:
        graph.start()
        graph.process({"in": 0}, 0)
    assert len(captured(graph, "PROCESS")) == 3


def test_the_margin_leaves_time_for_what_comes_late() -> None:
    """X-15: events that are younger are left for the next capture, unless it is to be whole."""
    with make(ON % "trace_log_margin_usec: 100" + CHAIN) as graph:
        graph.start()
        graph.process({"in": 0}, 0)
        assert captured(graph) == []
        CLOCK.now += 100 - 10  # the second call began 10 µs ago
        seen = [(node, start, end) for node, _, _, start, end, *_ in captured(graph, "PROCESS")]
        assert seen == [(-1, None, 0), (0, 0, 10), (1, 10, None)]
        profile = graph.profiler.capture(with_config=False, whole=True)
        rest = [(node, kind, end) for node, kind, _, _, end, *_ in entries(profile.graph_trace[0])]
        assert rest == [(1, "PROCESS", 20), (1, "NOT_READY", None)]


def test_kinds_that_are_not_wanted() -> None:
    """X-16: as the field says, which upstream ignores."""
    unwanted = "trace_event_types_disabled: 4 trace_event_types_disabled: 15"
    with make(ON % unwanted + CHAIN) as graph:
        graph.start()
        graph.process({"in": 0}, 0)
        kinds = [entry[1] for entry in captured(graph)]
    assert sorted(set(kinds)) == ["PROCESS", "READY_FOR_PROCESS"]


@given(capacity=st.integers(1, 9), times=st.lists(st.integers(0, 9), max_size=30), until=st.integers(0, 9))
def test_the_newest_events_are_kept(capacity: int, times: list[int], until: int) -> None:
    """X-17: as many as there is room for, each handed out once, in the order of recording."""
    tracer = Tracer(ProfilerConfig(trace_log_capacity=capacity), CLOCK)
    events = [Event(EventType.PROCESS, time, number) for number, time in enumerate(times)]
    for event in events:
        tracer.record(event)
    kept = events[-capacity:]
    first = list(tracer.take(until))
    assert first == kept[: len(first)]
    assert all(event.time <= until for event in first)
    assert len(first) == len(kept) or kept[len(first)].time > until
    assert first + list(tracer.take()) == kept
    assert not tracer.has_events()


def test_the_default_capacity() -> None:
    """X-12."""
    assert Tracer(ProfilerConfig(), CLOCK).capacity == 20_000


def test_a_graph_that_nobody_asks_keeps_no_more_than_its_capacity() -> None:
    """X-10, and none of the payloads."""
    with make(ON % "trace_log_capacity: 4" + CHAIN) as graph:
        graph.start()
        for timestamp in range(50):
            graph.process({"in": 0}, timestamp)
        assert len(captured(graph)) <= 4


def test_events_are_taken_while_others_come() -> None:
    """X-17: no event is lost or told twice when threads record as another takes."""
    tracer = Tracer(ProfilerConfig(trace_log_capacity=1_000_000), CLOCK)
    ready = threading.Barrier(4)

    def record(node: int) -> None:
        ready.wait()
        for time in range(2_000):
            tracer.record(Event(EventType.PROCESS, time, node))

    threads = [threading.Thread(target=record, args=(node,)) for node in range(3)]
    for thread in threads:
        thread.start()
    ready.wait()
    taken: list[Event] = []
    while any(thread.is_alive() for thread in threads):
        taken += tracer.take()
    taken += tracer.take()
    for node in range(3):
        assert [event.time for event in taken if event.node == node] == list(range(2_000))


def test_every_thread_has_a_number() -> None:
    """X-10: calls in parallel are told apart by it, and each has its beginning and end."""
    text = ON % "" + 'input_stream: "in" '
    text += 'node { calculator: "TracerMeet" input_stream: "in" output_stream: "out" max_in_flight: 2 }'
    with Graph(text, num_threads=2) as graph:
        graph.start()
        graph.add_packet("in", 0, 0)
        graph.add_packet("in", 0, 1)
        graph.wait_until_idle()
        (trace,) = graph.profiler.capture(with_config=False).graph_trace
    calls = [e for e in trace.calculator_trace if e.event_type == GraphTrace.PROCESS and e.node_id == 0]
    assert [call.input_timestamp for call in calls] == [0, 1]
    assert len({call.thread_id for call in calls}) == 2
    assert all(call.HasField("start_time") and call.HasField("finish_time") for call in calls)


class Meet(Calculator, name="TracerMeet"):
    """Of its calls two must be running at a time."""

    inputs = Inputs[object]()
    outputs = Outputs[object]()
    both = threading.Barrier(2)

    def process(self, cc: Context) -> None:
        self.both.wait(60)
        cc.outputs[0].send(0, cc.timestamp)


@pytest.mark.parametrize(
    ("field", "value", "error", "message"),
    [
        ("trace_log_capacity", -1, ConfigError, "trace_log_capacity must not be negative"),
        ("trace_log_capacity", 10**12, LimitError, "at most 10000000 "),
        ("trace_log_count", -1, ConfigError, "trace_log_count must not be negative"),
        ("trace_log_interval_count", -2, ConfigError, "trace_log_interval_count must not be negative"),
        ("trace_log_margin_usec", -1, ConfigError, "trace_log_margin_usec must not be negative"),
        ("trace_log_interval_usec", -2, ConfigError, "-1 to write at the end only"),
    ],
)
def test_settings_that_make_no_sense(field: str, value: int, error: type[ConfigError], message: str) -> None:
    with pytest.raises(error, match=message):
        Graph(ON % f"{field}: {value}" + CHAIN)


def test_the_profiler_and_the_tracer_go_together() -> None:
    """Neither sees less for the other's sake."""
    settings = "enable_profiler: true enable_stream_latency: true"
    graph = make(ON % settings + CHAIN)
    with graph:
        graph.start()
        graph.process({"in": 0}, 0)
    profile = graph.profiler.capture(with_config=False)
    assert [node.process_runtime.total for node in profile.calculator_profiles] == [10, 10]
    assert [node.process_output_latency.total for node in profile.calculator_profiles] == [10, 20]
    calls = [entry[:5] for entry in entries(profile.graph_trace[0]) if entry[1] == "PROCESS"]
    assert calls == [(-1, "PROCESS", 0, None, 0), (0, "PROCESS", 0, 0, 10), (1, "PROCESS", 0, 10, 20)]


def pass_through(inputs: int, more: str = "") -> str:
    ports = "".join(f'input_stream: "{name}" ' for name in "xy"[:inputs])
    made = "".join(f'output_stream: "{name}" ' for name in "vw"[:inputs])
    text = f'{ports} node {{ calculator: "PassThroughCalculator" {ports} {made} {more} }}\n'
    if inputs == 2:
        return (
            text
            + 'node { calculator: "MergeCalculator" input_stream: "v" input_stream: "w" output_stream: "o" }'
        )
    return (
        text + 'node { calculator: "PassThroughCalculator" name: "z" input_stream: "v" output_stream: "o" }'
    )


LOOP = """input_stream: "x"
    node { calculator: "PassThroughCalculator" input_stream: "x" output_stream: "out" }
    node { calculator: "PreviousLoopbackCalculator" input_stream: "MAIN:x" input_stream: "LOOP:out"
      input_stream_info { tag_index: "LOOP" back_edge: true } output_stream: "PREV_LOOP:prev" }"""
GATE = """input_stream: "x" input_stream: "y"
    node { calculator: "GateCalculator" input_stream: "x" input_stream: "ALLOW:y" output_stream: "v" }
    node { calculator: "PassThroughCalculator" input_stream: "v" output_stream: "o" }"""


def traced(text: str, steps: list[Step], path: Path, *, real: bool) -> list[Entry]:
    """What the trace files of a run tell, without times, but with the lengths of queues."""
    if real:
        oracle.run_graph(text, steps, [])
    else:
        with Graph(text) as graph:
            graph.start()
            for kind, *rest in steps:
                if kind == "add":
                    graph.add_packet(rest[0], rest[2], rest[1])
                elif kind == "close":
                    graph.close_input(rest[0])
                else:
                    graph.wait_until_idle()
    profile = GraphProfile.FromString((path.parent / f"{path.name}0.binarypb").read_bytes())
    assert list(profile.graph_trace[0].calculator_name) == [node.name for node in profile.config.node]
    found = []
    for trace in profile.graph_trace:
        for entry, told in zip(trace.calculator_trace, entries(trace), strict=True):
            lengths = [p.event_data for p in entry.input_trace if told[1] == "PACKET_QUEUED"]
            known = [(p.HasField("start_time"), p.HasField("finish_time")) for p in entry.input_trace]
            times = (told[3] is not None, told[4] is not None)
            found.append((*told[:3], *times, *told[5:], lengths, known))
    return found


@needs_oracle
@pytest.mark.parametrize("instant", ["false", "true"])
@pytest.mark.parametrize(
    ("graph", "in_order"),
    [
        (pass_through(1), True),
        (pass_through(2), True),
        (GATE, True),
        (LOOP, False),  # upstream queues a packet for each consumer after what follows from the one before
    ],
    ids=["chain", "aligned", "gate", "loop"],
)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_events_as_upstream_records_them(
    tmp_path_factory: pytest.TempPathFactory, graph: str, in_order: bool, instant: str, data: st.DataObject
) -> None:
    """X-10 to X-14: the same events, one by one, on one thread."""
    inputs = [name for name in "xy" if f'input_stream: "{name}"' in graph]
    steps: list[Step] = [("idle",)]
    last = dict.fromkeys(inputs, 0)
    for name, step, wait in data.draw(
        st.lists(st.tuples(st.sampled_from(inputs), st.integers(1, 3), st.booleans()), max_size=8)
    ):
        last[name] += step
        steps.append(add(name, last[name], bool(step % 2)))
        steps += [("idle",)] * wait
    steps.append(("idle",))
    for name in inputs:
        steps += [close(name), ("idle",)]
    found = []
    for real in (True, False):
        path = tmp_path_factory.mktemp("trace") / "t_"
        text = f"""executor {{ type: "ApplicationThreadExecutor" }} {graph}
            profiler_config {{ trace_enabled: true trace_log_interval_usec: -1 trace_log_path: "{path}"
              trace_log_instant_events: {instant} }}"""
        events = traced(text, steps, path, real=real)
        found.append(events if in_order else sorted(events, key=repr))
    assert found[0] == found[1]
