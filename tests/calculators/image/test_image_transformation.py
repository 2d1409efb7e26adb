"""ImageTransformationCalculator: spec calculators.md 3."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.timestamp import PRESTREAM

Array = npt.NDArray[Any]
Streams = dict[str, list[tuple[int, Any]]]


def graph(options: str = "", streams: str = "", side: str = "", *, image: str = "IMAGE") -> str:
    names = "".join(f'input_stream: "{tag.lower()}" ' for tag in streams.split())
    ports = "".join(f'input_stream: "{tag}:{tag.lower()}" ' for tag in streams.split())
    sides = "".join(f'input_side_packet: "side_{tag.lower()}" ' for tag in side.split())
    side_ports = "".join(f'input_side_packet: "{tag}:side_{tag.lower()}" ' for tag in side.split())
    return f"""
        input_stream: "image" {names} {sides} output_stream: "out" output_stream: "padding"
        node {{
          calculator: "ImageTransformationCalculator"
          input_stream: "{image}:image" {ports} {side_ports}
          output_stream: "{image}:out" output_stream: "LETTERBOX_PADDING:padding"
          options {{ [mediapipe.ImageTransformationCalculatorOptions.ext] {{ {options} }} }}
        }}"""


def transform(options: str, image: Array) -> tuple[Array, tuple[float, ...]]:
    out = run_graph(graph(options), {"image": [(0, ImageFrame.adopt(image.copy()))]}, ["out", "padding"])
    return out["out"][0][1].numpy_view(), out["padding"][0][1]


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


@settings(max_examples=40, deadline=None)
@given(
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)).filter(lambda size: size[0] != size[1]),
    channels=st.sampled_from([1, 3, 4]),
    turns=st.sampled_from([1, 3]),
    horizontally=st.booleans(),
    vertically=st.booleans(),
)
def test_quarter_turns_and_flips_are_exact(
    size: tuple[int, int], channels: int, turns: int, horizontally: bool, vertically: bool
) -> None:
    """Without a size, quarter turns swap the sides and lose nothing; flips come after the rotation."""
    image = noise(*size, channels)
    options = (
        f"rotation_mode: ROTATION_{turns * 90} flip_horizontally: {str(horizontally).lower()} "
        f"flip_vertically: {str(vertically).lower()}"
    )
    expected = np.rot90(image, turns)
    expected = expected[:, ::-1] if horizontally else expected
    expected = expected[::-1] if vertically else expected
    np.testing.assert_array_equal(transform(options, image)[0].reshape(expected.shape), expected)


def test_half_turn_is_half_a_pixel_off() -> None:
    """Rotation within the own size: 180 degrees leave row 0 and column 0 black."""
    image = noise(5, 7, 3) | 1
    found = transform("rotation_mode: ROTATION_180", image)[0]
    assert not found[0].any()
    assert not found[:, 0].any()
    np.testing.assert_array_equal(found[1:, 1:], image[:0:-1, :0:-1])


@pytest.mark.parametrize(("turns", "row", "column"), [(1, 1, 0), (3, 0, 1)])
def test_quarter_turns_of_squares_are_half_a_pixel_off(turns: int, row: int, column: int) -> None:
    """90 degrees of a square leave row 0 black, 270 degrees column 0."""
    image = noise(6, 6, 3)
    found = transform(f"rotation_mode: ROTATION_{turns * 90}", image)[0]
    expected = np.zeros_like(image)
    turned = np.rot90(image, turns)
    expected[row:, column:] = turned[: 6 - row, : 6 - column]
    np.testing.assert_array_equal(found, expected)


def test_stretch_averages_only_if_both_sides_shrink() -> None:
    image = noise(40, 60, 3)
    found = transform("output_width: 30 output_height: 20", image)[0]
    np.testing.assert_array_equal(found, cv2.resize(image, (30, 20), interpolation=cv2.INTER_AREA))
    wide = transform("output_width: 90 output_height: 20", image)[0]
    assert wide.shape == (20, 90, 3)
    nearest = transform("output_width: 30 output_height: 20 interpolation_mode: NEAREST", image)[0]
    np.testing.assert_array_equal(nearest, image[::2, ::2])


def test_fit_pads() -> None:
    """FIT: the image in the middle, the odd pixel at the right; colour or border; padding in fractions."""
    image = np.full((10, 10, 3), 200, np.uint8)
    color = "padding_color { red: 1 green: 2 blue: 3 }"
    found, padding = transform(f"output_width: 25 output_height: 10 scale_mode: FIT {color}", image)
    assert found.shape == (10, 25, 3)
    assert (found[:, 7:17] == 200).all()
    assert (found[:, :7] == (1, 2, 3)).all()
    assert (found[:, 17:] == (1, 2, 3)).all()
    assert padding == pytest.approx((0.3, 0, 0.3, 0))
    found, _ = transform("output_width: 25 output_height: 10 scale_mode: FIT constant_padding: false", image)
    assert (found == 200).all()


def test_fill_and_crop_does_not_crop() -> None:
    """FILL_AND_CROP on the CPU: the output shrinks to the image's aspect ratio."""
    found, padding = transform(
        "output_width: 25 output_height: 10 scale_mode: FILL_AND_CROP", noise(20, 20, 3)
    )
    assert found.shape == (10, 10, 3)
    assert padding == (0, 0, 0, 0)


def test_nothing_to_do_shares_the_frame() -> None:
    frame = ImageFrame.adopt(noise(3, 4, 3))
    out = run_graph(graph("rotation_mode: ROTATION_0"), {"image": [(0, frame)]}, ["out"])
    assert out["out"][0][1] is frame


