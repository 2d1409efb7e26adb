"""Input policies by their registered names, one per file."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.runtime.stream import InputStream

from .base import CLOSE, NOT_READY, READY, InputPolicy, Status, SyncSet
from .default import DefaultPolicy, SingleStreamPolicy
from .immediate import ImmediatePolicy

__all__ = [
    "CLOSE",
    "NOT_READY",
    "POLICIES",
    "READY",
    "DefaultPolicy",
    "InputPolicy",
    "SingleStreamPolicy",
    "Status",
    "SyncSet",
    "make_policy",
]

POLICIES: dict[str, type[InputPolicy]] = {
    "DefaultInputStreamHandler": DefaultPolicy,
    "ImmediateInputStreamHandler": ImmediatePolicy,
}


def make_policy(name: str, streams: Sequence[InputStream], *, process_bounds: bool) -> InputPolicy:
    """The policy of that name for a node's streams; the plan has checked that there is one."""
    policy = POLICIES[name]
    if policy is DefaultPolicy and len(streams) == 1 and not process_bounds:
        policy = SingleStreamPolicy
    return policy(streams, process_bounds=process_bounds)
