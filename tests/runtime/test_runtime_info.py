"""What a graph tells of itself while it runs (X-30)."""

from __future__ import annotations

import gc
import logging
import re
import threading
from typing import Any

import pytest
from oracle_client import needs_oracle, oracle

from mpgraph import Calculator, Context, Graph, Inputs, Outputs
from mpgraph.errors import GraphClosedError
from mpgraph.formats.protos.framework.graph_runtime_info_pb2 import GraphRuntimeInfo
from mpgraph.runtime.runtime_info import log_of, runtime_info_text
from mpgraph.timestamp import DONE, PRESTREAM

ON = "runtime_info { enable_graph_runtime_info: true capture_period_msec: %d }\n"
GRAPH = """input_stream: "in" input_stream: "tick"
node { calculator: "RuntimeInfoPass" name: "first" input_stream: "in" input_stream: "TICK:tick"
       output_stream: "out" }
node { calculator: "RuntimeInfoPass" name: "second" input_stream: "out" output_stream: "end" }
"""


class Pass(Calculator, name="RuntimeInfoPass"):
    """Passes its first input on; before that, it calls what came."""

    inputs = Inputs[object]()
    tick = Inputs[object]("TICK")
    outputs = Outputs[object]()

    def process(self, cc: Context) -> None:
        packet = cc.inputs[0]
        if callable(packet.value):
            packet.value()
        if not packet.is_empty():
            cc.outputs[0].send_packet(packet)


def streams(info: GraphRuntimeInfo) -> dict[str, list[tuple[str, int, int, int]]]:
    return {
        node.calculator_name: [
            (s.stream_name, s.queue_size, s.number_of_packets_added, s.minimum_timestamp_or_bound)
            for s in node.input_stream_infos
        ]
        for node in info.calculator_infos
    }


def test_the_queues_of_each_node() -> None:
    """The name is TAG:index:name; with a packet queued, the minimum is its timestamp."""
    with Graph(GRAPH, num_threads=0) as graph:
        graph.start()
        graph.wait_until_idle()
        assert streams(graph.runtime_info()) == {
            "first": [(":0:in", 0, 0, PRESTREAM), ("TICK:0:tick", 0, 0, PRESTREAM)],
            "second": [(":0:out", 0, 0, PRESTREAM)],
        }
        graph.process({"in": 0}, 5)
        graph.process({"in": 0}, 8)
        assert streams(graph.runtime_info())["first"] == [
            (":0:in", 2, 2, 5),
            ("TICK:0:tick", 0, 0, PRESTREAM),
        ]
        graph.process({"tick": 0}, 5)
        assert streams(graph.runtime_info()) == {
            "first": [(":0:in", 1, 2, 8), ("TICK:0:tick", 0, 1, 6)],
            "second": [(":0:out", 0, 1, 6)],
        }
    assert streams(graph.runtime_info())["second"] == [(":0:out", 0, 2, DONE)]


def test_the_times_of_the_last_call() -> None:
    """Until the first call they are those of the opening; during one the end is before the start."""
    now = 1_000
    graph = Graph(ON % 3_600_000 + GRAPH, num_threads=0)
    graph.profiler.clock = lambda: now
    seen: list[GraphRuntimeInfo] = []

    def look() -> None:
        nonlocal now
        now += 250
        seen.append(graph.runtime_info())
        now += 50

    def times(info: GraphRuntimeInfo) -> list[tuple[int, int]]:
        return [
            (node.last_process_start_unix_us, node.last_process_finish_unix_us)
            for node in info.calculator_infos
        ]

    with graph:
        graph.start()
        graph.wait_until_idle()
        assert times(graph.runtime_info()) == [(1_000, 1_000)] * 2
        now = 2_000
        graph.add_packet("in", look, 0)
        graph.process({"tick": 0}, 0)
        info = graph.runtime_info()
        assert info.capture_time_unix_us == 2_600
        assert times(info) == [(2_000, 2_300), (2_300, 2_600)]
    assert [times(info) for info in seen] == [
        [(2_000, 1_000), (1_000, 1_000)],
        [(2_000, 2_300), (2_300, 1_000)],
    ]
    assert "Running calculators: first\n" in runtime_info_text(seen[0])
    assert "first: (running for 0.00s, ts bound : 0)" in runtime_info_text(seen[0])


def test_nobody_looks_on_unless_asked() -> None:
    with Graph(GRAPH, num_threads=0) as graph:
        graph.start()
        graph.wait_until_idle()
        assert graph._run is not None
        assert [type(node.calculator) for node in graph._run._nodes] == [Pass, Pass]
        assert not graph.runtime_info().calculator_infos[0].last_process_start_unix_us
        assert loggers() == []


