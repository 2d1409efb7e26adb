"""The graph that makes masks steadier, against the real MediaPipe."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from graph_runs import run_graph
from oracle_client import needs_oracle, oracle

from mpgraph.formats.image import Image
from mpgraph.formats.image_frame import ImageFrame

Array = npt.NDArray[Any]


def graph(*, side: bool) -> str:
    return f"""
        input_stream: "mask" output_stream: "out" {'input_side_packet: "enable"' if side else ""}
        node {{
          calculator: "PoseSegmentationFiltering"
          {'input_side_packet: "ENABLE:enable"' if side else ""}
          input_stream: "SEGMENTATION_MASK:mask" output_stream: "FILTERED_SEGMENTATION_MASK:out"
        }}"""


def masks(count: int = 5) -> list[Array]:
    return list(np.random.default_rng(count).random((count, 13, 17), np.float32))


def filtered(enable: bool | None) -> list[tuple[int, Array]]:
    images = [(7 * at, Image.from_frame(ImageFrame.adopt(mask))) for at, mask in enumerate(masks())]
    side = {} if enable is None else {"enable": enable}
    out = run_graph(graph(side=enable is not None), {"mask": images}, ["out"], side)["out"]
    return [(at, image.numpy_view()) for at, image in out]


def test_masks_take_after_the_one_before() -> None:
    """The first stays; each later one lies between itself and the filtered one before."""
    out = filtered(None)
    given = masks()
    assert [at for at, _ in out] == [0, 7, 14, 21, 28]
    np.testing.assert_array_equal(out[0][1], given[0])
    for (_, before), (_, found), mask in zip(out, out[1:], given[1:], strict=False):
        assert (found != mask).any()
        low, high = np.minimum(before, mask), np.maximum(before, mask)
        assert ((found >= low - 1e-4) & (found <= high + 1e-4)).all()


def test_switched_off_they_stay() -> None:
    for (_, found), mask in zip(filtered(False), masks(), strict=True):
        np.testing.assert_array_equal(found, mask)


@needs_oracle
@pytest.mark.parametrize("enable", [None, True, False])
def test_equals_upstream(enable: bool | None) -> None:
    values = [(7 * at, oracle.Value("image", mask, "VEC32F1")) for at, mask in enumerate(masks())]
    side = {} if enable is None else {"enable": enable}
    text = graph(side=enable is not None)
    expected = oracle.run_graph(text, {"mask": values}, ["out"], side_packets=side).plain()["out"]
    found = filtered(enable)
    assert [at for at, _ in found] == [at for at, _ in expected]
    for (_, mask), (_, theirs) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mask, theirs)
