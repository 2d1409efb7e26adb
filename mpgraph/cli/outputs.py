"""Where the packets of a run go: pictures into a file, lines of JSON, or nowhere."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import sys
from abc import abstractmethod
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np

from mpgraph.errors import MediaError
from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame
from mpgraph.formats.tensor import Tensor
from mpgraph.gpu import GpuBuffer
from mpgraph.media.atomic import AtomicFile
from mpgraph.media.overlap import WriteBehind
from mpgraph.media.sink import Target, open_sink
from mpgraph.media.source import Frame, Source
from mpgraph.packet import Packet

from .pictures import to_picture

__all__ = ["JsonFile", "JsonScreen", "Nowhere", "Output", "Pictures", "json_line"]


class Output(Target):
    """Takes what comes out of a graph. What it makes is there, whole, once it is closed, or not at all."""

    def expect(self, frame: Frame) -> None:
        """Notes a frame that goes into the graph."""

    @abstractmethod
    def take(self, packet: Packet) -> None:
        """Takes a packet.

        Raises:
            MediaError: It cannot be written.
        """


class Nowhere(Output):
    """Drops everything."""

    name = "null:"

    def take(self, packet: Packet) -> None:
        """Drops a packet."""

    def close(self) -> None:
        """Does nothing."""

    def abort(self) -> None:
        """Does nothing."""


class Pictures(Output):
    """Images in a video, an image file or a folder, written by a thread of their own.

    Args:
        spec: See `mpgraph.media.sink.open_sink`.
        source: Where the frames come from.
        stream: The stream that the images come from.

    Raises:
        MediaError: `spec` is nothing that can be written.
    """

    def __init__(self, spec: str, source: Source, stream: str) -> None:
        self._sink = WriteBehind(open_sink(spec, source=source))
        self.name = self._sink.name
        self._stream = stream
        self._names: deque[tuple[int, str]] = deque(maxlen=1000)

    def expect(self, frame: Frame) -> None:
        """Notes the frame's name, which its result gets too."""
        if frame.name is not None:
            self._names.append((frame.timestamp, frame.name))

    def take(self, packet: Packet) -> None:
        """Writes an image."""
        image = packet.value
        if not isinstance(image, ImageFrame | Image | GpuBuffer):
            msg = (
                f'the stream "{self._stream}" carries {packet.type}, which is no image; '
                "give -o NAME.jsonl to write it as JSON"
            )
            raise MediaError(msg)
        self._sink.write(to_picture(image), packet.time, self._name(packet.time))

    def _name(self, timestamp: int) -> str | None:
        name = None
        while self._names and self._names[0][0] <= timestamp:
            then, known = self._names.popleft()
            name = known if then == timestamp else None
        return name

    def close(self) -> None:
        """Finishes the file."""
        self._sink.close()

    def abort(self) -> None:
        """Drops the file."""
        self._sink.abort()


class JsonFile(Output):
    """Packets as lines of JSON in a file.

    Raises:
        MediaError: The file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file = AtomicFile(path)
        self._open = True

    def take(self, packet: Packet) -> None:
        """Adds a line."""
        try:
            self._file.file.write(json_line(packet).encode() + b"\n")
        except OSError as error:
            raise self._file.error(error) from error

    def close(self) -> None:
        """Finishes the file."""
        self._open = False
        self._file.commit()

    def abort(self) -> None:
        """Drops the file."""
        if self._open:
            self._open = False
            self._file.discard()


class JsonScreen(Output):
    """Packets as lines of JSON on stdout."""

    name = "stdout"

    def take(self, packet: Packet) -> None:
        """Prints a line."""
        sys.stdout.write(json_line(packet) + "\n")

    def close(self) -> None:
        """Shows what was printed."""
        sys.stdout.flush()

    def abort(self) -> None:
        """Does nothing: what was printed stays."""


def json_line(packet: Packet) -> str:
    """A packet as ``{"timestamp": …, "value": …}``, the time in microseconds."""
    content = {"timestamp": packet.time, "value": _plain(packet.value)}
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """What JSON can say of a payload: numbers and texts, lists, objects with fields; else its `repr`.

    Bytes become base64. Numbers that are not finite become null, as JSON has none.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, Tensor):
        return {"shape": list(value.shape), "data": _plain(value.data)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return repr(value)
