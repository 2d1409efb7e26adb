"""Lets ``import mediapipe`` mean mpgraph, for code that was written for MediaPipe up to 0.10.21.

The names under ``mediapipe`` are modules that look everything up in mpgraph's own when it is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

from . import messages

__all__ = ["install_as_mediapipe", "uninstall"]

VERSION: Final = "0.10.21"
"""The release whose Python API this is."""

_BINDINGS: Final = {
    "CalculatorGraph": "mpgraph.compat.calculator_graph:CalculatorGraph",
    "GraphInputStreamAddMode": "mpgraph.compat.calculator_graph:GraphInputStreamAddMode",
    "Image": "mpgraph.formats.image:Image",
    "ImageFormat": "mpgraph.formats.image_format:ImageFormat",
    "ImageFrame": "mpgraph.formats.image_frame:ImageFrame",
    "Matrix": "mpgraph.formats.matrix:Matrix",
    "Packet": "mpgraph.packet:Packet",
    "Timestamp": "mpgraph.timestamp:Timestamp",
    "ValidatedGraphConfig": "mpgraph.compat.validated_graph_config:ValidatedGraphConfig",
    "packet_creator": "mediapipe.python.packet_creator",
    "packet_getter": "mediapipe.python.packet_getter",
    "resource_util": "mediapipe.python._framework_bindings.resource_util",
    "solutions": "mediapipe.python.solutions",
}
_SOLUTIONS: Final = {
    "drawing_utils": "mpgraph.solutions.drawing_utils",
    "selfie_segmentation": "mpgraph.solutions.selfie_segmentation",
}
_FRAMEWORK_BINDINGS: Final = {
    "calculator_graph": "mpgraph.compat.calculator_graph",
    "image": "mpgraph.formats.image",
    "image_frame": "mpgraph.formats.image_frame",
    "matrix": "mpgraph.formats.matrix",
    "packet": "mpgraph.packet",
    "resource_util": "mpgraph.compat.resource_util",
    "task_runner": "mpgraph.compat.task_runner",
    "timestamp": "mpgraph.timestamp",
    "validated_graph_config": "mpgraph.compat.validated_graph_config",
}
_PYTHON: Final = {
    "packet_creator": "mpgraph.compat.packet_creator",
    "packet_getter": "mpgraph.compat.packet_getter",
    "solution_base": "mpgraph.compat.solution_base",
}
_PACKAGES: Final[dict[str, dict[str, str]]] = {
    "mediapipe": _BINDINGS,
    "mediapipe.python": {**_BINDINGS, **_PYTHON},
    "mediapipe.python._framework_bindings": _FRAMEWORK_BINDINGS,
    "mediapipe.python.solutions": _SOLUTIONS,
}
"""What the packages have that are more than folders of message modules."""
_MESSAGES: Final = "mpgraph.formats.protos"
"""The folder whose modules have upstream's names."""
_OPTIONS: Final = "mpgraph.options"
"""Stands for the module of a calculator's options, which its class makes."""


class _Alias(ModuleType):
    """A module under ``mediapipe`` that stands for one of mpgraph's."""

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":  # for `import *`
            return dir(self)
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._find(name)
        setattr(self, name, value)
        return value

    def _find(self, name: str) -> Any:
        inner = f"{self.__name__}.{name}"
        place, _, attribute = _PACKAGES.get(self.__name__, {}).get(name, "").partition(":")
        if attribute:
            return getattr(importlib.import_module(place), attribute)
        if place.startswith("mediapipe."):
            return importlib.import_module(place)
        if place or (hasattr(self, "__path__") and _target(inner) is not None):
            return importlib.import_module(inner)
        target = _target(self.__name__)
        if target == _OPTIONS:
            message = messages.options_message(self.__name__)
            if message.DESCRIPTOR.name == name:
                return message
        elif target is not None and target != _MESSAGES:
            module = importlib.import_module(target)
            if hasattr(module, name):
                return getattr(module, name)
        msg = f'mpgraph has no "{inner}" (yet); {self.__name__} has here: {", ".join(dir(self)) or "nothing"}'
        raise AttributeError(msg)

    def __dir__(self) -> list[str]:
        table = _PACKAGES.get(self.__name__)
        target = _target(self.__name__)
        if target == _OPTIONS:
            return [messages.options_message(self.__name__).DESCRIPTOR.name]
        if table is not None or not target:
            return sorted(table or ())
        return [name for name in dir(importlib.import_module(target)) if not name.startswith("_")]


def _target(name: str) -> str | None:
    """The module of mpgraph that a name under ``mediapipe`` stands for; None if there is none."""
    if name in _PACKAGES:
        return "mpgraph.compat"
    package, _, last = name.rpartition(".")
    place = _PACKAGES.get(package, {}).get(last, "")
    if place.startswith("mpgraph.") and ":" not in place:
        return place
    inner = name.removeprefix("mediapipe").removeprefix(".")
    place = f"{_MESSAGES}.{inner}"
    try:
        if inner and importlib.util.find_spec(place) is not None:
            return place
    except ModuleNotFoundError:
        pass
    if inner in messages.FOLDERS:
        return _MESSAGES
    return _OPTIONS if messages.options_message(name) is not None else None


class _Finder:
    """Finds and makes the modules under ``mediapipe``."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module under ``mediapipe``.

        Raises:
            ModuleNotFoundError: mpgraph has no such module.
        """
        if name != "mediapipe" and not name.startswith("mediapipe."):
            return None
        found = _target(name)
        if found is None:
            package, _, last = name.rpartition(".")
            has = ", ".join(dir(sys.modules[package])) if package in sys.modules else ""
            msg = f'mpgraph has no "{name}" (yet); {package} has here: {has or "nothing"} (asked for: {last})'
            raise ModuleNotFoundError(msg, name=name)
        is_package = name in _PACKAGES or (not name.endswith("_pb2") and found.startswith(_MESSAGES))
        return ModuleSpec(name, self, is_package=is_package)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module; what is in it is looked up later."""
        return _Alias(spec.name, f"mpgraph, in place of {spec.name} of MediaPipe {VERSION}.")

    def exec_module(self, module: ModuleType) -> None:
        """Gives it the version; all else is looked up when it is asked for."""
        if module.__name__ == "mediapipe":
            module.__version__ = VERSION  # type: ignore[attr-defined]
        elif module.__name__ == "mediapipe.framework.calculator_pb2":
            messages.join_text_format()


_FINDER: Final = _Finder()


def install_as_mediapipe() -> None:
    """From now on ``import mediapipe`` gets mpgraph: code for MediaPipe up to 0.10.21 runs unchanged.

    What is not there yet says so by name when it is imported or asked for. `uninstall` undoes it. Called
    again it does nothing.

    Raises:
        RuntimeError: The real mediapipe was imported before.
    """
    if _FINDER in sys.meta_path:
        return
    present = sys.modules.get("mediapipe")
    if present is not None:
        msg = (
            f"mediapipe is already imported, from {getattr(present, '__file__', 'somewhere else')}: call "
            "install_as_mediapipe() before anything imports it"
        )
        raise RuntimeError(msg)
    sys.meta_path.insert(0, _FINDER)


def uninstall() -> None:
    """Undoes `install_as_mediapipe`: from now on ``import mediapipe`` gets whatever is installed."""
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
    messages.leave_text_format()
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Alias)]:
        del sys.modules[name]
