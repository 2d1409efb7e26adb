"""ThresholdingCalculator: whether a number is above a threshold."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import has, option, options
from mpgraph.packet_type import DOUBLE
from mpgraph.ports import Input, Output, SideInput

__all__ = ["Thresholding", "ThresholdingOptions"]


@options(message="mediapipe.ThresholdingCalculatorOptions", extension=259990498)
class ThresholdingOptions:
    """The threshold, where no stream or side packet gives it.

    Attributes:
        threshold: Numbers above it are accepted; 0 if nothing says another.
    """

    threshold: float = option(1, wire="double")


class Thresholding(Calculator, name="ThresholdingCalculator"):
    """Sends whether each number is above the threshold.

    Inputs: FLOAT (float); THRESHOLD (double, optional), from then on. Side input: THRESHOLD (double,
    optional). Outputs, all optional: FLAG (bool); ACCEPT, true where it is; REJECT, false where it is not.

    Raises:
        ContractError: Two of stream, side packet and option give the threshold.
        ValueError: A THRESHOLD comes at a timestamp without FLOAT.

    Upstream: calculators/util/thresholding_calculator.cc.

    Example::

        node {
          calculator: "ThresholdingCalculator"
          input_stream: "FLOAT:face_score"
          output_stream: "FLAG:face_is_there"
          options {
            [mediapipe.ThresholdingCalculatorOptions.ext] { threshold: 0.5 }
          }
        }
    """

    options: ThresholdingOptions
    number = Input[float]("FLOAT")
    threshold = Input[float]("THRESHOLD", optional=True, type=DOUBLE)
    side_threshold = SideInput[float]("THRESHOLD", optional=True, type=DOUBLE)
    flag = Output[bool]("FLAG", optional=True)
    accept = Output[bool]("ACCEPT", optional=True)
    reject = Output[bool]("REJECT", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks who gives the threshold."""
        super().get_contract(contract)
        giving = {
            "input stream": contract.inputs.has("THRESHOLD"),
            "side packet": contract.side_inputs.has("THRESHOLD"),
            "option": has(contract.options(ThresholdingOptions), "threshold"),
        }
        if sum(giving.values()) > 1:
            listed = " and ".join(name for name, gives in giving.items() if gives)
            msg = f"one of input stream, side packet and option can give the threshold, not {listed}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Takes the threshold."""
        self._threshold = cc.get(self.side_threshold, self.options.threshold)

    def process(self, cc: Context) -> None:
        """Sends the decision."""
        self._threshold = cc.get(self.threshold, self._threshold)
        if self.number not in cc:
            msg = "a THRESHOLD came without a FLOAT"
            raise ValueError(msg)
        accepted = cc[self.number] > self._threshold
        cc.send(self.flag, accepted)
        cc.send(self.accept if accepted else self.reject, accepted)
