"""Draws the shapes and texts of `RenderData` on an image (upstream's ``util/annotation_renderer.cc``).

Coordinates are pixels, cut off to whole ones, or fractions of the image's width and height, rounded half
away from zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from mpgraph.formats.render_data import Color, RenderAnnotation, RenderData
from mpgraph.lazy import cv2

from ..tensor.roi import box_corners
from .thin_ellipse import draw_thin_ellipse

__all__ = ["AnnotationRenderer"]

Pixel = tuple[int, int]
Rgb = tuple[int, int, int]

_MAX_THICKNESS: Final = 32767  # OpenCV's
_FILLED: Final = -1
_FIXED: Final = 1 << 16
_MAX_FIXED: Final = 1 << 15  # pixels that 32 bits hold in steps of 1/65536
_TIP: Final = 0.2  # of an arrow's length
_FONT_HEIGHTS: Final = {1: 9, 5: 13}
"""Pixels from the lowest to the highest point of letters at scale 1, by font face."""
_OTHER_FONTS: Final = (0, 2, 3, 4, 6, 7)
_OTHER_HEIGHT: Final = 21


class _Segment(Protocol):
    """What lines and arrows have in common."""

    x_start: float
    y_start: float
    x_end: float
    y_end: float
    normalized: bool


class AnnotationRenderer:
    """Draws on one image.

    Args:
        image: uint8 (height, width, 3 or 4), to draw on; a fourth channel becomes 0 where something is drawn.
        flip_text: Whether texts stand on their heads.
        scale: What lengths in pixels are multiplied with; more than 1 is taken as 1.
    """

    def __init__(self, image: npt.NDArray[np.uint8], *, flip_text: bool = False, scale: float = 1.0) -> None:
        self._image = image
        self._height, self._width = image.shape[:2]
        self._flip_text = flip_text
        self._scale = min(scale, 1.0)

    def draw(self, data: RenderData) -> None:
        """Draws the annotations one over the other.

        Raises:
            ValueError: One has no shape, or a shape that cannot be drawn.
        """
        for annotation in data.render_annotations:
            kind = annotation.WhichOneof("data")
            if kind not in _DRAWERS:
                known = ", ".join(_DRAWERS)
                msg = f"an annotation must have one of {known}; got {kind or 'none'}"
                raise ValueError(msg)
            _DRAWERS[kind](self, annotation)

    def _pixel(self, x: float, y: float, *, normalized: bool) -> Pixel:
        if normalized:
            return _round(x * self._width), _round(y * self._height)
        return _whole(x * self._scale), _whole(y * self._scale)

    def _thickness(self, number: float) -> int:
        return min(max(1, _round(number * self._scale)), _MAX_THICKNESS)

    def _corners(self, box: RenderAnnotation.Rectangle) -> tuple[Pixel, Pixel]:
        """The top left and the bottom right corner, before rotation."""
        return (
            self._pixel(box.left, box.top, normalized=box.normalized),
            self._pixel(box.right, box.bottom, normalized=box.normalized),
        )

    def _ends(self, line: _Segment) -> tuple[Pixel, Pixel]:
        return (
            self._pixel(line.x_start, line.y_start, normalized=line.normalized),
            self._pixel(line.x_end, line.y_end, normalized=line.normalized),
        )

    def _rectangle(self, annotation: RenderAnnotation) -> None:
        box, color, thickness = (
            annotation.rectangle,
            _rgb(annotation.color),
            self._thickness(annotation.thickness),
        )
        top_left, bottom_right = self._corners(box)
        turned = _turned(top_left, bottom_right, box.rotation)
        if box.rotation:
            for start, end in zip(turned, turned[1:] + turned[:1], strict=True):
                _draw_line(self._image, start, end, color, thickness)
        else:
            self._upright(top_left, bottom_right, color, thickness)
        if box.HasField("top_left_thickness"):
            radius = self._thickness(box.top_left_thickness)
            cv2.ellipse(self._image, turned[1], (radius, radius), 0, 0, 360, color, _FILLED)

    def _filled_rectangle(self, annotation: RenderAnnotation) -> None:
        box, color = annotation.filled_rectangle.rectangle, _rgb(annotation.color)
        top_left, bottom_right = self._corners(box)
        if box.rotation:
            corners = np.array(_turned(top_left, bottom_right, box.rotation), np.int32)
            cv2.fillConvexPoly(self._image, corners, color)
        else:
            self._upright(top_left, bottom_right, color, _FILLED)

    def _upright(self, top_left: Pixel, bottom_right: Pixel, color: Rgb, thickness: int) -> None:
        size = (bottom_right[0] - top_left[0], bottom_right[1] - top_left[1])
        if min(size) > 0:  # OpenCV draws no empty rectangle, as C++ gives it
            cv2.rectangle(self._image, (*top_left, *size), color, thickness)

    def _rounded_rectangle(self, annotation: RenderAnnotation) -> None:
        rounded, color = annotation.rounded_rectangle, _rgb(annotation.color)
        thickness, kind, radius = (
            self._thickness(annotation.thickness),
            rounded.line_type,
            _round(rounded.corner_radius * self._scale),
        )
        (left, top), (right, bottom) = self._corners(rounded.rectangle)
        for start, end in (
            ((left + radius, top), (right - radius, top)),
            ((right, top + radius), (right, bottom - radius)),
            ((left + radius, bottom), (right - radius, bottom)),
            ((left, top + radius), (left, bottom - radius)),
        ):
            _draw_line(self._image, start, end, color, thickness, kind)
        for center, turn in (
            ((left + radius, top + radius), 180),
            ((right - radius, top + radius), 270),
            ((right - radius, bottom - radius), 0),
            ((left + radius, bottom - radius), 90),
        ):
            _draw_ellipse(self._image, center, (radius, radius), turn, 90, color, thickness, kind)

    def _oval(self, annotation: RenderAnnotation) -> None:
        self._ellipse(annotation.oval.rectangle, annotation, self._thickness(annotation.thickness))

    def _filled_oval(self, annotation: RenderAnnotation) -> None:
        self._ellipse(annotation.filled_oval.oval.rectangle, annotation, _FILLED)

    def _ellipse(self, box: RenderAnnotation.Rectangle, annotation: RenderAnnotation, thickness: int) -> None:
        (left, top), (right, bottom) = self._corners(box)
        center = _half(left + right), _half(top + bottom)
        axes = _half(right - left), _half(bottom - top)
        if thickness == _FILLED:
            axes = max(0, axes[0]), max(0, axes[1])
        if min(axes) < 0:
            msg = f"an oval must have a width and height, got one from {(left, top)} to {(right, bottom)}"
            raise ValueError(msg)
        turn = box.rotation / math.pi * 180
        _draw_ellipse(self._image, center, axes, turn, 360, _rgb(annotation.color), thickness)

    def _point(self, annotation: RenderAnnotation) -> None:
        self._dot(annotation.point, annotation)

    def _scribble(self, annotation: RenderAnnotation) -> None:
        for point in annotation.scribble.point:
            self._dot(point, annotation)

    def _dot(self, point: RenderAnnotation.Point, annotation: RenderAnnotation) -> None:
        center = self._pixel(point.x, point.y, normalized=point.normalized)
        radius = self._thickness(annotation.thickness)
        cv2.circle(self._image, center, radius, _rgb(annotation.color), _FILLED)

    def _line(self, annotation: RenderAnnotation) -> None:
        start, end = self._ends(annotation.line)
        _draw_line(self._image, start, end, _rgb(annotation.color), self._thickness(annotation.thickness))

    def _gradient_line(self, annotation: RenderAnnotation) -> None:
        line = annotation.gradient_line
        thickness = self._thickness(annotation.thickness)
        inside, start, end = cv2.clipLine((0, 0, self._width, self._height), *self._ends(line))
        if not inside:
            return
        pixels = list(_steps((start[0], start[1]), (end[0], end[1])))
        first, last = np.array(_rgb(line.color1), float), np.array(_rgb(line.color2), float)
        for index, pixel in enumerate(pixels):
            part = index / len(pixels)
            color = (first * (1 - part) + last * part).tolist()
            cv2.rectangle(self._image, (*pixel, thickness, thickness), color, _FILLED, 4)

    def _arrow(self, annotation: RenderAnnotation) -> None:
        start, end = self._ends(annotation.arrow)
        color, thickness = _rgb(annotation.color), self._thickness(annotation.thickness)
        _draw_line(self._image, start, end, color, thickness)
        x, y = end[0] - start[0], end[1] - start[1]
        length = math.sqrt(x * x + y * y)
        along = (x / length, y / length) if length else (0.0, 0.0)
        tip = _TIP * length
        back = end[0] - tip * along[0], end[1] - tip * along[1]
        for side in (tip, -tip):
            corner = _round(back[0] - side * along[1]), _round(back[1] + side * along[0])
            _draw_line(self._image, corner, end, color, thickness)

    def _text(self, annotation: RenderAnnotation) -> None:
        text, thickness = annotation.text, self._thickness(annotation.thickness)
        x, y = self._pixel(text.left, text.baseline, normalized=text.normalized)
        size = (
            _round(text.font_height * self._height)
            if text.normalized
            else _whole(text.font_height * self._scale)
        )
        scale = _font_scale(text.font_face, size, thickness)
        (width, height), _ = cv2.getTextSize(text.display_text, text.font_face, scale, thickness)
        x -= width // 2 if text.center_horizontally else 0
        y += height // 2 if text.center_vertically else 0
        strokes = [(_rgb(annotation.color), thickness)]
        if text.outline_thickness > 0:
            outline = self._thickness(annotation.thickness + 2 * text.outline_thickness)
            strokes.insert(0, (_rgb(text.outline_color), outline))
        for color, width in strokes:
            cv2.putText(
                self._image,
                text.display_text,
                (x, y),
                text.font_face,
                scale,
                color,
                width,
                8,
                self._flip_text,
            )


_DRAWERS: Final[dict[str, Callable[[AnnotationRenderer, RenderAnnotation], None]]] = {
    "rectangle": AnnotationRenderer._rectangle,
    "filled_rectangle": AnnotationRenderer._filled_rectangle,
    "oval": AnnotationRenderer._oval,
    "filled_oval": AnnotationRenderer._filled_oval,
    "point": AnnotationRenderer._point,
    "line": AnnotationRenderer._line,
    "arrow": AnnotationRenderer._arrow,
    "text": AnnotationRenderer._text,
    "rounded_rectangle": AnnotationRenderer._rounded_rectangle,
    "gradient_line": AnnotationRenderer._gradient_line,
    "scribble": AnnotationRenderer._scribble,
}
"""By the shape; rounded rectangles that are filled are missing: upstream's process ends at one."""


