"""SidePacketToStreamCalculator: side packets as packets of a stream."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, StopGraph
from mpgraph.packet_type import INT64
from mpgraph.ports import Input, Outputs, SideInput, SideInputs
from mpgraph.timestamp import POSTSTREAM, PRESTREAM

__all__ = ["SidePacketToStream"]

_FIXED = {"AT_PRESTREAM": PRESTREAM, "AT_POSTSTREAM": POSTSTREAM, "AT_ZERO": 0}
_TICKED = ("AT_TICK", "AT_FIRST_TICK")


class SidePacketToStream(Calculator, name="SidePacketToStreamCalculator"):
    """Sends side packets on streams, at the time that the output's tag says.

    Side inputs: untagged, one per output; TIMESTAMP (int64) for AT_TIMESTAMP. Input: TICK for AT_TICK
    and AT_FIRST_TICK. Outputs, with any number of indexes, exactly one tag of: AT_TICK, at every
    timestamp of TICK; AT_FIRST_TICK, at the first one; AT_PRESTREAM; AT_POSTSTREAM; AT_ZERO; AT_TIMESTAMP.

    Raises:
        ContractError: Ports that do not fit together.

    Upstream: calculators/core/side_packet_to_stream_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "SidePacketToStreamCalculator"
          input_side_packet: "model_selection"
          input_stream: "TICK:frames"
          output_stream: "AT_TICK:selection_of_each_frame"
        }
    """

    values = SideInputs[object](at_least=1)
    at = SideInput[int]("TIMESTAMP", optional=True, type=INT64)
    tick = Input[object]("TICK", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that they belong together."""
        super().get_contract(contract)
        known = (*_TICKED, *_FIXED, "AT_TIMESTAMP")
        tags = contract.outputs.tags()
        if len(tags) != 1 or tags[0] not in known:
            got = ", ".join(tags) or "none"
            msg = f"the outputs must have exactly one tag of {', '.join(known)}; got {got}"
            raise ContractError(msg)
        (tag,) = tags
        contract.declare(Outputs[object](tag))
        for wanted, given, what in (
            (tag in _TICKED, contract.inputs.has("TICK"), "input stream TICK"),
            (tag == "AT_TIMESTAMP", contract.side_inputs.has("TIMESTAMP"), "input side packet TIMESTAMP"),
        ):
            if wanted != given:
                msg = f"{tag} {'needs' if wanted else 'cannot have'} the {what}"
                raise ContractError(msg)
        if contract.outputs.count(tag) != contract.side_inputs.count():
            msg = (
                f"each untagged side packet needs its own {tag} output: "
                f"{contract.side_inputs.count()} side packets, {contract.outputs.count(tag)} outputs"
            )
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Notes when to send."""
        self._tag = cc.output_map.tags()[0]

    def process(self, cc: Context) -> None:
        """Sends at a tick; without TICK there is nothing to wait for."""
        if self._tag not in _TICKED:
            raise StopGraph
        if self.tick not in cc:
            return
        self._send(cc, cc.timestamp)
        if self._tag == "AT_FIRST_TICK":
            for out in cc.outputs:
                out.close()

    def close(self, cc: Context) -> None:
        """Sends what has a fixed timestamp."""
        if self._tag not in _TICKED:
            self._send(cc, _FIXED[self._tag] if self._tag in _FIXED else cc[self.at])

    def _send(self, cc: Context, timestamp: int) -> None:
        for slot, out in zip(cc.side_input_map.slots(""), cc.outputs, strict=True):
            if not out.closed:
                out.send_packet(cc.side_inputs[slot].at(timestamp))