def test_streams_stick_and_go_before_side_packets_and_options() -> None:
    """Stream > side packet > option; a stream's value holds until its next packet."""
    image = noise(2, 3)
    frames = [(t, ImageFrame.adopt(image.copy())) for t in range(3)]
    text = graph("flip_horizontally: false", "FLIP_HORIZONTALLY", "FLIP_HORIZONTALLY FLIP_VERTICALLY")
    out = run_graph(
        text,
        {"image": frames, "flip_horizontally": [(1, False)]},
        ["out"],
        {"side_flip_horizontally": True, "side_flip_vertically": True},
    )["out"]
    found = [frame.numpy_view() for _, frame in out]
    np.testing.assert_array_equal(found[0], image[::-1, ::-1])
    np.testing.assert_array_equal(found[1], image[::-1])
    np.testing.assert_array_equal(found[2], image[::-1])


def test_size_and_rotation_by_streams_and_side_packets() -> None:
    frame = ImageFrame.adopt(noise(2, 3))
    by_stream = run_graph(
        graph("", "OUTPUT_DIMENSIONS ROTATION_DEGREES"),
        {
            "image": [(0, frame), (1, frame), (2, frame)],
            "output_dimensions": [(0, (7, 5)), (2, (0, 0))],
            "rotation_degrees": [(0, 45), (2, 90)],
        },
        ["out"],
    )["out"]
    assert [(at, value.width, value.height) for at, value in by_stream] == [(0, 7, 5), (2, 2, 3)]
    by_side = run_graph(
        graph("", "", "OUTPUT_DIMENSIONS ROTATION_DEGREES"),
        {"image": [(0, frame)]},
        ["out"],
        {"side_output_dimensions": [7, 5], "side_rotation_degrees": 180},
    )["out"]
    assert (by_side[0][1].width, by_side[0][1].height) == (7, 5)


def test_video_header_gets_the_outputs_size() -> None:
    text = """
        input_stream: "image" input_stream: "header" output_stream: "out" output_stream: "header_out"
        node {
          calculator: "ImageTransformationCalculator"
          input_stream: "IMAGE:image" input_stream: "VIDEO_PRESTREAM:header"
          output_stream: "IMAGE:out" output_stream: "VIDEO_PRESTREAM:header_out"
          options { [mediapipe.ImageTransformationCalculatorOptions.ext] { rotation_mode: ROTATION_90 } }
        }"""
    header = VideoHeader(width=640, height=480, frame_rate=30.0)
    out = run_graph(text, {"header": [(PRESTREAM, header)], "image": []}, ["header_out"])
    assert out["header_out"] == [(PRESTREAM, VideoHeader(width=480, height=640, frame_rate=30.0))]


def test_contract() -> None:
    with pytest.raises(ConfigError, match="VIDEO_PRESTREAM must be connected as input and as output"):
        run_graph(graph("", "VIDEO_PRESTREAM"), {}, [])
    text = graph("", "VIDEO_PRESTREAM ROTATION_DEGREES").replace("LETTERBOX_PADDING", "VIDEO_PRESTREAM")
    with pytest.raises(ConfigError, match="ROTATION_DEGREES cannot be an input stream"):
        run_graph(text, {}, [])
    mixed = graph().replace('output_stream: "IMAGE:', 'output_stream: "IMAGE_GPU:')
    with pytest.raises(ConfigError, match="connected: input IMAGE, output IMAGE_GPU"):
        run_graph(mixed, {}, [])


def test_images_of_nothing() -> None:
    with pytest.raises(RunError, match="the image has no pixels: its size is 4x0"):
        transform("", np.zeros((0, 4, 3), np.uint8))
    with pytest.raises(RunError, match="nothing is left of an image of 1000x1"):
        transform("output_width: 10 output_height: 10 scale_mode: FIT", np.zeros((1, 1000), np.uint8))


@needs_oracle
@pytest.mark.parametrize("seed", range(80))
def test_equals_upstream(seed: int) -> None:
    """Random sizes, modes, rotations, flips and formats: every value identical."""
    random = np.random.default_rng(seed)

    def pick(*choices: str) -> str:
        return str(random.choice(choices))

    height, width = random.integers(1, 200, 2)
    if seed % 3 == 0:
        height = width
    channels = random.choice([1, 3, 4])
    image = random.integers(0, 256, (height, width, channels), np.uint8)
    image = image[..., 0].copy() if channels == 1 else image
    size = f"output_width: {random.integers(8, 250)} output_height: {random.integers(8, 250)}"
    options = " ".join(
        (
            size if random.random() < 0.7 else "",
            f"rotation_mode: {pick('UNKNOWN', 'ROTATION_0', 'ROTATION_90', 'ROTATION_180', 'ROTATION_270')}",
            f"flip_vertically: {pick('true', 'false')} flip_horizontally: {pick('true', 'false')}",
            f"scale_mode: {pick('DEFAULT', 'STRETCH', 'FIT', 'FILL_AND_CROP')}",
            f"constant_padding: {pick('true', 'false')}",
            f"interpolation_mode: {pick('DEFAULT', 'LINEAR', 'NEAREST')}",
            "padding_color { red: 10 green: 200 blue: 77 }" if random.random() < 0.5 else "",
        )
    )
    try:
        expected = oracle.run_graph(graph(options), {"image": [(0, image)]}, ["out", "padding"]).plain()
    except oracle.OracleError as error:
        pytest.skip(f"upstream refuses: {error}")
    found, padding = transform(options, image)
    np.testing.assert_array_equal(found, expected["out"][0][1])
    np.testing.assert_allclose(padding, expected["padding"][0][1], rtol=1e-6)
