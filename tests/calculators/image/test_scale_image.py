"""ScaleImageCalculator: spec calculators.md 4; sizes and pixels by themselves: test_scaling.py."""

from __future__ import annotations

from typing import Any, ClassVar

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from graph_steps import node
from mpgraph.calculators.image.scale_image_options import ScaleImageOptions
from mpgraph.calculators.image.scaling import rescale_in_linear_light

from mpgraph import Calculator, Graph, Packet
from mpgraph.context import Context
from mpgraph.errors import ConfigError, ContractError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.options import message_class
from mpgraph.ports import Input, Output
from mpgraph.timestamp import PRESTREAM

Array = npt.NDArray[Any]
Found = dict[str, list[tuple[int, Any]]]


class Headed(Calculator, name="ScaleTestHeadedCalculator"):
    """Gives a stream a header."""

    frames = Input[ImageFrame]()
    header: ClassVar[VideoHeader | None] = None
    headed = Output[ImageFrame]()

    def open(self, cc: Context) -> None:
        if self.header is not None:
            cc.set_header(self.headed, Packet(self.header))

    def process(self, cc: Context) -> None:
        cc.send_packet(self.headed, cc.packet(self.frames))


class Sees(Calculator, name="ScaleTestSeesCalculator"):
    """Notes the header of its input."""

    frames = Input[ImageFrame]()
    seen: ClassVar[list[Packet]] = []

    def open(self, cc: Context) -> None:
        self.seen.append(cc.header(self.frames))


def graph(options: str = "", *tags: str) -> str:
    """FRAMES in and out, and ports of these tags: VIDEO_HEADER both ways, OVERRIDE_OPTIONS in."""
    inputs = ["FRAMES:in", *(f"{tag}:{tag.lower()}" for tag in tags)]
    outputs = ["FRAMES:out", *(f"{tag}:new_{tag.lower()}" for tag in tags if tag == "VIDEO_HEADER")]
    return node("ScaleImage", inputs, outputs, options)


def run(text: str, steps: list[tuple[str, int, Any]], header: VideoHeader | None = None) -> Found:
    """What comes out; `steps` are packets (stream, timestamp, value), a bound where the value is None."""
    found: Found = {
        name: [] for name in ("out", "new_video_header") if f":{name}" in text or f'"{name}"' in text
    }
    Headed.header = header
    Sees.seen.clear()
    text = text.replace('"FRAMES:in"', '"FRAMES:headed"') + (
        'node { calculator: "ScaleTestHeadedCalculator" input_stream: "in" output_stream: "headed" }'
        'node { calculator: "ScaleTestSeesCalculator" input_stream: "out" }'
    )
    with Graph(text) as made:
        for name, packets in found.items():
            made.observe(name, collector(packets))
        made.start()
        for stream, timestamp, value in steps:
            made.add_packet(stream, Packet.empty() if value is None else value, timestamp)
        made.close_all_inputs()
        made.wait_until_done()
    return found


def collector(to: list[tuple[int, Any]]) -> Any:
    return lambda packet: to.append((packet.timestamp, packet.value))


def noise(*shape: int) -> Array:
    return np.random.default_rng(sum(shape)).integers(0, 256, shape, np.uint8)


def scale(image: Array, options: str = "") -> ImageFrame:
    ((at, out),) = run(graph(options), [("in", 4, ImageFrame.adopt(image.copy()))])["out"]
    assert at == 4
    assert isinstance(out, ImageFrame)
    return out


def test_crop_and_shrink() -> None:
    """200x100 is cropped to 176x100 by the default limits, then brought within 88x88."""
    image = noise(100, 200, 3)
    expected = image[:, 12:188].reshape(50, 2, 88, 2, 3).mean((1, 3))
    found = scale(image, "target_width: 88 target_height: 88")
    assert np.abs(found.numpy_view() - expected).max() <= 0.5


@pytest.mark.parametrize(
    ("algorithm", "code"),
    [
        ("DEFAULT", "CUBIC"),
        ("CUBIC", "CUBIC"),
        ("LINEAR", "LINEAR"),
        ("AREA", "AREA"),
        ("LANCZOS", "LANCZOS4"),
    ],
)
def test_growing(algorithm: str, code: str) -> None:
    image = noise(20, 30, 3)
    expected = rescale_in_linear_light(image, 60, 40, getattr(cv2, f"INTER_{code}"))
    found = scale(image, f"target_width: 60 algorithm: {algorithm}")
    np.testing.assert_array_equal(found.numpy_view(), expected)


