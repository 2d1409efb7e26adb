"""How commands end: exit codes, and errors as lines on stderr."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from enum import IntEnum

from mpgraph.errors import (
    ConfigError,
    InternalError,
    LimitError,
    ModelHashError,
    ModelUnavailableError,
    MpgraphError,
    SidePacketError,
    UnknownCalculatorError,
)

__all__ = ["Exit", "UsageError", "chain", "complain", "exit_code", "report", "say"]


_SHOWN = 20  # of the errors of one graph


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    """The command line asks for something that cannot be done, or the graph is invalid."""
    MISSING = 3
    """A model or a calculator is missing."""
    LIMIT = 5
    """A limit was reached: a graph too large, nested too deeply or recursive."""
    INTERRUPTED = 130


class UsageError(MpgraphError):
    """A command line that asks for something that cannot be done."""


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, the outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__


def exit_code(error: BaseException) -> Exit:
    """The exit code of a command that this error ends."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    if isinstance(error, ConfigError):
        kinds = [type(single) for single in error.errors]
        if LimitError in kinds:
            return Exit.LIMIT
        return Exit.MISSING if set(kinds) == {UnknownCalculatorError} else Exit.USAGE
    if isinstance(error, UsageError | SidePacketError):
        return Exit.USAGE
    if any(isinstance(link, ModelHashError | ModelUnavailableError) for link in chain(error)):
        return Exit.MISSING
    return Exit.FAILED


def report(error: BaseException, *, verbose: bool = False) -> Exit:
    """Says on stderr what went wrong, with the traceback if `verbose`; returns the exit code."""
    if verbose:
        sys.stderr.write("".join(traceback.format_exception(error)))
    errors: Sequence[BaseException] = error.errors if isinstance(error, ConfigError) else (error,)
    for single in errors if verbose else errors[:_SHOWN]:
        complain(_describe(single, verbose=verbose))
    if len(errors) > _SHOWN and not verbose:
        sys.stderr.write(f"and {len(errors) - _SHOWN} more errors; -v shows them\n")
    return exit_code(error)


def _describe(error: BaseException, *, verbose: bool) -> str:
    if isinstance(error, MpgraphError) and not isinstance(error, InternalError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror.lower()}"
    if isinstance(error, MemoryError):
        return f"there is not enough memory{f': {error}' if str(error) else ''}"
    hint = "" if verbose else "; -v shows the traceback"
    return f"{type(error).__name__}: {error} (a bug in mpgraph{hint})"


def complain(message: object) -> None:
    """Writes an error to stderr."""
    sys.stderr.write(f"error: {message}\n")


def say(text: object) -> None:
    """Writes a line of a result to stdout."""
    sys.stdout.write(f"{text}\n")
