"""The drawn room and the drawn person of the test source.

A `Shape` knows the signed distance to its edge, and a `Canvas` paints shapes with soft edges, so that the
alpha of what was painted is known. Coordinates are in units of the drawing, y downwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Canvas", "draw_body", "draw_head", "draw_room"]

Floats = NDArray[np.float32]
Color = tuple[float, float, float]
Bounds = tuple[float, float, float, float]  # left, top, right, bottom

SKIN: Color = (0.85, 0.65, 0.54)
SKIN_SHADE: Color = (0.62, 0.42, 0.33)
HAIR: Color = (0.19, 0.125, 0.09)
SWEATER: Color = (0.13, 0.36, 0.42)
SHIRT: Color = (0.90, 0.91, 0.93)
WALL: Color = (0.80, 0.76, 0.69)
WOOD: Color = (0.50, 0.36, 0.25)
WHITE: Color = (0.94, 0.93, 0.91)
BOOKS: Sequence[Color] = (
    (0.66, 0.25, 0.20),
    (0.20, 0.36, 0.55),
    (0.82, 0.66, 0.30),
    (0.28, 0.45, 0.33),
    (0.55, 0.52, 0.58),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """``distance(x, y)`` to the edge, negative inside, and a rectangle that holds the shape.

    ``a | b`` is what either covers, ``a & b`` what both cover, ``a - b`` what only `a` covers.
    """

    distance: Callable[[Floats, Floats], Floats]
    bounds: Bounds

    def __or__(self, other: Shape) -> Shape:
        return Shape(
            lambda x, y: np.minimum(self.distance(x, y), other.distance(x, y)),
            _join(self.bounds, other.bounds),
        )

    def __and__(self, other: Shape) -> Shape:
        return Shape(lambda x, y: np.maximum(self.distance(x, y), other.distance(x, y)), self.bounds)

    def __sub__(self, other: Shape) -> Shape:
        return Shape(lambda x, y: np.maximum(self.distance(x, y), -other.distance(x, y)), self.bounds)

    def blend(self, other: Shape, width: float) -> Shape:
        """What either covers, with the corners between them filled up to about `width`."""

        def distance(x: Floats, y: Floats) -> Floats:
            a, b = self.distance(x, y), other.distance(x, y)
            result: Floats = np.minimum(a, b) - np.maximum(width - np.abs(a - b), 0) ** 2 / (4 * width)
            return result

        return Shape(distance, _join(self.bounds, other.bounds, margin=width / 4))


def _join(a: Bounds, b: Bounds, margin: float = 0) -> Bounds:
    left, top, right, bottom = *map(min, a[:2], b[:2]), *map(max, a[2:], b[2:])
    return left - margin, top - margin, right + margin, bottom + margin


def ellipse(x0: float, y0: float, rx: float, ry: float, degrees: float = 0) -> Shape:
    """An ellipse around (x0, y0), turned clockwise. The distance is approximate away from the edge."""
    cos, sine = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
    wide, high = float(np.hypot(rx * cos, ry * sine)), float(np.hypot(rx * sine, ry * cos))

    def distance(x: Floats, y: Floats) -> Floats:
        u, v = (x - x0) * cos + (y - y0) * sine, (y - y0) * cos - (x - x0) * sine
        inner = np.hypot(u / rx, v / ry)
        result: Floats = inner * (inner - 1) / np.maximum(np.hypot(u / rx**2, v / ry**2), 1e-6)
        return result

    return Shape(distance, (x0 - wide, y0 - high, x0 + wide, y0 + high))


def box(x0: float, y0: float, rx: float, ry: float, corner: float = 0) -> Shape:
    """A rectangle around (x0, y0) with rounded corners."""

    def distance(x: Floats, y: Floats) -> Floats:
        u, v = np.abs(x - x0) - (rx - corner), np.abs(y - y0) - (ry - corner)
        outside = np.hypot(np.maximum(u, 0), np.maximum(v, 0))
        result: Floats = outside + np.minimum(np.maximum(u, v), 0) - corner
        return result

    return Shape(distance, (x0 - rx, y0 - ry, x0 + rx, y0 + ry))


def stroke(*points: tuple[float, float], width: float) -> Shape:
    """A line through the points, with round ends."""

    def segment(x: Floats, y: Floats, a: tuple[float, float], b: tuple[float, float]) -> Floats:
        dx, dy = b[0] - a[0], b[1] - a[1]
        t = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy), 0, 1)
        result: Floats = np.hypot(x - a[0] - t * dx, y - a[1] - t * dy)
        return result

    def distance(x: Floats, y: Floats) -> Floats:
        return reduce(np.minimum, (segment(x, y, a, b) for a, b in pairwise(points))) - width / 2

    xs, ys = zip(*points, strict=True)
    return Shape(
        distance, (min(xs) - width / 2, min(ys) - width / 2, max(xs) + width / 2, max(ys) + width / 2)
    )


def arc(x0: float, y0: float, rx: float, ry: float, start: float, end: float, width: float) -> Shape:
    """A part of an ellipse's line, from `start` to `end` degrees; 0 is right, 90 is down."""
    angles = np.radians(np.linspace(start, end, 9))
    points = [(x0 + rx * float(np.cos(a)), y0 + ry * float(np.sin(a))) for a in angles]
    return stroke(*points, width=width)