def test_without_growing() -> None:
    image = noise(20, 30, 3)
    options = "algorithm: DEFAULT_WITHOUT_UPSCALE target_width:"
    np.testing.assert_array_equal(scale(image, f"{options} 60").numpy_view(), image)
    assert scale(image, f"{options} 16").width == 16


@pytest.mark.parametrize("channels", [3, 4])
def test_other_format(channels: int) -> None:
    image = noise(20, 30, channels)
    other = "SRGB" if channels == 4 else "SRGBA"
    found = scale(image, f"output_format: {other}")
    assert found.image_format.name == other
    np.testing.assert_array_equal(found.numpy_view()[..., :3], image[..., :3])
    if channels == 3:
        assert (found.numpy_view()[..., 3] == 255).all()


def test_untagged_streams_and_frames_that_stay_the_same() -> None:
    frame = ImageFrame.adopt(noise(20, 30, 3))
    out = run(node("ScaleImage", ["in"], ["out"]), [("in", 0, frame)])["out"]
    assert out[0][1] is frame


def test_the_packet_goes_on_with_any_alignment_even_unconverted() -> None:
    """As upstream: with alignment_boundary 0 a frame of the right size is not converted."""
    frame = ImageFrame.adopt(noise(20, 32, 3))
    options = "alignment_boundary: 0 output_format: SRGBA"
    assert run(graph(options), [("in", 0, frame)])["out"][0][1] is frame
    odd = ImageFrame.adopt(noise(20, 30, 3))  # 30 * 4 is no multiple of 16: its rows would have padding
    assert run(graph(options), [("in", 0, odd)])["out"][0][1].image_format is ImageFormat.SRGBA
    options += " set_alignment_padding: false"
    assert run(graph(options), [("in", 0, odd)])["out"][0][1] is odd


def test_each_size_is_planned_anew() -> None:
    frames = [
        ImageFrame.adopt(noise(*shape)) for shape in ((20, 20, 3), (20, 30, 4), (40, 20, 3), (20, 20, 3))
    ]
    out = run(graph("target_width: 10"), [("in", t, frame) for t, frame in enumerate(frames)])["out"]
    assert [(t, o.width, o.height, o.channels) for t, o in out] == [
        (0, 10, 10, 3),
        (1, 10, 6, 4),
        (2, 10, 16, 3),
        (3, 10, 10, 3),
    ]


def test_a_video_header_gets_the_new_size_once() -> None:
    header = VideoHeader(format=ImageFormat.SRGB, width=20, height=30, frame_rate=25, duration=2)
    frame, other = ImageFrame.adopt(noise(30, 20, 3)), ImageFrame.adopt(noise(20, 20, 3))
    steps = [("video_header", PRESTREAM, header), ("in", 0, frame), ("in", 1, other)]
    found = run(graph("target_height: 10 output_format: SRGBA", "VIDEO_HEADER"), steps)
    ((at, new),) = found["new_video_header"]
    assert at == PRESTREAM
    assert new == VideoHeader(format=ImageFormat.SRGBA, width=6, height=10, frame_rate=25, duration=2)
    assert [(o.width, o.height) for _, o in found["out"]] == [(6, 10), (10, 10)]


def test_without_a_video_header_one_is_made() -> None:
    text = node("ScaleImage", ["FRAMES:in"], ["FRAMES:out", "VIDEO_HEADER:new_video_header"])
    found = run(text, [("in", 0, ImageFrame.adopt(noise(30, 20, 3)))])["new_video_header"]
    assert found == [(PRESTREAM, VideoHeader(format=ImageFormat.SRGB, width=20, height=30))]


HEADER = VideoHeader(format=ImageFormat.SRGB, width=40, height=20, frame_rate=25)


