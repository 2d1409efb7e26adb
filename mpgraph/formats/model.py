"""Models and what inference needs beside them, as side packets."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass

from mpgraph.packet_type import register_packet_type

__all__ = ["OpResolver", "Resource", "TfLiteModel"]


@dataclass(frozen=True, slots=True)
class Resource:
    """The bytes of a graph's resource and the id that it was read by (upstream's ``mediapipe::Resource``)."""

    data: bytes
    id: str = ""

    def __repr__(self) -> str:
        return f"<Resource {self.id!r} of {len(self.data)} bytes>"


@dataclass(frozen=True)
class TfLiteModel:
    """A TensorFlow Lite model: the bytes of a ``.tflite`` file.

    Raises:
        ValueError: The bytes are not a TensorFlow Lite flatbuffer.
    """

    data: bytes

    def __post_init__(self) -> None:
        if self.data[4:8] != b"TFL3":
            msg = (
                f"not a TensorFlow Lite model: {len(self.data)} bytes without the identifier TFL3 "
                f"(begins with {self.data[:8]!r})"
            )
            raise ValueError(msg)

    @functools.cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    def __repr__(self) -> str:
        return f"<TfLiteModel of {len(self.data)} bytes>"


@dataclass(frozen=True, slots=True)
class OpResolver:
    """Which custom operators a model may use beside TensorFlow Lite's own.

    Attributes:
        custom_ops: Names of the operators.
        for_gpu: Whether they are left to a GPU delegate: no CPU kernel takes them.
    """

    custom_ops: frozenset[str] = frozenset()
    for_gpu: bool = False


register_packet_type(Resource, "mediapipe::Resource")
register_packet_type(
    TfLiteModel,
    "std::unique_ptr<tflite::impl::FlatBufferModel, std::function<void (tflite::impl::FlatBufferModel*)> >",
)
register_packet_type(OpResolver, "tflite::OpResolver")