class Canvas:
    """A transparent picture to paint on.

    `pixels` is ``(h, w, 4)`` float32: RGB multiplied by alpha, and alpha, in [0, 1]. A unit is `scale`
    pixels; `origin` is the left upper corner.
    """

    def __init__(self, bounds: Bounds, scale: float) -> None:
        left, top, right, bottom = bounds
        self.scale = scale
        self.origin = (left, top)
        width, height = (max(1, round(side * scale)) for side in (right - left, bottom - top))
        self.pixels: Floats = np.zeros((height, width, 4), np.float32)
        self.x: Floats = (left + (np.arange(width, dtype=np.float32) + 0.5) / scale)[None, :]
        self.y: Floats = (top + (np.arange(height, dtype=np.float32) + 0.5) / scale)[:, None]

    def paint(self, shape: Shape, color: Color | Floats, opacity: float = 1, *, soft: float = 0) -> None:
        """Paints a shape over what is there.

        Args:
            shape: What to paint.
            color: RGB in [0, 1], or one for each pixel of the canvas.
            opacity: Alpha of the shape's inside.
            soft: Width of the edge in units; one pixel at least.
        """
        part, alpha, paint = self._brush(shape, color, opacity, soft)
        part *= 1 - alpha
        part[..., :3] += alpha * paint
        part[..., 3:] += alpha

    def tint(self, shape: Shape, color: Color | Floats, opacity: float = 1, *, soft: float = 0) -> None:
        """Like `paint`, but colours only what is there, and leaves alpha as it is."""
        part, alpha, paint = self._brush(shape, color, opacity, soft)
        part[..., :3] += alpha * (part[..., 3:] * paint - part[..., :3])

    def _brush(
        self, shape: Shape, color: Color | Floats, opacity: float, soft: float
    ) -> tuple[Floats, Floats, Floats]:
        edge = max(soft, 1 / self.scale)
        left, top, right, bottom = shape.bounds
        rows = slice(*np.searchsorted(self.y[:, 0], (top - edge, bottom + edge)))
        columns = slice(*np.searchsorted(self.x[0], (left - edge, right + edge)))
        distance = shape.distance(self.x[:, columns], self.y[rows])
        alpha = np.asarray(opacity * np.clip(0.5 - distance / edge, 0, 1), np.float32)[..., None]
        paint = np.asarray(color, np.float32)
        return self.pixels[rows, columns], alpha, paint[rows, columns] if paint.ndim == 3 else paint

    @staticmethod
    def texture(color: Color, factor: NDArray[np.floating]) -> Floats:
        """The colour times a factor for each pixel, for `paint` and `tint`."""
        return np.asarray(color, np.float32) * np.asarray(factor, np.float32)[..., None]

    def light(self, factor: NDArray[np.floating]) -> None:
        """Multiplies all colours by a factor for each pixel, and leaves alpha as it is."""
        rgb = self.pixels[..., :3]
        rgb *= np.asarray(factor, np.float32)[..., None]
        np.minimum(rgb, self.pixels[..., 3:], out=rgb)

    def image(self) -> NDArray[np.uint8]:
        """The picture as ``(h, w, 4)`` uint8, RGB multiplied by alpha and never above it."""
        return np.rint(self.pixels * 255).astype(np.uint8)


