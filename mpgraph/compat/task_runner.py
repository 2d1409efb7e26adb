"""`TaskRunner` of upstream's Python API: a graph as a function of packets (spec 12.8)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn

from mpgraph.config.schema import GraphConfig
from mpgraph.packet import Packet
from mpgraph.timestamp import UNSET, is_allowed_in_stream

from .arguments import incompatible, read_config
from .calculator_graph import CalculatorGraph

__all__ = ["TaskRunner"]

PacketsCallback = Callable[[dict[str, Packet]], object]

_STEP = 1_000_000  # microseconds from one synthetic timestamp to the next
