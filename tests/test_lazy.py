"""OpenCV imported when it is first used."""

from __future__ import annotations

import subprocess
import sys

import cv2 as module
import pytest

from mpgraph.lazy import cv2


def test_it_is_the_module() -> None:
    assert cv2.resize is module.resize
    assert cv2.INTER_LINEAR == module.INTER_LINEAR
    assert cv2.utils.logging is module.utils.logging
    with pytest.raises(AttributeError, match="no_such_function"):
        cv2.no_such_function  # type: ignore[attr-defined]  # noqa: B018


def test_calculators_import_it_when_it_is_used() -> None:
    script = (
        "import sys, mpgraph.calculators.tensor.image_to_tensor as a, mpgraph.calculators.image.recolor\n"
        "from mpgraph.lazy import cv2\n"
        "assert 'cv2' not in sys.modules; cv2.resize; assert 'cv2' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
