"""Profiles of calculators and the ages of packets (spec 11.1), on a clock that the calculators move."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Calculator, Context, Graph, Inputs, Outputs, SideInput, StopGraph
from mpgraph.errors import CalculatorError, ConfigError, LimitError
from mpgraph.runtime.profiler import TimeHistogram, monotonic_clock
from mpgraph.testing import ManualClock
from mpgraph.timestamp import POSTSTREAM, PRESTREAM


class Spend(Calculator, name="ProfilerSpend"):
    """Passes on what comes; each call takes as long as side packet TIMES says: of open, process, close."""

    inputs = Inputs[object]()
    outputs = Outputs[object]()
    clock = SideInput[ManualClock]("CLOCK")
    times = SideInput[tuple[int, int, int]]("TIMES")

    def open(self, cc: Context) -> None:
        cc[self.clock].now += cc[self.times][0]
        self.left = 2

    def process(self, cc: Context) -> None:
        cc[self.clock].now += cc[self.times][1]
        if not cc.inputs:
            if not self.left:
                raise StopGraph
            self.left -= 1
            cc.outputs[0].send("made", 10 - self.left)
            return
        for packet in cc.inputs:
            if packet.value == "bad":
                msg = "bad"
                raise ValueError(msg)
        for slot, output in enumerate(cc.outputs):
            if not cc.inputs[slot].is_empty():
                output.send_packet(cc.inputs[slot])

    def close(self, cc: Context) -> None:
        cc[self.clock].now += cc[self.times][2]


def node(name: str, ports: str) -> str:
    return (
        f'node {{ calculator: "ProfilerSpend" name: "{name}" {ports} '
        f'input_side_packet: "CLOCK:clock" input_side_packet: "TIMES:times_{name}" }}\n'
    )


CHAIN = 'input_stream: "in" ' + node("a", 'input_stream: "in" output_stream: "mid"')
CHAIN += node("b", 'input_stream: "mid" output_stream: "out"')
ON = "profiler_config { enable_profiler: true %s }\n"


def make(text: str, **times: tuple[int, int, int]) -> tuple[Graph, ManualClock]:
    """A graph on a manual clock, without threads."""
    clock = ManualClock(1_000)
    sides: dict[str, Any] = {"clock": clock, **{f"times_{name}": value for name, value in times.items()}}
    graph = Graph(text, side_packets=sides, num_threads=0)
    graph.profiler.clock = clock
    return graph, clock


def profiles(graph: Graph) -> dict[str, Any]:
    return {profile.name: profile for profile in graph.profiler.calculator_profiles()}


def run(graph: Graph, *timestamps: int) -> None:
    with graph:
        graph.start()
        for timestamp in timestamps:
            graph.process({"in": "value"}, timestamp)


TIMES = {"a": (5, 10, 3), "b": (7, 2_000_000, 4)}


def test_the_profiler_measures_each_call() -> None:
    """X-1, X-3: a sample per Process; Open and Close as measured last."""
    graph, _ = make(ON % "" + CHAIN, **TIMES)
    run(graph, 0, 10, 20)
    a, b = profiles(graph)["a"], profiles(graph)["b"]
    assert (a.open_runtime, a.close_runtime) == (5, 3)
    assert (b.open_runtime, b.close_runtime) == (7, 4)
    assert (a.process_runtime.total, list(a.process_runtime.count)) == (30, [3])
    assert (b.process_runtime.total, list(b.process_runtime.count)) == (6_000_000, [3])
    assert (a.process_runtime.interval_size_usec, a.process_runtime.num_intervals) == (1_000_000, 1)
    assert not a.input_stream_profiles
    assert not a.HasField("process_input_latency")


@pytest.mark.parametrize("config", ["", "profiler_config { enable_stream_latency: true }\n"])
def test_nothing_is_measured_unless_it_is_on(config: str) -> None:
    """X-1; and nothing is put between the run and the calculators."""
    graph, _ = make(config + CHAIN, **TIMES)
    run(graph, 0)
    assert not graph.profiler.enabled
    assert graph.profiler.calculator_profiles() == []
    captured = graph.profiler.capture(with_config=False)
    assert captured.ByteSize() == 0
    assert graph._run is not None
    assert [type(node.calculator) for node in graph._run._nodes] == [Spend, Spend]


def test_the_histogram_is_set_by_the_config() -> None:
    """X-2: the last bucket takes all that is longer."""
    settings = "histogram_interval_size_usec: 10 num_histogram_intervals: 3"
    graph, _ = make(ON % settings + CHAIN, a=(0, 10, 0), b=(0, 2_000, 0))
    run(graph, 0, 10)
    a, b = profiles(graph)["a"].process_runtime, profiles(graph)["b"].process_runtime
    assert (a.total, a.interval_size_usec, a.num_intervals, list(a.count)) == (20, 10, 3, [0, 2, 0])
    assert (b.total, list(b.count)) == (4_000, [0, 0, 2])


@given(
    samples=st.lists(st.integers(0, 10**7)),
    size=st.integers(1, 10**6),
    intervals=st.integers(1, 20),
)
def test_histograms_count_every_sample_in_its_bucket(samples: list[int], size: int, intervals: int) -> None:
    """X-2: count[min(v / interval, n - 1)]."""
    histogram = TimeHistogram(size, intervals)
    expected = [0] * intervals
    for sample in samples:
        histogram.add(100, 100 + sample)
        expected[min(sample // size, intervals - 1)] += 1
    assert histogram.total == sum(samples)
    assert histogram.counts == expected


def test_a_time_that_runs_backwards_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    histogram = TimeHistogram()
    histogram.add(10, 9)
    assert (histogram.total, histogram.counts) == (0, [0])
    assert "ends at 9 µs, before 10 µs" in caplog.text


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        (
            "histogram_interval_size_usec: -1",
            ConfigError,
            "histogram_interval_size_usec must not be negative",
        ),
        ("num_histogram_intervals: -1", ConfigError, "num_histogram_intervals must not be negative"),
        ("num_histogram_intervals: 1000000000000", LimitError, "at most 100000"),
        ('calculator_filter: "("', ConfigError, 'calculator_filter "\\("'),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    settings: str, error: type[ConfigError], message: str
) -> None:
    with pytest.raises(error, match=message):
        Graph(ON % settings + CHAIN)


def test_pause_resume_and_reset() -> None:
    """X-5: nothing is measured while it is paused; a reset zeroes the histograms alone."""
    graph, _ = make(ON % "enable_stream_latency: true" + CHAIN, **TIMES)
    with graph:
        graph.start()
        graph.process({"in": 0}, 0)
        graph.profiler.pause()
        graph.process({"in": 0}, 1)
        assert profiles(graph)["a"].process_runtime.total == 10
        graph.profiler.resume()
        graph.process({"in": 0}, 2)
        assert profiles(graph)["a"].process_runtime.total == 20
        graph.profiler.reset()
        a = profiles(graph)["a"]
        assert (a.process_runtime.total, list(a.process_runtime.count)) == (0, [0])
        assert list(a.process_output_latency.count) == [0]
        assert list(a.input_stream_profiles[0].latency.count) == [0]
        assert a.open_runtime == 5
        graph.profiler.pause()
    assert profiles(graph)["a"].close_runtime == 0  # paused


def test_the_profile_goes_on_over_runs_and_a_start_resumes() -> None:
    """X-5, X-6: one profiler per graph, not one per run."""
    graph, _ = make(ON % "" + CHAIN, **TIMES)
    profiler = graph.profiler
    run(graph, 0)
    profiler.pause()
    run(graph, 0, 1)
    assert profiles(graph)["a"].process_runtime.total == 30
    assert graph.profiler is profiler
    with pytest.raises(AttributeError):
        graph.profiler = profiler  # type: ignore[misc]


def test_every_graph_has_a_profiler_of_its_own() -> None:
    """X-6, as upstream's InitializeMultipleProfilers."""
    first, _ = make(ON % "" + CHAIN, **TIMES)
    second, _ = make(ON % "" + CHAIN, **TIMES)
    run(first, 0)
    assert profiles(first)["a"].process_runtime.total == 10
    assert profiles(second)["a"].process_runtime.total == 0


