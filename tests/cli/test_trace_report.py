"""Figures from trace files (X-18)."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trace_files import call, profile

from mpgraph.cli.exits import UsageError
from mpgraph.cli.trace_report import COLUMNS, Samples, TraceReport, columns_like
from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile


def figures(*profiles: GraphProfile) -> dict[str, dict[str, str]]:
    report = TraceReport()
    for made in profiles:
        report.add(made)
    head, *rows = report.rows(list(COLUMNS))
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


TRACE = profile(
    [
        call(-1, 0, None, 1_000, makes=[(1, 0)]),
        call(0, 0, 1_100, takes=[(1, 0)], thread=1),
        call(-1, 1, None, 2_000, makes=[(1, 1)]),
        call(0, 1, 2_100, takes=[(1, 1)], thread=2),
    ],
    [
        call(0, 0, None, 1_500, makes=[(2, 0)], thread=1),
        call(1, 0, 1_700, 2_000, takes=[(2, 0)]),
        call(-1, 2, None, 3_000, makes=[(1, 2)]),
        call(0, 2, 3_300, 3_800, takes=[(1, 2)], makes=[(2, 2)], thread=1),
        call(1, 2, 4_000, 4_100, takes=[(2, 2)]),
    ],
)
"""A call of "first" that goes on in the next interval, one that does not end, and a third."""


def test_every_column() -> None:
    """X-18: "first" took 400 and 500 µs, of 4000 - 1100 + 100 in all; its packets were made 100 and 300 before."""
    found = figures(TRACE)
    assert found["first"] == {
        "calculator": "first",
        "completed": "2",
        "counter": "3",
        "dropped": "1",
        "fps": f"{1e6 / (450 + 200):.2f}",
        "frequency": f"{2 / 0.003:.2f}",
        "input_latency_mean": "200.00",
        "input_latency_stddev": f"{statistics.stdev([100, 300]):.2f}",
        "input_latency_total": "400",
        "processing_rate": f"{1e6 / 450:.2f}",
        "thread_count": "2.00",
        "time_mean": "450.00",
        "time_percent": f"{100 * 900 / 1300:.2f}",
        "time_stddev": f"{statistics.stdev([400, 500]):.2f}",
        "time_total": "900",
    }
    assert list(found) == ["first", "second"]


def test_latency_goes_back_to_where_the_packets_began() -> None:
    """X-18: through the calls in between."""
    second = figures(TRACE)["second"]
    assert second["input_latency_total"] == str((1_700 - 1_000) + (4_000 - 3_000))


def test_a_loop_has_an_end() -> None:
    """X-18: of each node one call is followed."""
    entries = [call(-1, 0, None, 10, makes=[(1, 0)])]
    entries += [
        call(0, turn, 20 + 10 * turn, 25 + 10 * turn, takes=[(1, turn)], makes=[(1, turn + 1)])
        for turn in range(3)
    ]
    assert figures(profile(entries))["first"]["input_latency_total"] == str(10 + 10 + 10)


def test_a_long_way() -> None:
    """Longer than Python may call."""
    entries = [call(-1, 0, None, 0, makes=[(1, 0)])]
    entries += [call(node, 0, node + 1, node + 2, takes=[(1, 0)], makes=[(1, 0)]) for node in range(3_000)]
    assert figures(profile(entries))["node 2999"]["input_latency_total"] == "3000"


def test_files_are_joined() -> None:
    """X-18, as upstream's JoinsFiles."""
    other = profile([call(0, 7, 0, 900, takes=[(1, 7)])], base=2_000_000)
    found = figures(TRACE, other)["first"]
    assert (found["completed"], found["time_total"], found["time_mean"]) == ("3", "1800", "600.00")
    assert found["frequency"] == f"{3 / (1.000_900 - 0.001_100):.2f}"


def test_what_never_ends_and_what_never_began() -> None:
    """No figure is divided by nothing; a source's calls are known by their ends alone."""
    found = figures(profile([call(0, 0, 5, takes=[(1, 0)]), call(1, 0, None, 9, makes=[(2, 0)])]))
    zero = {
        "completed": "0",
        "fps": "0.00",
        "frequency": "0.00",
        "time_percent": "0.00",
        "time_stddev": "0.00",
    }
    assert {name: found["first"][name] for name in zero} == zero
    assert (found["first"]["dropped"], found["second"]["counter"]) == ("1", "0")


def test_only_process_counts() -> None:
    entries = [call(0, 0, 1, 2, takes=[(1, 0)], kind="OPEN"), call(0, 0, 1, 5, takes=[(1, 0)])]
    assert figures(profile(entries))["first"]["time_total"] == "4"
    assert figures(profile([])) == {}


@given(st.lists(st.integers(0, 10**7), max_size=20))
def test_mean_and_deviation(values: list[int]) -> None:
    samples = Samples(values)
    assert samples.mean == pytest.approx(statistics.mean(values) if values else 0)
    assert samples.deviation == pytest.approx(statistics.stdev(values) if len(values) > 1 else 0)


@pytest.mark.parametrize(
    ("patterns", "columns"),
    [
        ("time_mean", ["time_mean"]),
        ("calculator,counter", ["counter"]),
        (
            "*_m??n,*l?t*cy*",
            ["input_latency_mean", "time_mean", "input_latency_stddev", "input_latency_total"],
        ),
        ("*", [column for column in COLUMNS if column != "calculator"]),
    ],
)
def test_columns_by_wildcards(patterns: str, columns: list[str]) -> None:
    """X-18, as upstream's ReportColumnsWithWildcards: in the order of patterns, then of the alphabet."""
    assert columns_like(patterns.split(",")) == ["calculator", *columns]
    assert list(COLUMNS) == sorted(COLUMNS)


@pytest.mark.parametrize("pattern", ["koopa*", "il[leg]al", "^bad", "", "time"])
def test_columns_that_there_are_not(pattern: str) -> None:
    """X-18, as upstream's CanReportBadColumns and NonMatchingColumnsIgnored."""
    with pytest.raises(UsageError, match="no column is like"):
        columns_like(["time_mean", pattern])
