"""Trace files (X-12, X-15)."""

from __future__ import annotations

import gc
import logging
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mpgraph import Calculator, Context, Graph, Inputs, Outputs
from mpgraph.errors import CalculatorError, RunError
from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile
from mpgraph.runtime import trace_log
from mpgraph.testing import ManualClock

GRAPH = """input_stream: "in"
node { calculator: "TraceLogPass" input_stream: "in" output_stream: "out" }
profiler_config { trace_enabled: true trace_log_path: "%s" %s }
"""
AT_THE_END = "trace_log_interval_usec: -1 "


class Pass(Calculator, name="TraceLogPass"):
    """Passes on what comes; "bad" is too much for it."""

    inputs = Inputs[object]()
    outputs = Outputs[object]()

    def process(self, cc: Context) -> None:
        if cc.inputs[0].value == "bad":
            msg = "bad"
            raise ValueError(msg)
        cc.outputs[0].send_packet(cc.inputs[0])


def make(prefix: Path | str, more: str = "") -> Graph:
    graph = Graph(GRAPH % (prefix, more), num_threads=0)
    graph.profiler.clock = ManualClock(1_000)
    return graph


def run(graph: Graph, *timestamps: int) -> None:
    with graph:
        graph.start()
        for timestamp in timestamps:
            graph.process({"in": "value"}, timestamp)


def read(path: Path) -> GraphProfile:
    return GraphProfile.FromString(path.read_bytes())


def stamps(profile: GraphProfile) -> list[list[int]]:
    """The timestamps of the calls, by interval."""
    return [
        [
            trace.base_timestamp + entry.input_timestamp
            for entry in trace.calculator_trace
            if entry.event_type == trace.PROCESS and entry.node_id == 0
        ]
        for trace in profile.graph_trace
    ]


def test_a_run_leaves_a_file(tmp_path: Path) -> None:
    """X-15: with the names and the config, in which nodes have their canonical names; and the check."""
    run(make(tmp_path / "größe_", AT_THE_END), 3, 8)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "größe_0.binarypb",
        "größe_trace_writing_check",
    ]
    profile = read(tmp_path / "größe_0.binarypb")
    assert stamps(profile) == [[3, 8]]
    assert list(profile.graph_trace[0].calculator_name) == ["TraceLogPass"]
    assert [node.name for node in profile.config.node] == ["TraceLogPass"]
    assert profile.config.profiler_config.trace_enabled


def test_without_events_nothing_is_written(tmp_path: Path) -> None:
    """X-15: and what was measured by then is kept for later."""
    graph = make(tmp_path / "t_", AT_THE_END + "enable_profiler: true")
    log = graph.profiler.trace_log
    assert log is not None
    log.write()
    assert list(tmp_path.iterdir()) == []
    run(graph, 1)
    before = (tmp_path / "t_0.binarypb").read_bytes()
    log.write(whole=True)
    assert (tmp_path / "t_0.binarypb").read_bytes() == before
    assert [
        sum(node.process_runtime.count) for node in read(tmp_path / "t_0.binarypb").calculator_profiles
    ] == [1]


def test_files_in_turn(tmp_path: Path) -> None:
    """X-15: k = (n / trace_log_interval_count) mod trace_log_count; the first of a file overwrites it."""
    graph = make(tmp_path / "t_", AT_THE_END + "trace_log_interval_count: 2 trace_log_count: 3")
    log = graph.profiler.trace_log
    assert log is not None
    seen = []
    with graph:
        graph.start()
        for timestamp in range(8):
            graph.process({"in": "value"}, timestamp)
            log.write()
            files = sorted(tmp_path.glob("*.binarypb"))
            seen.append({path.name[2]: stamps(read(path)) for path in files})
    assert seen == [
        {"0": [[0]]},
        {"0": [[0], [1]]},
        {"0": [[0], [1]], "1": [[2]]},
        {"0": [[0], [1]], "1": [[2], [3]]},
        {"0": [[0], [1]], "1": [[2], [3]], "2": [[4]]},
        {"0": [[0], [1]], "1": [[2], [3]], "2": [[4], [5]]},
        {"0": [[6]], "1": [[2], [3]], "2": [[4], [5]]},
        {"0": [[6], [7]], "1": [[2], [3]], "2": [[4], [5]]},
    ]
    for path in tmp_path.glob("*.binarypb"):
        profile = read(path)
        named = [len(trace.calculator_name) for trace in profile.graph_trace]
        assert named == [1, 0][: len(named)]
        assert len(profile.config.node) == 1


def test_the_next_run_goes_on(tmp_path: Path) -> None:
    """X-15: the files are the graph's, not the run's."""
    graph = make(tmp_path / "t_", AT_THE_END)
    run(graph, 1)
    run(graph, 2)
    assert stamps(read(tmp_path / "t_0.binarypb")) == [[1], [2]]


def test_no_files_if_none_are_wanted(tmp_path: Path) -> None:
    """X-15, as upstream's DisableLoggingToDisk."""
    graph = make(tmp_path / "t_", "trace_log_disabled: true")
    run(graph, 1)
    assert list(tmp_path.iterdir()) == []
    assert stamps(graph.profiler.capture()) == [[1]]


