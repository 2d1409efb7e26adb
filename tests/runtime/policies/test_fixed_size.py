"""FixedSizeInputStreamHandler: rule I-25, vectors A-6, A-7, I-V6."""

from __future__ import annotations

import threading
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Calculator, Context, Graph, Input, Inputs
from mpgraph.errors import ContractError
from mpgraph.packet import Packet
from mpgraph.runtime.policies.fixed_size import FixedSizeOptions, FixedSizePolicy
from mpgraph.runtime.readiness import READY
from mpgraph.runtime.stream import InputStream


class Owner:
    def notify(self) -> None:
        pass


def policy(count: int, **options: Any) -> tuple[list[InputStream], FixedSizePolicy]:
    streams = [InputStream(f"s{i}", Owner()) for i in range(count)]
    return streams, FixedSizePolicy(streams, options=FixedSizeOptions(**options))


def taken(policy: FixedSizePolicy) -> list[int]:
    found = []
    while (said := policy.readiness())[0] is READY:
        policy.fill(said[1])
        found.append(said[1])
    return found


@pytest.mark.parametrize("fixed_min_size", [False, True])
@pytest.mark.parametrize(
    ("trigger", "target", "left"), [(2, 1, [9]), (4, 3, [7, 8, 9]), (20, 1, [*range(10)])]
)
def test_a_queue_that_grows_too_long_is_cut(
    trigger: int, target: int, left: list[int], fixed_min_size: bool
) -> None:
    (stream,), fixed = policy(
        1, trigger_queue_size=trigger, target_queue_size=target, fixed_min_size=fixed_min_size
    )
    for t in range(10):
        stream.add(Packet(t, t))
    assert taken(fixed) == left


@pytest.mark.parametrize(
    ("fixed_min_size", "expected"),
    [(False, [[5, 6], [5, 6, 7], [5, 6, 7]]), (True, [[*range(1, 7)], [*range(3, 8)], [*range(4, 8)]])],
)
def test_all_streams_are_cut_alike(fixed_min_size: bool, expected: list[list[int]]) -> None:
    """A-7."""
    streams, fixed = policy(3, trigger_queue_size=4, target_queue_size=3, fixed_min_size=fixed_min_size)
    found: list[list[int]] = [[], [], []]

    def call() -> None:
        while (said := fixed.readiness())[0] is READY:
            for packets, packet in zip(found, fixed.fill(said[1]), strict=True):
                if not packet.is_empty():
                    packets.append(packet.time)

    for index, first, last in ((0, 1, 6), (1, 3, 7), (2, 4, 7)):
        for t in range(first, last + 1):
            streams[index].add(Packet(t, t))
            call()
    for stream in streams:
        stream.set_bound(2**63 - 1)
    call()
    assert found == expected


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), max_size=30),
    st.integers(1, 4),
    st.integers(1, 4),
    st.booleans(),
)
def test_timestamps_increase_and_no_queue_is_longer_than_the_trigger(
    steps: list[tuple[int, int]], trigger: int, target: int, fixed_min_size: bool
) -> None:
    streams, fixed = policy(
        2,
        trigger_queue_size=max(trigger, target),
        target_queue_size=target,
        fixed_min_size=fixed_min_size,
    )
    now, found = [0, 0], []
    for index, (stream, step) in enumerate(steps):
        now[stream] += step
        streams[stream].add(Packet(index, now[stream]))
        if not fixed_min_size:
            assert all(len(s.queue) < max(trigger, target, 2) + 1 for s in streams)
        if index % 3 == 0:
            found += taken(fixed)
    found += taken(fixed)
    assert found == sorted(set(found))


class Slow(Calculator, name="FixedSizeSlow"):
    """Is held in its first call until `go`."""

    packet = Input[int]()
    go = threading.Event()
    entered = threading.Event()
    seen: ClassVar[list[int]] = []

    def process(self, cc: Context) -> None:
        self.seen.append(cc.timestamp)
        self.entered.set()
        assert self.go.wait(60)


@pytest.mark.parametrize("fixed_min_size", ["false", "true"])
@pytest.mark.parametrize(("trigger", "target", "left"), [(2, 1, [0, 9]), (4, 3, [0, 7, 8, 9])])
def test_what_comes_while_a_node_is_busy(
    trigger: int, target: int, left: list[int], fixed_min_size: str
) -> None:
    """I-V6, A-6: the consumer is held in its first call while 1 to 9 arrive."""
    Slow.seen.clear()
    Slow.go.clear()
    Slow.entered.clear()
    text = f"""input_stream: "in"
    node {{ calculator: "FixedSizeSlow" input_stream: "in" input_stream_handler {{
      input_stream_handler: "FixedSizeInputStreamHandler"
      options {{ [mediapipe.FixedSizeInputStreamHandlerOptions.ext] {{
        trigger_queue_size: {trigger} target_queue_size: {target} fixed_min_size: {fixed_min_size} }} }} }} }}"""
    with Graph(text, num_threads=1) as graph:
        graph.start()
        graph.add_packet("in", 0, 0)
        assert Slow.entered.wait(60)
        for t in range(1, 10):
            graph.add_packet("in", t, t)
        Slow.go.set()
    assert Slow.seen == left


class Taker(Calculator, name="FixedSizeTaker"):
    packets = Inputs[object]()


@pytest.mark.parametrize("options", ["target_queue_size: 0", "trigger_queue_size: 2 target_queue_size: 3"])
def test_lengths_that_cannot_be(options: str) -> None:
    with pytest.raises(ContractError, match="target_queue_size must be at least 1 and at most trigger"):
        Graph(
            f"""input_stream: "in" node {{ calculator: "FixedSizeTaker" input_stream: "in" input_stream_handler {{
            input_stream_handler: "FixedSizeInputStreamHandler"
            options {{ [mediapipe.FixedSizeInputStreamHandlerOptions.ext] {{ {options} }} }} }} }}"""
        )
