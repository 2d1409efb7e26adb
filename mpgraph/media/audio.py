"""Sound, taken over from the source bit for bit."""

from __future__ import annotations

import logging
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import av

from mpgraph.errors import MediaError
from mpgraph.media.source import FOREVER, SECOND, AudioTrack
from mpgraph.media.video_reader import microseconds, open_container, seek

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet as AnyPacket

    Packet = AnyPacket[AudioStream]

__all__ = ["AudioCopy", "audio_track", "can_hold", "save_aac"]

_log = logging.getLogger(__name__)


def can_hold(container: str, track: AudioTrack) -> bool:
    """Whether a file of that format can hold the track, which a file's header in memory tells."""
    with open_container(track.path) as source, av.open(BytesIO(), "w", format=container) as trial:
        try:
            trial.add_stream_from_template(source.streams[track.index])
            trial.start_encoding()
        except (av.FFmpegError, ValueError):
            return False
    return True


def audio_track(path: Path) -> AudioTrack:
    """The first sound track of a file.

    Raises:
        MediaError: The file cannot be read, or there is no sound in it that FFmpeg knows.
    """
    with open_container(path) as container:
        for stream in container.streams.audio[:1]:
            if stream.codec_context is not None:
                start = microseconds(stream.start_time or 0, stream.time_base or Fraction(1))
                return AudioTrack(path, stream.index, stream.codec_context.name, start)
    msg = f"{path}: there is no sound in it that can be read"
    raise MediaError(msg)


def save_aac(track: AudioTrack, target: Path) -> None:
    """Writes the track as an AAC file with ADTS headers: as it is if it is AAC, else encoded.

    Raises:
        MediaError: It cannot be read or written.
    """
    try:
        with open_container(track.path) as source, av.open(target, "w", format="adts") as output:
            stream: AudioStream = source.streams[track.index]  # type: ignore[assignment]
            if track.codec == "aac":
                copied = output.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.size:
                        packet.stream = copied
                        output.mux(packet)
                return
            encoder = output.add_stream("aac", stream.rate)
            for frame in source.decode(stream):
                output.mux(encoder.encode(frame))
            output.mux(encoder.encode(None))
    except (av.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, MediaError):
            raise
        msg = f"{track.path}: its sound cannot be saved as AAC: {error}"
        raise MediaError(msg) from error


class AudioCopy:
    """Copies the packets of a sound track into a file as it is written.

    Args:
        track: What to copy. It is read from its file once more.
        output: Where to; must not have been begun.
        start: The source's time, in microseconds, that is zero in the output.

    Raises:
        MediaError: The track's file cannot be opened.
    """

    def __init__(self, track: AudioTrack, output: OutputContainer, start: int) -> None:
        self._output = output
        self._start = start
        self._zero = track.origin + start
        self._input = open_container(track.path)
        try:
            stream: AudioStream = self._input.streams[track.index]  # type: ignore[assignment]
            self._stream = output.add_stream_from_template(stream)
            if start:
                seek(self._input, self._zero)
            self._packets = self._input.demux(stream)
            self._next = self._read()
        except BaseException:
            self._input.close()
            raise

    def copy(self, until: int) -> None:
        """Goes on writing, up to packets that begin at `until`, in microseconds of the output."""
        while self._next is not None and self._time(self._next) < until:
            packet = self._next
            base = packet.time_base
            shift = round(self._zero / (SECOND * base))
            packet.pts = packet.pts if packet.pts is None else packet.pts - shift
            packet.dts = packet.dts if packet.dts is None else packet.dts - shift
            packet.stream = self._stream
            self._output.mux(packet)
            self._next = self._read()

    def _read(self) -> Packet | None:
        """The next packet that is not wholly before the start."""
        try:
            for packet in self._packets:
                if packet.size == 0:
                    continue
                end = self._time(packet) + microseconds(packet.duration or 0, packet.time_base)
                if not self._start or end > 0:
                    return packet
        except av.FFmpegError as error:
            _log.warning("the sound is damaged and ends early: %s", error.strerror)
        return None

    def _time(self, packet: Packet) -> int:
        """When it begins, in microseconds of the output."""
        time = packet.pts if packet.pts is not None else packet.dts
        return -FOREVER if time is None else microseconds(time, packet.time_base) - self._zero

    def close(self) -> None:
        """Closes the track's file."""
        self._input.close()
