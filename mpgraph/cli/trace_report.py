"""Figures of what took how long, from trace files (X-18)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from .exits import UsageError
from .trace_calls import Call, calls, node_names

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

__all__ = ["COLUMNS", "TraceReport", "columns_like"]


class Samples(list[int]):
    """Times in microseconds."""

    @property
    def mean(self) -> float:
        """0 if there are none."""
        return sum(self) / len(self) if self else 0.0

    @property
    def deviation(self) -> float:
        """The standard deviation of a sample; 0 of less than two."""
        mean = self.mean
        return math.sqrt(sum((x - mean) ** 2 for x in self) / (len(self) - 1)) if len(self) > 1 else 0.0


@dataclass(slots=True)
class _Calculator:
    """What is known of the calls of a node.

    Attributes:
        counter: How many calls began.
        times: Of those that ended, too.
        latencies: How long before the beginning of each of these its first packet was made.
        threads: The numbers of the threads that it ran on.
    """

    report: TraceReport
    name: str
    counter: int = 0
    times: Samples = field(default_factory=Samples)
    latencies: Samples = field(default_factory=Samples)
    threads: set[int] = field(default_factory=set)


def _per_second(usec: float) -> float:
    return 1e6 / usec if usec else 0.0


def _percent(calculator: _Calculator) -> float:
    total = sum(sum(other.times) for other in calculator.report.calculators.values())
    return 100 * sum(calculator.times) / total if total else 0.0


COLUMNS: Final[dict[str, Callable[[_Calculator], str]]] = {
    "calculator": lambda c: c.name,
    "completed": lambda c: str(len(c.times)),
    "counter": lambda c: str(c.counter),
    "dropped": lambda c: str(c.counter - len(c.times)),
    "fps": lambda c: f"{_per_second(c.times.mean + c.latencies.mean):.2f}",
    "frequency": lambda c: f"{len(c.times) * _per_second(c.report.duration):.2f}",
    "input_latency_mean": lambda c: f"{c.latencies.mean:.2f}",
    "input_latency_stddev": lambda c: f"{c.latencies.deviation:.2f}",
    "input_latency_total": lambda c: str(sum(c.latencies)),
    "processing_rate": lambda c: f"{_per_second(c.times.mean):.2f}",
    "thread_count": lambda c: f"{len(c.threads):.2f}",
    "time_mean": lambda c: f"{c.times.mean:.2f}",
    "time_percent": lambda c: f"{_percent(c):.2f}",
    "time_stddev": lambda c: f"{c.times.deviation:.2f}",
    "time_total": lambda c: str(sum(c.times)),
}
"""What can be told of a calculator: times in microseconds, rates per second (X-18)."""


class TraceReport:
    """The figures of all calculators over several trace files.

    Attributes:
        calculators: By name.
        duration: From the first beginning of a call to the last end, in microseconds.
    """

    def __init__(self) -> None:
        self.calculators: dict[str, _Calculator] = {}
        self._first: int | None = None
        self._last: int | None = None

    @property
    def duration(self) -> int:
        """See above; 0 as long as nothing both began and ended."""
        if self._first is None or self._last is None:
            return 0
        return max(0, self._last - self._first)

    def add(self, profile: GraphProfile) -> None:
        """Adds the calls of a trace file."""
        names = node_names(profile)
        for call in calls(profile):
            if call.kind != "PROCESS":
                continue
            if call.start is not None:
                self._first = call.start if self._first is None else min(self._first, call.start)
            if call.finish is not None:
                self._last = call.finish if self._last is None else max(self._last, call.finish)
            if call.node >= 0:
                self._add(names.get(call.node, f"node {call.node}"), call)

    def _add(self, name: str, call: Call) -> None:
        calculator = self.calculators.setdefault(name, _Calculator(self, name))
        calculator.threads.add(call.thread)
        if call.start is None:  # it began before the trace did, or is a source's
            return
        calculator.counter += 1
        if call.finish is not None:
            calculator.times.append(call.finish - call.start)
            calculator.latencies.append(call.start - _first_start(call))

    def rows(self, columns: Sequence[str]) -> list[list[str]]:
        """The names of the columns, then a row for each calculator, in the order of names."""
        found = [calculator for _, calculator in sorted(self.calculators.items())]
        return [list(columns), *([COLUMNS[column](c) for column in columns] for c in found)]


def _first_start(call: Call) -> int:
    """When the first of the calls began that a call's packets come from; of each node the first found."""
    first = math.inf
    visited = set()
    left = [call]
    while left:
        source = left.pop()
        time = source.start if source.start is not None else source.finish
        first = min(first, math.inf if time is None else time)
        if source.node not in visited:
            visited.add(source.node)
            left += reversed(source.sources)
    assert isinstance(first, int)
    return first


def columns_like(patterns: Sequence[str]) -> list[str]:
    """The columns that fit the patterns, in which ``*`` and ``?`` are wildcards; the name comes first.

    Raises:
        UsageError: A pattern fits no column.
    """
    columns = ["calculator"]
    for pattern in patterns:
        expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
        found = [column for column in COLUMNS if re.fullmatch(expression, column)]
        if not found:
            msg = f'no column is like "{pattern}" (there are: {", ".join(COLUMNS)})'
            raise UsageError(msg)
        columns += [column for column in found if column not in columns]
    return columns
