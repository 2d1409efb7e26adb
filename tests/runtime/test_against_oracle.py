"""Packets and bounds of small graphs, step by step the same as the real MediaPipe's."""

from __future__ import annotations

from string import Template

import pytest
from graph_steps import Step, add, close, restart
from graph_steps import compare as check
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import oracle

from mpgraph.timestamp import MAX, MIN, POSTSTREAM, PRESTREAM

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(oracle is None or not oracle.available(), reason="the oracle is not set up"),
]

TWO = """input_stream: "a" input_stream: "c" node { calculator: "PassThroughCalculator"
    input_stream: "a" input_stream: "c" output_stream: "b" output_stream: "d" %s }"""
IMMEDIATE = 'input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" }'
ONE = 'input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }'
SWITCH = """input_stream: "v" input_stream: "en" node { calculator: "SwitchContainer"
    input_stream: "ENABLE:en" input_stream: "v" output_stream: "o"
    options { [mediapipe.SwitchContainerOptions.ext] { %s
      contained_node { calculator: "PassThroughCalculator" }
      contained_node { calculator: "PassThroughCalculator" } } } }"""
LOOPBACK = """input_stream: "in"
    node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }
    node { calculator: "PreviousLoopbackCalculator" input_stream: "MAIN:in" input_stream: "LOOP:out"
      input_stream_info { tag_index: "LOOP" back_edge: true } output_stream: "PREV_LOOP:prev" }"""
LIMITER = """input_stream: "in" input_stream: "fin" input_stream: "aux" node { calculator: "FlowLimiterCalculator"
    input_stream: "in" input_stream: "aux" input_stream: "FINISHED:fin"
    output_stream: "o" output_stream: "ao" output_stream: "ALLOW:al"
    options { [mediapipe.FlowLimiterCalculatorOptions.ext] { %s } } }"""
LIMITED_LOOP = """input_stream: "in" node { calculator: "FlowLimiterCalculator" input_stream: "in"
    input_stream: "FINISHED:out" input_stream_info { tag_index: "FINISHED" back_edge: true }
    output_stream: "t" output_stream: "ALLOW:al" }
    node { calculator: "PassThroughCalculator" input_stream: "t" output_stream: "out" }"""
GATE = """input_stream: "in" input_stream: "al" node { calculator: "GateCalculator" input_stream: "in"
    input_stream: "ALLOW:al" output_stream: "out" output_stream: "STATE_CHANGE:sc"
    options { [mediapipe.GateCalculatorOptions.ext] { %s } } }"""
SIDE_GATE = """input_stream: "in" node { calculator: "GateCalculator" input_stream: "in"
    input_side_packet: "%s:d" output_stream: "out" }"""
MERGE = """input_stream: "a" input_stream: "c" node { calculator: "MergeCalculator"
    input_stream: "a" input_stream: "c" output_stream: "m" }"""
TICKED = """input_stream: "t" node { calculator: "SidePacketToStreamCalculator" input_side_packet: "s"
    input_stream: "TICK:t" output_stream: "%s:o" }"""
UNTICKED = 'node { calculator: "SidePacketToStreamCalculator" input_side_packet: "s" output_stream: "%s:o" }'
SEQUENCER = """input_stream: "i" input_stream: "t" node { calculator: "PacketSequencerCalculator"
    input_stream: "INPUT:i" input_stream: "TICK:t" output_stream: "OUTPUT:o" }"""


def test_default_policy() -> None:
    """I-V1."""
    steps = [
        add("a", 1),
        add("a", 2),
        add("c", 2),
        add("c", 5),
        add("c", 6),
        add("a", 10),
        close("a"),
        close("c"),
    ]
    check(TWO % "", steps, ["b", "d"])


def test_immediate_policy() -> None:
    """I-V2."""
    check(TWO % IMMEDIATE, [add("a", 1), add("c", 2), close("a"), close("c")], ["b", "d"])


def test_immediate_policy_with_a_timestamp_that_goes_back() -> None:
    """I-V3."""
    check(TWO % IMMEDIATE, [add("a", 1), add("a", 2), add("c", 2)], ["b", "d"])


def test_bounds_by_empty_packets() -> None:
    """I-V4."""
    steps = [add("a", 1), add("c", 3, None), add("a", 9, None), add("c", 20, None), close("a"), close("c")]
    check(TWO % "", steps, ["b", "d"])


