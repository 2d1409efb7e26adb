"""ColorConvertCalculator: spec calculators.md 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import ConfigError, ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def convert(source: str, target: str, image: ImageFrame) -> ImageFrame:
    text = node("ColorConvert", [f"{source}_IN:in"], [f"{target}_OUT:out"])
    ((at, out),) = run_graph(text, {"in": [(4, image)]}, ["out"])["out"]
    assert at == 4
    assert isinstance(out, ImageFrame)
    return out


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def opaque(image: Array) -> Array:
    return np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])


@pytest.mark.parametrize(
    ("source", "target", "made", "shape", "expected"),
    [
        ("RGBA", "RGB", ImageFormat.SRGB, (4,), lambda image: image[..., :3]),
        ("GRAY", "RGB", ImageFormat.SRGB, (), lambda image: np.stack([image] * 3, -1)),
        ("RGB", "RGBA", ImageFormat.SRGBA, (3,), opaque),
        ("BGRA", "RGBA", ImageFormat.SRGBA, (4,), lambda image: image[..., [2, 1, 0, 3]]),
        ("RGBA", "BGRA", ImageFormat.SBGRA, (4,), lambda image: image[..., [2, 1, 0, 3]]),
        ("BGR", "RGB", ImageFormat.SRGB, (3,), lambda image: image[..., ::-1]),
    ],
)
def test_channels(source: str, target: str, made: ImageFormat, shape: tuple[int, ...], expected: Any) -> None:
    image = noise(7, 5, *shape)
    out = convert(source, target, ImageFrame.adopt(image.copy()))
    assert out.image_format is made
    np.testing.assert_array_equal(out.numpy_view(), expected(image))


def test_gray_has_opencvs_fixed_point_weights() -> None:
    """0.299, 0.587 and 0.114 in 15 bits, rounded; every level of each channel and a sample of all colours."""
    ramp = np.arange(256, dtype=np.uint8)[:, None, None] * np.eye(3, dtype=np.uint8)
    image = np.concatenate([ramp, noise(256, 61, 3)], 1)
    red, green, blue = (image[..., channel].astype(int) for channel in range(3))
    expected = (9798 * red + 19235 * green + 3735 * blue + (1 << 14)) >> 15
    out = convert("RGB", "GRAY", ImageFrame.adopt(image.copy()))
    assert out.image_format is ImageFormat.GRAY8
    np.testing.assert_array_equal(out.numpy_view(), expected)


def test_the_format_of_the_frame_is_not_looked_at() -> None:
    """Upstream checks none: BGR_IN takes a frame that calls itself SRGB, BGRA_IN one of SRGBA."""
    image = ImageFrame.adopt(noise(3, 4, 4))
    assert image.image_format is ImageFormat.SRGBA
    np.testing.assert_array_equal(
        convert("BGRA", "RGBA", image).numpy_view()[..., 0], image.numpy_view()[..., 2]
    )


def test_an_image_without_pixels() -> None:
    out = convert("RGB", "GRAY", ImageFrame.adopt(np.zeros((0, 5, 3), np.uint8)))
    assert (out.width, out.height, out.image_format) == (5, 0, ImageFormat.GRAY8)


def test_other_channels_than_the_tag_says() -> None:
    with pytest.raises(RunError, match="RGB_IN takes 3 channels of 8 bits, got GRAY8"):
        convert("RGB", "GRAY", ImageFrame.adopt(noise(3, 4)))
    with pytest.raises(RunError, match="GRAY_IN takes 1 channel of 8 bits, got GRAY16"):
        convert("GRAY", "RGB", ImageFrame.adopt(noise(3, 4).astype(np.uint16)))


def test_contract() -> None:
    with pytest.raises(ContractError, match="no conversion of GRAY_IN to RGBA_OUT"):
        Graph(node("ColorConvert", ["GRAY_IN:in"], ["RGBA_OUT:out"]))
    with pytest.raises(ContractError, match="exactly one output"):
        Graph(node("ColorConvert", ["RGB_IN:in"], ["RGBA_OUT:a", "GRAY_OUT:b"]))
    with pytest.raises(ContractError, match="exactly one input"):
        Graph(node("ColorConvert", ["RGB_IN:in", "GRAY_IN:other"], ["RGBA_OUT:a"]))
    with pytest.raises(ConfigError, match=r"exactly one output .* connected: none"):
        Graph(node("ColorConvert", ["RGB_IN:in"], ["BGR_OUT:out"]))
