"""Timestamps: special values, order, neighbours, offsets, seconds (spec rules T-1 to T-13)."""

from __future__ import annotations

import math
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import TimestampError
from mpgraph.timestamp import (
    DONE,
    MAX,
    MIN,
    ONE_OVER_POSTSTREAM,
    POSTSTREAM,
    PRESTREAM,
    UNSET,
    UNSTARTED,
    Timestamp,
    add_offset,
    debug_string,
    from_seconds,
    is_allowed_in_stream,
    is_range_value,
    is_special,
    next_allowed_in_stream,
    previous_allowed_in_stream,
)

SPECIAL = {
    UNSET: (-(2**63), "Timestamp::Unset()"),
    UNSTARTED: (-(2**63) + 1, "Timestamp::Unstarted()"),
    PRESTREAM: (-(2**63) + 2, "Timestamp::PreStream()"),
    MIN: (-(2**63) + 3, "Timestamp::Min()"),
    MAX: (2**63 - 4, "Timestamp::Max()"),
    POSTSTREAM: (2**63 - 3, "Timestamp::PostStream()"),
    ONE_OVER_POSTSTREAM: (2**63 - 2, "Timestamp::OneOverPostStream()"),
    DONE: (2**63 - 1, "Timestamp::Done()"),
}

anything = st.sampled_from(list(SPECIAL)) | st.integers(-(2**63), 2**63 - 1)
range_values = st.sampled_from([MIN, MIN + 1, -1, 0, 1, MAX - 1, MAX]) | st.integers(MIN, MAX)
ordinary = st.integers(MIN + 1, MAX - 1)


@pytest.mark.parametrize("timestamp", SPECIAL)
def test_special_values_are_the_ends_of_int64_and_have_names(timestamp: int) -> None:
    """The table of spec section 1, and T-11."""
    value, name = SPECIAL[timestamp]
    assert timestamp == value
    assert debug_string(timestamp) == name
    assert is_special(timestamp)
    assert is_range_value(timestamp) == (timestamp in (MIN, MAX))
    assert is_allowed_in_stream(timestamp) == (timestamp in (PRESTREAM, MIN, MAX, POSTSTREAM))


@given(ordinary)
def test_ordinary_values_are_not_special(timestamp: int) -> None:
    """T-1, T-11."""
    assert not is_special(timestamp)
    assert is_range_value(timestamp)
    assert is_allowed_in_stream(timestamp)
    assert debug_string(timestamp) == str(timestamp)


@pytest.mark.parametrize(
    ("timestamp", "following"),
    [
        (UNSET, MIN),
        (UNSTARTED, MIN),
        (PRESTREAM, ONE_OVER_POSTSTREAM),
        (MIN, MIN + 1),
        (0, 1),
        (MAX - 1, MAX),
        (MAX, ONE_OVER_POSTSTREAM),
        (POSTSTREAM, ONE_OVER_POSTSTREAM),
        (ONE_OVER_POSTSTREAM, ONE_OVER_POSTSTREAM),
        (DONE, ONE_OVER_POSTSTREAM),
    ],
)
def test_next_allowed_in_stream(timestamp: int, following: int) -> None:
    """T-3."""
    assert next_allowed_in_stream(timestamp) == following


@pytest.mark.parametrize(
    ("timestamp", "preceding"),
    [
        (UNSET, UNSTARTED),
        (UNSTARTED, UNSTARTED),
        (PRESTREAM, UNSTARTED),
        (MIN, UNSTARTED),
        (MIN + 1, MIN),
        (0, -1),
        (MAX, MAX - 1),
        (POSTSTREAM, UNSTARTED),
        (ONE_OVER_POSTSTREAM, MAX),
        (DONE, MAX),
    ],
)
def test_previous_allowed_in_stream(timestamp: int, preceding: int) -> None:
    """T-5."""
    assert previous_allowed_in_stream(timestamp) == preceding


@given(range_values)
def test_the_bound_after_a_packet_says_that_the_packet_is_settled(timestamp: int) -> None:
    """T-12: previous(next(t)) = t, since a stream is settled up to its last packet."""
    assert previous_allowed_in_stream(next_allowed_in_stream(timestamp)) == timestamp


@given(st.integers(MIN + 1, MAX))
def test_next_is_the_inverse_of_previous(bound: int) -> None:
    """T-3, T-5."""
    assert next_allowed_in_stream(previous_allowed_in_stream(bound)) == bound


@given(anything)
def test_a_bound_is_a_range_value_or_the_end(timestamp: int) -> None:
    """T-12: what follows is legal as a bound, and lies behind whatever may be in a stream."""
    following = next_allowed_in_stream(timestamp)
    assert is_range_value(following) or following == ONE_OVER_POSTSTREAM
    assert following > timestamp or timestamp >= ONE_OVER_POSTSTREAM


@given(range_values, range_values)
def test_both_keep_the_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert next_allowed_in_stream(low) <= next_allowed_in_stream(high)
    assert previous_allowed_in_stream(low) <= previous_allowed_in_stream(high)


@given(range_values, st.integers(-(2**64), 2**64))
def test_offsets_stay_within_min_and_max(timestamp: int, offset: int) -> None:
    """T-7."""
    shifted = add_offset(timestamp, offset)
    assert is_range_value(shifted)
    assert shifted == timestamp + offset or shifted in (MIN, MAX)
    assert add_offset(timestamp, 0) == timestamp