def test_capture_has_the_config_and_resets() -> None:
    """X-5: canonical names; settings that are the defaults are left out."""
    text = ON % "" + CHAIN.replace(' name: "a"', "").replace(' name: "b"', "")
    graph, _ = make(text, **TIMES)
    run(graph, 0)
    captured = graph.profiler.capture()
    names = [f"ProfilerSpend_{number}" for number in (1, 2)]
    assert [node.name for node in captured.config.node] == names
    assert [profile.name for profile in captured.calculator_profiles] == names
    assert captured.config.profiler_config.enable_profiler
    runtime = captured.calculator_profiles[0].process_runtime
    assert (runtime.total, list(runtime.count)) == (10, [1])
    assert not runtime.HasField("num_intervals")
    assert not runtime.HasField("interval_size_usec")
    again = graph.profiler.capture(with_config=False)
    assert not again.HasField("config")
    assert [profile.process_runtime.total for profile in again.calculator_profiles] == [0, 0]
    assert again.calculator_profiles[0].open_runtime == 5


def test_capture_has_settings_that_are_not_the_defaults() -> None:
    graph, _ = make(ON % "num_histogram_intervals: 2 histogram_interval_size_usec: 7" + CHAIN, **TIMES)
    runtime = graph.profiler.capture().calculator_profiles[0].process_runtime
    assert (runtime.num_intervals, runtime.interval_size_usec, list(runtime.count)) == (2, 7, [0, 0])


