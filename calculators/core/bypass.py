"""BypassCalculator: stands for a node that does nothing."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.port_map import PortId, PortMap, list_ports, parse_reference
from mpgraph.timestamp import next_allowed_in_stream

__all__ = ["Bypass", "BypassOptions"]


@options(message="mediapipe.BypassCalculatorOptions", extension=481259677)
class BypassOptions:
    """What passes.

    Attributes:
        pass_input_stream: Inputs as ``TAG:index``, ``TAG`` or ``:index``.
        pass_output_stream: For each of them the output.
    """

    pass_input_stream: tuple[str, ...] = option(1)
    pass_output_stream: tuple[str, ...] = option(2)


class Bypass(Calculator, name="BypassCalculator"):
    """Takes the place of another node: some inputs go to outputs, all else is ignored.

    Inputs and outputs of any tags and types, and any side inputs. The i-th pass_input_stream goes to the i-th
    pass_output_stream, packets and bounds; the other outputs have no packets, and are settled as far as
    the inputs.

    Raises:
        ContractError: The options list another number of outputs than inputs, or a stream that the node does
            not connect.

    Upstream: calculators/core/bypass_calculator.cc; spec calculators.md 6.

    Example::

        node {
          calculator: "BypassCalculator"
          input_stream: "IMAGE:frames"
          input_side_packet: "MODEL:model"
          output_stream: "IMAGE:same_frames"
          output_stream: "MASK:no_masks"
          options {
            [mediapipe.BypassCalculatorOptions.ext] {
              pass_input_stream: "IMAGE"
              pass_output_stream: "IMAGE"
            }
          }
        }
    """

    options: BypassOptions

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Takes any ports; passed streams have the same type."""
        super().get_contract(contract)
        for types in (contract.inputs, contract.outputs, contract.side_inputs):
            for tag in types.tags():
                types.declare_all(tag)
        pairs = _pairs(contract.options(BypassOptions), contract.inputs.map, contract.outputs.map)
        for source, target in pairs:
            contract.outputs.declare(target.tag, target.index, same_as=("input", source))

    def open(self, cc: Context) -> None:
        """Finds the streams."""
        pairs = _pairs(self.options, cc.input_map, cc.output_map)
        ids = list(cc.input_map), list(cc.output_map)
        self._passed = {ids[1].index(target): ids[0].index(source) for source, target in pairs}

    def process(self, cc: Context) -> None:
        """Passes packets, and settles the rest."""
        bound = next_allowed_in_stream(cc.timestamp)
        for index, out in enumerate(cc.outputs):
            if index not in self._passed:
                out.set_bound(max(out.next_bound, bound))
            elif (packet := cc.inputs[self._passed[index]]).time == cc.timestamp:
                out.send_packet(packet)


def _pairs(options: BypassOptions, inputs: PortMap, outputs: PortMap) -> list[tuple[PortId, PortId]]:
    """The inputs that pass, each with its output."""
    sources, targets = options.pass_input_stream, options.pass_output_stream
    if len(sources) != len(targets):
        msg = f"{len(sources)} pass_input_stream need as many pass_output_stream, got {len(targets)}"
        raise ContractError(msg)
    found = [
        (parse_reference(source), parse_reference(target))
        for source, target in zip(sources, targets, strict=True)
    ]
    for field, ports, port_map in (
        ("pass_input_stream", [source for source, _ in found], inputs),
        ("pass_output_stream", [target for _, target in found], outputs),
    ):
        for port in ports:
            if port_map.slot(port.tag, port.index) is None:
                msg = f'{field}: the node has no stream "{port}" (it has: {list_ports(port_map)})'
                raise ContractError(msg)
    return found
