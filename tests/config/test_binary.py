"""Any and extension messages on the wire (G-5), against protobuf's own."""

from __future__ import annotations

import pytest
from config_samples import Thin
from google.protobuf.any_pb2 import Any as AnyMessage
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.config.binary import read_any, read_extensions, write_any, write_extensions
from mpgraph.errors import OptionsError
from mpgraph.formats.protos.framework.calculator_options_pb2 import CalculatorOptions
from mpgraph.options import message_class, to_wire

numbers = st.integers(20_000, (1 << 29) - 1)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.binary())
def test_any_agrees_with_protobuf(url: str, value: bytes) -> None:
    assert AnyMessage.FromString(write_any(url, value)) == AnyMessage(type_url=url, value=value)
    assert read_any(write_any(url, value)) == (url, value)


@given(st.sampled_from([None, True, False]), st.dictionaries(numbers, st.binary(max_size=200), max_size=4))
def test_extensions_give_back_what_they_were_given(merge: bool | None, held: dict[int, bytes]) -> None:
    data = write_extensions(merge, held.items())
    assert read_extensions("x.Y", data) == (merge, sorted(held.items()))


def test_extensions_agree_with_protobuf() -> None:
    message = CalculatorOptions()
    message.Extensions[message_class(Thin).ext].period = 9
    data = message.SerializeToString()
    assert read_extensions("x.Y", data) == (None, [(30_001, to_wire(Thin(period=9)))])
    assert write_extensions(None, [(30_001, to_wire(Thin(period=9)))]) == data


def test_pieces_of_an_extension_are_joined() -> None:
    data = write_extensions(None, [(30_001, b"\x08\x01")]) + write_extensions(None, [(30_001, b"\x10\x01")])
    assert read_extensions("x.Y", data) == (None, [(30_001, b"\x08\x01\x10\x01")])


@pytest.mark.parametrize("data", [b"\x08", b"\xff", b"\x12\x05a"])
def test_malformed_data_are_refused(data: bytes) -> None:
    with pytest.raises(OptionsError, match=r"x\.Y: the data are no such message"):
        read_extensions("x.Y", data)
    with pytest.raises(OptionsError, match=r"google\.protobuf\.Any: the data are no such message"):
        read_any(data)


def test_extensions_must_be_messages() -> None:
    with pytest.raises(OptionsError, match=r"x\.Y: field 20000 is no message"):
        read_extensions("x.Y", b"\x80\xe2\x09\x05")
