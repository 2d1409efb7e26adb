"""SsdAnchorsCalculator: the boxes that a single-shot detector starts from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.formats.anchor import Anchor
from mpgraph.options import has, option, options
from mpgraph.ports import SideOutput

__all__ = ["FixedAnchor", "SsdAnchors", "SsdAnchorsOptions", "anchors_of"]

_F: Final = np.float32
_ONE: Final = np.float32(1)
_GENERATING: Final = ("input_size_height", "input_size_width", "min_scale", "max_scale", "num_layers")


@options(message="mediapipe.Anchor")
class FixedAnchor:
    """A box that is written out, in fractions of the image."""

    x_center: float = option(1)
    y_center: float = option(2)
    h: float = option(3)
    w: float = option(4)


@options(message="mediapipe.SsdAnchorsCalculatorOptions", extension=247258239)
class SsdAnchorsOptions:
    """How the boxes lie.

    Attributes:
        input_size_width, input_size_height: Size of the model's input.
        min_scale, max_scale: Size of the boxes of the first and the last layer.
        anchor_offset_x, anchor_offset_y: Where in a cell its boxes lie.
        num_layers: How many feature maps there are.
        feature_map_width, feature_map_height: Their sizes; else input size over stride, rounded up.
        strides: Their strides. Layers of one stride that follow each other share their cells.
        aspect_ratios: Width over height of the boxes of a cell.
        reduce_boxes_in_lowest_layer: The first layer has three boxes, of ratios 1, 2 and 0.5.
        interpolated_scale_aspect_ratio: Ratio of one more box, of a scale between this layer's and the
            next; none if 0.
        fixed_anchor_size: Every box is as large as the image.
        multiscale_anchor_generation: Boxes as of a feature pyramid, by the following options.
        min_level, max_level: A level's stride is 2 to the power of it.
        anchor_scale: Size of a box in strides.
        scales_per_octave: How many scales there are between two levels.
        normalize_coordinates: Fractions instead of pixels, for a feature pyramid.
        fixed_anchors: The boxes, instead of all this.
    """

    input_size_width: int = option(1)
    input_size_height: int = option(2)
    min_scale: float = option(3)
    max_scale: float = option(4)
    anchor_offset_x: float = option(5, default=0.5)
    anchor_offset_y: float = option(6, default=0.5)
    num_layers: int = option(7)
    feature_map_width: tuple[int, ...] = option(8)
    feature_map_height: tuple[int, ...] = option(9)
    strides: tuple[int, ...] = option(10)
    aspect_ratios: tuple[float, ...] = option(11)
    reduce_boxes_in_lowest_layer: bool = option(12)
    interpolated_scale_aspect_ratio: float = option(13, default=1.0)
    fixed_anchor_size: bool = option(14)
    multiscale_anchor_generation: bool = option(15)
    min_level: int = option(16, default=3)
    max_level: int = option(17, default=7)
    anchor_scale: float = option(18, default=4.0)
    scales_per_octave: int = option(19, default=2)
    normalize_coordinates: bool = option(20, default=True)
    fixed_anchors: tuple[FixedAnchor, ...] = option(21)


Numbers = tuple[float, float, float, float]  # x_center, y_center, width, height


class SsdAnchors(Calculator, name="SsdAnchorsCalculator"):
    """Gives the anchors of a detector, which its options describe, as a list of `Anchor`.

    Side output: one untagged. The order is that of the model's outputs: by layer, row, column, box.

    Raises:
        ContractError: Sizes of feature maps, strides and layers do not go together, or fixed anchors come
            with options that generate anchors.

    Upstream: calculators/tflite/ssd_anchors_calculator.cc.

    Example::

        node {
          calculator: "SsdAnchorsCalculator"
          output_side_packet: "anchors"
          options {
            [mediapipe.SsdAnchorsCalculatorOptions.ext] {
              num_layers: 1
              min_scale: 0.15
              max_scale: 0.75
              input_size_height: 192
              input_size_width: 192
              strides: 4
              aspect_ratios: 1.0
              fixed_anchor_size: true
            }
          }
        }
    """

    options: SsdAnchorsOptions
    anchors = SideOutput[list[Anchor]]()

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the port and checks the options."""
        super().get_contract(contract)
        options = contract.options(SsdAnchorsOptions)
        if options.fixed_anchors:
            set_too = [name for name in _GENERATING if has(options, name)]
            if set_too or options.multiscale_anchor_generation:
                msg = f"fixed_anchors go without {', '.join(set_too) or 'multiscale_anchor_generation'}"
                raise ContractError(msg)
            return
        pyramid = options.multiscale_anchor_generation
        layers = options.max_level - options.min_level + 1 if pyramid else options.num_layers
        heights, widths, strides = (
            len(options.feature_map_height),
            len(options.feature_map_width),
            len(options.strides),
        )
        if heights and not heights == widths == layers:
            msg = f"{layers} layers need as many feature_map_height and _width, got {heights} and {widths}"
            raise ContractError(msg)
        if strides != layers and not (heights and (pyramid or strides > layers)):
            msg = f"{layers} layers need as many strides, got {strides}"
            raise ContractError(msg)
        if any(stride < 1 for stride in options.strides):
            msg = f"strides must be 1 or more, got {options.strides}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Sends the anchors."""
        boxes = anchors_of(self.options)
        cc.send(self.anchors, [Anchor(x_center=x, y_center=y, w=w, h=h) for x, y, w, h in boxes])