def draw_body(scale: float, bottom: float) -> Canvas:
    """Neck, shoulders and chest down to `bottom`; the unit is half a head's height, the origin its middle."""
    canvas = Canvas((-2.15, 0.3, 2.15, bottom), scale)
    x, y = canvas.x, canvas.y
    shoulders = box(0, 4.6, 1.98, 3, 1.15).blend(ellipse(0, 1.85, 0.95, 0.42), 0.55)
    torso = shoulders | box(0, 4 + bottom, 1.98, bottom)
    knit = 0.05 * np.sin(42 * x) * np.sin(30 * y + 2.2 * np.sin(21 * x))
    folds = 0.07 * np.sin(1.6 * x + 0.9 * y) * np.sin(2.3 * y - 1.1 * x)
    canvas.paint(torso, canvas.texture(SWEATER, 1 + knit + folds))
    for side in (-1, 1):
        arm = stroke((1.28 * side, 2.5), (1.36 * side, 3.3), (1.30 * side, bottom + 1), width=0.03)
        canvas.tint(arm, (0.04, 0.13, 0.16), 0.8, soft=0.16)

    neck = box(0, 0.95, 0.44, 0.9, 0.3).blend(ellipse(0, 1.45, 0.5, 0.27), 0.25)
    canvas.tint(ellipse(0, 1.58, 0.78, 0.46), (0.08, 0.25, 0.30), soft=0.04)
    canvas.tint(ellipse(0, 1.54, 0.66, 0.38), SHIRT)
    canvas.tint(ellipse(0, 1.50, 0.54, 0.29), (0.55, 0.57, 0.62), 0.7, soft=0.06)
    canvas.paint(neck, SKIN)
    canvas.tint(ellipse(0.05, 0.75, 0.75, 0.62) & neck, SKIN_SHADE, 0.75, soft=0.25)
    canvas.light(1.06 - 0.16 * x - 0.04 * x * x + 0 * y)
    return canvas


def draw_head(scale: float, *, eyes_open: bool) -> Canvas:
    """A head in the unit and with the origin of `draw_body`."""
    canvas = Canvas((-1.1, -1.5, 1.1, 1.3), scale)
    x, y = canvas.x, canvas.y
    strands = 0.22 * np.sin(26 * x + 5 * y * x + 3 * np.sin(4 * y)) * np.cos(9 * x - 3 * y)
    gloss = 0.55 * np.exp(-(((x + 0.35) / 0.35) ** 2) - ((y + 0.85) / 0.18) ** 2)
    hair = canvas.texture(HAIR, 1 + strands + gloss)
    canvas.paint(ellipse(0, -0.28, 0.96, 1.08).blend(ellipse(0, 0.1, 0.9, 0.8), 0.2), hair)
    for side in (-1, 1):
        canvas.paint(ellipse(0.83 * side, 0.10, 0.13, 0.25, -8 * side), SKIN)
        canvas.tint(ellipse(0.84 * side, 0.10, 0.06, 0.15, -8 * side), SKIN_SHADE, 0.6, soft=0.1)

    face = ellipse(0, -0.1, 0.79, 0.9).blend(ellipse(0, 0.5, 0.60, 0.66), 0.3)
    canvas.paint(face, SKIN)
    canvas.tint(face - ellipse(-0.14, -0.05, 0.72, 1.05), SKIN_SHADE, 0.55, soft=0.35)
    for side in (-1, 1):
        canvas.tint(ellipse(0.45 * side, 0.36, 0.2, 0.15) & face, (0.90, 0.50, 0.45), 0.4, soft=0.22)
    forehead = ellipse(0.18, 0.42, 0.84, 1.02) | ellipse(-0.1, 0.5, 0.74, 0.9)
    fringe = (ellipse(0, -0.3, 0.95, 1.06) & box(0, -0.72, 2, 0.75, 0.1)) - forehead
    canvas.tint(fringe, (0.35, 0.22, 0.17), 0.35, soft=0.2)
    canvas.tint(fringe, hair)

    for side in (-1, 1):
        _draw_eye(canvas, side, eyes_open=eyes_open)
        canvas.tint(ellipse(0.02 + 0.075 * side, 0.41, 0.045, 0.022), (0.42, 0.22, 0.17), soft=0.03)
    canvas.tint(stroke((0.05, -0.02), (0.09, 0.26), (0.12, 0.36), width=0.03), SKIN_SHADE, 0.7, soft=0.12)
    canvas.tint(ellipse(-0.02, 0.1, 0.05, 0.3), (1, 0.86, 0.76), 0.5, soft=0.12)
    canvas.tint(ellipse(0, 0.42, 0.15, 0.07), SKIN_SHADE, 0.3, soft=0.1)
    lips = ellipse(0, 0.63, 0.27, 0.13) - ellipse(0, 0.50, 0.40, 0.11)
    canvas.tint(lips, (0.74, 0.37, 0.35), soft=0.03)
    canvas.tint(arc(0, 0.57, 0.29, 0.09, 20, 160, 0.02), (0.42, 0.15, 0.15), soft=0.03)
    canvas.tint(ellipse(0, 0.86, 0.2, 0.05), SKIN_SHADE, 0.35, soft=0.12)
    canvas.light(1.08 - 0.14 * x + 0 * y)
    return canvas