def test_the_streams_own_header() -> None:
    """It gives the output its header, and then frames must be as it says."""
    text = graph("target_width: 20 max_aspect_ratio: ''")
    out = run(text, [("in", 0, ImageFrame.adopt(noise(20, 40, 3)))], HEADER)["out"]
    assert (out[0][1].width, out[0][1].height) == (20, 10)
    (seen,) = Sees.seen
    assert seen.value == VideoHeader(format=ImageFormat.SRGB, width=20, height=10, frame_rate=25)
    for image in (noise(20, 20, 3), noise(20, 40, 4)):
        with pytest.raises(RunError, match="as their stream's header says, SRGB 40x20; got"):
            run(graph(), [("in", 0, ImageFrame.adopt(image))], HEADER)


def test_a_header_that_says_too_little_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    frame = ImageFrame.adopt(noise(20, 20, 3))
    assert run(graph(), [("in", 0, frame)], VideoHeader(width=40, height=20))["out"][0][1] is frame
    assert "says too little" in caplog.text


@pytest.mark.parametrize("as_message", [False, True])
def test_other_options_at_prestream(as_message: bool) -> None:
    """Merged over the node's: the width is replaced, the format stays."""
    over: Any = ScaleImageOptions(target_width=10)
    if as_message:
        over = message_class(ScaleImageOptions)(target_width=10)
    text = graph("target_width: 20 output_format: SRGBA", "OVERRIDE_OPTIONS")
    frame = ImageFrame.adopt(noise(20, 40, 3))
    out = run(text, [("override_options", PRESTREAM, over), ("in", 0, frame)])["out"][0][1]
    assert (out.width, out.image_format) == (10, ImageFormat.SRGBA)


def test_other_options_must_come_in_time() -> None:
    text = graph("target_width: 20", "OVERRIDE_OPTIONS")
    frame = ImageFrame.adopt(noise(20, 40, 3))
    late = ("override_options", 0, ScaleImageOptions())
    for steps in ([("in", 0, frame)], [late, ("in", 0, frame)]):
        with pytest.raises(RunError, match="OVERRIDE_OPTIONS must have a packet at PreStream"):
            run(text, steps)
    with pytest.raises(RunError, match="cannot be used with frames whose stream has a header"):
        run(text, [], HEADER)
    with pytest.raises((RunError, TypeError), match="ScaleImageCalculatorOptions"):
        run(text, [("override_options", PRESTREAM, "target_width: 10")])


def test_without_a_frame_nothing_is_sent() -> None:
    steps = [("in", 0, None), ("in", 1, ImageFrame.adopt(noise(20, 20, 3)))]
    assert [at for at, _ in run(graph(), steps)["out"]] == [1]


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (noise(0, 5, 3), "", "has no pixels"),
        (noise(5, 5), "", "only SRGB and SRGBA can be scaled; got GRAY8"),
        (noise(5, 5, 3), "output_format: GRAY8", "got SRGB to become GRAY8"),
        (noise(5, 5, 3).astype(np.uint16), "", "got SRGB48"),
        (noise(5, 5, 3), "input_format: SRGBA", "must be of input_format SRGBA, got SRGB"),
        (noise(5, 5, 4), "target_width: 10", "only SRGB frames can become larger, not SRGBA"),
        (noise(1, 5, 3), "max_aspect_ratio: '1/1'", "nothing is left of a frame of 5x1"),
        (noise(5, 5, 3), "scale_to_multiple_of: 4", "must be 2 where the aspect ratio is kept, got 4"),
    ],
)
def test_what_cannot_be_scaled(image: Array, options: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        scale(image, options)


def test_contract() -> None:
    with pytest.raises(
        ContractError, match="exactly one input, untagged or FRAMES, must be connected; got both"
    ):
        Graph(node("ScaleImage", ["FRAMES:in", "other"], ["FRAMES:out"]))
    with pytest.raises(
        ContractError, match="exactly one output, untagged or FRAMES, must be connected; got none"
    ):
        Graph(node("ScaleImage", ["FRAMES:in"], ["VIDEO_HEADER:out"]))
    with pytest.raises(ConfigError, match="two numbers with a slash"):
        Graph(graph("min_aspect_ratio: '16'"))
    with pytest.raises(ContractError, match="YCBCR420P are not supported"):
        Graph(graph("input_format: YCBCR420P"))