def test_a_graph_that_was_never_started_has_no_state() -> None:
    with pytest.raises(GraphClosedError, match="call start"):
        Graph(GRAPH).runtime_info()


def text(**streams: tuple[int, int, int]) -> str:
    info = GraphRuntimeInfo(capture_time_unix_us=3_400_000)
    node = info.calculator_infos.add(calculator_name="node", last_process_finish_unix_us=3_000_000)
    for name, (size, added, head) in streams.items():
        node.input_stream_infos.add(
            stream_name=f":0:{name}",
            queue_size=size,
            number_of_packets_added=added,
            minimum_timestamp_or_bound=head,
        )
    return runtime_info_text(info)


def test_the_text() -> None:
    assert text(a=(0, 1, 2)) == (
        "Graph runtime info: \nRunning calculators: None\nNum packets in input queues: 0\n\n"
        "node: (idle for 0.40s, ts bound : 0) * :0:a - queue size: 0, total added: 1, min ts: 2\n"
    )
    assert text() == (
        "Graph runtime info: \nRunning calculators: None\nNum packets in input queues: 0\n\n"
        "node: (idle for 0.40s, ts bound : 0)\n"
    )


def test_the_text_tells_what_a_node_waits_for() -> None:
    """The streams that are not settled at the earliest packet that is queued."""
    told = text(a=(2, 2, 5), b=(0, 0, PRESTREAM), c=(1, 1, 7), d=(0, 0, 5))
    assert "Num packets in input queues: 3\nnode waiting on stream(s): :0:b\n" in told
    assert "(idle for 0.40s, pending packets: 3, ts bound : 0)\nwaiting on stream(s): :0:b\n * :0:a" in told


def loggers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "mpgraph-runtime-info"]


class Told(logging.Handler):
    """Notes what is logged, and tells when it is enough."""

    def __init__(self, enough: int) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.enough = enough
        self.done = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())
        if len(self.texts) >= self.enough:
            self.done.set()


@pytest.fixture
def told() -> Any:
    handler = Told(3)
    logger = logging.getLogger("mpgraph.runtime.runtime_info")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_the_state_is_logged_again_and_again(told: Told) -> None:
    """At the start, then every capture_period_msec, until the end of the run."""
    for _ in range(2):
        told.texts.clear()
        told.done.clear()
        with Graph(ON % 1 + GRAPH) as graph:
            graph.start()
            assert told.done.wait(60)
            assert len(loggers()) == 1
        assert loggers() == []
        assert all(text.startswith("Graph runtime info: \nRunning") for text in told.texts)
        assert "first: (idle for" in told.texts[-1]


def test_a_graph_that_nobody_holds_logs_no_more(told: Told) -> None:
    graph = Graph(ON % 1 + GRAPH)
    graph.start()
    assert told.done.wait(60)
    [thread] = loggers()
    log = log_of(graph)
    del graph
    gc.collect()
    thread.join(60)
    assert not thread.is_alive()
    told.texts.clear()
    log()
    assert told.texts == []


def test_a_failed_run_logs_no_more(told: Told) -> None:
    def fail() -> None:
        msg = "no"
        raise ValueError(msg)

    graph = Graph(ON % 1 + GRAPH)
    graph.start()
    assert told.done.wait(60)
    graph.add_packet("in", fail, 0)
    graph.add_packet("tick", 0, 0)
    with pytest.raises(RuntimeError, match="no"):
        graph.wait_until_done()
    assert loggers() == []


@needs_oracle
def test_the_text_is_upstreams(told: Told) -> None:
    """The first that is logged, but for how long the nodes have been idle."""
    config = """input_stream: "in" input_stream: "tick" output_stream: "out"
        node { calculator: "PassThroughCalculator" input_stream: "in" input_stream: "tick"
               output_stream: "out" output_stream: "late" }
        node { calculator: "GateCalculator" input_stream: "out" input_stream: "ALLOW:late"
               output_stream: "end" }
        runtime_info { enable_graph_runtime_info: true capture_period_msec: 3600000 }"""
    told.enough = 1
    for _ in range(100):  # its thread may come too late, to log anything or before the inputs are closed
        oracle.run_graph(config, [("idle",), ("close", "in"), ("close", "tick")], ["out"])
        _, _, upstream = oracle.log().partition("] ")
        if upstream and "Timestamp::Done()" not in upstream:
            break
    with Graph(config, num_threads=0) as graph:
        graph.start()
        assert told.done.wait(60)
    idle = re.compile(r"idle for \S+s")
    assert idle.sub("idle", told.texts[0]).rstrip() == idle.sub("idle", upstream).rstrip()
