"""TfLiteModelCalculator: a model from bytes."""

from __future__ import annotations

import os
from typing import Any

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.formats.model import Resource, TfLiteModel
from mpgraph.packet_type import PacketType
from mpgraph.ports import SideInput, SideOutput

from ..port_rules import exactly_one

__all__ = ["TfLiteModelCalculator"]

_SPAN = PacketType(
    "absl::Span<unsigned char const>", lambda value: isinstance(value, bytes | bytearray | memoryview)
)


class TfLiteModelCalculator(Calculator, name="TfLiteModelCalculator"):
    """Makes a TensorFlow Lite model of the bytes of a ``.tflite`` file.

    Of several side inputs the last of the list wins.

    Side inputs:
        MODEL_BLOB: bytes, optional.
        MODEL_SPAN: bytes, bytearray or memoryview, optional.
        MODEL_RESOURCE: Resource, optional.
        MODEL_FD: Tuple of an open file's descriptor, the model's offset in it and its size; optional.

    Side outputs:
        MODEL or SHARED_MODEL: TfLiteModel.

    Raises:
        ContractError: Not exactly one of MODEL and SHARED_MODEL is connected.
        ValueError: No model was given, or the bytes are not one.

    Upstream: calculators/tflite/tflite_model_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "TfLiteModelCalculator"
          input_side_packet: "MODEL_RESOURCE:resource"
          output_side_packet: "MODEL:model"
        }
    """

    blob = SideInput[bytes]("MODEL_BLOB", optional=True)
    span = SideInput[Any]("MODEL_SPAN", optional=True, type=_SPAN)
    resource = SideInput[Resource]("MODEL_RESOURCE", optional=True)
    descriptor = SideInput[tuple[int, int, int]]("MODEL_FD", optional=True)
    model = SideOutput[TfLiteModel]("MODEL", optional=True)
    shared_model = SideOutput[TfLiteModel]("SHARED_MODEL", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks them."""
        super().get_contract(contract)
        exactly_one(contract, "side_output", "MODEL", "SHARED_MODEL")

    def open(self, cc: Context) -> None:
        """Makes the model."""
        model = TfLiteModel(self._data(cc))
        cc.send(self.model, model)
        cc.send(self.shared_model, model)

    def _data(self, cc: Context) -> bytes:
        if self.descriptor in cc:
            descriptor, offset, size = cc[self.descriptor]
            with os.fdopen(os.dup(descriptor), "rb") as file:
                file.seek(offset)
                return file.read(size)
        if self.resource in cc:
            return cc[self.resource].data
        if self.span in cc:
            return bytes(cc[self.span])
        if self.blob in cc:
            return cc[self.blob]
        msg = "no model was given: expected MODEL_BLOB, MODEL_SPAN, MODEL_RESOURCE or MODEL_FD"
        raise ValueError(msg)

    def process(self, cc: Context) -> None:
        """Never called: there are no streams."""