@pytest.mark.parametrize(
    "steps",
    [
        [add("a", PRESTREAM)],
        [add("a", POSTSTREAM)],
        [add("a", MAX)],
        [add("a", MAX), add("a", MIN)],
        [add("a", 0), add("a", POSTSTREAM)],
        [add("a", MIN, None)],
        [add("a", MAX, None)],
        [add("a", POSTSTREAM, None)],
        [add("a", PRESTREAM, None)],
    ],
)
def test_special_timestamps(steps: list[Step]) -> None:
    """I-V5."""
    check(ONE, [*steps, close("a")], ["b"])


FIXED_SIZE = """input_stream_handler { input_stream_handler: "FixedSizeInputStreamHandler"
    options { [mediapipe.FixedSizeInputStreamHandlerOptions.ext] { %s } } }"""
BATCHES = (
    "input_stream_handler { options { [mediapipe.DefaultInputStreamHandlerOptions.ext] { batch_size: %d } } }"
)


@pytest.mark.parametrize("fixed_min_size", ["", "fixed_min_size: true"])
@pytest.mark.parametrize("sizes", ["", "trigger_queue_size: 4 target_queue_size: 3"])
def test_fixed_size_policy(sizes: str, fixed_min_size: str) -> None:
    """I-V6 as a node that waits for its other input sees it: what came meanwhile is cut to the target."""
    steps = [*(add("a", t) for t in range(10)), add("c", 9), add("c", 12), close("a"), close("c")]
    check(TWO % (FIXED_SIZE % f"{sizes} {fixed_min_size}"), steps, ["b", "d"])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ac"), st.integers(1, 3)), min_size=1, max_size=25),
    st.integers(1, 4),
    st.integers(0, 2),
    st.booleans(),
)
def test_fixed_size_policy_of_random_packets(
    steps: list[tuple[str, int]], target: int, more: int, fixed_min_size: bool
) -> None:
    """I-25."""
    now = {"a": 0, "c": 0}
    played: list[Step] = []
    for stream, step in steps:
        now[stream] += step
        played.append(add(stream, now[stream], len(played)))
    options = f"trigger_queue_size: {target + more} target_queue_size: {target}"
    if fixed_min_size:
        options += " fixed_min_size: true"
    check(TWO % (FIXED_SIZE % options), [*played, close("a"), close("c")], ["b", "d"])


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_batches(size: int) -> None:
    """I-20."""
    steps = [*(add("a", t, t) for t in range(1, 6)), add("a", 9, None), add("a", 10, 10), close("a")]
    check(ONE.replace('output_stream: "b"', 'output_stream: "b" ' + BATCHES % size), steps, ["b"])


STEPS = st.lists(st.tuples(st.sampled_from("ac"), st.integers(1, 4)), max_size=14)


@given(
    moves=STEPS,
    empties=st.sets(st.integers(0, 13), max_size=4),
    policy=st.sampled_from(["", IMMEDIATE]),
    parallel=st.integers(2, 4),
)
@settings(max_examples=30, deadline=None)
def test_parallel_calls(moves: list[tuple[str, int]], empties: set[int], policy: str, parallel: int) -> None:
    """I-41: several sets become ready at once when the stream that lags catches up."""
    times = {"a": 0, "c": 0}
    steps = []
    for index, (stream, ahead) in enumerate(moves):
        times[stream] += ahead
        steps.append(add(stream, times[stream], None if index in empties else index))
    check(TWO % f"max_in_flight: {parallel} {policy}", [*steps, close("c"), close("a")], ["b", "d"])


@given(runs=st.lists(STEPS, min_size=2, max_size=3), bounds=st.booleans())
@settings(max_examples=25, deadline=None)
def test_runs_one_after_another(runs: list[list[tuple[str, int]]], bounds: bool) -> None:
    """S-23: streams begin anew, but observers are told no bound that they were told before."""
    steps: list[Step] = []
    for moves in runs:
        times = {"a": 0, "c": 0}
        for index, (stream, ahead) in enumerate(moves):
            times[stream] += ahead
            steps.append(add(stream, times[stream], None if bounds and index % 2 else index))
        steps += [close("a"), close("c"), restart()]
    check(TWO % "", steps, ["b", "d"])


@pytest.mark.parametrize("options", ["", "enable: true", "synchronize_io: true", "async_selection: true"])
def test_switch_container(options: str) -> None:
    """SW-10."""
    steps = [add("v", 1, 10), add("v", 2, 20), add("en", 3, True), add("v", 3, 30), add("v", 4, 40)]
    steps += [add("en", 5, False), add("v", 5, 50), close("v"), close("en")]
    check(SWITCH % options, steps, ["o"])


