"""PacketGeneratorWrapperCalculator: a packet generator as a node."""

from __future__ import annotations

from mpgraph import registry
from mpgraph.calculator import CalculatorBase
from mpgraph.config.entries import PacketGeneratorOptions, find_entry
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError, UnknownCalculatorError
from mpgraph.options import option, options
from mpgraph.packet_generator import PacketGenerator

__all__ = ["PacketGeneratorWrapperCalculator", "PacketGeneratorWrapperOptions"]


@options(message="mediapipe.PacketGeneratorWrapperCalculatorOptions", extension=381945445)
class PacketGeneratorWrapperOptions:
    """Which generator, and its options.

    Attributes:
        packet_generator: The generator's name.
        options: Its options.
        package: Where its name is looked up first.
    """

    packet_generator: str = option(1)
    options: PacketGeneratorOptions = option(2)
    package: str = option(3)


class PacketGeneratorWrapperCalculator(CalculatorBase, name="PacketGeneratorWrapperCalculator"):
    """Runs a packet generator when its input side packets are there.

    Its side packets, in and out, are those of the generator.

    Raises:
        UnknownCalculatorError: There is no generator of that name.
        ContractError: The name is that of something else.

    Upstream: framework/tool/packet_generator_wrapper_calculator.cc; spec PG-1.

    Example::

        node {
          calculator: "PacketGeneratorWrapperCalculator"
          input_side_packet: "number"
          output_side_packet: "doubled"
          options {
            [mediapipe.PacketGeneratorWrapperCalculatorOptions.ext] { packet_generator: "DoubledGenerator" }
          }
        }
    """

    options: PacketGeneratorWrapperOptions

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """The contract of the generator."""
        opts = contract.options(PacketGeneratorWrapperOptions)
        inner = Contract(
            contract.node_name,
            opts.packet_generator,
            contract.inputs.map,
            contract.outputs.map,
            contract.side_inputs.map,
            contract.side_outputs.map,
            lambda message: _options_of(opts, message),
        )
        _find(opts).get_contract(inner)
        contract.side_inputs, contract.side_outputs = inner.side_inputs, inner.side_outputs

    def open(self, cc: Context) -> None:
        """Generates."""
        generator = _find(self.options)()
        if (wanted := generator.options_class()) is not None:
            generator.options = _options_of(self.options, wanted)
        generator.generate(cc)


def _options_of(opts: PacketGeneratorWrapperOptions, message: type[object]) -> object:
    entry = find_entry(message, opts.options)
    return message() if entry is None else entry.get(message)


def _find(opts: PacketGeneratorWrapperOptions) -> type[PacketGenerator]:
    name = opts.packet_generator
    found = next(filter(None, map(registry.find, registry.candidates(name, opts.package))), None)
    if found is None:
        msg = f'No registered object with name: {name}; Unable to find PacketGenerator "{name}"'
        raise UnknownCalculatorError(msg, name=name)
    if not issubclass(found, PacketGenerator):
        msg = f'"{name}" is {found.__qualname__}, not a PacketGenerator'
        raise ContractError(msg)
    return found
