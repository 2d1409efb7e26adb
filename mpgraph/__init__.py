"""mpgraph: MediaPipe's graph, calculator and packet framework in Python.

A ``.pbtxt`` file names calculator nodes and the streams between them; a `Graph` runs the nodes as
timestamped packets arrive. Calculators are classes with typed ports (`Calculator`) or plain functions
(`calculator`). What is not exported here is imported from where it lives: `mpgraph.errors`,
`mpgraph.timestamp`, `mpgraph.formats`, `mpgraph.config`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calculator import Calculator, CalculatorBase, calculator
from .config.schema import GraphConfig
from .context import Context
from .contract import Contract
from .errors import ConfigError, MpgraphError, RunError, StopGraph
from .options import option, options
from .packet import Packet
from .ports import Input, Inputs, Output, Outputs, SideInput, SideInputs, SideOutput, SideOutputs
from .runtime.graph import Graph
from .timestamp import Timestamp

if TYPE_CHECKING:
    from . import solutions
    from .compat import packet_creator, packet_getter, resource_util
    from .compat.calculator_graph import CalculatorGraph
    from .compat.install import install_as_mediapipe
    from .compat.solution_base import SolutionBase
    from .compat.validated_graph_config import ValidatedGraphConfig
    from .formats.image import Image
    from .formats.image_format import ImageFormat
    from .formats.image_frame import ImageFrame
    from .formats.tensor import Tensor

__version__ = "0.1.0"

__all__ = [
    "Calculator",
    "CalculatorBase",
    "CalculatorGraph",
    "ConfigError",
    "Context",
    "Contract",
    "Graph",
    "GraphConfig",
    "Image",
    "ImageFormat",
    "ImageFrame",
    "Input",
    "Inputs",
    "Matrix",
    "MpgraphError",
    "Output",
    "Outputs",
    "Packet",
    "RunError",
    "SideInput",
    "SideInputs",
    "SideOutput",
    "SideOutputs",
    "SolutionBase",
    "StopGraph",
    "Tensor",
    "Timestamp",
    "ValidatedGraphConfig",
    "calculator",
    "install_as_mediapipe",
    "option",
    "options",
    "packet_creator",
    "packet_getter",
    "resource_util",
    "solutions",
]

_LAZY = {  # these need numpy, protobuf or time
    "CalculatorGraph": "compat.calculator_graph",
    "Image": "formats.image",
    "ImageFormat": "formats.image_format",
    "ImageFrame": "formats.image_frame",
    "Matrix": "formats.matrix",
    "SolutionBase": "compat.solution_base",
    "Tensor": "formats.tensor",
    "ValidatedGraphConfig": "compat.validated_graph_config",
    "install_as_mediapipe": "compat.install",
}
_LAZY_MODULES = {
    "packet_creator": "compat.packet_creator",
    "packet_getter": "compat.packet_getter",
    "resource_util": "compat.resource_util",
    "solutions": "solutions",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name) or _LAZY_MODULES.get(name)
    if module is not None:
        import importlib

        value: Any = importlib.import_module(f"mpgraph.{module}")
        if name in _LAZY:
            value = getattr(value, name)
        globals()[name] = value
        return value
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_LAZY_MODULES})
