"""Trace files: what a graph's tracer recorded, written while the graph runs (X-15)."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from typing import TYPE_CHECKING, Final

from mpgraph.config.schema import ProfilerConfig
from mpgraph.errors import OptionsError, RunError

from .executor import Repeater

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

    from .profiler import Profiler

__all__ = ["TraceLog"]

logger = logging.getLogger(__name__)

_INTERVAL_USEC: Final = 500_000
_NO_INTERVAL: Final = -1
_INTERVALS: Final = 10
_FILES: Final = 2
_PREFIX: Final = "mediapipe_trace_"


class TraceLog:
    """Writes what a profiler captures to a few files in turn, each of several intervals.

    A file is a ``GraphProfile`` message: what is appended to one is merged into it by whoever reads it.

    Args:
        profiler: Of the graph, with a tracer.
        config: Says where, how often, and to how many files.
    """

    def __init__(self, profiler: Profiler, config: ProfilerConfig) -> None:
        self.path = config.trace_log_path or os.path.join(tempfile.gettempdir(), _PREFIX)
        self._profiler = profiler
        self._interval = config.trace_log_interval_usec or _INTERVAL_USEC
        self._intervals = config.trace_log_interval_count or _INTERVALS
        self._files = config.trace_log_count or _FILES
        self._written = 0
        self._error: OSError | None = None
        self._repeater: Repeater | None = None
        self._lock = threading.RLock()  # the collector may end an abandoned graph anywhere

    def start(self) -> None:
        """Begins to write, on a thread of its own; says in the log if nothing can be written."""
        self._error = None
        try:
            with open(f"{self.path}trace_writing_check", "w", encoding="utf-8") as file:
                file.write("trace files of a graph go here\n")
        except OSError as error:
            logger.error("cannot write trace files: %s", error)
        else:
            logger.info("writing trace files to %s*.binarypb", self.path)
        if self._interval != _NO_INTERVAL:
            self._repeater = Repeater(self.write, self._interval / 1e6, "mpgraph-trace", at_once=False)
            self._repeater.start()

    def stop(self) -> RunError | None:
        """Writes what is left; returns what went wrong in this run, if anything did."""
        repeater, self._repeater = self._repeater, None
        if repeater is not None:
            repeater.stop()
        self.write(whole=True)
        error, self._error = self._error, None
        if error is None:
            return None
        failure = RunError(f"cannot write the trace of the graph: {error}")
        failure.__cause__ = error
        return failure

    def write(self, *, whole: bool = False) -> None:
        """Writes what happened since the last time, if anything did.

        Args:
            whole: Whether also what happened within the last ``trace_log_margin_usec``.
        """
        with self._lock:
            if not self._profiler.has_events(whole=whole):
                return
            turn, number = divmod(self._written, self._intervals)
            self._written += 1
            profile = self._capture(with_config=not number, whole=whole)
            try:
                with open(f"{self.path}{turn % self._files}.binarypb", "ab" if number else "wb") as file:
                    file.write(profile.SerializeToString())
            except OSError as error:
                self._error = self._error or error

    def _capture(self, *, with_config: bool, whole: bool) -> GraphProfile:
        try:
            return self._profiler.capture(with_config=with_config, whole=whole)
        except OptionsError as error:
            logger.warning("left out of the trace file: the config of the graph (%s)", error)
            profile = self._profiler.capture(with_config=False, whole=whole)
            profile.graph_trace[0].calculator_name.extend(self._profiler.node_names)
            return profile
