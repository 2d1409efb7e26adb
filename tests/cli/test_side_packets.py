"""Side packets from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mpgraph import Packet
from mpgraph.cli.exits import UsageError
from mpgraph.cli.side_packets import make_side_packets, split_list
from mpgraph.config.plan import SidePlan
from mpgraph.packet_type import (
    ANY,
    BOOL,
    DOUBLE,
    FLOAT,
    INT,
    INT64,
    STRING,
    UINT64,
    PacketType,
    packet_type,
)


def one(entry: str, wanted: PacketType = ANY) -> Packet:
    (packet,) = make_side_packets([entry], {"x": SidePlan("x", None, wanted)}).values()
    return packet


@pytest.mark.parametrize(
    ("wanted", "text", "value"),
    [
        (INT, "-7", -7),
        (INT, "0x10", 16),
        (INT64, str(2**40), 2**40),
        (UINT64, str(2**64 - 1), 2**64 - 1),
        (FLOAT, "1", 1.0),
        (DOUBLE, "1e-3", 1e-3),
        (BOOL, "TRUE", True),
        (BOOL, "0", False),
        (STRING, "12", "12"),
        (STRING, "", ""),
        (STRING, "a=b:c", "a=b:c"),
        (packet_type(int | str), "5", 5),
        (packet_type(int | str), "five", "five"),
        (ANY, "5", 5),
        (ANY, "5.5", 5.5),
        (ANY, "true", True),
        (ANY, "five", "five"),
    ],
)
def test_a_value_without_type_is_read_as_the_graph_wants_it(
    wanted: PacketType, text: str, value: Any
) -> None:
    packet = one(f"x={text}", wanted)
    assert packet.value == value
    assert type(packet.value) is type(value)
    assert wanted.accepts(packet)


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("int", "5", INT),
        ("int64", "5", INT64),
        ("uint64", "5", UINT64),
        ("float", "5", FLOAT),
        ("double", "5", DOUBLE),
        ("bool", "true", BOOL),
        ("string", "5", STRING),
    ],
)
def test_a_type_is_declared(name: str, text: str, wanted: PacketType) -> None:
    assert one(f"x:{name}={text}").declared == wanted
    assert one(f"x:{name}={text}", wanted).type == wanted


def test_the_content_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "labels=1.txt"
    path.write_bytes(b"\0labels")
    packet = one(f"x:file={path}", STRING)
    assert packet.value == b"\0labels"


@pytest.mark.parametrize(
    ("entry", "wanted", "message"),
    [
        ("x", INT, 'side packet "x": expected name=value or name:type=value'),
        ("=5", INT, "expected name=value"),
        ("x:=5", INT, "expected name=value"),
        ("x=five", INT, 'side packet "x" is of type int; got "five"'),
        (f"x={2**31}", INT, "must be -2147483648 to 2147483647"),
        ("x=-1", UINT64, "must be 0 to"),
        ("x=maybe", BOOL, "must be true or false"),
        ("x:float=y", ANY, 'is of type float; got "y"'),
        ("x:int=5", FLOAT, 'side packet "x" is of type float, not int'),
        ("x:number=5", INT, 'no type is called "number" (there are: bool, int, int64'),
        ("x:file=not/there", STRING, 'side packet "x": not/there: No such file'),
        ("x=5", packet_type(list[int]), "cannot be written on a command line"),
        ("y=5", INT, 'the graph has no side packet "y" (it takes: "x")'),
        ("made=5", INT, 'side packet "made" cannot be given: a node of the graph makes it'),
    ],
)
def test_wrong_side_packets(entry: str, wanted: PacketType, message: str) -> None:
    made = SidePlan("made", (None, 0))  # type: ignore[arg-type]
    with pytest.raises(UsageError) as raised:
        make_side_packets([entry], {"x": SidePlan("x", None, wanted), "made": made})
    assert message in str(raised.value)


def test_twice() -> None:
    with pytest.raises(UsageError, match=r'^side packet "x" is given twice$'):
        make_side_packets(["x=1", "x=2"], {"x": SidePlan("x", None, INT)})


def test_a_name_misspelt() -> None:
    with pytest.raises(UsageError, match=r'; did you mean "model_selection"\?$'):
        make_side_packets(["model_selecton=1"], {"model_selection": SidePlan("model_selection", None, INT)})


def test_missing_ones_are_listed_with_what_to_type() -> None:
    plans = {
        "a": SidePlan("a", None, INT, required=True),
        "b": SidePlan("b", None, packet_type(list[int]), required=True),
        "c": SidePlan("c", None, INT),
    }
    with pytest.raises(
        UsageError, match=r'^the graph needs the side packets "a", "b"; give -s a=INT -s b=VALUE$'
    ):
        make_side_packets([], plans)


def test_upstreams_list() -> None:
    assert split_list("a=1,b=x:y,,c=") == ["a=1", "b=x:y", "c="]
