"""Reading ahead and writing behind: order, bounds, errors, and that no thread stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from media_clips import picture, times, write_clip
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media import testsrc
from mpgraph.media.overlap import ReadAhead, WriteBehind
from mpgraph.media.sink import Sink, open_sink
from mpgraph.media.source import Frame, Source, Span, open_source


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


class Script(Source):
    """Frames numbered from 0; raises what is in the list instead of giving it."""

    def __init__(self, *steps: BaseException | None) -> None:
        super().__init__("script", Span())
        self.steps = steps
        self.given = 0
        self.is_closed = False

    def _frames(self) -> Iterator[Frame]:
        for step in self.steps:
            if step is not None:
                raise step
            self.given += 1
            yield Frame(picture(0, 4, 4), self.given)

    def close(self) -> None:
        self.is_closed = True


class Record(Sink):
    """Keeps the times; fails at one of them, or waits for `gate`."""

    name = "record"

    def __init__(self, fail_at: int | None = None, gate: Event | None = None) -> None:
        self.stamps: list[int] = []
        self.ends: list[str] = []
        self.fail_at = fail_at
        self.gate = gate
        self.began = Event()

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        self.began.set()
        if self.gate is not None:
            self.gate.wait()
        if timestamp == self.fail_at:
            msg = "the disk is full"
            raise MediaError(msg)
        self.stamps.append(timestamp)

    def close(self) -> None:
        self.ends.append("close")

    def abort(self) -> None:
        self.ends.append("abort")


@pytest.mark.parametrize("depth", [1, 3, 100])
def test_frames_read_ahead_are_the_source_s_in_order(depth: int) -> None:
    expected = list(testsrc.TestSource(32, 24, 10, 2))
    with ReadAhead(testsrc.TestSource(32, 24, 10, 2), depth) as source:
        frames = list(source)
    assert [frame.timestamp for frame in frames] == [frame.timestamp for frame in expected]
    np.testing.assert_array_equal(frames[-1].image, expected[-1].image)


def test_read_ahead_shows_what_the_source_shows(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", range(5), sound="pcm_s16le")
    with ReadAhead(open_source(str(clip), start=0.1, limit=2)) as source:
        assert (source.width, source.height, source.frame_count, source.start) == (64, 48, 2, 100_000)
        assert source.audio is not None
        assert source.files() == (clip,)
        assert source.end is None
        assert [frame.timestamp for frame in source] == [100_000, 200_000]
        assert source.end == 300_000


def test_an_error_comes_after_the_frames_before_it() -> None:
    inner = Script(None, None, MediaError("broken"))
    with ReadAhead(inner) as source:
        frames = iter(source)
        assert [next(frames).timestamp, next(frames).timestamp] == [1, 2]
        with pytest.raises(MediaError, match="broken"):
            next(frames)
    assert inner.is_closed


@pytest.mark.parametrize("taken", [0, 1, 5])
def test_closing_early_ends_the_thread_that_waits(taken: int) -> None:
    inner = Script(*[None] * 1000)
    with ReadAhead(inner, 2) as source:
        frames = iter(source)
        for _ in range(taken):
            next(frames)
    assert inner.is_closed
    assert inner.given <= taken + 2 + 1 + 1  # taken, waiting, being put, and read meanwhile


def test_an_exception_in_the_body_ends_the_thread() -> None:
    inner = Script(*[None] * 1000)
    with pytest.raises(KeyboardInterrupt), ReadAhead(inner, 2) as source:
        for _ in source:
            raise KeyboardInterrupt
    assert inner.is_closed


def test_a_live_source_is_not_read_ahead() -> None:
    inner = Script(None, None)
    inner.live = True
    with ReadAhead(inner, 4) as source:
        assert source.live
        frames = iter(source)
        next(frames)
        assert inner.given == 1


def test_all_is_written_before_the_sink_is_closed() -> None:
    record = Record()
    with WriteBehind(record, 2) as sink:
        for stamp in range(50):
            sink.write(picture(0, 4, 4), stamp)
    assert record.stamps == list(range(50))
    assert record.ends == ["close"]


def test_an_error_of_the_sink_comes_back_and_aborts_it() -> None:
    record = Record(fail_at=3)
    with pytest.raises(MediaError, match="the disk is full"), WriteBehind(record, 1) as sink:
        for stamp in range(100):
            sink.write(picture(0, 4, 4), stamp)
    assert record.stamps == [0, 1, 2]
    assert record.ends == ["abort"]


def test_an_error_at_the_last_frame_comes_from_close() -> None:
    record = Record(fail_at=0)
    sink = WriteBehind(record, 1)
    sink.write(picture(0, 4, 4), 0)
    with pytest.raises(MediaError, match="the disk is full"):
        sink.close()
    assert record.ends == ["abort"]


def test_an_exception_in_the_body_drops_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Event()
    record = Record(gate=gate)
    with pytest.raises(KeyboardInterrupt), WriteBehind(record, 10) as sink:
        cancel = sink._channel.cancel

        def cancel_and_go() -> None:
            cancel()
            gate.set()

        monkeypatch.setattr(sink._channel, "cancel", cancel_and_go)
        for stamp in range(5):
            sink.write(picture(0, 4, 4), stamp)
        record.began.wait()
        raise KeyboardInterrupt
    assert record.stamps == [0]  # the one that was being written
    assert record.ends == ["abort"]


def test_an_error_in_closing_the_sink_aborts_it() -> None:
    class Failing(Record):
        def close(self) -> None:
            msg = "the disk is full"
            raise MediaError(msg)

    record = Failing()
    with pytest.raises(MediaError, match="the disk is full"), WriteBehind(record) as sink:
        sink.write(picture(0, 4, 4), 0)
    assert record.ends == ["abort"]


def test_a_video_goes_through_both(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", [0, 1, 3, 4, 9])
    target = tmp_path / "out.mp4"
    with (
        ReadAhead(open_source(str(clip))) as source,
        WriteBehind(open_sink(str(target), source=source)) as sink,
    ):
        for frame in source:
            sink.write(frame.image, frame.timestamp, frame.name)
    assert times(target) == times(clip)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4", "out.mp4"]
