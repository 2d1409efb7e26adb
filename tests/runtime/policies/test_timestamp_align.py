"""TimestampAlignInputStreamHandler: rule I-28, vector A-11."""

from __future__ import annotations

import pytest

from mpgraph import Graph
from mpgraph.errors import ContractError
from mpgraph.packet import Packet
from mpgraph.port_map import PortMap
from mpgraph.runtime.policies.timestamp_align import TimestampAlignOptions, TimestampAlignPolicy
from mpgraph.runtime.readiness import CLOSE, READY
from mpgraph.runtime.stream import InputStream
from mpgraph.timestamp import DONE


class Owner:
    def notify(self) -> None:
        pass


class Harness:
    def __init__(self) -> None:
        ports = PortMap(("CAMERA:camera", "VIDEO:video"))
        self.streams = {name: InputStream(name, Owner()) for name in ports.names}
        self.policy = TimestampAlignPolicy(
            list(self.streams.values()),
            options=TimestampAlignOptions(timestamp_base_tag_index="CAMERA"),
            ports=ports,
        )

    def do(self, name: str, t: int) -> list[tuple[int, str]]:
        if t == DONE:
            self.streams[name].set_bound(DONE)
        else:
            self.streams[name].add(Packet(f"{name}{t}", t))
        found = []
        while (said := self.policy.readiness())[0] is READY:
            packets = [packet for packet in self.policy.fill(said[1]) if not packet.is_empty()]
            assert all(packet.time == said[1] for packet in packets)
            found.append((said[1], " ".join(packet.value for packet in packets)))
        return found


def test_streams_are_shifted_once_all_have_begun() -> None:
    """A-11, first part."""
    harness = Harness()
    assert harness.do("camera", 101) == [(101, "camera101")]
    assert harness.do("camera", 102) == [(102, "camera102")]
    assert harness.do("video", 1) == []
    assert harness.do("camera", 103) == [(103, "camera103 video1")]
    assert harness.do("camera", 104) == []
    assert harness.do("video", 4) == [(104, "camera104")]
    assert harness.do("camera", DONE) == [(106, "video4")]
    assert harness.do("video", DONE) == []
    assert harness.policy.readiness() == (CLOSE, DONE)


def test_streams_of_different_rates() -> None:
    """A-11, second part."""
    harness = Harness()
    assert harness.do("video", 0) == []
    assert harness.do("camera", 100_000_000) == [(100_000_000, "camera100000000 video0")]
    assert harness.do("video", 500_000) == []
    assert harness.do("video", 1_000_000) == []
    assert harness.do("camera", 101_000_000) == [
        (100_500_000, "video500000"),
        (101_000_000, "camera101000000 video1000000"),
    ]


def test_a_base_that_ends_before_the_others_began_ends_the_node() -> None:
    harness = Harness()
    harness.do("camera", 1)
    assert harness.do("camera", DONE) == []
    assert harness.policy.readiness() == (CLOSE, DONE)


def test_a_base_that_is_no_input_is_refused() -> None:
    """I-28: a config error, where upstream aborts."""
    with pytest.raises(ContractError, match=r'stream "X" is not found \(there are'):
        Graph(
            """input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b"
            input_stream_handler { input_stream_handler: "TimestampAlignInputStreamHandler"
            options { [mediapipe.TimestampAlignInputStreamHandlerOptions.ext] { timestamp_base_tag_index: "X" } } } }"""
        )
