"""How a failure of an author's code is told: what, in which node, when, and at which line."""

from __future__ import annotations

import os
import traceback

from mpgraph.errors import CalculatorError, RunError, StopGraph
from mpgraph.timestamp import debug_string

from .node import Node

__all__ = ["describe", "node_failure", "observer_failure"]

_HERE = os.path.dirname(os.path.abspath(__file__))
_FRAMEWORK = (_HERE, os.path.dirname(_HERE))


def node_failure(node: Node, phase: str, timestamp: int | None, cause: BaseException) -> CalculatorError:
    """The error for what a calculator raised (C-8); `timestamp` is None outside of ``process``."""
    when = "" if timestamp is None else f" at timestamp {debug_string(timestamp)}"
    calculator = node.plan.type
    named = "" if calculator == node.name else f" ({calculator})"
    error = CalculatorError(
        f'node "{node.name}"{named} failed in {phase}{when}: {describe(cause)}',
        node=node.name,
        calculator=calculator,
        phase=phase,
        timestamp=timestamp,
    )
    error.__cause__ = cause
    return error


def observer_failure(stream: str, cause: BaseException) -> RunError:
    """The error for what an observer raised (OB-2)."""
    error = RunError(f'observer of stream "{stream}" failed: {describe(cause)}')
    error.__cause__ = cause
    return error


def describe(cause: BaseException) -> str:
    """Its class, text, and the innermost line that is not of mpgraph's own framework."""
    if isinstance(cause, StopGraph):
        return "StopGraph may only be raised in process()"
    frames = [
        frame
        for frame in traceback.extract_tb(cause.__traceback__)
        if os.path.dirname(os.path.abspath(frame.filename)) not in _FRAMEWORK
    ]
    text = f": {cause}" if str(cause) else ""
    line = f" [{frames[-1].filename}:{frames[-1].lineno}]" if frames else ""
    return f"{type(cause).__name__}{text}{line}"
