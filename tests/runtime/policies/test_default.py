"""DefaultInputStreamHandler, and its short form for one stream."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mpgraph.packet import Packet
from mpgraph.runtime.policies import make_policy
from mpgraph.runtime.policies.base import READY, InputPolicy
from mpgraph.runtime.policies.default import DefaultPolicy, SingleStreamPolicy
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, MAX, MIN, POSTSTREAM, PRESTREAM


class Owner:
    def notify(self) -> None:
        pass


def test_the_short_form_is_chosen_where_it_does() -> None:
    one = [InputStream("s", Owner())]
    assert isinstance(make_policy("DefaultInputStreamHandler", one, process_bounds=False), SingleStreamPolicy)
    assert isinstance(make_policy("DefaultInputStreamHandler", one, process_bounds=True), DefaultPolicy)
    assert isinstance(make_policy("DefaultInputStreamHandler", one * 2, process_bounds=False), DefaultPolicy)


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
