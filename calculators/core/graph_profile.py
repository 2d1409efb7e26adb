"""GraphProfileCalculator: profiles of the graph that it is in, as a stream."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile
from mpgraph.options import option, options
from mpgraph.ports import Inputs, Output
from mpgraph.service import PROFILER

__all__ = ["GraphProfileCalculator", "GraphProfileOptions"]


@options(message="mediapipe.GraphProfileCalculatorOptions", extension=367481815)
class GraphProfileOptions:
    """How often to tell.

    Attributes:
        profile_interval: Microseconds of input timestamps from one profile to the next.
    """

    profile_interval: int = option(1, wire="int64", default=1_000_000)


class GraphProfileCalculator(Calculator, name="GraphProfileCalculator", services=(PROFILER,)):
    """Sends what the profiler measured since the last time, at the first timestamp and then regularly.

    Inputs: FRAME, any number of streams of any type, which set the pace. Output: PROFILE (GraphProfile); the
    first has the graph's config, too. A profile sets all histograms to zero. In a graph that is traced the
    events since the last time are in it, and in no trace file. In a graph that enables neither its profiler
    nor its trace there is nothing in them but that config.

    Raises:
        OptionsError: The graph was written as text and holds options whose class is not loaded, which the
            config in the first profile cannot show.

    Upstream: calculators/core/graph_profile_calculator.cc; spec calculators.md 6, rule X-5.

    Example::

        node {
          calculator: "GraphProfileCalculator"
          input_stream: "FRAME:frames"
          output_stream: "PROFILE:profiles"
          options {
            [mediapipe.GraphProfileCalculatorOptions.ext] { profile_interval: 5000000 }
          }
        }
    """

    options: GraphProfileOptions
    frames = Inputs[object]("FRAME")
    profile = Output[GraphProfile]("PROFILE")

    def open(self, cc: Context) -> None:
        """Has sent nothing yet."""
        self._last: int | None = None

    def process(self, cc: Context) -> None:
        """Sends a profile if it is time."""
        first = self._last is None
        if self._last is None or cc.timestamp - self._last >= self.options.profile_interval:
            self._last = cc.timestamp
            cc.send(self.profile, cc.service(PROFILER).capture(with_config=first))
