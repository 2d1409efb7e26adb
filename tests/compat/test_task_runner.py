"""`TaskRunner` (PY-K1 to PY-K3); the outcomes were read off the real MediaPipe 0.10.21."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import text_format

from mpgraph.compat import packet_creator
from mpgraph.compat.task_runner import TaskRunner
from mpgraph.formats.protos.framework import calculator_pb2
from mpgraph.packet import Packet

PASS = """
input_stream: "in" input_stream: "IN2:b" output_stream: "out" output_stream: "O:c"
node { calculator: "PassThroughCalculator" input_stream: "in" input_stream: "b" output_stream: "out" output_stream: "c" }
"""
ONE = packet_creator.create_int(1)


def config(text: str = PASS) -> Any:
    return text_format.Parse(text, calculator_pb2.CalculatorGraphConfig())


def times(packets: dict[str, Packet]) -> dict[str, tuple[bool, int]]:
    return {name: (packet.is_empty(), packet.time) for name, packet in packets.items()}


def both(time: int) -> dict[str, Packet]:
    return {"in": ONE.at(time), "b": ONE.at(time)}


def test_packets_without_timestamps_get_some() -> None:
    runner = TaskRunner.create(config())
    unset = {"in": ONE, "b": ONE}
    for time in (0, 1_000_000):
        assert times(runner.process(unset)) == {"c": (False, time), "out": (False, time)}
    assert times(runner.process(both(5_000_000))) == {"c": (False, 5_000_000), "out": (False, 5_000_000)}
    assert times(runner.process(unset)) == {"c": (False, 6_000_000), "out": (False, 6_000_000)}
    runner.restart()
    assert times(runner.process(unset)) == {"c": (False, 0), "out": (False, 0)}
    runner.close()
    for call in (runner.close, runner.restart, lambda: runner.process(unset)):
        with pytest.raises(ValueError, match=r"Task runner is currently not running\."):
            call()


def test_what_process_refuses() -> None:
    runner = TaskRunner.create(config())
    runner.process(both(9))
    for packets, text in (
        ({}, "The provided packet map is empty."),
        ({"in": ONE.at(10), "b": ONE.at(11)}, "inconsistent timestamps: 11 and 10."),
        (both(9), "Input timestamp must be monotonically increasing."),
    ):
        with pytest.raises(ValueError, match=text):
            runner.process(packets)
    with pytest.raises(RuntimeError, match='input stream "zz" which is not a graph input stream'):
        runner.process({"zz": ONE})
    with pytest.raises(ValueError, match="illegal when the result callback is not provided"):
        runner.send(both(20))
    with pytest.raises(TypeError, match=r"process\(\): incompatible function arguments"):
        runner.process([ONE])  # type: ignore[arg-type]
    runner.close()


def test_a_callback_gets_every_timestamp() -> None:
    found: list[dict[str, tuple[bool, int]]] = []
    runner = TaskRunner.create(config(), lambda packets: found.append(times(packets)))
    with pytest.raises(ValueError, match="illegal when the result callback is provided"):
        runner.process(both(1))
    with pytest.raises(ValueError, match=r"packets having invalid timestamp\."):
        runner.send({"in": ONE})
    runner.send(both(1))
    runner.send({"in": ONE.at(2)})
    with pytest.raises(ValueError, match="monotonically increasing"):
        runner.send(both(2))
    runner.send(both(3))
    runner.restart()
    runner.send(both(3))
    runner.close()
    assert found == [
        {"c": (False, 1), "out": (False, 1)},
        {"c": (True, 2), "out": (False, 2)},
        {"c": (False, 3), "out": (False, 3)},
        {"c": (False, 3), "out": (False, 3)},
    ]


def test_making_one() -> None:
    with pytest.raises(TypeError, match="No constructor defined!"):
        TaskRunner()
    with pytest.raises(TypeError, match=r"create\(\): incompatible function arguments"):
        TaskRunner.create(PASS)
    with pytest.raises(ValueError, match=r"Graph has no valid output streams\."):
        TaskRunner.create(config(PASS.replace('output_stream: "out" output_stream: "O:c"\n', "")))
    with pytest.raises(RuntimeError, match='Unable to find Calculator "Nope"'):
        TaskRunner.create(config('output_stream: "o" node { calculator: "Nope" output_stream: "o" }'))
    runner = TaskRunner.create(config())
    assert [node.name for node in runner.get_graph_config().node] == ["", "multi_callback_out_c"]
    runner.close()
