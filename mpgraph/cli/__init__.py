"""The command line: ``mpgraph run``, ``mpgraph check`` and ``mpgraph models``."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence

from mpgraph import __version__

from . import check, devices, models, run, trace
from .exits import Exit, chain, report

__all__ = ["main"]

_SWITCH_INTERVAL = 0.001  # seconds


def main(argv: Sequence[str] | None = None) -> int:
    """Carries out a command and returns its exit code (see `mpgraph.cli.exits.Exit`).

    Args:
        argv: The words after ``mpgraph``; by default those that the process was started with.
    """
    try:
        args = _parser().parse_args(argv)
    except SystemExit as stop:  # after --help, --version and wrong usage
        return int(stop.code or 0)
    verbose = getattr(args, "verbose", False)
    level = logging.DEBUG if verbose else logging.ERROR if getattr(args, "quiet", False) else logging.WARNING
    try:
        with _settings(level):
            code: int = args.run(args)
            sys.stdout.flush()
            return code
    except (Exception, KeyboardInterrupt) as error:
        if any(isinstance(link, BrokenPipeError) for link in chain(error)):
            return _without_reader()
        if isinstance(error, KeyboardInterrupt):
            return Exit.INTERRUPTED
        return report(error, verbose=verbose)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mpgraph", description="Runs MediaPipe graphs: calculators, connected by streams of packets."
    )
    parser.add_argument("--version", action="version", version=f"mpgraph {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in (run, check, models, devices, trace):
        command.add_parser(commands)
    return parser


@contextlib.contextmanager
def _settings(level: int) -> Iterator[None]:
    """What holds for the process while a command runs."""
    # Each return from C waits for the GIL as long as another thread computes in Python, 5 ms by default:
    # too long for frames that pass from decoder to graph to encoder.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    logger, handler = logging.getLogger("mpgraph"), _Screen(level)
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        sys.setswitchinterval(interval)


class _Screen(logging.Handler):
    """Shows log records on stderr; what LiteRT says itself only where everything is shown."""

    def emit(self, record: logging.LogRecord) -> None:
        if self.level == logging.DEBUG or record.name != "mpgraph.inference.native_log":
            sys.stderr.write(f"{record.levelname.lower()}: {self.format(record)}\n")


def _without_reader() -> int:
    """Ends quietly after whoever read stdout has gone; nothing may be flushed into it at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return Exit.FAILED
