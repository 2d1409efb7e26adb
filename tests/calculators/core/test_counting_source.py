"""CountingSourceCalculator (spec calculators.md 6)."""

from __future__ import annotations

from typing import Any

import pytest
from graph_steps import finish, node
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError


def source(**side: Any) -> tuple[str, dict[str, Any]]:
    text = "".join(f'input_side_packet: "{name}" ' for name in side)
    ports = [f"{name.upper()}:{name}" for name in side]
    return text + node("CountingSource", outputs=["o"], side_inputs=ports), side


def run(**side: Any) -> list[tuple[int, Any]]:
    text, packets = source(**side)
    return finish(text, ["o"], packets)["o"]


@given(st.integers(0, 5), st.integers(1, 3), st.integers(-9, 9), st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_a_progression_in_batches(count: int, batch: int, first: int, step: int) -> None:
    found = run(max_count=count, batch_size=batch, initial_value=first, increment=step)
    numbers = range(first, first + count * batch * step, step)
    assert found == [(n, n) for n in numbers]


@pytest.mark.parametrize(("maximum", "fails"), [(1, False), (2, True), (3, True)])
def test_the_error_goes_before_the_end(maximum: int, fails: bool) -> None:
    if fails:
        with pytest.raises(RunError, match="ERROR_COUNT asks for this error after 2 batches"):
            run(max_count=maximum, error_count=2)
    else:
        assert run(max_count=maximum, error_count=2)[0] == (0, 0)


def test_an_error_on_open() -> None:
    with pytest.raises(RunError, match="ERROR_ON_OPEN"):
        run(max_count=1, error_on_open=True)
    assert run(max_count=1, error_on_open=False)[0] == (0, 0)


@pytest.mark.parametrize(
    ("side", "least"),
    [
        ({"max_count": -1}, 0),
        ({"error_count": -2}, 0),
        ({"max_count": 1, "batch_size": 0}, 1),
        ({"max_count": 1, "increment": 0}, 1),
    ],
)
def test_side_packets_out_of_their_range(side: dict[str, int], least: int) -> None:
    with pytest.raises(RunError, match=f"must be at least {least}"):
        run(**side)


def test_an_end_is_needed() -> None:
    with pytest.raises(ContractError, match="must say when to stop"):
        Graph(source(batch_size=1)[0])
