"""`same`: payloads of any class by their content."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from mpgraph import ImageFormat, ImageFrame, Tensor
from mpgraph.formats.detection import Detection
from mpgraph.testing.same import same


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


@dataclass
class Data:
    value: object


def image(value: int) -> ImageFrame:
    return ImageFrame(ImageFormat.SRGB, np.full((3, 5, 3), value, np.uint8))


PAIRS: list[tuple[Any, Any]] = [
    (1, 2),
    ("a", "b"),
    (1.0, math.nan),
    ([1, math.nan], [2, math.nan]),
    ({"a": [1]}, {"a": [2]}),
    (np.arange(6), np.arange(6)[::-1]),
    (np.zeros(3, np.float32), np.zeros(3, np.float64)),
    (np.zeros((2, 3)), np.zeros((3, 2))),
    (Plain([1]), Plain([2])),
    (Slotted(np.zeros(2)), Slotted(np.ones(2))),
    (Data(1), Data(2)),
    (image(1), image(2)),
    (Tensor(np.zeros((1, 2), np.float32)), Tensor(np.ones((1, 2), np.float32))),
    (Detection(detection_id=1), Detection(detection_id=2)),
    (1, True),
    ((1,), [1]),
    (object(), object()),
]


@pytest.mark.parametrize(("a", "b"), PAIRS, ids=lambda value: type(value).__name__)
def test_different_payloads(a: object, b: object) -> None:
    assert not same(a, b)
    assert not same([a], [b])
    assert same(a, a)


@pytest.mark.parametrize(
    "make",
    [
        lambda: math.nan,
        lambda: np.array([1.0, math.nan]),
        lambda: np.array([None, "a"], object),
        lambda: Plain([1, np.arange(3)]),
        lambda: Slotted({"a": np.arange(3)}),
        lambda: image(7),
        lambda: Tensor(np.ones((1, 2), np.float32)),
        lambda: Detection(label=["a"], score=[0.5]),
        lambda: [Data((1, 2)), None],
    ],
)
def test_equal_payloads_that_are_two_objects(make: Any) -> None:
    assert same(make(), make())
