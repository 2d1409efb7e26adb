"""DefaultInputStreamHandler, and its short form for one stream."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpgraph import Calculator, Graph, Inputs, Output
from mpgraph.errors import ContractError
from mpgraph.packet import Packet
from mpgraph.runtime.policies import make_policy
from mpgraph.runtime.policies.base import InputPolicy
from mpgraph.runtime.policies.default import BatchPolicy, DefaultOptions, DefaultPolicy, SingleStreamPolicy
from mpgraph.runtime.readiness import CLOSE, NOT_READY, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, MAX, MIN, POSTSTREAM, PRESTREAM


class Owner:
    def notify(self) -> None:
        pass


class Taker(Calculator, name="PolicyTaker"):
    packets = Inputs[object]()


class TakerOfBounds(Calculator, name="PolicyTakerOfBounds", process_timestamp_bounds=True):
    packets = Inputs[object]()


def test_the_short_form_is_chosen_where_it_does() -> None:
    def chosen(calculator: str, count: int, handler: str = "") -> type[InputPolicy]:
        names = [f'"s{i}"' for i in range(count)]
        text = f"""input_stream: [{", ".join(names)}]
        node {{ calculator: "{calculator}" input_stream: [{", ".join(names)}] {handler} }}"""
        (node,) = Graph(text).plan.nodes
        return type(make_policy(node, [InputStream("s", Owner())] * count))

    batch = "input_stream_handler { options { [mediapipe.DefaultInputStreamHandlerOptions.ext] { batch_size: 2 } } }"
    assert chosen("PolicyTaker", 1) is SingleStreamPolicy
    assert chosen("PolicyTakerOfBounds", 1) is DefaultPolicy
    assert chosen("PolicyTaker", 2) is DefaultPolicy
    assert chosen("PolicyTaker", 1, batch) is BatchPolicy


def test_a_set_has_an_empty_packet_where_nothing_came() -> None:
    """I-12."""
    a, b = InputStream("a", Owner()), InputStream("b", Owner())
    policy = DefaultPolicy([a, b], process_bounds=False)
    a.add(Packet("x", 3))
    b.add(Packet("y", 7))
    assert policy.readiness() == (READY, 3)
    first, second = policy.fill(3)
    assert first.value == "x"
    assert (second.is_empty(), second.timestamp) == (True, 6)
    assert len(b.queue) == 1


steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(-5, 40) | st.sampled_from([PRESTREAM, MIN, MAX, POSTSTREAM])),
        st.tuples(st.just("bound"), st.integers(-5, 45) | st.sampled_from([MIN, MAX, POSTSTREAM, DONE])),
    ),
    max_size=15,
)


@given(steps)
def test_the_short_form_says_the_same(steps: list[tuple[str, int]]) -> None:
    streams = [InputStream("s", Owner()), InputStream("s", Owner())]
    policies: list[InputPolicy] = [
        DefaultPolicy(streams[:1], process_bounds=False),
        SingleStreamPolicy(streams[1:]),
    ]
    for action, t in steps:
        for stream in streams:
            if action == "bound":
                if t >= stream.bound:
                    stream.set_bound(t)
            elif t >= stream.bound and not (t == POSTSTREAM and stream.added):
                stream.add(Packet(t, t))
        said = [policy.readiness() for policy in policies]
        assert said[0] == said[1]
        if said[0][0] is READY:
            filled = [[(p.value, p.timestamp) for p in policy.fill(said[0][1])] for policy in policies]
            assert filled[0] == filled[1]


def test_a_batch_is_called_for_when_it_is_full() -> None:
    """I-20, I-21: while a batch is open its first timestamp holds the outputs back; the end flushes it."""
    stream = InputStream("s", Owner())
    policy = BatchPolicy([stream], options=DefaultOptions(batch_size=3))
    called = []

    def call() -> None:
        while (found := policy.readiness())[0] is READY:
            (packet,) = policy.fill(found[1])
            called.append((found[1], packet.value))

    for t in (1, 2):
        stream.add(Packet(t * 10, t))
        assert policy.readiness() == (NOT_READY, 1)
    stream.add(Packet(30, 3))
    call()
    assert called == [(1, 10), (2, 20), (3, 30)]
    assert policy.readiness() == (NOT_READY, 4)
    stream.add(Packet(50, 5))
    assert policy.readiness() == (NOT_READY, 5)
    stream.set_bound(DONE)
    call()
    assert called[3:] == [(5, 50)]
    assert policy.readiness() == (CLOSE, DONE)


@pytest.mark.parametrize(
    ("options", "node", "message"),
    [
        ("batch_size: 0", "", "batch_size must be at least 1, but is 0"),
        ("batch_size: -2", "", "batch_size must be at least 1, but is -2"),
        ("batch_size: 2", "max_in_flight: 3", r"cannot run in parallel \(max_in_flight: 3\)"),
    ],
)
def test_batches_that_cannot_be(options: str, node: str, message: str) -> None:
    """I-20: config errors, where upstream aborts."""
    with pytest.raises(ContractError, match=message):
        Graph(
            f"""input_stream: "in" node {{ calculator: "PolicyTaker" input_stream: "in" {node}
            input_stream_handler {{ options {{ [mediapipe.DefaultInputStreamHandlerOptions.ext] {{ {options} }} }} }} }}"""
        )


class Source(Calculator, name="PolicySource"):
    number = Output[int]()


def test_a_source_cannot_collect_batches() -> None:
    """I-21: a config error, where upstream aborts."""
    with pytest.raises(ContractError, match="a source has no inputs to collect in batches of 2"):
        Graph("""node { calculator: "PolicySource" output_stream: "out" input_stream_handler {
            options { [mediapipe.DefaultInputStreamHandlerOptions.ext] { batch_size: 2 } } } }""")
