"""ValueOrDefaultCalculator (spec calculators.md 6)."""

from __future__ import annotations

from graph_steps import add, node, play
from hypothesis import given, settings
from hypothesis import strategies as st

TEXT = 'input_side_packet: "d" ' + node(
    "ValueOrDefault", ["IN:x", "TICK:t"], ["OUT:o", "FLAG:f"], side_inputs=["d"]
)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=8))
@settings(max_examples=30, deadline=None)
def test_every_tick_has_a_packet(rows: list[tuple[bool, bool]]) -> None:
    steps = []
    for t, (value, tick) in enumerate(rows):
        steps += [add("x", t, t if value else None), add("t", t, "tick" if tick else None)]
    found = play(TEXT, steps, ["o", "f"], {"d": -1})
    ticks = [(t, value) for t, (value, tick) in enumerate(rows) if tick]
    packets = {name: [packet for packet in got if packet[1] is not None] for name, got in found.items()}
    assert packets["o"] == [(t, t if value else -1) for t, value in ticks]
    assert packets["f"] == [(t, True) for t, value in ticks if not value]


def test_a_value_without_tick_is_lost_and_settled() -> None:
    found = play(
        TEXT, [add("x", 3, 7), add("t", 3, None), add("t", 4, 0), add("x", 4, None)], ["o"], {"d": -1}
    )
    assert found["o"] == [(3, None), (4, -1)]