def test_the_default_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """X-12, as upstream's LoggingHappensWithDefaultPath: in the folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    run(make("", AT_THE_END), 1)
    assert stamps(read(tmp_path / "mediapipe_trace_0.binarypb")) == [[1]]


class Repeater:
    """Stands in for the one that has a thread: it calls when told to."""

    made: list[Repeater]

    def __init__(self, function: Callable[[], object], pause: float, name: str, *, at_once: bool) -> None:
        assert not at_once
        self.call = function
        self.pause = pause
        self.running = False
        self.made.append(self)

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False


@pytest.fixture
def repeaters(monkeypatch: pytest.MonkeyPatch) -> list[Repeater]:
    Repeater.made = []
    monkeypatch.setattr(trace_log, "Repeater", Repeater)
    return Repeater.made


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [("", 0.5), ("trace_log_interval_usec: 2500", 0.0025)],
)
def test_what_is_new_is_written_regularly(
    tmp_path: Path, repeaters: list[Repeater], settings: str, seconds: float
) -> None:
    """X-12, X-15."""
    graph = make(tmp_path / "t_", settings)
    with graph:
        graph.start()
        (repeater,) = repeaters
        assert repeater.running
        assert repeater.pause == seconds
        repeater.call()
        graph.process({"in": "value"}, 1)
        repeater.call()
        repeater.call()
        assert stamps(read(tmp_path / "t_0.binarypb"))[-1] == [1]
        graph.process({"in": "value"}, 2)
    assert not repeater.running
    assert stamps(read(tmp_path / "t_0.binarypb"))[-1] == [2]


def test_the_defaults_of_the_files(tmp_path: Path, repeaters: list[Repeater]) -> None:
    """X-12: ten intervals, two files."""
    graph = make(tmp_path / "t_")
    with graph:
        graph.start()
        for timestamp in range(21):
            graph.process({"in": "value"}, timestamp)
            repeaters[0].call()
        found = [stamps(read(tmp_path / f"t_{k}.binarypb")) for k in range(2)]
    assert found == [[[20]], [[timestamp] for timestamp in range(10, 20)]]
    assert len(list(tmp_path.glob("*.binarypb"))) == 2


def test_no_thread_writes_unless_it_is_asked_to(tmp_path: Path, repeaters: list[Repeater]) -> None:
    run(make(tmp_path / "t_", AT_THE_END), 1)
    assert repeaters == []


def test_a_thread_of_its_own_writes(tmp_path: Path) -> None:
    """X-15: and not one of the default executor's, so that a graph with one thread can go on."""
    wrote = threading.Event()
    where: list[str] = []
    text = GRAPH % (tmp_path / "t_", "trace_log_interval_usec: 1")
    graph = Graph(text, num_threads=1)
    log = graph.profiler.trace_log
    assert log is not None
    capture = graph.profiler.capture

    def note(**arguments: Any) -> GraphProfile:
        where.append(threading.current_thread().name)
        wrote.set()
        return capture(**arguments)

    graph.profiler.capture = note  # type: ignore[method-assign]
    with graph:
        graph.start()
        graph.add_packet("in", "value", 1)
        graph.wait_until_idle()
        assert wrote.wait(60)
    assert where[0] == "mpgraph-trace"
    assert "mpgraph-trace" not in {thread.name for thread in threading.enumerate()}


def test_a_folder_that_is_not_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """X-15: told at the start in the log; the run goes on, and ends with the error."""
    graph = make(tmp_path / "missing" / "t_", AT_THE_END)
    found = []
    graph.observe("out", lambda packet: found.append(packet.time))
    with pytest.raises(RunError, match=r"cannot write the trace of the graph: .*missing") as failure:
        run(graph, 1, 2)
    assert found == [1, 2]
    assert isinstance(failure.value.__cause__, FileNotFoundError)
    assert "cannot write trace files" in caplog.text
    (tmp_path / "missing").mkdir()
    run(graph, 3)
    assert stamps(read(tmp_path / "missing" / "t_0.binarypb"))[-1] == [3]


def test_where_the_files_go_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mpgraph"):
        run(make(tmp_path / "t_", AT_THE_END), 1)
    assert f"writing trace files to {tmp_path}/t_*.binarypb" in caplog.text


def test_a_failed_run_leaves_its_trace(tmp_path: Path) -> None:
    graph = make(tmp_path / "t_", AT_THE_END)
    with pytest.raises(CalculatorError), graph:
        graph.start()
        graph.process({"in": "bad"}, 4)
    assert stamps(read(tmp_path / "t_0.binarypb")) == [[4]]


def test_the_error_of_a_run_is_told_before_that_of_its_trace(tmp_path: Path) -> None:
    graph = make(tmp_path / "missing" / "t_", AT_THE_END)
    with pytest.raises(CalculatorError) as failure, graph:
        graph.start()
        graph.process({"in": "bad"}, 4)
    assert [type(error) for error in graph.errors] == [CalculatorError, RunError]
    assert failure.value is graph.errors[0]


def test_a_graph_that_nobody_holds_leaves_its_trace(tmp_path: Path) -> None:
    """And is not held by whoever writes (as upstream's DestructGraph)."""
    graph = make(tmp_path / "t_", "trace_log_interval_usec: 3600000000")
    graph.start()
    graph.process({"in": "value"}, 5)
    gone = weakref.ref(graph)
    del graph
    gc.collect()
    assert gone() is None
    assert stamps(read(tmp_path / "t_0.binarypb")) == [[5]]
    assert "mpgraph-trace" not in {thread.name for thread in threading.enumerate()}


def test_a_config_that_cannot_be_written_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Options as text of a class that is not loaded; the names are there all the same."""
    text = (GRAPH % (tmp_path / "t_", AT_THE_END)).replace(
        'output_stream: "out"', 'output_stream: "out" options { [acme.Unknown.ext] { x: 1 } }'
    )
    graph = Graph(text, num_threads=0)
    run(graph, 1)
    profile = read(tmp_path / "t_0.binarypb")
    assert stamps(profile) == [[1]]
    assert list(profile.graph_trace[0].calculator_name) == ["TraceLogPass"]
    assert not profile.HasField("config")
    assert "left out of the trace file: the config of the graph" in caplog.text
