"""What a .tflite file says about itself, and damaged ones."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import SAME, addition, transposed_convolution

from mpgraph.errors import ModelError
from mpgraph.inference import lowering, model_file
from mpgraph.inference.protocol import Signature

CONVOLUTION = transposed_convolution(
    (1, 2, 2, 1),
    np.ones((1, 2, 2, 1), np.float32),
    np.zeros(1, np.float32),
    (1, 4, 4, 1),
    padding=SAME,
    stride_height=2,
    stride_width=2,
)


def test_custom_ops() -> None:
    assert model_file.custom_ops(addition()) == frozenset()
    assert model_file.custom_ops(CONVOLUTION) == {"Convolution2DTransposeBias"}


def test_signatures_give_indices_into_the_engine_s_lists_in_the_model_s_order() -> None:
    (signature,) = model_file.signatures(addition())
    assert signature == Signature("serving", {"l": 0, "r": 1}, {"s": 0})
    assert list(signature.inputs) == ["l", "r"]
    assert model_file.signatures(CONVOLUTION) == ()


def test_empty_model() -> None:
    with pytest.raises(ModelError, match="empty"):
        model_file.custom_ops(b"")


def test_something_else_than_a_model() -> None:
    with pytest.raises(ModelError, match="expected the identifier TFL3"):
        model_file.custom_ops(b"<!DOCTYPE html><html></html>")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_never_raises_anything_but_model_error(data: st.DataObject) -> None:
    damaged = bytearray(data.draw(st.sampled_from([addition(), CONVOLUTION])))
    for _ in range(data.draw(st.integers(0, 5))):
        damaged[data.draw(st.integers(8, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    for read in (model_file.custom_ops, model_file.signatures, lowering.lower):
        with contextlib.suppress(ModelError):
            read(cut)
