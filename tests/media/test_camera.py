"""Cameras, with a fake one in OpenCV's place."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from fractions import Fraction
from threading import Event
from typing import Any

import cv2
import numpy as np
import pytest

from mpgraph.errors import MediaError
from mpgraph.media.camera import CameraSource
from mpgraph.media.source import Span, open_source


class FakeCapture:
    """Shows pictures of one blue level each; waits for `gate` before each, if there is one."""

    def __init__(self, levels: Iterable[int], gate: Callable[[int], object] | None = None) -> None:
        self.levels = iter(levels)
        self.gate = gate
        self.count = 0
        self.released = Event()
        self.opened = True

    def isOpened(self) -> bool:
        return self.opened

    def read(self) -> tuple[bool, Any]:
        if self.gate is not None:
            self.gate(self.count)
        self.count += 1
        level = next(self.levels, None)
        if level is None:
            return False, None
        return True, np.full((48, 64, 3), (level, 0, 0), np.uint8)

    def get(self, what: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 64, cv2.CAP_PROP_FRAME_HEIGHT: 48, cv2.CAP_PROP_FPS: 30}[what]

    def release(self) -> None:
        self.released.set()


def _camera(fake: FakeCapture, span: Span | None = None, step: int = 50_000_000) -> CameraSource:
    ticks = iter(range(7_000_000_000, 10**12, step))
    return CameraSource(0, span, capture=lambda index: fake, clock=lambda: next(ticks))


def test_a_slow_reader_gets_the_newest_frame_only() -> None:
    """The camera shows five pictures before the first is asked for."""
    go, shown = Event(), Event()

    def gate(count: int) -> None:
        if count == 5:
            shown.set()
            go.wait()

    fake = FakeCapture([10, 20, 30, 40, 50, 60], gate)
    with _camera(fake) as source:
        assert source.live
        assert shown.wait(10)
        frames = iter(source)
        first = next(frames)
        assert first.image[0, 0].tolist() == [0, 0, 50]  # RGB
        go.set()
        assert next(frames).image[0, 0].tolist() == [0, 0, 60]
        assert list(frames) == []


def test_times_are_by_the_clock_from_the_first_frame() -> None:
    turns = [Event() for _ in range(4)]
    turns[0].set()
    fake = FakeCapture([1, 2, 3], lambda count: turns[count].wait())
    stamps = []
    with _camera(fake) as source:
        for frame in source:
            stamps.append(frame.timestamp)
            turns[len(stamps)].set()
    assert stamps == [0, 50_000, 100_000]


def test_frames_in_one_tick_of_the_clock_stay_apart() -> None:
    turns = [Event() for _ in range(4)]
    turns[0].set()
    fake = FakeCapture([1, 2, 3], lambda count: turns[count].wait())
    stamps = []
    with CameraSource(0, capture=lambda index: fake, clock=lambda: 5_000) as source:
        for frame in source:
            stamps.append(frame.timestamp)
            turns[len(stamps)].set()
    assert stamps == [0, 1, 2]


def test_what_is_known_of_the_camera_is_told() -> None:
    with _camera(FakeCapture([])) as source:
        assert (source.width, source.height, source.frame_rate) == (64, 48, Fraction(30))
        assert source.frame_count is None
    with _camera(FakeCapture([]), Span(limit=9)) as source:
        assert source.frame_count == 9


def test_closing_lets_the_camera_go_and_ends_its_thread() -> None:
    fake = FakeCapture(iter(lambda: 1, 2))
    before = threading.active_count()
    with _camera(fake, step=1000) as source:
        next(iter(source))
    assert fake.released.is_set()
    assert threading.active_count() == before
    source.close()


def test_a_camera_that_fails_is_one_error() -> None:
    def gate(count: int) -> None:
        if count == 1:
            raise RuntimeError("unplugged")

    with (
        _camera(FakeCapture([1, 2], gate)) as source,
        pytest.raises(MediaError, match="camera:0: the camera failed: unplugged"),
    ):
        list(source)


def test_a_camera_that_does_not_open_says_so() -> None:
    fake = FakeCapture([])
    fake.opened = False
    with pytest.raises(MediaError, match="camera:0: no such camera, or another program is using it"):
        _camera(fake)
    assert fake.released.is_set()


def test_a_camera_that_is_not_there_makes_no_noise(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MediaError, match="camera:9876: no such camera"):
        open_source("camera:9876")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "٣" * 5, "99999"])
def test_a_camera_has_a_number(number: str) -> None:
    with pytest.raises(MediaError, match="a camera is given by its number"):
        open_source(f"camera:{number}")
