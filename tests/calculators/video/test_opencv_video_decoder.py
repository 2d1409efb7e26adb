"""OpenCvVideoDecoderCalculator: spec calculators.md 5."""

from __future__ import annotations

import logging
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from graph_steps import node
from media_clips import picture, sound_packets, write_clip
from oracle_client import SHARED, needs_shared

from mpgraph import Graph, Packet
from mpgraph.errors import ConfigError, MediaError, RunError
from mpgraph.formats.image_format import ImageFormat
from mpgraph.timestamp import PRESTREAM

GRAPH = 'input_side_packet: "path" ' + node(
    "OpenCvVideoDecoder",
    outputs=["VIDEO:video", "VIDEO_PRESTREAM:header"],
    side_inputs=["INPUT_FILE_PATH:path"],
)
WITH_SOUND = 'input_side_packet: "path" output_side_packet: "audio" ' + node(
    "OpenCvVideoDecoder",
    outputs=["VIDEO:video"],
    side_inputs=["INPUT_FILE_PATH:path"],
    side_outputs=["SAVED_AUDIO_PATH:audio"],
)


def decode(path: Path | str) -> dict[str, list[tuple[int, Any]]]:
    return run(GRAPH, ["video", "header"], path)


def run(text: str, outputs: list[str], path: Path | str) -> dict[str, list[tuple[int, Any]]]:
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in outputs}
    with Graph(text) as graph:
        for name, packets in found.items():
            graph.observe(name, collector(packets))
        graph.start({"path": str(path)})
        graph.wait_until_done()
    return found


def collector(to: list[tuple[int, Any]]) -> Callable[[Packet], None]:
    return lambda packet: to.append((packet.timestamp, packet.value))


def saved_sound(path: Path) -> str:
    with Graph(WITH_SOUND) as graph:
        graph.start({"path": str(path)})
        graph.wait_until_done()
        saved = graph.output_side_packet("audio").value
    assert isinstance(saved, str)
    return saved


@pytest.mark.parametrize("name", ["clip.mp4", "schön ☃ 映像.mkv", "with space & 'quotes'.mov"])
def test_frames_times_and_header(tmp_path: Path, name: str) -> None:
    clip = write_clip(tmp_path / name, [0, 1, 3, 4, 9], base=Fraction(1, 10))
    out = decode(clip)
    assert [at for at, _ in out["video"]] == [0, 100_000, 300_000, 400_000, 900_000]
    for index, (_, frame) in enumerate(out["video"]):
        assert frame.image_format is ImageFormat.SRGB
        assert np.abs(frame.numpy_view().astype(int) - picture(index)).mean() < 4
    ((at, header),) = out["header"]
    assert at == PRESTREAM
    assert (header.format, header.width, header.height) == (ImageFormat.SRGB, 64, 48)
    capture = cv2.VideoCapture(str(clip))
    rate, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    assert (header.frame_rate, header.duration) == pytest.approx((rate, count / rate))


def test_the_header_may_be_left_unconnected(tmp_path: Path) -> None:
    text = GRAPH.replace('output_stream: "VIDEO_PRESTREAM:header"', "")
    clip = write_clip(tmp_path / "clip.mp4")
    assert len(run(text, ["video"], clip)["video"]) == 10


def test_sound_that_is_aac_is_saved_as_it_is(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", sound="aac")
    saved = Path(saved_sound(clip))
    assert saved.suffix == ".aac"
    payload = [data for _, data in sound_packets(clip)]
    # An ADTS file has a header of 7 bytes before each packet.
    assert [data[7:] if data[:1] == b"\xff" else data for _, data in sound_packets(saved)] == payload
    saved.unlink()


def test_other_sound_becomes_aac(tmp_path: Path) -> None:
    saved = Path(saved_sound(write_clip(tmp_path / "clip.mkv", sound="pcm_s16le")))
    with av.open(saved) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate) == ("aac", 48_000)
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(stream)])
    assert 0.9 < len(heard) / 48_000 < 1.1
    spectrum = np.abs(np.fft.rfft(heard[10_000:34_000]))
    assert np.argmax(spectrum) * 2 == 440  # hertz
    saved.unlink()


def test_without_sound_the_path_is_empty(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert saved_sound(write_clip(tmp_path / "clip.mp4")) == ""
    assert "there is no sound to save" in caplog.text


def test_frames_that_are_not_later_than_the_one_before_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from mpgraph.media.capture_reader import CaptureReader

    clip = write_clip(tmp_path / "clip.mp4")
    monkeypatch.setattr(CaptureReader, "_time", lambda _self, pts, base: int(pts * base * 10) // 2)
    assert [at for at, _ in decode(clip)["video"]] == [0, 1, 2, 3, 4]
    assert "left out 5 frames" in caplog.text


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"", "cannot be read as a video"), (b"text" * 99, "not a video at all")],
)
def test_what_is_no_video(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "schön.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RunError, match=message) as raised:
        decode(path)
    assert isinstance(raised.value.__cause__, MediaError)
    assert "schön.mp4" in str(raised.value)


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read as a video"):
        decode(tmp_path)


def test_a_header_that_is_not_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mpgraph.media.capture_reader import CaptureReader

    monkeypatch.setattr(CaptureReader, "_seconds", lambda _self: 0.0)
    clip = write_clip(tmp_path / "clip.mkv")  # the count of frames is estimated from the duration
    with pytest.raises(RunError, match=r"not sound: 64x48 pixels, 0 frames, 10 per second"):
        decode(clip)


def test_the_path_is_needed() -> None:
    with pytest.raises(ConfigError, match="INPUT_FILE_PATH is required"):
        Graph(node("OpenCvVideoDecoder", outputs=["VIDEO:video"]))


@needs_shared
@pytest.mark.parametrize("name", ["audio_only.mp4", "empty.mp4", "text.mp4", "truncated.mp4"])
def test_hostile_files_give_one_clear_error(name: str) -> None:
    with pytest.raises(RunError, match=f"{name}: (cannot be read as a video|there is no video in it)"):
        decode(SHARED / "data" / "hostile" / name)


@needs_shared
def test_a_file_that_is_cut_short_gives_what_is_there() -> None:
    assert 65 <= len(decode(SHARED / "data/hostile/truncated_faststart.mp4")["video"]) <= 75
    assert len(decode(SHARED / "data/hostile/one_frame.mp4")["video"]) == 1
