"""Options of the face detection graphs: ``mediapipe.FaceDetectionOptions``."""

from __future__ import annotations

from mpgraph.formats.gpu_origin import GpuOrigin
from mpgraph.options import option, options

from .inference_options import Delegate

__all__ = ["FaceDetectionOptions"]


@options(message="mediapipe.FaceDetectionOptions", extension=374290926)
class FaceDetectionOptions:
    """What the subgraph FaceDetection hands to its nodes by ``option_value``.

    Upstream: modules/face_detection/face_detection.proto.

    Attributes:
        model_path: The model, a TensorFlow Lite file.
        delegate: What runs it.
        gpu_origin: Where row 0 of the image is.
        tensor_width, tensor_height: Size of the model's input, in pixels.
        num_layers, strides: The layers of anchors, and the stride of each in pixels.
        interpolated_scale_aspect_ratio: The aspect ratio of the anchors between two layers.
        num_boxes: How many boxes the model predicts.
        x_scale, y_scale, w_scale, h_scale: What the model's boxes are divided by.
        min_score_thresh: The lowest score of a face.
    """

    model_path: str = option(1)
    delegate: Delegate | None = option(6)
    gpu_origin: GpuOrigin = option(11)
    tensor_width: int = option(21)
    tensor_height: int = option(22)
    num_layers: int = option(23)
    strides: tuple[int, ...] = option(24)
    interpolated_scale_aspect_ratio: float = option(25, default=1.0)
    num_boxes: int = option(31)
    x_scale: float = option(32)
    y_scale: float = option(33)
    w_scale: float = option(34)
    h_scale: float = option(35)
    min_score_thresh: float = option(36)