def anchors_of(options: SsdAnchorsOptions) -> Iterator[Numbers]:
    """The anchors that the options describe, as x_center, y_center, width and height."""
    if options.fixed_anchors:
        return ((box.x_center, box.y_center, box.w, box.h) for box in options.fixed_anchors)
    return _pyramid(options) if options.multiscale_anchor_generation else _layers(options)


def _cells(options: SsdAnchorsOptions, layer: int) -> tuple[int, int]:
    """Rows and columns of a layer."""
    if options.feature_map_height:
        return options.feature_map_height[layer], options.feature_map_width[layer]
    stride = _F(options.strides[layer])
    return (
        math.ceil(_F(options.input_size_height) / stride),
        math.ceil(_F(options.input_size_width) / stride),
    )


def _scale(options: SsdAnchorsOptions, layer: int, layers: int) -> np.float32:
    low, high = _F(options.min_scale), _F(options.max_scale)
    if layers == 1:
        return (low + high) * _F(0.5)
    return _F(float(low) + float(high - low) * layer / (layers - 1))


def _sizes(options: SsdAnchorsOptions, layer: int) -> list[tuple[np.float32, np.float32]]:
    """Ratio and scale of each box that a layer gives its cells."""
    layers = len(options.strides)
    scale = _scale(options, layer, layers)
    if layer == 0 and options.reduce_boxes_in_lowest_layer:
        return [(_ONE, _F(0.1)), (_F(2), scale), (_F(0.5), scale)]
    sizes = [(_F(ratio), scale) for ratio in options.aspect_ratios]
    if options.interpolated_scale_aspect_ratio > 0:
        following = _ONE if layer == layers - 1 else _scale(options, layer + 1, layers)
        sizes.append((_F(options.interpolated_scale_aspect_ratio), np.sqrt(scale * following)))
    return sizes


def _layers(options: SsdAnchorsOptions) -> Iterator[Numbers]:
    layer, strides = 0, options.strides
    while layer < options.num_layers:
        sizes: list[tuple[np.float32, np.float32]] = []
        following = layer
        while following < len(strides) and strides[following] == strides[layer]:
            sizes += _sizes(options, following)
            following += 1
        boxes = [(1.0, 1.0)] * len(sizes)
        if not options.fixed_anchor_size:
            roots = [(scale, np.sqrt(ratio)) for ratio, scale in sizes]
            boxes = [(float(scale * root), float(scale / root)) for scale, root in roots]
        rows, columns = _cells(options, layer)
        for row in range(rows):
            y = float((_F(row) + _F(options.anchor_offset_y)) / _F(rows))
            for column in range(columns):
                x = float((_F(column) + _F(options.anchor_offset_x)) / _F(columns))
                for width, height in boxes:
                    yield x, y, width, height
        layer = following


def _pyramid(options: SsdAnchorsOptions) -> Iterator[Numbers]:
    height, width = options.input_size_height, options.input_size_width
    octave = [_F(2.0 ** (step / options.scales_per_octave)) for step in range(options.scales_per_octave)]
    for layer, level in enumerate(range(options.min_level, options.max_level + 1)):
        stride = _F(2.0**level)
        base = stride * _F(options.anchor_scale)
        y_offset = stride / _F(2) if height % 2**level == 0 or height == 1 else _F(0)
        x_offset = stride / _F(2) if width % 2**level == 0 or width == 1 else _F(0)
        roots = [np.sqrt(_F(ratio)) for ratio in options.aspect_ratios]
        boxes = [(scale * root * base, scale * base / root) for root in roots for scale in octave]
        y_unit, x_unit = (_F(height), _F(width)) if options.normalize_coordinates else (_ONE, _ONE)
        rows, columns = _cells(options, layer)
        for row in range(rows):
            y = float((_F(row) * stride + y_offset) / y_unit)
            for column in range(columns):
                x = float((_F(column) * stride + x_offset) / x_unit)
                for w, h in boxes:
                    yield x, y, float(w / x_unit), float(h / y_unit)
