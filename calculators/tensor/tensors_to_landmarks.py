"""TensorsToLandmarksCalculator: points from a tensor's numbers."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.landmark import Landmark, LandmarkList, NormalizedLandmark, NormalizedLandmarkList
from mpgraph.formats.tensor import Tensor
from mpgraph.options import has, option, options
from mpgraph.ports import Input, Output, SideInput

from .activations import sigmoid

__all__ = ["Activation", "TensorsToLandmarks", "TensorsToLandmarksOptions"]

_FIELDS: Final = ("x", "y", "z", "visibility", "presence")


class Activation(IntEnum):
    """What is done to a number."""

    NONE = 0
    SIGMOID = 1


@options(message="mediapipe.TensorsToLandmarksCalculatorOptions", extension=335742640)
class TensorsToLandmarksOptions:
    """What the numbers mean.

    Attributes:
        num_landmarks: How many points there are.
        input_image_width, input_image_height: Size of the model's input, whose pixels x and y count.
        flip_vertically, flip_horizontally: y counts from the bottom, x from the right.
        normalize_z: z of normalized points is divided by this too.
        visibility_activation, presence_activation: What is done to the fourth and fifth number of a point.
    """

    num_landmarks: int = option(1)
    input_image_width: int = option(2)
    input_image_height: int = option(3)
    flip_vertically: bool = option(4)
    flip_horizontally: bool = option(6)
    normalize_z: float = option(5, default=1.0)
    visibility_activation: Activation = option(7)
    presence_activation: Activation = option(8)


class TensorsToLandmarks(Calculator, name="TensorsToLandmarksCalculator"):
    """Makes points of the numbers of the first tensor: x, y, z, visibility, presence, as many as there are.

    Inputs: TENSORS, of which the first is float32; FLIP_HORIZONTALLY and FLIP_VERTICALLY (bool, optional),
    which may be side packets instead, and go before the options. Outputs, both optional: LANDMARKS
    (`LandmarkList`), in pixels of the model's input; NORM_LANDMARKS (`NormalizedLandmarkList`), in fractions
    of its size, z in fractions of its width.

    Raises:
        ContractError: num_landmarks is missing; the size is, where it is needed; a flip is given twice.
        ValueError: No tensor, one of another type, or fewer numbers than points.

    Upstream: calculators/tensor/tensors_to_landmarks_calculator.cc.

    Example::

        node {
          calculator: "TensorsToLandmarksCalculator"
          input_stream: "TENSORS:landmark_tensors"
          output_stream: "NORM_LANDMARKS:landmarks"
          options {
            [mediapipe.TensorsToLandmarksCalculatorOptions.ext] {
              num_landmarks: 468
              input_image_width: 192
              input_image_height: 192
            }
          }
        }
    """

    options: TensorsToLandmarksOptions
    tensors = Input[list[Tensor]]("TENSORS")
    flip_x = Input[bool]("FLIP_HORIZONTALLY", optional=True)
    flip_y = Input[bool]("FLIP_VERTICALLY", optional=True)
    side_flip_x = SideInput[bool]("FLIP_HORIZONTALLY", optional=True)
    side_flip_y = SideInput[bool]("FLIP_VERTICALLY", optional=True)
    landmarks = Output[LandmarkList]("LANDMARKS", optional=True)
    normalized = Output[NormalizedLandmarkList]("NORM_LANDMARKS", optional=True)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and checks the options."""
        super().get_contract(contract)
        options = contract.options(TensorsToLandmarksOptions)
        if options.num_landmarks < 1:
            msg = f"num_landmarks must be 1 or more, got {options.num_landmarks}"
            raise ContractError(msg)
        flips = options.flip_horizontally or options.flip_vertically
        for tag in ("FLIP_HORIZONTALLY", "FLIP_VERTICALLY"):
            stream, side = contract.inputs.has(tag), contract.side_inputs.has(tag)
            flips |= stream or side
            if stream and side:
                msg = f"{tag} must be either an input stream or a side packet"
                raise ContractError(msg)
        sized = has(options, "input_image_width") and has(options, "input_image_height")
        if not sized and (contract.outputs.has("NORM_LANDMARKS") or flips):
            msg = "NORM_LANDMARKS and flipping need input_image_width and input_image_height"
            raise ContractError(msg)

    def process(self, cc: Context) -> None:
        """Sends the points."""
        if self.tensors not in cc:
            return
        options, tensors = self.options, cc[self.tensors]
        if not tensors or tensors[0].dtype != np.float32:
            msg = f"expected a float32 tensor first, got {tensors or 'none'}"
            raise ValueError(msg)
        each = tensors[0].data.size // options.num_landmarks
        if not each:
            msg = f"expected numbers for {options.num_landmarks} landmarks, got {tensors[0].data.size}"
            raise ValueError(msg)
        with np.errstate(all="ignore"):
            points = tensors[0].data.ravel()[: each * options.num_landmarks].reshape(-1, each)[:, :5].copy()
            if self._flips(cc, self.flip_x, self.side_flip_x, options.flip_horizontally):
                points[:, 0] = np.float32(options.input_image_width) - points[:, 0]
            if each > 1 and self._flips(cc, self.flip_y, self.side_flip_y, options.flip_vertically):
                points[:, 1] = np.float32(options.input_image_height) - points[:, 1]
            if each > 3 and options.visibility_activation is Activation.SIGMOID:
                points[:, 3] = sigmoid(points[:, 3])
            if each > 4 and options.presence_activation is Activation.SIGMOID:
                points[:, 4] = sigmoid(points[:, 4])
            if cc.is_connected(self.normalized):
                cc.send(self.normalized, _messages(NormalizedLandmarkList, self._fractions(points)))
        if cc.is_connected(self.landmarks):
            cc.send(self.landmarks, _messages(LandmarkList, points))

    def _flips(self, cc: Context, stream: Input[bool], side: SideInput[bool], option: bool) -> bool:
        return cc.get(stream, cc.get(side, option))

    def _fractions(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        width, height = (
            np.float32(self.options.input_image_width),
            np.float32(self.options.input_image_height),
        )
        fractions = np.zeros((len(points), max(points.shape[1], 3)), np.float32)
        fractions[:, : points.shape[1]] = points
        fractions[:, 0] /= width
        fractions[:, 1] /= height
        fractions[:, 2] = fractions[:, 2] / width / np.float32(self.options.normalize_z)
        return fractions


def _messages(cls: type[Any], points: npt.NDArray[np.float32]) -> Any:
    item = Landmark if cls is LandmarkList else NormalizedLandmark
    names = _FIELDS[: points.shape[1]]
    return cls(landmark=[item(**dict(zip(names, row, strict=True))) for row in points.tolist()])
