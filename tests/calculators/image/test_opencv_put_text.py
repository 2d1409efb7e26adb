"""OpenCvPutTextCalculator: spec calculators.md 5."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from graph_runs import run_graph
from graph_steps import node

from mpgraph.formats.image_format import ImageFormat


def written(text: str | bytes) -> npt.NDArray[Any]:
    ((at, out),) = run_graph(node("OpenCvPutText", ["in"], ["out"]), {"in": [(9, text)]}, ["out"])["out"]
    assert at == 9
    assert (out.image_format, out.width, out.height) == (ImageFormat.SRGBA, 640, 640)
    pixels: npt.NDArray[Any] = out.numpy_view()
    return pixels


def test_where_the_text_is_and_its_colour() -> None:
    """Yellow and opaque where it is, nothing elsewhere; letters without a descender end at the base line."""
    image = written("Hm")
    ink = image[..., 3] == 255
    assert (image[ink] == (255, 255, 0, 255)).all()
    rows, columns = np.nonzero(ink)
    assert 13 <= columns.min() <= 25
    assert 68 <= rows.max() <= 74
    assert 25 <= rows.max() - rows.min() <= 45
    faint = image[~ink]
    assert (faint[:, 2] == 0).all()
    assert (faint[:, 3] == 0).mean() > 0.99  # all but the soft edges of outlines


def test_texts() -> None:
    assert not written("").any()
    np.testing.assert_array_equal(written("Grüße".encode()), written("Grüße"))
    assert written("long" * 100)[:, 600:, 3].any()  # beyond the image it is cut off
    assert (written("A") != written("B")).any()
