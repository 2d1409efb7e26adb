"""Small media files made on the fly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mpgraph.media.source import SECOND

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data"
AUDIO_RATE = 48_000


def picture(index: int, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """A smooth RGB picture, another one for each index, that survives lossy coding nearly unchanged."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    channels = (60 + 120 * x, 70 + 110 * y, 190 - 60 * x - 50 * y)
    return np.clip(np.stack(channels, axis=-1) + 9 * (index % 6), 0, 255).astype(np.uint8)


def write_clip(
    path: Path,
    pts: Sequence[int] = range(10),
    *,
    base: Fraction = Fraction(1, 10),
    size: tuple[int, int] = (64, 48),
    codec: str = "libx264",
    pixels: str = "yuv420p",
    options: dict[str, str] | None = None,
    tags: dict[str, int] | None = None,
    sound: str | None = None,
    sound_samples: int = AUDIO_RATE,
) -> Path:
    """A video of `picture(0)`, `picture(1)`, … at the times pts * base, and perhaps a tone of a codec."""
    with av.open(path, "w") as container:
        rate = Fraction(1 / base).limit_denominator(1000) if base > Fraction(1, 1000) else Fraction(30)
        stream = container.add_stream(codec, rate, options or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.time_base = stream.codec_context.time_base = base
        for name, value in (tags or {}).items():
            setattr(stream.codec_context, name, value)
        if sound is not None:
            _write_sound(container, sound, sound_samples, stream, pts, base)
        else:
            for index, time in enumerate(pts):
                container.mux(stream.encode(_frame(index, time, base, size, pixels)))
            container.mux(stream.encode(None))
    return path


def _frame(index: int, time: int, base: Fraction, size: tuple[int, int], pixels: str) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture(index, *size), format="rgb24").reformat(format=pixels)
    frame.pts, frame.time_base = time, base
    return frame


def _write_sound(
    container: av.container.OutputContainer,
    codec: str,
    samples: int,
    video: av.VideoStream,
    pts: Sequence[int],
    base: Fraction,
) -> None:
    stream = container.add_stream(codec, rate=AUDIO_RATE, layout="mono")
    assert isinstance(stream, av.AudioStream)
    for index, time in enumerate(pts):
        size = (video.width, video.height)
        container.mux(video.encode(_frame(index, time, base, size, str(video.pix_fmt))))
    container.mux(video.encode(None))
    tone = (0.3 * np.sin(np.arange(samples) * 2 * np.pi * 440 / AUDIO_RATE)).astype(np.float32)
    resampler = av.AudioResampler(stream.format, "mono", AUDIO_RATE, stream.codec_context.frame_size or None)
    frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = AUDIO_RATE, 0, Fraction(1, AUDIO_RATE)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def times(path: Path) -> list[int]:
    """When the frames of a file are shown, in microseconds, as the file says it."""
    with av.open(path) as container:
        stamps = [frame.pts * frame.time_base for frame in container.decode(video=0)]  # type: ignore[operator]
    return [round(stamp * SECOND) for stamp in stamps]


def sound_packets(path: Path) -> list[tuple[int, bytes]]:
    """Time in microseconds and content of each packet of the first sound track; none without one."""
    with av.open(path) as container:
        if not container.streams.audio:
            return []
        packets = [packet for packet in container.demux(container.streams.audio[0]) if packet.size]
        return [(round((p.pts or 0) * p.time_base * SECOND), bytes(p)) for p in packets]