def _rgb(color: Color) -> Rgb:
    return color.r, color.g, color.b


def _whole(number: float) -> int:
    """Cut off to a whole number of 32 bits; 0 for what is none."""
    return int(min(max(number, -(2.0**31)), 2.0**31 - 1)) if number == number else 0


def _round(number: float) -> int:
    """Half away from zero."""
    return (
        _whole(math.copysign(math.floor(abs(number) + 0.5), number))
        if math.isfinite(number)
        else _whole(number)
    )


def _half(number: int) -> int:
    """Half of it, cut off towards zero."""
    return int(number / 2)


def _turned(top_left: Pixel, bottom_right: Pixel, rotation: float) -> list[Pixel]:
    """The corners of the turned rectangle: bottom left, top left, top right, bottom right."""
    (left, top), (right, bottom) = top_left, bottom_right
    center = np.float32((left + right) / 2), np.float32((top + bottom) / 2)
    size = np.float32(right - left), np.float32(bottom - top)
    corners = box_corners(center, size, np.float32(rotation / math.pi * 180))
    return [(round(x), round(y)) for x, y in corners.tolist()]


def _draw_line(
    image: npt.NDArray[np.uint8], start: Pixel, end: Pixel, color: Rgb, thickness: int, kind: int = 8
) -> None:
    """A line as OpenCV 4 draws it; OpenCV 5 draws thick ones otherwise where they leave the image.

    OpenCV 4 fills the rectangle around the line, in 1/65536 pixel, and a circle at both ends.
    """
    far = max(map(abs, (*start, *end))) + thickness >= _MAX_FIXED
    if thickness == 1 or kind == cv2.LINE_AA or far:
        cv2.line(image, start, end, color, thickness, kind)
        return
    x, y = end[0] - start[0], end[1] - start[1]
    if x or y:
        half = (thickness + thickness % 2) * _FIXED / 2 / math.sqrt(x * x + y * y)
        across = np.array((round(y * half), round(-x * half)))
        corners = [
            np.array(pixel) * _FIXED + side * across
            for pixel, side in ((start, 1), (start, -1), (end, -1), (end, 1))
        ]
        cv2.fillConvexPoly(image, np.array(corners, np.int32), color, kind, 16)
    for center in (start, end):
        cv2.circle(image, center, (thickness + 1) // 2, color, _FILLED)


def _draw_ellipse(
    image: npt.NDArray[np.uint8],
    center: Pixel,
    axes: Pixel,
    turn: float,
    end: int,
    color: Rgb,
    thickness: int,
    kind: int = 8,
) -> None:
    """An arc from 0 degrees on as OpenCV 4 draws it; OpenCV 5 draws those one pixel wide otherwise."""
    far = max(map(abs, (*center, *axes, *image.shape[:2]))) >= _MAX_FIXED // 2
    if thickness == 1 and kind != cv2.LINE_AA and not far:
        draw_thin_ellipse(image, center, axes, turn, end, color, kind)
    else:
        cv2.ellipse(image, center, axes, turn, 0, end, color, thickness, kind)


def _steps(start: Pixel, end: Pixel) -> Iterator[Pixel]:
    """The pixels from one to the other, each beside, above or below the one before it."""
    at = [start[0], start[1]]
    length = [abs(end[0] - start[0]), abs(end[1] - start[1])]
    toward = [1 if end[axis] >= start[axis] else -1 for axis in (0, 1)]
    major = int(length[1] > length[0])
    long, short = length[major], length[1 - major]
    error = 0
    for _ in range(long + short + 1):
        yield at[0], at[1]
        if error < 0:
            at[1 - major] += toward[1 - major]
            error += 2 * long
        else:
            at[major] += toward[major]
            error -= 2 * short


def _font_scale(face: int, size: int, thickness: int) -> float:
    """The scale at which letters and their strokes are so many pixels high.

    Raises:
        ValueError: There is no such font.
    """
    height = _OTHER_HEIGHT if face in _OTHER_FONTS else _FONT_HEIGHTS.get(face)
    if height is None:
        msg = f"there is no font face {face}; there are 0 to 7"
        raise ValueError(msg)
    return (size - (thickness + 1) / 2) / height
