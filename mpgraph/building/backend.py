"""Builds mpgraph; with ``MPGRAPH_COMPILE=1`` the hot part of it is compiled with mypyc.

The same sources serve both: without the variable the wheel is pure Python, and runs everywhere.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from setuptools import setup
from setuptools.build_meta import _BuildMetaBackend

MODULES = (
    "context",
    "packet",
    "runtime/executor",
    "runtime/node",
    "runtime/observer",
    "runtime/readiness",
    "runtime/scheduler",
    "runtime/section",
    "runtime/sources",
    "runtime/stream",
    "runtime/wiring",
)
"""What a packet passes on its way."""


def _is_wanted() -> bool:
    return os.environ.get("MPGRAPH_COMPILE", "") not in ("", "0")


class _Backend(_BuildMetaBackend):  # type: ignore[misc]
    def run_setup(self, setup_script: str = "setup.py") -> None:
        modules: list[Any] = []
        if _is_wanted() and "bdist_wheel" in sys.argv:
            from mypyc.build import mypycify

            paths = [f"mpgraph/{name}.py" for name in MODULES]
            modules = mypycify(
                [*paths, "--follow-imports=silent", "--ignore-missing-imports"],
                opt_level="3",
                group_name="mpgraph",
            )
        sys.argv[0] = setup_script
        setup(ext_modules=modules)

    def get_requires_for_build_wheel(self, config_settings: Any = None) -> list[str]:
        needed = super().get_requires_for_build_wheel(config_settings)
        return [*needed, "mypy[mypyc]>=1.13", "types-protobuf", "numpy"] if _is_wanted() else needed


_backend = _Backend()
build_editable = _backend.build_editable
build_sdist = _backend.build_sdist
build_wheel = _backend.build_wheel
get_requires_for_build_editable = _backend.get_requires_for_build_editable
get_requires_for_build_sdist = _backend.get_requires_for_build_sdist
get_requires_for_build_wheel = _backend.get_requires_for_build_wheel
prepare_metadata_for_build_editable = _backend.prepare_metadata_for_build_editable
prepare_metadata_for_build_wheel = _backend.prepare_metadata_for_build_wheel
