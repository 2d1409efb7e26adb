"""Input policies by their registered names, one per file."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.runtime.stream import InputStream

from .base import CLOSE, NOT_READY, READY, InputPolicy, Status, SyncSet
from .default import DefaultPolicy
from .immediate import ImmediatePolicy

__all__ = ["CLOSE", "NOT_READY", "POLICIES", "READY", "InputPolicy", "Status", "SyncSet", "make_policy"]

POLICIES: dict[str, type[InputPolicy]] = {
    "DefaultInputStreamHandler": DefaultPolicy,
    "ImmediateInputStreamHandler": ImmediatePolicy,
}


def make_policy(name: str, streams: Sequence[InputStream], *, process_bounds: bool) -> InputPolicy:
    """The policy of that name for a node's streams; the plan has checked that there is one."""
    return POLICIES[name](streams, process_bounds=process_bounds)
