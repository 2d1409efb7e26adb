"""Where graphs of upstream's API find their files."""

from __future__ import annotations

from pathlib import Path

from mpgraph.resources import Resources

from .arguments import incompatible

__all__ = ["resources", "set_resource_dir"]

_root: Path | None = None


def set_resource_dir(path: str) -> None:
    """Sets the folder that relative resource ids are looked up in, for the whole process (PY-R1)."""
    global _root
    if not isinstance(path, str):
        incompatible("set_resource_dir(arg0: str) -> None", path)
    _root = Path(path)


def resources() -> Resources:
    """What a new graph looks its resources up in."""
    return Resources(root=_root)
