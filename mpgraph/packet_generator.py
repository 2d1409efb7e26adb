"""Packet generators: side packets made of side packets before a run (spec PG-1 to PG-3)."""

from __future__ import annotations

from .calculator import Calculator
from .context import Context

__all__ = ["PacketGenerator"]


class PacketGenerator(Calculator):
    """Makes side packets of side packets; upstream's deprecated ``PacketGenerator``.

    A graph names it in ``packet_generator``. Its ports, `SideInput` and `SideOutput`, are class attributes
    like those of a calculator, and so are its options and the class argument ``name``. It runs as soon as
    its inputs are there: once when the graph is made, at each start, or, if a calculator makes one of them,
    as a node of the graph.

    New graphs do better with a calculator that has side packets and no streams.

    ::

        class Doubled(PacketGenerator, name="DoubledGenerator"):
            number = SideInput[int]()
            doubled = SideOutput[int]()

            def generate(self, cc):
                cc.send(self.doubled, 2 * cc[self.number])
    """

    def generate(self, cc: Context) -> None:
        """Sends all output side packets. What it sends depends on nothing but its inputs and options."""
        raise NotImplementedError

    def open(self, cc: Context) -> None:
        """Generates; this is what makes it a node."""
        self.generate(cc)
