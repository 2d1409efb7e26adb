"""The packet generator that the example of PacketGeneratorWrapperCalculator names."""

from __future__ import annotations

from mpgraph.packet_generator import PacketGenerator
from mpgraph.ports import SideInput, SideOutput

__all__ = ["Doubled"]


class Doubled(PacketGenerator, name="DoubledGenerator"):
    """Doubles."""

    number = SideInput[int]()
    doubled = SideOutput[int]()