def test_switch_container_whose_selection_ends_first() -> None:
    steps = [add("v", 1, 10), add("en", 1, True), close("en"), add("v", 2, 20), add("v", 7, 30), close("v")]
    check(SWITCH % "", steps, ["o"])


@pytest.mark.parametrize("selected", [0, 1, 2, -1])
def test_switch_container_by_side_packet(selected: int) -> None:
    """SW-9."""
    text = """input_stream: "v" node { calculator: "SwitchContainer" input_side_packet: "SELECT:s"
    input_stream: "v" output_stream: "o" options { [mediapipe.SwitchContainerOptions.ext] {
      contained_node { calculator: "PassThroughCalculator" }
      contained_node { calculator: "PreviousLoopbackCalculator" } } } }""".replace(
        "PreviousLoopbackCalculator", "MergeCalculator"
    )
    check(text, [add("v", 1, 10), add("v", 5, 20), close("v")], ["o"], {"s": selected})


def test_previous_loopback() -> None:
    steps = [add("in", 0, 1), add("in", 10, 2), add("in", 15, None), add("in", 20, 3), close("in")]
    check(LOOPBACK, steps, ["prev", "out"])


@pytest.mark.parametrize(
    "options",
    [
        "",
        "max_in_queue: 1",
        "max_in_flight: 2",
        "in_flight_timeout: 15",
        "max_in_flight: 2 max_in_queue: 2 in_flight_timeout: 12",
    ],
)
def test_flow_limiter(options: str) -> None:
    steps = [add("in", 10, 1), add("in", 20, 2), add("aux", 5, 5), add("aux", 15, 6), add("in", 30, 3)]
    steps += [add("fin", 10, 1), add("in", 40, 4), add("aux", 45, 7), add("in", 50, 5), add("aux", 55, 9)]
    steps += [add("fin", 40, None), add("in", 60, 5), close("in"), close("fin"), close("aux")]
    check(LIMITER % options, steps, ["o", "ao", "al"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["in", "aux", "fin"]), st.integers(1, 9), st.booleans()), max_size=14),
    st.permutations(["in", "aux", "fin"]),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_flow_limiter_on_random_steps(
    moves: list[tuple[str, int, bool]], closing: list[str], in_flight: int, in_queue: int
) -> None:
    now = dict.fromkeys(["in", "aux", "fin"], 0)
    steps: list[Step] = []
    for index, (stream, gap, full) in enumerate(moves):
        now[stream] += gap
        steps.append(add(stream, now[stream], index if full else None))
    steps += [close(stream) for stream in closing]
    check(LIMITER % f"max_in_flight: {in_flight} max_in_queue: {in_queue}", steps, ["o", "ao", "al"])


def test_flow_limiter_in_a_loop() -> None:
    steps = [add("in", 0, 1), add("in", 10, 2), add("in", 15, None), add("in", 20, 3), close("in")]
    check(LIMITED_LOOP, steps, ["t", "out", "al"])


@pytest.mark.parametrize(
    "options", ["", "initial_gate_state: GATE_DISALLOW empty_packets_as_allow: true", "allow: true"]
)
def test_gate(options: str) -> None:
    steps = [add("in", 0, 1), add("al", 0, True), add("in", 1, 1), add("al", 1, False), add("in", 2, 3)]
    steps += [add("al", 2, None), add("in", 5, None), add("in", 6, 6), add("al", 7, True), close("al")]
    check(GATE % options, [*steps, add("in", 9, 1), close("in")], ["out", "sc"])


@pytest.mark.parametrize("tag", ["ALLOW", "DISALLOW"])
@pytest.mark.parametrize("value", [True, False])
def test_gate_by_side_packet(tag: str, value: bool) -> None:
    check(SIDE_GATE % tag, [add("in", 0, 1), add("in", 1, 1), close("in")], ["out"], {"d": value})


def test_merge() -> None:
    steps = [
        add("a", 0, 1),
        add("c", 0, 2),
        add("c", 5, 3),
        add("a", 7, 4),
        close("a"),
        add("c", 9, 3),
        close("c"),
    ]
    check(MERGE, steps, ["m"])


@pytest.mark.parametrize("tag", ["AT_TICK", "AT_FIRST_TICK"])
def test_side_packet_to_stream_with_ticks(tag: str) -> None:
    check(TICKED % tag, [add("t", 1), add("t", 3, None), add("t", 5), close("t")], ["o"], {"s": 7})


@pytest.mark.parametrize("tag", ["AT_PRESTREAM", "AT_POSTSTREAM", "AT_ZERO"])
def test_side_packet_to_stream_without_ticks(tag: str) -> None:
    check(UNTICKED % tag, [], ["o"], {"s": 7})


