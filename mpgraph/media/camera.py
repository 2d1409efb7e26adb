"""Frames of a camera, as it shows them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from threading import Thread
from typing import Any, Protocol, Self

import cv2
import numpy as np

from mpgraph.errors import MediaError
from mpgraph.media.channel import Channel, ChannelClosedError
from mpgraph.media.quiet import quiet_cv2
from mpgraph.media.source import Frame, Image, Source, Span

__all__ = ["CameraSource", "Capture"]


class Capture(Protocol):
    """What is used of ``cv2.VideoCapture``."""

    def isOpened(self) -> bool:
        """Whether there is such a camera, and it is free."""

    def read(self) -> tuple[bool, Any]:
        """Waits for the next picture, BGR."""

    def get(self, what: int, /) -> float:
        """A property of the camera."""

    def release(self) -> None:
        """Lets the camera go."""


class CameraSource(Source):
    """The newest frame of a camera each time one is asked for; those that nobody asked for are dropped.

    A thread reads the camera all the time. Timestamps are microseconds since the first frame, by the
    monotonic clock.

    Args:
        index: The number of the camera, from 0.
        span: The part to give.
        capture: Opens the camera of a number, in place of ``cv2.VideoCapture``.
        clock: Gives the time in nanoseconds.

    Raises:
        MediaError: There is no such camera, or it is in use.
    """

    live = True

    def __init__(
        self,
        index: int,
        span: Span | None = None,
        *,
        capture: Callable[[int], Capture] = cv2.VideoCapture,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        super().__init__(f"camera:{index}", span or Span())
        with quiet_cv2():
            self._capture = capture(index)
            if not self._capture.isOpened():
                self._capture.release()
                msg = f"{self.name}: no such camera, or another program is using it; try camera:0 or camera:1"
                raise MediaError(msg)
        self._clock = clock
        self.width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH)) or None
        self.height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT)) or None
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        self.frame_rate = Fraction(rate).limit_denominator(1001) if 1 <= rate <= 1000 else None
        self.frame_count = self.span.count(None, self.frame_rate)
        self._newest: Channel[tuple[Image, int]] = Channel(1, newest=True)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._read, name=self.name, daemon=True)
        self._thread.start()

    @classmethod
    def parse(cls, number: str, span: Span | None = None) -> Self:
        """The camera of that number."""
        if not (number.isdecimal() and len(number) <= 4):
            msg = f"camera:{number}: a camera is given by its number, such as camera:0"
            raise MediaError(msg)
        return cls(int(number), span)

    def _read(self) -> None:
        try:
            while True:
                there, picture = self._capture.read()
                if not there or not self._newest.put((picture, self._clock() // 1000)):
                    return
        except Exception as error:
            self._error = error
        finally:
            self._newest.finish()
            self._capture.release()

    def _frames(self) -> Iterator[Frame]:
        first = last = None
        while True:
            try:
                picture, now = self._newest.take()
            except ChannelClosedError:
                break
            first = now if first is None else first
            last = now - first if last is None else max(now - first, last + 1)
            yield Frame(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8), last)
        if self._error is not None:
            msg = f"{self.name}: the camera failed: {self._error}"
            raise MediaError(msg) from self._error

    def close(self) -> None:
        """Stops reading and lets the camera go, as soon as the picture that is being read is there.

        A camera that hangs is left to its thread after some seconds.
        """
        self._newest.cancel()
        self._thread.join(timeout=5)