def _draw_eye(canvas: Canvas, side: int, *, eyes_open: bool) -> None:
    x, y = 0.33 * side, 0.02
    canvas.tint(ellipse(x, y, 0.21, 0.14), SKIN_SHADE, 0.35, soft=0.15)
    canvas.tint(arc(x + 0.02 * side, y - 0.12, 0.22, 0.16, 205, 335, 0.055), HAIR, 0.9, soft=0.04)
    if not eyes_open:
        canvas.tint(arc(x, y - 0.02, 0.17, 0.09, 15, 165, 0.025), (0.25, 0.14, 0.10), 0.9, soft=0.03)
        return
    opening = ellipse(x, y + 0.06, 0.2, 0.14) & ellipse(x, y - 0.04, 0.2, 0.13)
    canvas.tint(opening, WHITE, soft=0.02)
    canvas.tint(ellipse(x, y, 0.085, 0.085) & opening, (0.30, 0.42, 0.36), soft=0.02)
    canvas.tint(ellipse(x, y, 0.042, 0.042) & opening, (0.05, 0.04, 0.04), soft=0.02)
    canvas.tint(ellipse(x - 0.03, y - 0.03, 0.016, 0.016), (1, 1, 1), soft=0.02)
    canvas.tint(arc(x, y + 0.05, 0.19, 0.13, 190, 350, 0.025), (0.18, 0.10, 0.08), 0.9, soft=0.03)


def draw_room(width: int, height: int) -> NDArray[np.uint8]:
    """A room as ``(height, width, 3)`` uint8 RGB: a wall with a window, books, a lamp and a plant."""
    aspect = width / height
    scale = min(height / 2, 270, 1000 / aspect)  # a large room is enlarged; its things are out of focus
    canvas = Canvas((-aspect, -1, aspect, 1), scale)
    x, y = canvas.x, canvas.y
    canvas.paint(box(0, 0, 2 * aspect, 2), canvas.texture(WALL, 1 - 0.07 * y - 0.08 * x / aspect))
    canvas.paint(box(0, 1.6, 2 * aspect, 0.72), (0.45, 0.33, 0.24))
    canvas.paint(box(0, 0.87, 2 * aspect, 0.03), WHITE)

    left = -0.62 * aspect
    pane = box(left, -0.32, 0.33, 0.43)
    canvas.paint(box(left, -0.32, 0.36, 0.46, 0.02), WHITE)
    canvas.paint(pane, (0.62, 0.78, 0.92))
    canvas.paint(ellipse(left - 0.1, 0.2, 0.4, 0.3) & pane, (0.42, 0.58, 0.36))
    canvas.paint(box(left, -0.32, 0.014, 0.45) | box(left, -0.32, 0.35, 0.014), WHITE)

    right = 0.66 * aspect
    for row, top in enumerate((-0.62, -0.12, 0.38)):
        canvas.paint(box(right, top + 0.02, 0.44, 0.025), WOOD)
        for k in range(9):
            tall = 0.12 + 0.05 * ((7 * k + 3 * row) % 5) / 4
            if (k + 2 * row) % 7 != 6:
                book = box(right - 0.37 + 0.085 * k, top - tall, 0.036, tall, 0.008)
                canvas.paint(book, BOOKS[(3 * k + 2 * row) % 5])

    lamp = 0.28 * aspect
    canvas.paint(stroke((lamp, -0.3), (lamp, 1), width=0.025), (0.25, 0.24, 0.24))
    canvas.paint(ellipse(lamp, -0.42, 0.5, 0.5), (1, 0.93, 0.75), 0.35, soft=0.6)
    canvas.paint(box(lamp, -0.42, 0.15, 0.13, 0.04), (0.97, 0.90, 0.74))

    plant = -0.93 * aspect
    for degrees in (-50, -25, 0, 22, 48):
        lean = 0.35 * float(np.sin(np.radians(degrees)))
        canvas.paint(ellipse(plant + lean / 2, 0.36, 0.06, 0.34, degrees), (0.20, 0.42 + lean / 5, 0.22))
    canvas.paint(box(plant, 0.78, 0.13, 0.16, 0.03), (0.74, 0.45, 0.32))

    room = cv2.GaussianBlur(canvas.image()[..., :3], (0, 0), max(0.004 * scale, 0.3))
    room = cv2.resize(room, (width, height), interpolation=cv2.INTER_LINEAR)
    tile = np.random.default_rng(7).integers(0, 5, (128, 128, 1), np.uint8)
    grain = np.tile(tile, (height // 128 + 1, width // 128 + 1, 3))[:height, :width]
    return np.asarray(cv2.add(room, grain), np.uint8)
