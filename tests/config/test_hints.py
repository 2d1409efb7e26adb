"""Hints to the nearest name."""

from __future__ import annotations

from mpgraph.config.hints import Hints


def test_the_nearest_name_is_the_hint() -> None:
    near = Hints()
    assert near("frmes", ["faces", "frames"]) == '; did you mean "frames"?'
    assert near("frmes", ["zzz"]) == ""
    assert near("frmes", []) == ""


def test_after_many_comparisons_there_are_no_more() -> None:
    near = Hints()
    known = [f"stream_{index}" for index in range(9_000)]
    assert [bool(near("stream_17x", known)) for _ in range(5)] == [True, True, True, False, False]
