"""`SolutionBase` (PY-S1 to PY-S9), after upstream's solution_base_test.py; more in test_side_by_side.py."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mpgraph.compat.solution_base import NAME_TO_TYPE, PacketDataType, SolutionBase
from mpgraph.formats.landmark import NormalizedLandmarkList

IMAGES = """
input_stream: "image_in" output_stream: "image_out"
node { name: "ImageTransformation" calculator: "ImageTransformationCalculator"
  input_stream: "IMAGE:image_in" output_stream: "IMAGE:image_out" %s }
node { name: "Constant" calculator: "ConstantSidePacketCalculator" output_side_packet: "PACKET:allow"
  options { [mediapipe.ConstantSidePacketCalculatorOptions.ext] { packet { bool_value: true } } } }
"""
HINTS = {"image_in": PacketDataType.IMAGE_FRAME, "image_out": PacketDataType.IMAGE_FRAME}


def image(seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (3, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    "options",
    [
        "",
        "options { [mediapipe.ImageTransformationCalculatorOptions.ext] { rotation_mode: ROTATION_180 } }",
        "node_options { [type.googleapis.com/mediapipe.ImageTransformationCalculatorOptions] { rotation_mode: 3 } }",
    ],
    ids=["none", "extension", "any"],
)
def test_options_of_nodes_are_set(options: str) -> None:
    """PY-S6: whether the node has none, an extension, or an Any."""
    params = {"ImageTransformation.flip_vertically": True, "ImageTransformation.rotation_mode": None}
    with SolutionBase(
        graph_config=IMAGES % options, calculator_params=params, stream_type_hints=HINTS
    ) as solution:
        for seed in range(3):
            np.testing.assert_array_equal(solution.process(image(seed)).image_out, image(seed)[::-1])


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"ImageTransformation": True}, 'The key "ImageTransformation" in the calculator_params is invalid.'),
        ({"a.b.c": True}, 'The key "a.b.c" in the calculator_params is invalid.'),
        ({"Nobody.flip_vertically": True}, "Not all calculator params are valid."),
        ({"Constant.packet": 1}, "packet is a repeated proto field but the value to be set is <class 'int'>"),
    ],
)
def test_options_that_cannot_be_set(params: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        SolutionBase(graph_config=IMAGES % "", calculator_params=params, stream_type_hints=HINTS)


def test_results_have_attributes_and_are_read_only() -> None:
    """PY-S8."""
    solution = SolutionBase(graph_config=IMAGES % "", stream_type_hints=HINTS)
    result = solution.process({"image_in": image()})
    assert result._fields == ("image_out",)
    assert not result.image_out.flags.writeable
    assert solution.process({}).image_out is None
    with pytest.raises(AttributeError):
        _ = result.nothing
    np.testing.assert_array_equal(result.image_out, image())
    solution.close()


def test_the_given_image_may_be_changed_afterwards() -> None:
    mine = image()
    with SolutionBase(graph_config=IMAGES % "", stream_type_hints=HINTS) as solution:
        result = solution.process(mine)
        mine[:] = 0
        np.testing.assert_array_equal(result.image_out, image())
        assert mine.flags.writeable


def test_a_solution_is_freed_at_once() -> None:
    solution = SolutionBase(graph_config=IMAGES % "", stream_type_hints=HINTS)
    kept = weakref.ref(solution._graph)
    solution.process(image())
    gc.disable()
    try:
        del solution
        assert kept() is None
    finally:
        gc.enable()


def test_kinds_of_messages() -> None:
    """PY-S4."""
    assert PacketDataType.from_registered_name("::mediapipe::NormalizedLandmarkList") is PacketDataType.PROTO
    assert (
        PacketDataType.from_registered_name("::std::vector<::mediapipe::NormalizedLandmarkList>")
        is PacketDataType.PROTO_LIST
    )
    assert set(NAME_TO_TYPE.values()) == set(PacketDataType)


def test_messages_go_in_and_out() -> None:
    config = (
        'input_stream: "a" output_stream: "b" '
        'node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }'
    )
    hints = {"a": PacketDataType.PROTO, "b": PacketDataType.PROTO}
    landmarks = NormalizedLandmarkList()
    landmarks.landmark.add(x=0.5)
    with SolutionBase(graph_config=config, stream_type_hints=hints) as solution:
        assert solution.process({"a": landmarks}).b == landmarks
    with (
        SolutionBase(
            graph_config=config, stream_type_hints=dict.fromkeys("ab", PacketDataType.PROTO_LIST)
        ) as solution,
        pytest.raises(NotImplementedError, match="PROTO_LIST type is not supported yet"),
    ):
        solution.process({"a": [landmarks]})
