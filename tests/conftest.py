"""Tests marked ``gpu`` are skipped where there is no GPU, or fail there with ``--require-gpu``.

Those marked ``gpu("inference")`` need one that LiteRT can use, which wants more of a driver.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the option."""
    parser.addoption("--require-gpu", action="store_true", help="fail tests of the GPU where there is none")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips or fails what cannot run."""
    marker = item.get_closest_marker("gpu")
    if marker is None:
        return
    from gpu_device import missing_gpu, missing_inference

    missing = missing_gpu() or (missing_inference() if "inference" in marker.args else "")
    if missing and item.config.getoption("--require-gpu"):
        pytest.fail(missing, pytrace=False)
    elif missing:
        pytest.skip(missing)
