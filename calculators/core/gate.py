"""GateCalculator: lets packets through, or not."""

from __future__ import annotations

from enum import IntEnum

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.ports import Input, Inputs, Output, Outputs, SideInput

from ..port_rules import same_number

__all__ = ["Gate", "GateOptions"]


class GateState(IntEnum):
    """State of the gate before the first decision."""

    UNSPECIFIED = 0
    GATE_UNINITIALIZED = 1
    GATE_ALLOW = 2
    GATE_DISALLOW = 3


@options(message="mediapipe.GateCalculatorOptions", extension=261754847)
class GateOptions:
    """How to decide where no packet does.

    Attributes:
        empty_packets_as_allow: What a timestamp without an ALLOW or DISALLOW packet means.
        allow: The decision of a node without any ALLOW or DISALLOW.
        initial_gate_state: What the first decision is compared with for STATE_CHANGE;
            GATE_UNINITIALIZED: the first decision is no change.
    """

    empty_packets_as_allow: bool = option(1)
    allow: bool = option(2)
    initial_gate_state: GateState = option(3, default=GateState.GATE_UNINITIALIZED)


class Gate(Calculator, name="GateCalculator"):
    """Passes packets at the timestamps at which it is open.

    Inputs: any number of untagged streams; ALLOW or DISALLOW (bool), at most one of both. Side inputs:
    ALLOW or DISALLOW (bool), at most one, and not together with a stream; a gate that a side packet shuts
    closes its outputs. Outputs: one untagged stream per input; STATE_CHANGE (bool, optional), the new
    state wherever it changes.

    Raises:
        ContractError: More than one of ALLOW and DISALLOW, or another number of outputs than inputs.

    Upstream: calculators/core/gate_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "GateCalculator"
          input_stream: "frames"
          input_stream: "DISALLOW:is_tracked"
          output_stream: "untracked_frames"
        }
    """

    options: GateOptions
    packets = Inputs[object]()
    allow = Input[bool]("ALLOW", optional=True)
    disallow = Input[bool]("DISALLOW", optional=True)
    side_allow = SideInput[bool]("ALLOW", optional=True)
    side_disallow = SideInput[bool]("DISALLOW", optional=True)
    passed = Outputs[object](same_as=packets)
    state_change = Output[bool]("STATE_CHANGE", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks who decides."""
        super().get_contract(contract)
        deciding = [
            f"{what} {tag}"
            for types, what in ((contract.inputs, "stream"), (contract.side_inputs, "side packet"))
            for tag in ("ALLOW", "DISALLOW")
            if types.has(tag)
        ]
        if len(deciding) > 1:
            msg = f"one of ALLOW and DISALLOW, stream or side packet, can decide, not {', '.join(deciding)}"
            raise ContractError(msg)
        same_number(contract)

    def open(self, cc: Context) -> None:
        """Passes headers; takes the decision of options or side packets."""
        self._state = self.options.initial_gate_state
        self._pairs = tuple(zip(cc.input_map.slots(""), cc.output_map.slots(""), strict=True))
        self._by_side_packet = self.side_allow in cc or self.side_disallow in cc
        self._fixed = cc.get(self.side_allow, not cc.get(self.side_disallow, not self.options.allow))
        for slot, out in self._pairs:
            if not cc.headers[slot].is_empty():
                cc.outputs[out].set_header(cc.headers[slot])

    def process(self, cc: Context) -> None:
        """Decides, and passes the packets if the gate is open."""
        default = self.options.empty_packets_as_allow
        if cc.is_connected(self.allow):
            allowed = cc.get(self.allow, default)
        elif cc.is_connected(self.disallow):
            allowed = not cc.get(self.disallow, not default)
        else:
            allowed = self._fixed
        state = GateState.GATE_ALLOW if allowed else GateState.GATE_DISALLOW
        if self._state not in (GateState.GATE_UNINITIALIZED, state):
            cc.send(self.state_change, allowed)
        self._state = state
        for slot, out in self._pairs:
            if allowed and not cc.inputs[slot].is_empty():
                cc.outputs[out].send_packet(cc.inputs[slot])
            elif not allowed and self._by_side_packet:
                cc.outputs[out].close()
