"""Packet generators and status handlers in a graph's plan (spec PG-1, SH-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mpgraph.options.schema import make
from mpgraph.packet_generator import PacketGenerator

from .entries import CalculatorOptions
from .plan import NodePlan, SidePlan
from .schema import NodeConfig, PacketGeneratorConfig, StatusHandlerConfig

__all__ = ["as_node", "split_generators"]


def as_node(config: PacketGeneratorConfig | StatusHandlerConfig) -> NodeConfig:
    """The node that has the same ports, options and place."""
    values: dict[str, Any] = {"input_side_packet": config.input_side_packet}
    if isinstance(config, PacketGeneratorConfig):
        values["calculator"] = config.packet_generator
        values["output_side_packet"] = config.output_side_packet
    else:
        values["calculator"] = config.status_handler
    if config.options:
        values["options"] = CalculatorOptions(tuple(config.options))
    return make(NodeConfig, values, config.location)


def split_generators(
    order: Sequence[NodePlan], side_packets: Mapping[str, SidePlan]
) -> tuple[list[NodePlan], list[NodePlan]]:
    """The generators that can run before all nodes, and the nodes, with the other generators among them.

    Args:
        order: Generators and nodes in running order; nodes get their place among the nodes as `id`.
        side_packets: Their ends are sorted out likewise.
    """
    early: list[NodePlan] = []
    nodes: list[NodePlan] = []
    late: set[str] = set()  # side packets that only a run makes
    index = 0
    for plan in order:
        generates = issubclass(plan.calculator, PacketGenerator)
        if generates and late.isdisjoint(plan.side_inputs.names):
            early.append(plan)
        else:
            if generates:
                plan.name = f"__pg_{index}_{plan.type}"
            late.update(plan.side_outputs.names)
            plan.id = len(nodes)
            nodes.append(plan)
        index += generates
    for side in side_packets.values():
        if side.producer is not None and side.producer[0] in early:
            side.generator, side.producer = side.producer[0], None
        side.users += [plan for plan, _ in side.consumers if plan in early]
        side.consumers = [(plan, slot) for plan, slot in side.consumers if plan not in early]
    return early, nodes
