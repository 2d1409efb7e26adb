"""An image as a file in memory: the message that upstream's image encoder sends."""

from .protos.calculators.image.opencv_image_encoder_calculator_results_pb2 import (
    OpenCvImageEncoderCalculatorResults,
)

__all__ = ["OpenCvImageEncoderCalculatorResults"]
