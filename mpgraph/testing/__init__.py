"""Tools for tests of calculators and graphs, also those of other packages.

`run_node` feeds one node and returns all that it made; `run_graph` does so with a graph; `check_calculator`
checks a calculator against the rules that graphs rely on; `ManualClock` is a clock that stands still until it
is told to go on, `SimulationClock` one that jumps to the next waking time when all of its threads sleep.
"""

from __future__ import annotations

from .clock import ManualClock, SimulationClock, SimulationExecutor
from .conformance import ConformanceError, check_calculator, docstring_example
from .graph_run import run_graph
from .node_run import NodeOutputs, NodeRunner, run_node
from .stream_data import StreamData

__all__ = [
    "ConformanceError",
    "ManualClock",
    "NodeOutputs",
    "NodeRunner",
    "SimulationClock",
    "SimulationExecutor",
    "StreamData",
    "check_calculator",
    "docstring_example",
    "run_graph",
    "run_node",
]
