"""GraphProfileCalculator (spec calculators.md 6; X-5)."""

from __future__ import annotations

from typing import Any

from mpgraph import Calculator, Context, Graph, Input, Output
from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile
from mpgraph.service import PROFILER
from mpgraph.testing import ManualClock

ON = "profiler_config { enable_profiler: true }\n"
INTERVAL = "options { [mediapipe.GraphProfileCalculatorOptions.ext] { profile_interval: 25 } }"
TEXT = f"""input_stream: "in"
node {{ calculator: "ProfileTestSpend" input_stream: "in" output_stream: "mid" }}
node {{ calculator: "GraphProfileCalculator" input_stream: "FRAME:mid" output_stream: "PROFILE:profile"
  {INTERVAL} }}
"""
CLOCK = ManualClock(1000)


class Spend(Calculator, name="ProfileTestSpend"):
    """Each call takes as long as its packet says."""

    time = Input[int]()
    passed = Output[int]()

    def process(self, cc: Context) -> None:
        CLOCK.advance(cc[self.time])
        cc.send(self.passed, cc[self.time])


def profiles(text: str, spent: list[tuple[int, int]]) -> list[tuple[int, Any]]:
    graph = Graph(text, num_threads=0)
    graph.profiler.clock = CLOCK
    found: list[tuple[int, Any]] = []
    graph.observe("profile", lambda packet: found.append((packet.time, packet.value)))
    with graph:
        graph.start()
        for timestamp, time in spent:
            graph.process({"in": time}, timestamp)
    return found


def calls(profile: Any) -> dict[str, tuple[int, int]]:
    """How often each node was called, and for how long in all."""
    return {
        one.name: (sum(one.process_runtime.count), one.process_runtime.total)
        for one in profile.calculator_profiles
    }


def test_a_profile_comes_at_the_first_timestamp_and_then_at_each_interval() -> None:
    """And tells of what was called since the one before."""
    found = profiles(ON + TEXT, [(10, 5), (20, 6), (34, 7), (35, 8), (60, 9), (100, 1)])
    assert [timestamp for timestamp, _ in found] == [10, 35, 60, 100]
    assert all(isinstance(profile, GraphProfile) for _, profile in found)
    assert [calls(profile)["ProfileTestSpend"] for _, profile in found] == [(1, 5), (3, 21), (1, 9), (1, 1)]
    assert [calls(profile)["GraphProfileCalculator"][0] for _, profile in found] == [0, 3, 1, 1]


def test_only_the_first_has_the_config() -> None:
    (_, first), (_, second) = profiles(ON + TEXT, [(0, 1), (25, 1)])
    assert [node.calculator for node in first.config.node] == ["ProfileTestSpend", "GraphProfileCalculator"]
    assert [node.name for node in first.config.node] == ["ProfileTestSpend", "GraphProfileCalculator"]
    assert first.config.profiler_config.enable_profiler
    assert not second.HasField("config")


def test_the_interval_is_a_second_by_default() -> None:
    found = profiles(ON + TEXT.replace(INTERVAL, ""), [(0, 1), (999_999, 1), (1_000_000, 1), (2_500_000, 1)])
    assert [timestamp for timestamp, _ in found] == [0, 1_000_000, 2_500_000]


def test_without_a_profiler_there_is_only_the_config() -> None:
    (_, first), (_, second) = profiles(TEXT, [(0, 1), (25, 1)])
    assert not first.calculator_profiles
    assert len(first.config.node) == 2
    assert second == GraphProfile()


def test_events_are_in_it_if_the_graph_is_traced() -> None:
    """X-10: those since the profile before; the first has the names of the nodes."""
    traced = "profiler_config { trace_enabled: true trace_log_disabled: true }\n"
    traces = [profile.graph_trace[0] for _, profile in profiles(traced + TEXT, [(0, 1), (20, 5), (25, 2)])]
    assert [list(trace.calculator_name) for trace in traces] == [
        ["ProfileTestSpend", "GraphProfileCalculator"],
        [],
    ]
    spent = [
        [
            (trace.base_timestamp + entry.input_timestamp, entry.finish_time - entry.start_time)
            for entry in trace.calculator_trace
            if (entry.node_id, entry.event_type) == (0, trace.PROCESS)
        ]
        for trace in traces
    ]
    assert spent == [[(0, 1)], [(20, 5), (25, 2)]]


def test_it_starts_anew_with_each_run() -> None:
    graph = Graph(ON + TEXT, num_threads=0)
    found: list[Any] = []
    graph.observe("profile", found.append)
    for _ in range(2):
        with graph:
            graph.start()
            graph.process({"in": 0}, 5)
    assert [(packet.time, packet.value.HasField("config")) for packet in found] == [(5, True)] * 2


def test_without_inputs_it_does_nothing_and_with_many_any_of_them_counts() -> None:
    text = """input_stream: "a" input_stream: "b"
    node { calculator: "GraphProfileCalculator" input_stream: "FRAME:0:a" input_stream: "FRAME:1:b"
      output_stream: "PROFILE:profile" }"""
    with Graph(text, num_threads=0) as graph:
        found: list[Any] = []
        graph.observe("profile", found.append)
        graph.start()
        graph.add_packet("a", 1, 1)
        graph.set_bound("b", 10)
        graph.wait_until_idle()
    assert [packet.time for packet in found] == [1]


def test_any_calculator_can_ask_the_profiler() -> None:
    class Asks(Calculator, name="ProfileTestAsks", services=(PROFILER,)):
        time = Input[int]()
        passed = Output[object]()

        def process(self, cc: Context) -> None:
            cc.send(self.passed, cc.service(PROFILER).capture(with_config=False))

    text = 'input_stream: "in" node { calculator: "ProfileTestAsks" input_stream: "in" output_stream: "profile" }'
    ((_, profile),) = profiles(ON + text, [(0, 1)])
    assert [one.name for one in profile.calculator_profiles] == ["ProfileTestAsks"]
