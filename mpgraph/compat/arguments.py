"""Checks of arguments as upstream's bindings make them (PY-0)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NoReturn

from mpgraph.config.schema import GraphConfig
from mpgraph.errors import ConfigError

__all__ = ["incompatible", "read_config"]


def incompatible(signature: str, *got: object) -> NoReturn:
    """Raises the TypeError for arguments of a wrong type.

    Args:
        signature: What is expected: ``name(argument: type) -> type``.
        got: The arguments that came.
    """
    function = signature.partition("(")[0]
    what = "constructor" if function[:1].isupper() else "function"
    name = "__init__" if what == "constructor" else function
    msg = (
        f"{name}(): incompatible {what} arguments. The following argument types are supported:\n"
        f"    1. {signature.removeprefix(name)}\n\nInvoked with: {', '.join(map(repr, got))}"
    )
    raise TypeError(msg)


def read_config(arguments: Mapping[str, Any]) -> GraphConfig:
    """The graph of ``binary_graph_path``, a file, or else of ``graph_config``, a message or its text.

    Raises:
        FileNotFoundError: There is no such file (E-3).
        RuntimeError: It is no graph.
    """
    if "binary_graph_path" in arguments:
        path = arguments["binary_graph_path"]
        if not os.path.exists(path):
            msg = f"The path does not exist: {path}"
            raise FileNotFoundError(msg)
        try:
            return GraphConfig.load(path)
        except (ConfigError, OSError) as error:
            msg = f"Failed to parse the binary graph: {path}"
            raise RuntimeError(msg) from error
    config = arguments["graph_config"]
    if isinstance(config, GraphConfig):
        return config
    try:
        if _is_message(config):  # as text it would lose options that nobody has loaded yet
            return GraphConfig.from_binary(config.SerializeToString())
        return GraphConfig.from_text(str(config))
    except ConfigError as error:
        msg = f"Failed to parse: {config}"
        raise RuntimeError(msg) from error


def _is_message(config: Any) -> bool:
    return getattr(getattr(config, "DESCRIPTOR", None), "full_name", "") == "mediapipe.CalculatorGraphConfig"
