"""Which streams of a graph a run feeds and takes from."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mpgraph.config.plan import Plan

from .exits import UsageError

__all__ = ["choose_input", "choose_output"]

_INPUT, _OUTPUT = "input_video", "output_video"


def choose_input(plan: Plan, wanted: str | None) -> str:
    """The graph input to feed: `wanted`, else ``input_video``, else the only one.

    Raises:
        UsageError: There is no such input, or none of the three.
    """
    return _choose(plan.graph_inputs, plan.graph_inputs, wanted, _INPUT, "input")


def choose_output(plan: Plan, wanted: str | None) -> str:
    """The stream to take from, which may be any: `wanted`, else ``output_video``, else the only output.

    Raises:
        UsageError: There is no such stream, or none of the three.
    """
    return _choose(plan.graph_outputs, plan.streams, wanted, _OUTPUT, "output")


def _choose(declared: list[str], allowed: Iterable[str], wanted: str | None, usual: str, kind: str) -> str:
    listed = ", ".join(declared) or "none"
    if wanted is not None:
        if wanted in allowed:
            return wanted
        close = difflib.get_close_matches(wanted, allowed, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        msg = f'the graph has no {kind} stream "{wanted}" (it has: {listed}){hint}'
        raise UsageError(msg)
    if usual in declared:
        return usual
    if len(declared) == 1:
        return declared[0]
    if not declared:
        msg = f'the graph declares no {kind} stream; `mpgraph run` needs one: {kind}_stream: "{usual}"'
    else:
        msg = f"the graph has several {kind} streams: {listed}; say which with --{kind}-stream NAME"
    raise UsageError(msg)