@pytest.mark.parametrize(
    ("pattern", "names"),
    [("", ["a", "b", "ab"]), ("a", ["a"]), ("a.*", ["a", "ab"]), ("a|b", ["a", "b"]), ("c", [])],
)
def test_the_filter_must_match_the_whole_name(pattern: str, names: list[str]) -> None:
    """X-5, as upstream's CalculatorProfileFilter."""
    text = ON % f'calculator_filter: "{pattern}"' + CHAIN + node("ab", 'input_stream: "out"')
    graph, _ = make(text, **TIMES, ab=(0, 0, 0))
    run(graph, 0)
    assert [profile.name for profile in graph.profiler.capture().calculator_profiles] == names


def latency(histogram: Any) -> tuple[int, int]:
    return histogram.total, sum(histogram.count)


def test_ages_of_packets() -> None:
    """X-4: a's packet leaves at the end of its call; both began with the packet from outside."""
    graph, clock = make(ON % "enable_stream_latency: true" + CHAIN, a=(0, 10, 0), b=(0, 100, 0))
    with graph:
        graph.start()
        graph.pause()
        graph.add_packet("in", 0, 0)
        clock.now += 1_000
        graph.resume()
        graph.wait_until_idle()
        a, b = profiles(graph)["a"], profiles(graph)["b"]
    assert [(stream.name, stream.back_edge) for stream in a.input_stream_profiles] == [("in", False)]
    assert latency(a.input_stream_profiles[0].latency) == (1_000, 1)
    assert latency(a.process_input_latency) == (1_000, 1)
    assert latency(a.process_output_latency) == (1_010, 1)
    assert latency(b.input_stream_profiles[0].latency) == (0, 1)
    assert latency(b.process_input_latency) == (1_010, 1)
    assert latency(b.process_output_latency) == (1_110, 1)


def test_the_age_of_an_added_packet_from_its_timestamp(caplog: pytest.LogCaptureFixture) -> None:
    """X-4: use_packet_timestamp_for_added_packet; one from the future has no age."""
    settings = "enable_stream_latency: true use_packet_timestamp_for_added_packet: true"
    graph, clock = make(ON % settings + CHAIN, a=(0, 0, 0), b=(0, 0, 0))
    clock.now = 500
    run(graph, 200, 900)
    a = profiles(graph)["a"]
    assert latency(a.input_stream_profiles[0].latency) == (300, 1)
    assert latency(a.process_input_latency) == (300, 2)  # the call itself is the earliest start
    assert "before 900 µs" in caplog.text


@pytest.mark.parametrize("timestamp", [PRESTREAM, POSTSTREAM])
def test_timestamps_that_are_no_times_have_no_age(timestamp: int, caplog: pytest.LogCaptureFixture) -> None:
    """X-4: such a packet is skipped with a warning; the call is measured all the same."""
    graph, _ = make(ON % "enable_stream_latency: true" + CHAIN, **TIMES)
    run(graph, timestamp)
    a = profiles(graph)["a"]
    assert latency(a.input_stream_profiles[0].latency) == (0, 0)
    assert latency(a.process_output_latency) == (10, 1)
    assert 'a packet of graph input "in" at Timestamp::P' in caplog.text


def test_a_source_begins_with_its_call() -> None:
    """X-4: the source start of a source's packets is the start of the call that made them."""
    text = ON % "enable_stream_latency: true" + node("s", 'output_stream: "in"')
    text += node("b", 'input_stream: "in"')
    graph, _ = make(text, s=(0, 10, 0), b=(0, 100, 0))
    graph.run()
    s, b = profiles(graph)["s"], profiles(graph)["b"]
    assert latency(s.process_runtime) == (30, 3)  # the last call said that it was done
    assert latency(s.process_input_latency) == (0, 3)
    assert latency(b.process_input_latency)[1] == 2
    assert latency(b.process_output_latency)[0] - latency(b.process_input_latency)[0] == 200
    waited = latency(b.input_stream_profiles[0].latency)[0]
    assert latency(b.process_input_latency)[0] == waited + 2 * 10