@pytest.mark.parametrize("timestamp", [UNSET, UNSTARTED, PRESTREAM, POSTSTREAM, ONE_OVER_POSTSTREAM, DONE])
def test_nothing_can_be_added_to_a_value_outside_the_range(timestamp: int) -> None:
    """T-7; the message names the value."""
    with pytest.raises(TimestampError, match=r"cannot add to Timestamp::\w+\(\): it is not a range value"):
        add_offset(timestamp, 1)


@pytest.mark.parametrize(
    ("seconds", "microseconds"),
    [
        (0.0, 0),
        (1, 1_000_000),
        (5e-7, 1),
        (-5e-7, -1),
        (4.9e-7, 0),
        (-4.9e-7, 0),
        (2.5e-6, 3),
        (-2.5e-6, -3),
        (1 / 30, 33_333),
        (2 / 30, 66_667),
    ],
)
def test_from_seconds_rounds_halves_away_from_zero(seconds: float, microseconds: int) -> None:
    """T-10."""
    assert from_seconds(seconds) == microseconds


@given(st.integers(-(2**52), 2**52))
def test_microseconds_survive_the_way_over_seconds(timestamp: int) -> None:
    assert from_seconds(timestamp / 1e6) == timestamp


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -math.inf, 9.3e12, -9.3e12])
def test_from_seconds_refuses_what_is_no_timestamp(seconds: float) -> None:
    """T-10."""
    with pytest.raises(TimestampError, match="out of the bounds of a timestamp"):
        from_seconds(seconds)


@given(range_values.filter(lambda value: MIN < value < MAX))
def test_a_timestamp_is_its_number_with_methods(value: int) -> None:
    """Spec 12.1."""
    timestamp = Timestamp(value)
    assert timestamp.value == timestamp.microseconds() == value
    assert type(timestamp.value) is int
    assert timestamp.seconds() == value / 1e6
    assert (timestamp.is_special_value(), timestamp.is_range_value()) == (False, True)
    assert timestamp.is_allowed_in_stream()
    assert Timestamp(timestamp) == timestamp
    assert repr(timestamp) == str(timestamp) == f"<mediapipe.Timestamp with value: {value}>"
    assert f"{timestamp}" == str(value)
    assert timestamp <= value
    assert timestamp >= value
    assert not timestamp != value  # noqa: SIM202
    assert value - 1 < timestamp < value + 1


def test_special_timestamps_are_had_by_name_only() -> None:
    """T-2, PY-T2, T-9."""
    assert repr(Timestamp.DONE) == "<mediapipe.Timestamp with value: DONE>"
    assert Timestamp.UNSET == UNSET
    assert Timestamp.MIN.is_range_value()
    assert Timestamp.PRESTREAM.is_allowed_in_stream()
    assert not hasattr(Timestamp, "ONEOVERPOSTSTREAM")
    assert Timestamp.MAX.seconds() == 9223372036854.775
    for special in SPECIAL:
        with pytest.raises(ValueError, match="Cannot directly create a Timestamp with a special value: "):
            Timestamp(special)
    with pytest.raises(ValueError, match="out of the bounds"):
        Timestamp(2**63)
    assert Timestamp.from_seconds(1.5) == 1_500_000


@pytest.mark.parametrize("wrong", [1.0, "1", None])
def test_a_timestamp_is_made_of_and_compared_with_integers_only(wrong: Any) -> None:
    """PY-0 and the table of spec 12.1."""
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        Timestamp(wrong)
    for compare in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError, match="incompatible function arguments"):
            compare(Timestamp(1), wrong)
    assert Timestamp(True) == 1


PASS = (
    'input_stream: "in" node { calculator: "PassThroughCalculator" input_stream: "in" output_stream: "out" }'
)


@needs_oracle
@pytest.mark.parametrize("timestamp", [PRESTREAM, POSTSTREAM, MIN + 1, -5, 0, MAX - 1])
def test_upstream_allows_these_in_a_stream(timestamp: int) -> None:
    assert is_allowed_in_stream(timestamp)
    assert oracle.run_graph(PASS, {"in": [(timestamp, 1)]}, ["out"]).plain() == {"out": [(timestamp, 1)]}


@needs_oracle
@pytest.mark.parametrize("timestamp", [UNSET, UNSTARTED, DONE])
def test_upstream_refuses_these_in_a_stream_by_the_same_name(timestamp: int) -> None:
    assert not is_allowed_in_stream(timestamp)
    with pytest.raises(oracle.OracleError, match=r"Timestamp::\w+\(\)") as failure:
        oracle.run_graph(PASS, {"in": [(timestamp, 1)]}, ["out"])
    assert debug_string(timestamp) in failure.value.message


@needs_oracle
@pytest.mark.parametrize("timestamp", [PRESTREAM, MIN + 1, 0, MAX - 1])
def test_upstream_expects_the_same_timestamp_next(timestamp: int) -> None:
    """T-3, as the message about a packet that comes too early says it."""
    with pytest.raises(oracle.OracleError, match="minimum expected timestamp") as failure:
        oracle.run_graph(PASS, {"in": [(timestamp, 1), (timestamp, 2)]}, ["out"])
    expected = debug_string(next_allowed_in_stream(timestamp))
    assert f"minimum expected timestamp is {expected} but" in failure.value.message
