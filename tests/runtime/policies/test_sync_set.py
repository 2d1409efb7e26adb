"""SyncSetInputStreamHandler: rule I-26, vector A-9."""

from __future__ import annotations

import pytest

from mpgraph import Calculator, Context, Graph, Inputs
from mpgraph.errors import ContractError
from mpgraph.packet import Packet
from mpgraph.port_map import PortMap
from mpgraph.runtime.policies.sync_set import SyncSetOptions, SyncSetPolicy, SyncSetStreams
from mpgraph.runtime.readiness import CLOSE, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE, POSTSTREAM, PRESTREAM


class Owner:
    def notify(self) -> None:
        pass


class Harness:
    """Streams a to h in the sets of A-9; remembers which packets came together."""

    def __init__(self, *, last_set_is_implicit: bool) -> None:
        names = "abcdefgh"
        ports = PortMap(tuple(f"{name.upper()}:{name}" for name in names))
        groups = [("A", "C", "E"), ("B", "D"), ("F",), ("G",), ("H",)]
        if last_set_is_implicit:
            del groups[0]
        self.streams = {name: InputStream(name, Owner()) for name in ports.names}
        self.policy = SyncSetPolicy(
            [self.streams[name] for name in ports.names],
            options=SyncSetOptions(sync_set=tuple(SyncSetStreams(tag_index=group) for group in groups)),
            ports=ports,
        )

    def do(self, name: str, t: int) -> str:
        stream = self.streams[name]
        if t == DONE:
            stream.set_bound(DONE)
        else:
            stream.add(Packet(name, t))
        found = []
        while (said := self.policy.readiness())[0] is READY:
            packets = self.policy.fill(said[1])
            assert all(p.time == said[1] for p in packets if not p.is_empty())
            found.append(f"{said[1]}:{''.join(p.value for p in packets if not p.is_empty())}")
        return " ".join(found)


FIRST = [
    *(("a", 0, ""), ("c", 0, ""), ("a", 10, ""), ("e", 0, "0:ace"), ("c", 10, ""), ("e", 10, "10:ace")),
    *(("e", 20, ""), ("a", 20, ""), ("c", 20, "20:ace"), ("c", 30, ""), ("a", 30, ""), ("a", 40, "")),
    *(("a", 50, ""), ("c", 40, ""), ("a", DONE, ""), ("e", 40, "30:ac 40:ace"), ("c", 50, "")),
    *(("e", 50, "50:ace"), ("c", 60, ""), ("c", 70, ""), ("c", DONE, ""), ("e", DONE, "60:c 70:c")),
]
SECOND = [
    *(("b", -300, ""), ("b", -200, ""), ("b", -100, ""), ("d", -200, "-300:b -200:bd"), ("d", -20, "-100:b")),
    *(("d", -10, ""), ("b", 0, "-20:d -10:d"), ("d", 0, "0:bd"), ("d", 10, ""), ("b", 10, "10:bd")),
    *(("b", 20, ""), ("d", 200, "20:b"), ("b", 100, "100:b"), ("b", 200, "200:bd"), ("b", 250, "")),
    *(("b", 300, ""), ("d", DONE, "250:b 300:b")),
]
SINGLE = [("f", 5, "5:f"), ("g", PRESTREAM, f"{PRESTREAM}:g"), ("h", POSTSTREAM, f"{POSTSTREAM}:h")]


@pytest.mark.parametrize("last_set_is_implicit", [False, True])
@pytest.mark.parametrize("interleaved", [False, True])
def test_each_set_is_aligned_by_itself(last_set_is_implicit: bool, interleaved: bool) -> None:
    """A-9: how the sets interleave, and whether one of them goes without saying, does not matter."""
    harness = Harness(last_set_is_implicit=last_set_is_implicit)
    steps = FIRST + SECOND + SINGLE
    if interleaved:
        longest = max(FIRST, SECOND, SINGLE, key=len)
        steps = [
            steps[index]
            for index in range(len(longest))
            for steps in (FIRST, SECOND, SINGLE)
            if index < len(steps)
        ]
    for name, t, expected in steps:
        assert harness.do(name, t) == expected, (name, t)
    for name in "abcdefgh":
        if harness.streams[name].bound != DONE:
            assert harness.do(name, DONE) == ""
    assert harness.policy.readiness() == (CLOSE, DONE)


def test_other_sets_tell_how_far_they_are_settled() -> None:
    """I-12."""
    harness = Harness(last_set_is_implicit=False)
    harness.streams["f"].set_bound(8)
    harness.streams["g"].add(Packet("g", 3))
    status, t = harness.policy.readiness()
    packets = harness.policy.fill(t)
    assert (status, t) == (READY, 3)
    assert packets[6].value == "g"
    assert (packets[5].is_empty(), packets[5].time) == (True, 7)


class Times(Calculator, name="SyncSetTimes"):
    packets = Inputs[object]()
    seen: list[tuple[int, list[int]]] = []  # noqa: RUF012

    def process(self, cc: Context) -> None:
        self.seen.append((cc.timestamp, [i for i, p in enumerate(cc.inputs) if not p.is_empty()]))


TEXT = """input_stream: "a" input_stream: "b" input_stream: "c"
node { calculator: "SyncSetTimes" input_stream: "a" input_stream: "b" input_stream: "c" input_stream_handler {
  input_stream_handler: "SyncSetInputStreamHandler"
  options { [mediapipe.SyncSetInputStreamHandlerOptions.ext] { %s } } } }"""


def test_a_graph_with_sync_sets() -> None:
    """I-26: ":2" alone, the other two are a set without saying so."""
    Times.seen.clear()
    with Graph(TEXT % 'sync_set { tag_index: ":2" }') as graph:
        graph.start()
        for name, t in (("a", 1), ("c", 1), ("c", 2), ("b", 1)):
            graph.process({name: 0}, t)
    assert Times.seen == [(1, [2]), (2, [2]), (1, [0, 1])]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('sync_set { tag_index: "X" }', r'stream "X" is not found \(there are'),
        ('sync_set { tag_index: ":1" } sync_set { tag_index: ":1" }', "is in more than one sync set"),
        ("sync_set { }", "needs at least one tag_index"),
    ],
)
def test_sets_that_cannot_be(options: str, message: str) -> None:
    """I-26: config errors, where upstream aborts."""
    with pytest.raises(ContractError, match=message):
        Graph(TEXT % options)
