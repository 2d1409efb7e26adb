"""The context of a call: what came in, and what goes out (spec rules C-3, C-13, C-30 to C-37, C-50)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mpgraph import Packet
from mpgraph.context import Context, OutputSlot, SideOutputSlot
from mpgraph.errors import EmptyPacketError, PacketTypeError, RunError, SidePacketError, TimestampError
from mpgraph.packet_type import ANY, INT, INT64, packet_type
from mpgraph.port_map import PortMap
from mpgraph.ports import Input, Inputs, Output, Outputs, SideInput, SideOutput
from mpgraph.resources import Resources
from mpgraph.timestamp import (
    DONE,
    MAX,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    PRESTREAM,
    UNSET,
    UNSTARTED,
)

IMAGE = Input[int]("IMAGE")
ROI = Input[int]("ROI", optional=True)
MODEL = SideInput[str]("MODEL")
LABELS = SideInput[str]("LABELS", optional=True)
RESULT = Output[int]("IMAGE")
MASK = Output[int]("MASK", optional=True)
SUM = SideOutput[int]("SUM")


def context(
    inputs: list[str] = [],  # noqa: B006
    outputs: list[str] = [],  # noqa: B006
    side_inputs: dict[str, Any] | None = None,
    side_outputs: list[str] = [],  # noqa: B006
) -> Context:
    side_input_map, side_output_map = PortMap(list(side_inputs or {})), PortMap(side_outputs)
    output_map = PortMap(outputs)
    return Context(
        node_name="node",
        calculator="TestCalculator",
        input_map=PortMap(inputs),
        output_map=output_map,
        side_input_map=side_input_map,
        side_output_map=side_output_map,
        outputs=[OutputSlot(name, INT, None) for name in output_map.names],
        side_inputs=[Packet(value) for value in (side_inputs or {}).values()],
        side_outputs=[SideOutputSlot(name, INT) for name in side_output_map.names],
        resources=Resources(),
        services={},
    )


def sent(cc: Context, slot: int = 0) -> list[tuple[int, Any]]:
    return [(packet.timestamp, packet.value) for packet in cc.outputs[slot].packets]


# What came in.


def test_in_open_there_is_nothing() -> None:
    """C-3."""
    cc = context(["IMAGE:in"])
    assert cc.timestamp == UNSTARTED
    assert IMAGE not in cc
    assert cc.packet(IMAGE).timestamp == UNSET
    assert not cc.is_closing


def test_a_port_is_the_key_of_its_value() -> None:
    cc = context(["IMAGE:in", "ROI:roi"])
    cc.inputs, cc.timestamp = [Packet(3, 7), Packet.empty(5)], 7
    for _ in range(2):  # the second time from what the first one found
        assert cc[IMAGE] == 3
        assert cc.get(IMAGE, 9) == 3
        assert IMAGE in cc
        assert ROI not in cc
        assert cc.get(ROI, 9) == 9
        assert cc.packet(ROI).timestamp == 5  # C-13


def test_an_optional_port_that_is_not_connected_is_empty() -> None:
    """PT-7."""
    cc = context(["IMAGE:in"])
    assert ROI not in cc
    assert cc.packet(ROI).is_empty()
    assert cc.is_done(ROI)
    assert cc.header(ROI).is_empty()
    assert not cc.is_connected(ROI)
    assert cc.is_connected(IMAGE)


def test_reading_what_is_not_there_says_port_node_and_timestamp() -> None:
    cc = context(["IMAGE:in"], side_inputs={"MODEL:m": "x"})
    cc.timestamp = 7
    with pytest.raises(
        EmptyPacketError, match='input IMAGE of node "node" has no packet at 7; test with `in`'
    ):
        cc[IMAGE]
    with pytest.raises(EmptyPacketError, match='side input LABELS of node "node" has no packet'):
        cc[LABELS]


def test_side_packets_are_keys_too() -> None:
    cc = context(side_inputs={"MODEL:m": "path"})
    assert cc[MODEL] == "path"
    assert LABELS not in cc
    assert cc.get(LABELS, "none") == "none"
    assert cc.is_connected(MODEL)


def test_the_end_and_the_header_of_an_input() -> None:
    """C-13, C-36."""
    cc = context(["IMAGE:in", "ROI:roi"])
    cc.done, cc.headers = [False, True], [Packet("header"), Packet()]
    assert (cc.is_done(IMAGE), cc.is_done(ROI)) == (False, True)
    assert cc.header(IMAGE).value == "header"


def test_how_many_repeated_ports_there_are() -> None:
    cc = context(["A:0:x", "A:1:y", "z"], ["B:u"])
    assert (cc.count(Inputs("A")), cc.count(Inputs()), cc.count(Inputs("C"))) == (2, 1, 0)
    assert cc.count(Outputs("B")) == 1


def test_close_is_at_done() -> None:
    """C-6."""
    cc = context()
    cc.timestamp = DONE
    assert cc.is_closing


def test_an_output_cannot_be_read_nor_an_input_sent_to() -> None:
    """Though a port of that tag exists on the other side."""
    cc = context(["IMAGE:in"], ["IMAGE:out"])
    cc.inputs = [Packet(1, 0)]
    with pytest.raises(TypeError, match="is no input"):
        cc[RESULT]  # type: ignore[index]
    with pytest.raises(TypeError, match="is no output"):
        cc.send(IMAGE, 1)  # type: ignore[arg-type]
    assert sent(cc) == []


# What goes out.


def test_a_value_goes_out_at_the_input_timestamp_or_at_another() -> None:
    """C-30, PT-7."""
    cc = context(["IMAGE:in"], ["IMAGE:out", "MASK:mask"])
    cc.timestamp = 7
    cc.send(RESULT, 1)
    cc.send(RESULT, 2, 9)
    cc.send_packet(RESULT, Packet(3, 8))  # C-32: the order is the consumers' business
    assert sent(cc) == [(7, 1), (9, 2), (8, 3)]
    assert sent(cc, 1) == []


def test_sending_a_packet_shares_it() -> None:
    """P-1."""
    cc = context([], ["IMAGE:out"])
    packet = Packet(1, 5)
    cc.send_packet(RESULT, packet)
    assert cc.outputs[0].packets[0] is packet


def test_everything_on_an_unconnected_output_does_nothing() -> None:
    """PT-7."""
    cc = context([], ["IMAGE:out"])
    cc.send(MASK, 1, 0)
    cc.send_packet(MASK, Packet(1, 0))
    cc.set_bound(MASK, 5)
    cc.set_header(MASK, Packet(1))
    cc.close(MASK)
    cc.send(SUM, 1)
    assert cc.output(MASK) is None
    assert sent(cc) == []
    assert not cc.outputs[0].closed


@pytest.mark.parametrize("timestamp", [PRESTREAM, 0, MAX, POSTSTREAM])
def test_timestamps_that_a_stream_allows(timestamp: int) -> None:
    """T-13."""
    cc = context([], ["IMAGE:out"])
    cc.send(RESULT, 1, timestamp)
    assert sent(cc) == [(timestamp, 1)]


SENDERS: list[Callable[[Context, int], None]] = [
    lambda cc, timestamp: cc.send(RESULT, 1, timestamp),
    lambda cc, timestamp: cc.send_packet(RESULT, Packet(1, timestamp)),
]


@pytest.mark.parametrize("send", SENDERS)
@pytest.mark.parametrize("timestamp", [UNSET, UNSTARTED, ONE_OVER_POSTSTREAM, DONE])
def test_timestamps_that_no_stream_allows(send: Callable[[Context, int], None], timestamp: int) -> None:
    """C-31."""
    cc = context([], ["IMAGE:out"])
    with pytest.raises(TimestampError, match=r'In stream "out", timestamp not specified or set to illegal'):
        send(cc, timestamp)
    assert sent(cc) == []


def test_in_open_a_packet_needs_a_timestamp_of_its_own() -> None:
    """C-3, C-31: the input timestamp is Unstarted."""
    cc = context([], ["IMAGE:out"])
    with pytest.raises(TimestampError, match=r"Timestamp::Unstarted\(\)"):
        cc.send(RESULT, 1)


def test_a_packet_of_another_type_names_stream_and_types() -> None:
    """C-31."""
    cc = context([], ["IMAGE:out"])
    message = (
        'Packet type mismatch on calculator outputting to stream "out": '
        'The Packet stores "string", but "int" was requested.'
    )
    with pytest.raises(PacketTypeError) as failure:
        cc.send(RESULT, "a", 0)  # type: ignore[misc]
    assert str(failure.value) == message
    with pytest.raises(PacketTypeError, match='stores "int64_t", but "int"'):
        cc.send_packet(RESULT, Packet(1, 0, INT64))
    assert sent(cc) == []


def test_a_stream_of_any_type_takes_what_comes() -> None:
    slot = OutputSlot("out", ANY, None)
    slot.send(None, 0)
    slot.send_packet(Packet("a", 1, INT64))
    assert [packet.value for packet in slot.packets] == [None, "a"]


def test_nothing_follows_on_a_closed_stream() -> None:
    """C-31, C-34: whatever else may be wrong with it; an empty packet neither."""
    cc = context([], ["IMAGE:out"])
    cc.send(RESULT, 1, 0)
    cc.close(RESULT)
    for packet in (Packet(1, 5), Packet("a", UNSET), Packet.empty(5)):
        with pytest.raises(RunError, match='Packet sent to closed stream "out"'):
            cc.send_packet(RESULT, packet)
    with pytest.raises(RunError, match='Packet sent to closed stream "out"'):
        cc.send(RESULT, 2, 5)
    assert sent(cc) == [(0, 1)]


@pytest.mark.parametrize(
    ("packets", "bound", "expected"),
    [
        ([], None, 10),
        ([12], None, 13),
        ([3], None, 10),
        ([], 20, 20),
        ([12], 20, 20),
        ([MAX], None, ONE_OVER_POSTSTREAM),
        ([PRESTREAM], None, ONE_OVER_POSTSTREAM),
    ],
)
def test_the_bound_after_what_was_sent(packets: list[int], bound: int | None, expected: int) -> None:
    """C-37 (b), (c)."""
    slot = OutputSlot("out", ANY, None)
    slot.start_bound = 10
    for timestamp in packets:
        slot.send(1, timestamp)
    if bound is not None:
        slot.set_bound(bound)
    assert slot.next_bound == expected


@pytest.mark.parametrize("timestamp", [0, 5, MAX, POSTSTREAM])
def test_an_empty_packet_moves_the_bound(timestamp: int) -> None:
    """C-31."""
    cc = context([], ["IMAGE:out"])
    cc.send_packet(RESULT, Packet.empty(timestamp))
    assert sent(cc) == []
    assert cc.outputs[0].bound == (timestamp + 1 if timestamp < MAX else ONE_OVER_POSTSTREAM)


@pytest.mark.parametrize("bound", [UNSET, UNSTARTED, DONE])
def test_illegal_bounds(bound: int) -> None:
    """C-33."""
    cc = context([], ["IMAGE:out"])
    with pytest.raises(
        TimestampError, match='In stream "out", timestamp bound set to illegal value: Timesta'
    ):
        cc.set_bound(RESULT, bound)


def test_a_bound_cannot_go_back() -> None:
    """C-33: neither below that of the stream, nor below what was sent or promised in this call."""
    slot = OutputSlot("out", ANY, None)
    slot.start_bound = 10
    with pytest.raises(TimestampError, match="expected timestamp is 10 but received 9"):
        slot.set_bound(9)
    slot.set_bound(10)
    slot.set_bound(20)
    with pytest.raises(
        TimestampError, match=r'In stream "out"\. Current minimum expected timestamp is 20 but r'
    ):
        slot.set_bound(19)
    slot.send(1, 30)
    with pytest.raises(TimestampError, match="expected timestamp is 31 but received 25"):
        slot.set_bound(25)


def test_the_bound_of_a_closed_stream_does_not_matter() -> None:
    """C-34."""
    slot = OutputSlot("out", ANY, None)
    slot.close()
    slot.set_bound(5)
    assert slot.bound is None


def test_offset_and_header_are_set_in_open() -> None:
    """C-35, C-36."""
    cc = context([], ["IMAGE:out"])
    slot = cc.outputs[0]
    slot.in_open = True
    slot.set_offset(5)
    cc.set_header(RESULT, Packet("h"))
    assert (slot.offset, slot.header.value) == (5, "h")
    with pytest.raises(TimestampError, match=r'Headers must not have a timestamp\. Stream: "out"'):
        cc.set_header(RESULT, Packet("h", 0))
    cc.close(RESULT)
    with pytest.raises(RunError, match="before the stream is closed"):
        cc.set_header(RESULT, Packet("h"))


def test_offset_and_header_cannot_be_set_later() -> None:
    """C-35, C-36."""
    slot = OutputSlot("out", ANY, None)
    with pytest.raises(RunError, match=r'the offset of stream "out" must be set in open\(\)'):
        slot.set_offset(5)
    with pytest.raises(RunError, match=r'the header of stream "out" must be set in open\(\)'):
        slot.set_header(Packet("h"))


# Side packets.


def test_a_side_packet_is_sent_like_a_packet_but_without_a_timestamp() -> None:
    """C-50."""
    cc = context(side_outputs=["SUM:s"])
    cc.timestamp = 7
    cc.send(SUM, 5)
    packet = cc.side_outputs[0].packet
    assert packet is not None
    assert (packet.value, packet.timestamp) == (5, UNSET)
    other = context(side_outputs=["SUM:s"])
    other.send_packet(SUM, Packet(6))
    assert other.side_outputs[0].packet is not None
    assert other.side_outputs[0].packet.value == 6


@pytest.mark.parametrize(
    ("packet", "message"),
    [
        (Packet(), 'Empty packet set on output side packet "s".'),
        (Packet(1, 5), 'Output side packet "s" has a timestamp 5.'),
        (
            Packet("a"),
            'Packet type mismatch on calculator output side packet "s": '
            'The Packet stores "string", but "int" was requested.',
        ),
    ],
)
def test_side_packets_that_are_refused(packet: Packet, message: str) -> None:
    """C-50."""
    slot = SideOutputSlot("s", INT)
    with pytest.raises((SidePacketError, PacketTypeError)) as failure:
        slot.send_packet(packet)
    assert str(failure.value) == message
    assert slot.packet is None


def test_a_side_packet_is_set_once() -> None:
    """C-50."""
    slot = SideOutputSlot("s", packet_type(int))
    slot.send(1)
    with pytest.raises(SidePacketError, match='Output side packet "s" was already set'):
        slot.send(2)
    assert slot.packet is not None
    assert slot.packet.value == 1
