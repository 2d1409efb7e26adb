"""Options of ScaleImageCalculator, which are also packets."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from mpgraph.formats.image_format import ImageFormat
from mpgraph.options import option, options
from mpgraph.packet_type import PacketType

__all__ = ["SCALE_IMAGE_OPTIONS", "ScaleAlgorithm", "ScaleImageOptions"]


class ScaleAlgorithm(IntEnum):
    """How images become larger; DEFAULT is CUBIC."""

    DEFAULT = 0
    LINEAR = 1
    CUBIC = 2
    AREA = 3
    LANCZOS = 4
    DEFAULT_WITHOUT_UPSCALE = 5


@options(message="mediapipe.ScaleImageCalculatorOptions", extension=66237115)
class ScaleImageOptions:
    """The size, and what is cut off before.

    Attributes:
        target_width, target_height: The size in pixels; with `preserve_aspect_ratio`, what it may be at most.
        preserve_aspect_ratio: Whether the aspect ratio stays; sides are then even.
        min_aspect_ratio, max_aspect_ratio: Limits of width / height, beyond which images are cropped; 0 for
            none.
        output_format: SRGB or SRGBA; the input's if not set.
        algorithm: How images become larger; DEFAULT_WITHOUT_UPSCALE: not at all.
        alignment_boundary, set_alignment_padding: How rows are stored, which is not seen here.
        input_format: What format frames must have.
        scale_to_multiple_of: What sides are multiples of; 2 if the aspect ratio is kept.
        target_max_area: The most pixels; larger images keep their aspect ratio.
        OBSOLETE_skip_linear_rgb_conversion, post_sharpening_coefficient, use_bt709: Without effect.
    """

    target_width: int = option(1)
    target_height: int = option(2)
    preserve_aspect_ratio: bool = option(3, default=True)
    min_aspect_ratio: str = option(4, default="9/16")
    max_aspect_ratio: str = option(5, default="16/9")
    output_format: ImageFormat = option(6)
    algorithm: ScaleAlgorithm = option(7)
    alignment_boundary: int = option(8, default=16)
    set_alignment_padding: bool = option(9, default=True)
    OBSOLETE_skip_linear_rgb_conversion: bool = option(10)
    post_sharpening_coefficient: float = option(11)
    input_format: ImageFormat = option(12)
    scale_to_multiple_of: int = option(13, default=2)
    use_bt709: bool = option(14)
    target_max_area: int = option(15)


def _is_options(value: object) -> bool:
    name = getattr(getattr(value, "DESCRIPTOR", None), "full_name", None)
    return isinstance(value, ScaleImageOptions) or name == "mediapipe.ScaleImageCalculatorOptions"


SCALE_IMAGE_OPTIONS: Final = PacketType("mediapipe::ScaleImageCalculatorOptions", _is_options)
"""Options as a packet: of the options class, or a protobuf message."""
