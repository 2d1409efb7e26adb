"""Runs a script that was written for MediaPipe, unchanged: ``python -m mpgraph.compat script.py ...``."""

from __future__ import annotations

import os
import runpy
import sys

from .install import install_as_mediapipe

__all__ = ["main"]


def main(arguments: list[str]) -> None:
    """Runs the script that the first argument names with the others, as Python itself would."""
    if not arguments or arguments[0].startswith("-"):
        sys.exit("usage: python -m mpgraph.compat SCRIPT [ARGUMENT ...]")
    install_as_mediapipe()
    sys.argv = arguments
    sys.path[0] = os.path.dirname(os.path.abspath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
