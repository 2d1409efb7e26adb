"""Reading and writing in threads of their own, so that both overlap with what lies between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from mpgraph.media.channel import Channel, ChannelClosedError
from mpgraph.media.sink import Sink
from mpgraph.media.source import Frame, Source

__all__ = ["ReadAhead", "WriteBehind"]


class ReadAhead(Source):
    """A source read by a thread, up to `depth` frames ahead. A live source is read as it is asked.

    An error of the source is raised in the iteration, after the frames before it. `close` ends the thread
    and closes the source.
    """

    def __init__(self, source: Source, depth: int = 4) -> None:
        super().__init__(source.name, source.span)
        self._source = source
        self._channel: Channel[Frame] = Channel(depth)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._read, name=f"read {source.name}", daemon=True)
        self.live = source.live
        self.width, self.height = source.width, source.height
        self.frame_rate, self.frame_count = source.frame_rate, source.frame_count
        self.pixel_aspect, self.color_tags = source.pixel_aspect, source.color_tags
        self.audio = source.audio

    def __iter__(self) -> Iterator[Frame]:
        yield from self._source if self.live else self._frames()
        self.end = self._source.end

    def _frames(self) -> Iterator[Frame]:
        self._thread.start()
        while True:
            try:
                frame = self._channel.take()
            except ChannelClosedError:
                break
            yield frame
        if self._error is not None:
            raise self._error

    def files(self) -> Sequence[Path]:
        """Those of the source."""
        return self._source.files()

    def _read(self) -> None:
        try:
            for frame in self._source:
                if not self._channel.put(frame):
                    return
        except BaseException as error:
            self._error = error
        finally:
            self._channel.finish()

    def close(self) -> None:
        """Ends the thread after the frame that it is reading, and closes the source."""
        self._channel.cancel()
        if self._thread.ident is not None:
            self._thread.join()
        self._source.close()


class WriteBehind(Sink):
    """A sink written by a thread; up to `depth` frames wait for it, whose images must not change.

    An error of the sink is raised by the next `write`, or by `close`.
    """

    def __init__(self, sink: Sink, depth: int = 4) -> None:
        self.name = sink.name
        self._sink = sink
        self._channel: Channel[tuple[NDArray[np.uint8], int, str | None]] = Channel(depth)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._write, name=f"write {sink.name}", daemon=True)
        self._thread.start()

    def write(self, image: NDArray[np.uint8], timestamp: int, name: str | None = None) -> None:
        """Leaves the frame to the thread; waits while `depth` frames are waiting."""
        if not self._channel.put((image, timestamp, name)) and self._error is not None:
            raise self._error

    def _write(self) -> None:
        try:
            while True:
                self._sink.write(*self._channel.take())
        except ChannelClosedError:
            pass
        except BaseException as error:
            self._error = error
            self._channel.cancel()

    def close(self) -> None:
        """Waits until all is written and closes the sink; after an error the sink is aborted."""
        try:
            self._channel.finish()
            self._thread.join()
            if self._error is not None:
                raise self._error
            self._sink.close()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        """Drops what waits, ends the thread after the frame that it is writing, and aborts the sink."""
        self._channel.cancel()
        self._thread.join()
        self._sink.abort()
