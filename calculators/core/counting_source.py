"""CountingSourceCalculator: numbers in order."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, StopGraph
from mpgraph.ports import Output, SideInput

__all__ = ["CountingSource"]


class CountingSource(Calculator, name="CountingSourceCalculator"):
    """Sends the integers of a progression, each at the timestamp of its own value.

    Side inputs, all optional, but one of the first two must be there: MAX_COUNT (int, at least 0), after
    how many batches to stop; ERROR_COUNT (int, at least 0), after how many batches to fail; BATCH_SIZE (int,
    above 0, default 1), how many packets a call sends; INITIAL_VALUE (int, default 0); INCREMENT (int, above
    0, default 1); ERROR_ON_OPEN (bool, default False), whether to fail at once. Output: one untagged (int).

    Raises:
        ContractError: Neither MAX_COUNT nor ERROR_COUNT is connected.
        ValueError: A side packet is out of its range.
        LookupError: ERROR_ON_OPEN is true.
        RuntimeError: ERROR_COUNT batches were sent.

    Upstream: calculators/core/counting_source_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "CountingSourceCalculator"
          input_side_packet: "MAX_COUNT:how_many"
          output_stream: "numbers"
        }
    """

    max_count = SideInput[int]("MAX_COUNT", optional=True)
    error_count = SideInput[int]("ERROR_COUNT", optional=True)
    batch_size = SideInput[int]("BATCH_SIZE", optional=True)
    initial_value = SideInput[int]("INITIAL_VALUE", optional=True)
    increment = SideInput[int]("INCREMENT", optional=True)
    error_on_open = SideInput[bool]("ERROR_ON_OPEN", optional=True)
    numbers = Output[int]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; there must be an end."""
        super().get_contract(contract)
        if not (contract.side_inputs.has("MAX_COUNT") or contract.side_inputs.has("ERROR_COUNT")):
            msg = "one of the side packets MAX_COUNT and ERROR_COUNT must say when to stop"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Reads the side packets."""
        if cc.get(self.error_on_open, False):
            msg = "the side packet ERROR_ON_OPEN asks for this error"
            raise LookupError(msg)
        for port, least in (
            (self.max_count, 0),
            (self.error_count, 0),
            (self.batch_size, 1),
            (self.increment, 1),
        ):
            if cc.get(port, least) < least:
                msg = f"the side packet {port.tag} must be at least {least}, got {cc[port]}"
                raise ValueError(msg)
        self._batches = 0
        self._value = cc.get(self.initial_value, 0)

    def process(self, cc: Context) -> None:
        """Sends a batch, fails or stops."""
        if self.error_count in cc and self._batches >= cc[self.error_count]:
            msg = f"the side packet ERROR_COUNT asks for this error after {self._batches} batches"
            raise RuntimeError(msg)
        if self.max_count in cc and self._batches >= cc[self.max_count]:
            raise StopGraph
        self._batches += 1
        for _ in range(cc.get(self.batch_size, 1)):
            cc.send(self.numbers, self._value, self._value)
            self._value += cc.get(self.increment, 1)
