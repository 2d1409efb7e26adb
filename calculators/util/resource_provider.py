"""ResourceProviderCalculator: files as side packets."""

from __future__ import annotations

from enum import IntEnum

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.model import Resource
from mpgraph.options import option, options
from mpgraph.ports import SideInputs, SideOutputs

__all__ = ["ResourceProvider", "ResourceProviderOptions"]


class ReadMode(IntEnum):
    """How a resource is read; both modes give its bytes."""

    READ_MODE_UNDEFINED = 0
    READ_MODE_BINARY = 1
    READ_MODE_TEXT = 2


@options(message="mediapipe.ResourceProviderCalculatorOptions")
class ResourceProviderOptions:
    """Which resources, if side packets do not say it.

    Attributes:
        resource_id: The ids, one per output.
        read_mode: Without effect: text and binary differ on Windows only.
    """

    resource_id: tuple[str, ...] = option(1)
    read_mode: ReadMode = option(2)


class ResourceProvider(Calculator, name="ResourceProviderCalculator"):
    """Reads resources, such as models and label maps, by their ids.

    Side inputs:
        RESOURCE_ID:*: str each, unless the option resource_id is set.

    Side outputs:
        RESOURCE:*: Resource each, as many as ids.

    Raises:
        ContractError: Not exactly one of RESOURCE_ID and the option is given, or not as many ids as outputs.
        ModelUnavailableError: A resource is nowhere; the message lists each place that was tried.

    Upstream: calculators/util/resource_provider_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "ResourceProviderCalculator"
          output_side_packet: "RESOURCE:labels"
          node_options {
            [type.googleapis.com/mediapipe.ResourceProviderCalculatorOptions] {
              resource_id: "labels.txt"
            }
          }
        }
    """

    options: ResourceProviderOptions
    resource_ids = SideInputs[str]("RESOURCE_ID")
    resources = SideOutputs[Resource]("RESOURCE", at_least=1)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports; checks that there is one id for each output."""
        super().get_contract(contract)
        given = contract.side_inputs.count("RESOURCE_ID")
        set_ids = len(contract.options(ResourceProviderOptions).resource_id)
        if bool(given) == bool(set_ids):
            msg = "ids must be given either by side packets RESOURCE_ID or by the option resource_id"
            raise ContractError(msg)
        wanted = contract.side_outputs.count("RESOURCE")
        if given + set_ids != wanted:
            msg = f"there must be one id for each of {wanted} outputs RESOURCE, got {given + set_ids}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Reads the resources."""
        ids = self.options.resource_id or tuple(
            cc[self.resource_ids[index]] for index in range(cc.count(self.resource_ids))
        )
        for index, resource_id in enumerate(ids):
            cc.send(self.resources[index], Resource(cc.resources.read(resource_id), resource_id))

    def process(self, cc: Context) -> None:
        """Never called: there are no streams."""
