"""AnnotationOverlayCalculator on the GPU: upstream's calculators/util/annotation_overlay_calculator.cc."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gpu_device import the_device
from graph_runs import run_graph
from graph_steps import node

from mpgraph.errors import RunError
from mpgraph.formats.image import Image
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.render_data import RenderAnnotation, RenderData

pytestmark = pytest.mark.gpu

Array = npt.NDArray[Any]


def noise(height: int, width: int, channels: int = 3) -> Array:
    return np.random.default_rng(height).integers(0, 256, (height, width, channels), np.uint8)


def box(left: float, top: float, right: float, bottom: float, **more: Any) -> RenderData:
    rectangle = {"left": left, "top": top, "right": right, "bottom": bottom, **more}
    annotation = RenderAnnotation(filled_rectangle={"rectangle": rectangle}, color={"r": 255, "g": 9, "b": 2})
    return RenderData(render_annotations=[annotation])


def laid(pixels: Array, data: list[RenderData], options: str = "", tag: str = "IMAGE_GPU") -> Array:
    image: Any = the_device().gpu.upload(ImageFrame.adopt(pixels))
    if tag == "UIMAGE":
        image = Image.from_texture(image)
    text = node("AnnotationOverlay", [f"{tag}:image", "VECTOR:data"], [f"{tag}:out"], options)
    inputs: dict[str, list[tuple[int, Any]]] = {"image": [(5, image)], "data": [(5, data)]}
    ((at, out),) = run_graph(text, inputs, ["out"])["out"]
    assert at == 5
    assert type(out) is type(image)
    if tag == "UIMAGE":
        assert out.uses_gpu()
        out = out.texture(the_device().gpu)
    assert out.image_format is ImageFormat.SRGBA
    found: Array = out.download().numpy_view()
    return found


@pytest.mark.parametrize("tag", ["IMAGE_GPU", "UIMAGE"])
@pytest.mark.parametrize("channels", [3, 4])
def test_the_drawing_covers_the_image(tag: str, channels: int) -> None:
    """What comes out is opaque, whatever came in."""
    pixels = noise(12, 16, channels)
    found = laid(pixels.copy(), [box(2, 3, 7, 9)], tag=tag)
    expected = np.dstack([pixels[:, :, :3], np.full((12, 16), 255, np.uint8)])
    expected[3:9, 2:7] = (255, 9, 2, 255)
    np.testing.assert_array_equal(found, expected)


def test_nothing_drawn_and_the_colour_that_is_not_seen() -> None:
    pixels = noise(8, 8)
    blank = RenderAnnotation(
        filled_rectangle={"rectangle": {"right": 8, "bottom": 8}}, color={"r": 2, "g": 2, "b": 2}
    )
    for data in ([], [RenderData(render_annotations=[blank])]):
        np.testing.assert_array_equal(laid(pixels.copy(), data)[:, :, :3], pixels)


def test_images_with_row_0_at_the_bottom() -> None:
    pixels = noise(8, 12)
    found = laid(pixels.copy(), [box(0, 0, 12, 2)], "gpu_uses_top_left_origin: false")
    np.testing.assert_array_equal(found[:6, :, :3], pixels[:6])
    assert (found[6:] == (255, 9, 2, 255)).all()


def test_a_smaller_drawing() -> None:
    """Drawn at half of the size, the nearest pixel is taken; lengths in pixels are the image's."""
    pixels = noise(16, 24)
    half = "gpu_scale_factor: 0.5"
    found = laid(pixels.copy(), [box(4, 2, 12, 10)], half)
    expected = pixels.copy()
    expected[2:10, 4:12] = (255, 9, 2)
    np.testing.assert_array_equal(found[:, :, :3], expected)
    normalized = box(4 / 24, 2 / 16, 12 / 24, 10 / 16, normalized=True)
    np.testing.assert_array_equal(laid(pixels.copy(), [normalized], half), found)
    larger = laid(pixels.copy(), [normalized], "gpu_scale_factor: 2")
    np.testing.assert_array_equal(larger, found)


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (9, 2)])
def test_odd_sizes(size: tuple[int, int]) -> None:
    """The drawing's sides are multiples of four, and it is brought to the image's."""
    whole = box(0, 0, 1, 1, normalized=True)
    assert (laid(noise(*size), [whole]) == (255, 9, 2, 255)).all()


def test_images_that_have_no_colour() -> None:
    with pytest.raises(RunError, match="must be of format SRGB or SRGBA; got <GpuBuffer R8 4x4>"):
        laid(np.zeros((4, 4), np.uint8), [])


@pytest.mark.parametrize("scale", [0.5, 0.25])
def test_thickness_and_texts_shrink_too(scale: float) -> None:
    """As if drawn large and made small: about the same part of the image is covered."""
    shapes: list[dict[str, Any]] = [
        {"line": {"x_start": 10, "y_start": 20, "x_end": 100, "y_end": 60}, "thickness": 8},
        {"oval": {"rectangle": {"left": 20, "top": 10, "right": 100, "bottom": 90}}, "thickness": 8},
        {
            "rounded_rectangle": {
                "rectangle": {"left": 9, "top": 9, "right": 99, "bottom": 89},
                "corner_radius": 12,
            }
        },
        {"text": {"display_text": "HHH", "left": 10, "baseline": 80, "font_height": 48}, "thickness": 4},
    ]
    for shape in shapes:
        data = [RenderData(render_annotations=[RenderAnnotation(color={"g": 255}, **shape)])]
        black = np.zeros((100, 120, 3), np.uint8)
        full, small = (
            (laid(black.copy(), data, f"gpu_scale_factor: {each}")[:, :, 1] > 127).mean()
            for each in (1, scale)
        )
        assert full > 0
        assert 0.4 < small / full < 4
