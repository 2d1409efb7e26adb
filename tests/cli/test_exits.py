"""Exit codes and errors on stderr."""

from __future__ import annotations

import pytest

from mpgraph.cli.exits import Exit, UsageError, chain, exit_code, report
from mpgraph.errors import (
    ConfigError,
    ContractError,
    InternalError,
    LimitError,
    MediaError,
    ModelError,
    ModelHashError,
    ModelUnavailableError,
    RunError,
    SidePacketError,
    UnknownCalculatorError,
)

UNKNOWN = UnknownCalculatorError("no such calculator", name="X")


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunError("r"), Exit.FAILED),
        (MediaError("m"), Exit.FAILED),
        (ModelError("cannot be loaded"), Exit.FAILED),
        (ValueError("bug"), Exit.FAILED),
        (UsageError("u"), Exit.USAGE),
        (SidePacketError("s"), Exit.USAGE),
        (ConfigError("c"), Exit.USAGE),
        (ConfigError("two", errors=[ContractError("a"), UNKNOWN]), Exit.USAGE),
        (UNKNOWN, Exit.MISSING),
        (ConfigError("two", errors=[UNKNOWN, UNKNOWN]), Exit.MISSING),
        (ModelUnavailableError("m"), Exit.MISSING),
        (caused(RunError("r"), caused(RunError("r"), ModelHashError("m"))), Exit.MISSING),
        (LimitError("l"), Exit.LIMIT),
        (ConfigError("two", errors=[ContractError("a"), LimitError("l")]), Exit.LIMIT),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
    ],
)
def test_exit_codes(error: BaseException, code: Exit) -> None:
    assert exit_code(error) is code


def test_the_numbers() -> None:
    assert [int(code) for code in Exit] == [0, 1, 2, 3, 5, 130]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RunError("failed"), "error: failed\n"),
        (MediaError("failed"), "error: failed\n"),
        (
            FileNotFoundError(2, "No such file or directory", "x.bin"),
            "error: x.bin: no such file or directory\n",
        ),
        (MemoryError(), "error: there is not enough memory\n"),
        (MemoryError("3 TiB"), "error: there is not enough memory: 3 TiB\n"),
        (KeyError("x"), "error: KeyError: 'x' (a bug in mpgraph; -v shows the traceback)\n"),
        (InternalError("x"), "error: InternalError: x (a bug in mpgraph; -v shows the traceback)\n"),
        (ConfigError("ab", errors=[ConfigError("a"), ConfigError("b")]), "error: a\nerror: b\n"),
    ],
)
def test_reports(error: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    report(error)
    assert capsys.readouterr() == ("", said)


def test_a_chain_that_ends_in_itself() -> None:
    first, second = ValueError("1"), ValueError("2")
    first.__cause__, second.__cause__ = second, first
    assert list(chain(first)) == [first, second]
