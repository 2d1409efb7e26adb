"""Messages that the options of ConstantSidePacketCalculator hold, as options classes.

Only a graph that has one loads protobuf, for the message itself.
"""

from __future__ import annotations

from enum import IntEnum
from importlib import import_module
from typing import Any, Final

from mpgraph.options import option, options, to_wire

__all__ = [
    "ClassificationList",
    "LandmarkList",
    "MatrixData",
    "TimeSeriesHeader",
    "message_class",
    "message_of",
]


@options(message="mediapipe.Classification")
class Classification:
    """A class and its score."""

    index: int = option(1)
    score: float = option(2)
    label: str = option(3)
    display_name: str = option(4)


@options(message="mediapipe.ClassificationList")
class ClassificationList:
    """Classes and their scores."""

    classification: tuple[Classification, ...] = option(1)


@options(message="mediapipe.Landmark")
class Landmark:
    """A point."""

    x: float = option(1)
    y: float = option(2)
    z: float = option(3)
    visibility: float = option(4)
    presence: float = option(5)


@options(message="mediapipe.LandmarkList")
class LandmarkList:
    """Points."""

    landmark: tuple[Landmark, ...] = option(1)


@options(message="mediapipe.TimeSeriesHeader")
class TimeSeriesHeader:
    """What a stream of matrices is; rates in Hz."""

    sample_rate: float = option(1, wire="double")
    num_channels: int = option(2)
    num_samples: int = option(3)
    packet_rate: float = option(4, wire="double")
    audio_sample_rate: float = option(5, wire="double")


class Layout(IntEnum):
    """Which numbers of a matrix stand side by side."""

    COLUMN_MAJOR = 0
    ROW_MAJOR = 1


@options(message="mediapipe.MatrixData")
class MatrixData:
    """A matrix."""

    rows: int = option(1)
    cols: int = option(2)
    packed_data: tuple[float, ...] = option(3)
    layout: Layout = option(4, default=Layout.COLUMN_MAJOR)


_MODULES: Final[dict[type[Any], str]] = {
    ClassificationList: "classification",
    LandmarkList: "landmark",
    MatrixData: "matrix_data",
    TimeSeriesHeader: "time_series_header",
}


def message_class(written: type[Any]) -> type[Any]:
    """The protobuf class of such an options class."""
    made: type[Any] = getattr(import_module(f"mpgraph.formats.{_MODULES[written]}"), written.__name__)
    return made


def message_of(written: object) -> Any:
    """The protobuf message that such options write."""
    made: Any = message_class(type(written))
    return made.FromString(to_wire(written))
