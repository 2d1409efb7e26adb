"""Codes and texts of errors (E-1 to E-7); whole calls are compared with upstream's in test_side_by_side.py."""

from __future__ import annotations

import pytest

from mpgraph.compat.status import GraphConfigError, code_of, combined, config_failure, exception_of
from mpgraph.errors import (
    CalculatorError,
    CancelledError,
    ConfigError,
    ContractError,
    RunError,
    TimestampError,
)


def failed(cause: BaseException) -> CalculatorError:
    error = CalculatorError("ours", node="n", calculator="C", phase="process", timestamp=1)
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "code", "kind"),
    [
        (ValueError("x"), "INVALID_ARGUMENT", ValueError),
        (FileExistsError("x"), "ALREADY_EXISTS", FileExistsError),
        (NotImplementedError("x"), "UNIMPLEMENTED", NotImplementedError),
        (KeyError("x"), "NOT_FOUND", RuntimeError),
        (ZeroDivisionError("x"), "UNKNOWN", RuntimeError),
    ],
)
def test_the_class_follows_what_the_calculator_raised(
    cause: BaseException, code: str, kind: type[Exception]
) -> None:
    error = failed(cause)
    assert code_of(error) == code
    raised = exception_of("c", [error])
    assert type(raised) is kind
    assert raised.__cause__ is error


def test_errors_of_one_code_keep_it_and_others_are_unknown() -> None:
    """E-6."""
    value, name = failed(ValueError("x")), failed(KeyError("y"))
    assert combined("c", [value, value])[0] == "INVALID_ARGUMENT"
    code, text = combined("c", [value, name])
    assert code == "UNKNOWN"
    assert text.splitlines() == [
        "c",
        'Calculator::Process() for node "n" failed: x (ours)',
        "Calculator::Process() for node \"n\" failed: 'y' (ours)",
    ]
    assert code_of(CancelledError("x")) == "CANCELLED"
    assert code_of(RunError("Detected a deadlock")) == "UNAVAILABLE"
    assert code_of(TimestampError("Packet timestamp mismatch")) == "INVALID_ARGUMENT"


def test_an_exception_without_text_is_told_by_its_class() -> None:
    assert "failed: AssertionError (ours)" in str(exception_of("c", [failed(AssertionError())]))


def test_a_mistake_in_a_graph_that_upstream_does_not_know_is_both() -> None:
    raised = config_failure(ContractError("strange"))
    assert isinstance(raised, GraphConfigError)
    assert isinstance(raised, ValueError)
    assert isinstance(raised, RuntimeError)
    assert "strange" in str(raised)


def test_several_mistakes_are_all_told() -> None:
    parts = [
        ContractError('The executor "x" is not declared in an ExecutorConfig', node="n"),
        ContractError('Output Stream "o" defined twice: by n'),
    ]
    raised = config_failure(ConfigError("all", errors=parts))
    assert type(raised) is RuntimeError
    assert str(raised).splitlines() == [
        '; The executor "x" is not declared in an ExecutorConfig (node "n")',
        '; Output Stream "o" defined twice: by n',
    ]