def test_only_the_packets_of_the_call_count() -> None:
    """X-4: empty inputs have no age; the earliest of the sources is where the call's packets began."""
    text = ON % "enable_stream_latency: true" + 'input_stream: "in" input_stream: "late" '
    text += node("a", 'input_stream: "in" input_stream: "late"')
    graph, clock = make(text, a=(0, 10, 0))
    with graph:
        graph.start()
        graph.add_packet("in", 0, 0)
        clock.now += 50
        graph.add_packet("late", 0, 0)
        graph.wait_until_idle()
        graph.add_packet("in", 0, 1)
        graph.set_bound("late", 2)
        graph.wait_until_idle()
        a = profiles(graph)["a"]
    assert [latency(stream.latency) for stream in a.input_stream_profiles] == [(50, 2), (0, 1)]
    assert latency(a.process_input_latency) == (50, 2)


def test_back_edges_have_no_age() -> None:
    """X-4: what comes back does not count as a source."""
    loop = 'input_stream: "in" input_stream: "back" output_stream: "mid" '
    loop += 'input_stream_info { tag_index: ":1" back_edge: true } '
    loop += 'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }'
    text = ON % "enable_stream_latency: true" + 'input_stream: "in" ' + node("a", loop)
    text += 'node { calculator: "ProfilerOnce" name: "once" input_stream: "mid" output_stream: "back" }'
    graph, _ = make(text, a=(0, 10, 0))
    run(graph, 0)
    a = profiles(graph)["a"]
    assert a.process_runtime.count[0] >= 2  # one for each packet
    streams = [(s.name, s.back_edge, sum(s.latency.count)) for s in a.input_stream_profiles]
    assert streams == [("in", False, 1), ("back", True, 0)]


class Once(Calculator, name="ProfilerOnce"):
    """Passes on what comes, later."""

    number = Inputs[object]()
    passed = Outputs[object]()

    def process(self, cc: Context) -> None:
        cc.outputs[0].send(0, cc.timestamp)


def test_the_newest_400_packets_of_a_stream_are_known() -> None:
    """X-4: of what is older, the age is not known."""
    graph, clock = make(ON % "enable_stream_latency: true" + CHAIN, a=(0, 0, 0), b=(0, 0, 0))
    graph.set_max_queue_size("in", -1)
    with graph:
        graph.start()
        graph.wait_until_idle()
        graph.pause()
        for timestamp in range(402):
            graph.add_packet("in", 0, timestamp)
        clock.now += 1
        graph.resume()
        graph.wait_until_idle()
        a = profiles(graph)["a"]
    assert a.process_runtime.count[0] == 402
    assert latency(a.input_stream_profiles[0].latency) == (400, 400)


def test_a_failing_call_is_measured_too() -> None:
    """And fails as if nobody looked on."""
    graph, _ = make(ON % "enable_stream_latency: true" + CHAIN, **TIMES)
    with pytest.raises(CalculatorError, match='"a"') as failure, graph:
        graph.start()
        graph.process({"in": "bad"}, 0)
    assert isinstance(failure.value.__cause__, ValueError)
    assert latency(profiles(graph)["a"].process_runtime) == (10, 1)
    assert profiles(graph)["a"].close_runtime == 3  # at the end of the failed run
    assert latency(profiles(graph)["b"].process_runtime) == (0, 0)


def test_parallel_calls_are_all_counted() -> None:
    """X-3 with max_in_flight and threads: nothing is lost, and reading is safe at any time."""
    text = ON % "enable_stream_latency: true" + 'input_stream: "in" '
    text += 'node { calculator: "ProfilerOnce" input_stream: "in" output_stream: "out" max_in_flight: 4 }'
    with Graph(text, num_threads=4) as graph:
        graph.start()
        for timestamp in range(300):
            graph.add_packet("in", 0, timestamp)
            if timestamp % 50 == 0:
                assert len(graph.profiler.calculator_profiles()) == 1
    [profile] = graph.profiler.calculator_profiles()
    assert profile.process_runtime.count[0] == 300
    assert profile.input_stream_profiles[0].latency.count[0] == 300


def test_the_clock_tells_microseconds_since_1970_and_never_goes_back() -> None:
    clock = monotonic_clock()
    times = [clock() for _ in range(100)]
    assert times == sorted(times)
    assert 1_577_836_800_000_000 < times[0] < 4_102_444_800_000_000  # 2020 and 2100
