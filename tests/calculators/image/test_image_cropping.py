"""ImageCroppingCalculator: spec calculators.md 2.2, 2.3 and 4."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mpgraph import Graph
from mpgraph.errors import ContractError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.rect import NormalizedRect, Rect

Array = npt.NDArray[Any]


def graph(options: str = "", *inputs: str) -> str:
    return node("ImageCropping", ["IMAGE:image", *inputs], ["IMAGE:out"], options)


def crop(image: Array, options: str = "", **inputs: Any) -> Array:
    """What is cut out; inputs by their tags in lower case."""
    values = {name: [(0, value)] for name, value in inputs.items()}
    text = graph(options, *(f"{name.upper()}:{name}" for name in inputs))
    out = run_graph(text, {"image": [(0, ImageFrame.adopt(image.copy()))], **values}, ["out"])["out"]
    pixels: Array = out[0][1].numpy_view()
    return pixels


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def rounded(number: float) -> int:
    return math.floor(abs(number) + 0.5) * (1 if number >= 0 else -1)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    part=st.tuples(st.integers(1, 25), st.integers(1, 25)),
    center=st.tuples(st.integers(-5, 25), st.integers(-5, 25)),
    channels=st.sampled_from([1, 3, 4]),
)
def test_upright_crops_are_whole_pixels(
    size: tuple[int, int], part: tuple[int, int], center: tuple[int, int], channels: int
) -> None:
    """An odd side has its centre half a pixel on: rounded(x + 0.5) - 0.5; what is outside is 0."""
    image = noise(*size, channels)
    image = image[..., 0] if channels == 1 else image
    rect = Rect(x_center=center[0], y_center=center[1], width=part[0], height=part[1])
    found = crop(image, rect=rect)
    assert found.shape[:2] == part[::-1]
    left, top = (
        c - s // 2 if s % 2 == 0 else int(rounded(c + 0.5) - 0.5 - s / 2)
        for c, s in zip(center, part, strict=True)
    )
    padded = np.zeros((80, 80, *image.shape[2:]), np.uint8)
    padded[30 : 30 + size[0], 30 : 30 + size[1]] = image
    np.testing.assert_array_equal(found, padded[30 + top :, 30 + left :][: part[1], : part[0]])


def reference(image: Array, region: tuple[float, ...], out: tuple[float, float], replicate: bool) -> Array:
    """2.2 and 2.3 in double precision, pixel by pixel; -1 where two pixels are about equally near."""
    x, y, w, h, rotation = region
    cos, sin = math.cos(rotation), math.sin(rotation)
    result = np.full((int(out[1]), int(out[0])), -1)
    for row in range(result.shape[0]):
        for column in range(result.shape[1]):
            across = ((column + 0.5) / out[0] - 0.5) * w
            down = ((row + 0.5) / out[1] - 0.5) * h
            sx, sy = x + across * cos - down * sin - 0.5, y + across * sin + down * cos - 0.5
            if min(abs(value % 1 - 0.5) for value in (sx, sy)) < 1e-3:
                continue
            at = [round(sy), round(sx)]
            if replicate:
                at = [min(max(i, 0), side - 1) for i, side in zip(at, image.shape, strict=True)]
            inside = all(0 <= i < side for i, side in zip(at, image.shape, strict=True))
            result[row, column] = image[at[0], at[1]] if inside else 0
    return result


@settings(max_examples=60, deadline=None)
@example(
    size=(1, 5), center=(0, 0), part=(float(np.float32(1.9)), 1), rotation=1, limits=(10, 1), replicate=False
)
@given(
    size=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    center=st.tuples(st.floats(-0.5, 1.5, width=32), st.floats(-0.5, 1.5, width=32)),
    part=st.tuples(st.floats(0.125, 2, width=32), st.floats(0.125, 2, width=32)),
    rotation=st.floats(-4, 4, width=32).filter(lambda angle: abs(angle) > 1e-3),
    limits=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    replicate=st.booleans(),
)
def test_rotated_and_scaled(
    size: tuple[int, int],
    center: tuple[float, float],
    part: tuple[float, float],
    rotation: float,
    limits: tuple[int, int],
    replicate: bool,
) -> None:
    height, width = size
    sides = [float(np.float32(p) * np.float32(side)) for p, side in zip(part, (width, height), strict=True)]
    region = (center[0] * width, center[1] * height, rounded(sides[0]), rounded(sides[1]))
    if min(region[2:]) < 1:
        return
    one = np.float32(1)
    scale = min(
        one, *(np.float32(limit) / np.float32(side) for limit, side in zip(limits, region[2:], strict=True))
    )
    out = (float(np.float32(region[2]) * scale), float(np.float32(region[3]) * scale))
    if min(out) < 1:
        return
    rect = NormalizedRect(
        x_center=center[0], y_center=center[1], width=part[0], height=part[1], rotation=rotation
    )
    border = "BORDER_REPLICATE" if replicate else "BORDER_ZERO"
    options = f"border_mode: {border} output_max_width: {limits[0]} output_max_height: {limits[1]}"
    image = noise(height, width)
    found = crop(image, options, norm_rect=rect)
    expected = reference(image, (*region, rotation), out, replicate)
    assert found.shape == expected.shape
    known = expected >= 0
    np.testing.assert_array_equal(found[known], expected[known])


def test_pixels_equally_near_are_those_of_opencv_4() -> None:
    """Scaled by 7/20, row 3 of the output lies at row 3.5 of the image: rounded half to even, 4."""
    image = np.tile(np.arange(24, dtype=np.uint8)[:, None], (1, 49))
    rect = NormalizedRect(
        x_center=0.651066243648529,
        y_center=0.18747363984584808,
        width=0.6796636581420898,
        height=0.84781152009,
    )
    found = crop(image, "output_max_height: 7", norm_rect=rect)
    assert found.shape == (7, 11)
    assert found[:, 5].tolist() == [0, 0, 1, 4, 6, 9, 12]


def test_many_regions_side_by_side() -> None:
    """Calls that run in parallel do not mix up their regions."""
    image = noise(40, 40, 3)
    regions = [(0.5, 0.1 * (k % 7)) for k in range(60)]
    rects = [NormalizedRect(x_center=x, y_center=x, width=0.5, height=0.4, rotation=r) for x, r in regions]
    alone = [crop(image, norm_rect=rect) for rect in rects[:7]]
    text = "num_threads: 4 " + node(
        "ImageCropping", ["IMAGE:image", "NORM_RECT:rect"], ["IMAGE:out"], more="max_in_flight: 4"
    )
    frame = ImageFrame.adopt(image)
    inputs: dict[str, list[tuple[int, Any]]] = {
        "image": [(at, frame) for at in range(60)],
        "rect": list(enumerate(rects)),
    }
    found = run_graph(text, inputs, ["out"])["out"]
    assert [at for at, _ in found] == list(range(60))
    for at, out in found:
        np.testing.assert_array_equal(out.numpy_view(), alone[at % 7])


def test_what_lies_inside_is_not_copied() -> None:
    frame = ImageFrame.adopt(noise(8, 9, 3))
    rect = Rect(x_center=4, y_center=3, width=4, height=2)
    out = run_graph(graph("", "RECT:rect"), {"image": [(0, frame)], "rect": [(0, rect)]}, ["out"])["out"][0][
        1
    ]
    np.testing.assert_array_equal(out.numpy_view(), frame.numpy_view()[2:4, 2:6])
    assert np.shares_memory(out._data, frame.numpy_view())


@pytest.mark.parametrize(
    ("options", "inputs"),
    [
        ("width: 4 height: 2", {}),
        ("norm_width: 0.5 norm_height: 0.25", {}),
        ("", {"width": 4, "height": 2}),
        ("", {"norm_rect": NormalizedRect(x_center=0.5, y_center=0.5, width=0.5, height=0.25)}),
        ("", {"rect": Rect(x_center=4, y_center=4, width=4, height=2)}),
    ],
)
def test_what_gives_the_size(options: str, inputs: dict[str, Any]) -> None:
    """Each way leads to the middle 4x2 of an 8x8 image."""
    image = noise(8, 8, 3)
    np.testing.assert_array_equal(crop(image, options, **inputs), image[3:5, 2:6])


def test_centre_and_rotation_of_the_options_count_only_without_rectangles() -> None:
    image = noise(8, 8)
    center = "norm_center_x: 0.25 norm_center_y: 0.125"
    np.testing.assert_array_equal(crop(image, f"width: 4 height: 2 {center}"), image[0:2, 0:4])
    np.testing.assert_array_equal(crop(image, "width: 4 height: 2 norm_center_x: 0.25"), image[3:5, 2:6])
    rect = Rect(x_center=4, y_center=4, width=4, height=2)
    np.testing.assert_array_equal(crop(image, f"{center} rotation: 1", rect=rect), image[3:5, 2:6])
    turned = crop(image, f"width: 8 height: 8 rotation: {math.pi / 2}")
    np.testing.assert_array_equal(turned, np.rot90(image))


@pytest.mark.parametrize("side", [0, -3])
def test_a_rectangle_without_a_size_stands_for_the_whole_image(side: int) -> None:
    image = noise(5, 7)
    rect = Rect(x_center=1, y_center=1, width=side, height=2, rotation=1)
    np.testing.assert_array_equal(crop(image, rect=rect), image)
    norm = NormalizedRect(x_center=0.1, y_center=0.1, width=side, height=0.5, rotation=1)
    np.testing.assert_array_equal(crop(image, norm_rect=norm), image)


def test_without_a_packet_nothing_is_sent() -> None:
    rect = Rect(x_center=1, y_center=1, width=2, height=2)
    inputs: dict[str, list[tuple[int, Any]]] = {
        "image": [(0, ImageFrame.adopt(noise(3, 3))), (2, ImageFrame.adopt(noise(3, 3)))],
        "rect": [(1, rect), (2, rect)],
    }
    assert [at for at, _ in run_graph(graph("", "RECT:rect"), inputs, ["out"])["out"]] == [2]


@pytest.mark.parametrize(
    ("image", "options", "inputs", "message"),
    [
        (noise(0, 3), "width: 1 height: 1", {}, "the image has 3x0 pixels"),
        (noise(3, 3), "", {"width": 0, "height": 5}, "what is cut out has 0x5 pixels"),
        (noise(3, 3), "width: 40000 height: 1", {}, "40000x1 pixels: each side must be 1 to 32766"),
        (noise(3, 3), "width: 3 height: 3 output_max_width: 0", {}, "0x0 pixels"),
        (noise(3, 3), "norm_width: 1e30 norm_height: 1", {}, "what is cut out has 0x3 pixels"),
        (noise(3, 3), "width: 3 height: 3 rotation: nan", {}, "not finite"),
    ],
)
def test_what_cannot_be_cut_out(image: Array, options: str, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(RunError, match=message):
        crop(image, options, **inputs)


def test_contract() -> None:
    with pytest.raises(ContractError, match="got none"):
        Graph(graph())
    with pytest.raises(ContractError, match="got RECT, the options width and height"):
        Graph(graph("width: 1 height: 1", "RECT:rect"))
    with pytest.raises(ContractError, match="BORDER_ZERO or BORDER_REPLICATE"):
        Graph(graph("width: 1 height: 1 border_mode: BORDER_UNSPECIFIED"))
    with pytest.raises(ContractError, match="all of IMAGE must be connected, or all of them with _GPU"):
        Graph(node("ImageCropping", ["IMAGE_GPU:image"], ["IMAGE:out"], "width: 1 height: 1"))
