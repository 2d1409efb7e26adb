"""TfLiteCustomOpResolverCalculator: MediaPipe's operators for TensorFlow Lite."""

from __future__ import annotations

from typing import Final

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.model import OpResolver
from mpgraph.options import option, options
from mpgraph.ports import SideOutput

__all__ = ["TfLiteCustomOpResolver", "TfLiteCustomOpResolverOptions"]

_GPU_OPS: Final = frozenset({"MaxPoolingWithArgmax2D", "MaxUnpooling2D", "Convolution2DTransposeBias"})
_CPU_OPS: Final = _GPU_OPS | {
    "TransformTensorBilinear",
    "TransformLandmarks",
    "Landmarks2TransformMatrix",
    "Resampler",
}


@options(message="mediapipe.TfLiteCustomOpResolverCalculatorOptions", extension=252087553)
class TfLiteCustomOpResolverOptions:
    """What computes the operators.

    Attributes:
        use_gpu: Whether the custom operators are left to a GPU delegate: no CPU kernel takes them.
    """

    use_gpu: bool = option(1)


class TfLiteCustomOpResolver(Calculator, name="TfLiteCustomOpResolverCalculator"):
    """Lets a model use MediaPipe's custom operators beside TensorFlow Lite's own.

    Side outputs:
        OP_RESOLVER or untagged: OpResolver.

    Raises:
        ContractError: Neither output is connected.

    Upstream: calculators/tflite/tflite_custom_op_resolver_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "TfLiteCustomOpResolverCalculator"
          output_side_packet: "OP_RESOLVER:op_resolver"
        }
    """

    options: TfLiteCustomOpResolverOptions
    op_resolver = SideOutput[OpResolver]("OP_RESOLVER", optional=True)
    untagged = SideOutput[OpResolver](optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks that one is connected."""
        super().get_contract(contract)
        if not contract.side_outputs.tags():
            msg = "the side output OP_RESOLVER, or an untagged one, must be connected"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Sends the resolver."""
        use_gpu = self.options.use_gpu
        resolver = OpResolver(_GPU_OPS if use_gpu else _CPU_OPS, for_gpu=use_gpu)
        cc.send(self.op_resolver, resolver)
        cc.send(self.untagged, resolver)

    def process(self, cc: Context) -> None:
        """Never called: there are no streams."""
