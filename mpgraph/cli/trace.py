"""``mpgraph trace``: what the trace files of a graph tell."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .chrome_trace import chrome_trace
from .exits import Exit, say
from .trace_calls import read_profile
from .trace_report import TraceReport, columns_like

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Subparsers) -> None:
    """Adds ``trace`` to the commands; `run` carries it out."""
    parser = subparsers.add_parser(
        "trace",
        help="show what trace files tell",
        description="Shows what took how long, from the trace files that graphs write whose profiler_config "
        "has trace_enabled: true.",
    )
    commands = parser.add_subparsers(dest="trace_command", required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="figures of each calculator, over all files")
    report.add_argument(
        "--columns",
        default="*",
        help="which, by comma; * and ? are wildcards (default: all). Times are in microseconds",
    )
    report.add_argument("--compact", action="store_true", help="one space between columns")
    convert = commands.add_parser("convert", help="print JSON for trace viewers (Perfetto, chrome://tracing)")
    convert.add_argument(
        "--by",
        choices=("thread", "calculator"),
        default="thread",
        help="what a row is (default: %(default)s)",
    )
    for command in (report, convert):
        command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .binarypb trace file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carries out ``mpgraph trace``."""
    if args.trace_command == "report":
        _report(args)
    else:
        json.dump(chrome_trace(_joined(args.files), by_calculator=args.by == "calculator"), sys.stdout)
        sys.stdout.write("\n")
    return Exit.OK


def _report(args: argparse.Namespace) -> None:
    columns = columns_like(args.columns.split(","))
    report = TraceReport()
    for path in args.files:
        report.add(read_profile(path))
    rows = report.rows(columns)
    widths = [0 if args.compact else max(map(len, cells)) for cells in zip(*rows, strict=True)]
    for row in rows:
        say(" ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _joined(paths: list[Path]) -> GraphProfile:
    """The files as one, in the order of time."""
    first, *others = sorted(map(read_profile, paths), key=lambda profile: _begin(profile))
    for profile in others:
        first.MergeFrom(profile)
    return first


def _begin(profile: GraphProfile) -> int:
    """The time of the first event of a file."""
    return min(
        (
            trace.base_time + (entry.start_time if entry.HasField("start_time") else entry.finish_time)
            for trace in profile.graph_trace
            for entry in trace.calculator_trace
        ),
        default=0,
    )
