"""OpenCvVideoEncoderCalculator: spec calculators.md 5."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from graph_steps import node
from media_clips import picture, sound_packets, times, write_clip

from mpgraph import Graph
from mpgraph.errors import ContractError, MediaError, RunError
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.video_header import VideoHeader
from mpgraph.timestamp import PRESTREAM

Array = npt.NDArray[Any]
SIZE = "fps: 10 width: 64 height: 48"


def graph(options: str, *, header: bool = False, audio: bool = False) -> str:
    return 'input_side_packet: "path" input_side_packet: "audio" ' + node(
        "OpenCvVideoEncoder",
        ["VIDEO:video", *["VIDEO_PRESTREAM:header"] * header],
        options=options,
        side_inputs=["OUTPUT_FILE_PATH:path", *["AUDIO_FILE_PATH:audio"] * audio],
    )


def encode(
    path: Path,
    frames: list[Array],
    options: str = "",
    *,
    header: VideoHeader | None = None,
    audio: str | None = None,
) -> None:
    options = options or f'codec: "avc1" video_format: "mp4" {SIZE if header is None else ""}'
    inputs: dict[str, list[tuple[int, Any]]] = {
        "video": [(7 * at, ImageFrame.adopt(image.copy())) for at, image in enumerate(frames)]
    }
    if header is not None:
        inputs["header"] = [(PRESTREAM, header)]
    text = graph(options, header=header is not None, audio=audio is not None)
    run_graph(text, inputs, [], {"path": str(path), "audio": audio or ""})


def decoded(path: Path) -> list[Array]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize(
    ("codec", "suffix", "made"),
    [
        ("avc1", "mp4", "h264"),
        ("H264", "mov", "h264"),
        ("mp4v", "mp4", "mpeg4"),
        ("XVID", "avi", "mpeg4"),
        ("MJPG", "avi", "mjpeg"),
        ("hvc1", "mp4", "hevc"),
        ("VP80", "webm", "vp8"),
        ("vp09", "webm", "vp9"),
        ("avc1", "mkv", "h264"),
    ],
)
def test_codecs(tmp_path: Path, codec: str, suffix: str, made: str) -> None:
    """Frames follow each other at the frame rate, whatever their timestamps."""
    path = tmp_path / f"schön ☃.{suffix}"
    encode(path, [picture(k) for k in range(6)], f'codec: "{codec}" video_format: "{suffix}" {SIZE}')
    with av.open(path) as container:
        assert container.streams.video[0].codec_context.name.removeprefix("lib") in (made, f"{made}dec")
    assert times(path) == [k * 100_000 for k in range(6)]
    found = decoded(path)
    for index, image in enumerate(found):
        assert np.abs(image.astype(int) - picture(index)).mean() < 6


@pytest.mark.parametrize("rate", [30.0, 29.97002997, 25.0, 23.976, 0.5])
def test_the_header_tells_rate_and_size(tmp_path: Path, rate: float) -> None:
    path = tmp_path / "out.mp4"
    encode(path, [picture(k) for k in range(5)], header=VideoHeader(width=64, height=48, frame_rate=rate))
    assert times(path) == pytest.approx([k / rate * 1e6 for k in range(5)], abs=12)
    with av.open(path) as container:
        assert float(container.streams.video[0].average_rate or 0) == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("channels", [1, 4])
def test_gray_and_alpha(tmp_path: Path, channels: int) -> None:
    image = np.dstack([picture(1), np.zeros((48, 64), np.uint8)]) if channels == 4 else picture(1)[..., 0]
    encode(tmp_path / "out.mp4", [image])
    expected = image[..., :3] if channels == 4 else np.stack([image] * 3, -1)
    assert np.abs(decoded(tmp_path / "out.mp4")[0].astype(int) - expected).mean() < 4


def test_sound_is_copied(tmp_path: Path) -> None:
    """All of it, also where it goes on after the last frame."""
    source = write_clip(tmp_path / "in.mp4", range(10), sound="aac")
    path = tmp_path / "out.mp4"
    encode(path, [picture(0), picture(1)], audio=str(source))
    assert sound_packets(path) == sound_packets(source)
    assert len(decoded(path)) == 2


def test_sound_of_an_adts_file(tmp_path: Path) -> None:
    from mpgraph.media.audio import audio_track, save_aac

    source = write_clip(tmp_path / "in.mp4", range(10), sound="aac")
    save_aac(audio_track(source), tmp_path / "sound.aac")
    encode(tmp_path / "out.mp4", [picture(0)], audio=str(tmp_path / "sound.aac"))
    assert [data for _, data in sound_packets(tmp_path / "out.mp4")] == [
        data for _, data in sound_packets(source)
    ]


def test_an_empty_path_of_sound_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        encode(tmp_path / "out.mp4", [picture(0)], audio="")
    assert "no sound, as AUDIO_FILE_PATH is empty" in caplog.text
    assert sound_packets(tmp_path / "out.mp4") == []


def test_without_frames_there_is_no_file_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "out.mp4").write_bytes(b"what was there")
    with caplog.at_level(logging.WARNING):
        encode(tmp_path / "out.mp4", [])
        encode(tmp_path / "out.mp4", [], header=VideoHeader(width=64, height=48, frame_rate=10))
    assert caplog.text.count("not written, as there came no frame") == 2
    assert (tmp_path / "out.mp4").read_bytes() == b"what was there"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_run_that_fails_keeps_the_frames_before(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="a frame must be 64x48"):
        encode(tmp_path / "out.mp4", [picture(0), picture(1), picture(2, 32, 32)])
    assert len(decoded(tmp_path / "out.mp4")) == 2


@pytest.mark.parametrize(
    ("image", "got"),
    [
        (picture(0, 32, 32), "SRGB 32x32"),
        (np.zeros((48, 64), np.float32), "VEC32F1 64x48"),
        (np.zeros((48, 64, 3), np.uint16), "SRGB48 64x48"),
        (np.zeros((0, 64, 3), np.uint8), "SRGB 64x0"),
    ],
)
def test_frames_that_do_not_fit(tmp_path: Path, image: Array, got: str) -> None:
    with pytest.raises(RunError, match=rf"64x48 of format GRAY8, SRGB, SRGBA; got <ImageFrame {got}>"):
        encode(tmp_path / "out.mp4", [image])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("header", [{}, {"frame_rate": 30.0, "width": 0, "height": 5}, {"frame_rate": -1.0}])
def test_headers_that_say_too_little(tmp_path: Path, header: dict[str, Any]) -> None:
    with pytest.raises(RunError, match="frame rate, width and height must be positive"):
        encode(tmp_path / "out.mp4", [], header=VideoHeader(**{"width": 4, "height": 4, **header}))


def test_a_header_must_come_first(tmp_path: Path) -> None:
    inputs = {"video": [(0, ImageFrame.adopt(picture(0)))], "header": []}
    text = graph('codec: "avc1" video_format: "mp4"', header=True)
    with pytest.raises(RunError, match="the header must come"):
        run_graph(text, inputs, [], {"path": str(tmp_path / "out.mp4"), "audio": ""})


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("out.avi", f'codec: "avc1" video_format: "mp4" {SIZE}', r'must end with ".mp4".* got ".*out.avi"'),
        ("mp4", f'codec: "avc1" video_format: "mp4" {SIZE}', 'must end with ".mp4"'),
        ("out.mp4", f'codec: "abcd" video_format: "mp4" {SIZE}', 'cannot write codec "abcd"; known are avc1'),
        ("out.xyz", f'codec: "avc1" video_format: "xyz" {SIZE}', 'cannot write ".xyz" files; known are .mp4'),
        ("no/such/out.mp4", f'codec: "avc1" video_format: "mp4" {SIZE}', "there is no folder"),
        (
            "out.webm",
            f'codec: "avc1" video_format: "webm" {SIZE}',
            "out.webm: webm files cannot hold video of libx264",
        ),
    ],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, options: str, message: str) -> None:
    with pytest.raises(RunError, match=message):
        encode(tmp_path / name, [picture(0)], options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [None, b"no sound"])
def test_sound_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "sound.aac").write_bytes(content)
    with pytest.raises(RunError, match=r"sound.aac: (cannot be read|there is no sound)") as raised:
        encode(tmp_path / "out.mp4", [picture(0)], audio=str(tmp_path / "sound.aac"))
    assert isinstance(raised.value.__cause__, MediaError)
    with pytest.raises(RunError, match="there is no sound in it"):
        encode(tmp_path / "out.mp4", [picture(0)], audio=str(write_clip(tmp_path / "in.mp4")))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('video_format: "mp4"', "four characters"),
        ('codec: "h26" video_format: "mp4"', 'got "h26"'),
        ('codec: "avc1"', "video_format must be set"),
    ],
)
def test_contract(options: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Graph(graph(options))


VIDEO_TO_VIDEO = """
    input_side_packet: "in"  input_side_packet: "out"
    node {
      calculator: "OpenCvVideoDecoderCalculator"
      input_side_packet: "INPUT_FILE_PATH:in"
      output_side_packet: "SAVED_AUDIO_PATH:sound"
      output_stream: "VIDEO:video"  output_stream: "VIDEO_PRESTREAM:header"
    }
    node {
      calculator: "ImageTransformationCalculator"
      input_stream: "IMAGE:video"  input_stream: "VIDEO_PRESTREAM:header"
      output_stream: "IMAGE:small_video"  output_stream: "VIDEO_PRESTREAM:small_header"
      options {
        [mediapipe.ImageTransformationCalculatorOptions.ext] {
          output_width: 32 output_height: 24 flip_horizontally: true
        }
      }
    }
    node {
      calculator: "OpenCvVideoEncoderCalculator"
      input_stream: "VIDEO:small_video"  input_stream: "VIDEO_PRESTREAM:small_header"
      input_side_packet: "OUTPUT_FILE_PATH:out"  input_side_packet: "AUDIO_FILE_PATH:sound"
      node_options {
        [type.googleapis.com/mediapipe.OpenCvVideoEncoderCalculatorOptions] { codec: "avc1" video_format: "mp4" }
      }
    }"""


def test_from_file_to_file(tmp_path: Path) -> None:
    """A graph of upstream's calculators alone: a smaller, mirrored video with the same sound."""
    source = write_clip(tmp_path / "hin ☃.mp4", range(10), base=Fraction(1, 10), sound="aac")
    path = tmp_path / "her ☃.mp4"
    with Graph(VIDEO_TO_VIDEO) as graph:
        graph.start({"in": str(source), "out": str(path)})
        graph.wait_until_done()
    assert times(path) == [k * 100_000 for k in range(10)]
    for index, image in enumerate(decoded(path)):
        expected = picture(index, 32, 24)[:, ::-1]
        assert np.abs(image.astype(int) - expected).mean() < 5
    assert [data for _, data in sound_packets(path)] == [data for _, data in sound_packets(source)]
