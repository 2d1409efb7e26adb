"""Input policies by their registered names, one per file."""

from __future__ import annotations

from collections.abc import Sequence

from mpgraph.config.plan import NodePlan
from mpgraph.runtime.stream import InputStream

from .barrier import BarrierPolicy
from .base import InputPolicy
from .default import BatchPolicy, DefaultOptions, DefaultPolicy, SingleStreamPolicy
from .early_close import EarlyClosePolicy
from .fixed_size import FixedSizePolicy
from .immediate import ImmediatePolicy
from .multiplex import MuxPolicy
from .sync_set import SyncSetPolicy
from .timestamp_align import TimestampAlignPolicy

__all__ = [
    "POLICIES",
    "DefaultPolicy",
    "InputPolicy",
    "SingleStreamPolicy",
    "make_policy",
]

POLICIES: dict[str, type[InputPolicy]] = {
    "BarrierInputStreamHandler": BarrierPolicy,
    "DefaultInputStreamHandler": DefaultPolicy,
    "EarlyCloseInputStreamHandler": EarlyClosePolicy,
    "FixedSizeInputStreamHandler": FixedSizePolicy,
    "ImmediateInputStreamHandler": ImmediatePolicy,
    "MuxInputStreamHandler": MuxPolicy,
    "SyncSetInputStreamHandler": SyncSetPolicy,
    "TimestampAlignInputStreamHandler": TimestampAlignPolicy,
}


def make_policy(node: NodePlan, streams: Sequence[InputStream]) -> InputPolicy:
    """The policy of a node for its streams; the plan has checked that there is one."""
    policy = POLICIES[node.policy]
    process_bounds = node.contract.process_timestamp_bounds
    options = node.policy_options
    if policy is DefaultPolicy:
        if isinstance(options, DefaultOptions) and options.batch_size > 1:
            policy = BatchPolicy
        elif len(streams) == 1 and not process_bounds:
            policy = SingleStreamPolicy
    return policy(streams, process_bounds=process_bounds, options=options, ports=node.inputs)
