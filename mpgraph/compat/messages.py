"""Messages of calculators' options under upstream's module names, and protobuf's text format for them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from mpgraph import registry

__all__ = ["FOLDERS", "join_text_format", "leave_text_format", "options_message"]

FOLDERS: Final = frozenset(
    {"calculators", *(f"calculators.{name}" for name in ("core", "image", "tensor", "util", "video"))}
)
"""Upstream's folders of calculators."""

_ALWAYS: Final = (
    "ConstantSidePacketCalculator",
    "ImageTransformationCalculator",
    "LandmarksSmoothingCalculator",
    "LogicCalculator",
    "TensorsToDetectionsCalculator",
    "ThresholdingCalculator",
)
"""Those whose options upstream's ``import mediapipe`` makes known."""

_original: Callable[..., Any] | None = None


@functools.cache
def options_message(module: str) -> Any:
    """The options message of such a module as ``mediapipe.calculators.util.x_calculator_pb2``, or None."""
    package, _, last = module.rpartition(".")
    if package.removeprefix("mediapipe.") not in FOLDERS or not last.endswith("_calculator_pb2"):
        return None
    wanted = last.removesuffix("_pb2").replace("_", "")
    return next((_message(name) for name in registry.names() if name.lower() == wanted), None)


def _message(calculator: str) -> Any:
    from mpgraph.options.describe import message_class

    found = registry.find(calculator)
    options = None if found is None else getattr(found, "options_class", lambda: None)()
    return None if options is None else message_class(options)


def join_text_format() -> None:
    """Lets protobuf's text format find mpgraph's messages in an ``Any``; it looks into one pool only."""
    global _original
    from google.protobuf import text_format

    from mpgraph.formats.protos.pool import POOL

    for calculator in _ALWAYS:
        _message(calculator)
    original = getattr(text_format, "_BuildMessageFromTypeName", None)
    if _original is not None or original is None:
        return

    def build(type_name: str, descriptor_pool: Any) -> Any:
        built = original(type_name, descriptor_pool)
        return original(type_name, POOL) if built is None and descriptor_pool is None else built

    _original = original
    text_format._BuildMessageFromTypeName = build  # type: ignore[attr-defined]


def leave_text_format() -> None:
    """Undoes `join_text_format`."""
    global _original
    if _original is not None:
        from google.protobuf import text_format

        text_format._BuildMessageFromTypeName = _original  # type: ignore[attr-defined]
        _original = None