def test_packet_sequencer() -> None:
    steps = [add("t", 10), add("i", 5, 1), add("t", 20), add("i", 6, 2), add("i", 100, 3), add("t", 30, None)]
    check(SEQUENCER, [*steps, close("t"), add("i", 200, 4), close("i")], ["o"])


# What random graphs are made of: $a, $b are any streams, $e a bool stream, $o and $p are made.
PIECES = [
    """node { calculator: "PassThroughCalculator" input_stream: "$a" input_stream: "$b"
      output_stream: "$o" output_stream: "$p" }""",
    """node { calculator: "PassThroughCalculator" input_stream: "$a" input_stream: "$b"
      output_stream: "$o" output_stream: "$p"
      input_stream_handler { input_stream_handler: "ImmediateInputStreamHandler" } }""",
    """node { calculator: "MergeCalculator" input_stream: "$a" input_stream: "$b" output_stream: "$o" }""",
    """node { calculator: "GateCalculator" input_stream: "$a" input_stream: "ALLOW:$e" output_stream: "$o" }""",
    """node { calculator: "PreviousLoopbackCalculator" input_stream: "MAIN:$a" input_stream: "LOOP:$p"
      input_stream_info { tag_index: "LOOP" back_edge: true } output_stream: "PREV_LOOP:$o" }
    node { calculator: "MergeCalculator" input_stream: "$b" input_stream: "$o" output_stream: "$p" }""",
    """node { calculator: "FlowLimiterCalculator" input_stream: "$a" input_stream: "$b" input_stream: "FINISHED:$b"
      output_stream: "$o" output_stream: "$p" options { [mediapipe.FlowLimiterCalculatorOptions.ext] {
        max_in_queue: 1 in_flight_timeout: 9 } } }""",
    """node { calculator: "FlowLimiterCalculator" input_stream: "$a" input_stream: "FINISHED:$p"
      input_stream_info { tag_index: "FINISHED" back_edge: true } output_stream: "$o" }
    node { calculator: "MergeCalculator" input_stream: "$o" input_stream: "$b" output_stream: "$p" }""",
    """node { calculator: "PacketSequencerCalculator" input_stream: "INPUT:$a" input_stream: "TICK:$b"
      output_stream: "OUTPUT:$o" }""",
    """node { calculator: "SidePacketToStreamCalculator" input_side_packet: "side" input_stream: "TICK:$a"
      output_stream: "AT_TICK:$o" }""",
    *(
        f"""node {{ calculator: "SwitchContainer" input_stream: "ENABLE:$e" input_stream: "$a" input_stream: "$b"
      output_stream: "$o" output_stream: "$p" options {{ [mediapipe.SwitchContainerOptions.ext] {{ {how}
        contained_node {{ calculator: "PassThroughCalculator" }}
        contained_node {{ calculator: "PassThroughCalculator" }} }} }} }}"""
        for how in ("", "synchronize_io: true", "async_selection: true", "enable: true")
    ),
]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A random graph of core calculators on the inputs a, c and allow; and its streams."""
    streams = ["a", "c"]
    text = 'input_stream: "a" input_stream: "c" input_stream: "allow" input_side_packet: "side"'
    for index in range(draw(st.integers(1, 5))):
        piece = draw(st.sampled_from(PIECES))
        a, b = draw(st.sampled_from(streams)), draw(st.sampled_from(streams))
        text += "\n" + Template(piece).substitute(a=a, b=b, e="allow", o=f"o{index}", p=f"p{index}")
        streams += [f"o{index}", f"p{index}"] if "$p" in piece else [f"o{index}"]
    return text, streams[2:]


@settings(max_examples=100, deadline=None)
@given(
    graphs(),
    st.lists(st.tuples(st.sampled_from(["a", "c", "allow"]), st.integers(1, 9), st.booleans()), max_size=12),
    st.permutations(["a", "c", "allow"]),
)
def test_random_graphs_on_random_steps(
    graph: tuple[str, list[str]], moves: list[tuple[str, int, bool]], closing: list[str]
) -> None:
    now = dict.fromkeys(["a", "c", "allow"], 0)
    steps: list[Step] = []
    for index, (stream, gap, full) in enumerate(moves):
        now[stream] += gap
        value = index % 3 > 0 if stream == "allow" else index
        steps.append(add(stream, now[stream], value if full else None))
    text, outputs = graph
    check(text, [*steps, *map(close, closing)], outputs, {"side": 7})
