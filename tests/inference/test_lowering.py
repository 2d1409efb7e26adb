"""Convolution2DTransposeBias as TRANSPOSE_CONV, run by LiteRT's built-in kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_files import model_bytes
from numpy.typing import NDArray
from tiny_models import SAME, VALID, addition, transposed_convolution

from mpgraph.errors import ModelError
from mpgraph.inference import litert, lowering, model_file
from mpgraph.inference.protocol import Delegate

SELFIE = ["selfie_segmentation", "selfie_segmentation_landscape"]


def reference(
    data: NDArray[np.float32],
    weights: NDArray[np.float32],
    bias: NDArray[np.float32],
    *,
    same: bool,
    strides: tuple[int, int],
) -> NDArray[np.float64]:
    """The custom operator, by its formula."""
    _, height, width, _ = data.shape
    channels, *kernel, _ = weights.shape
    pads = [
        max(0, k - (size - 1) % stride - 1) if same else 0
        for k, size, stride in zip(kernel, (height, width), strides, strict=True)
    ]
    sizes = [s * (n - 1) + k for s, n, k in zip(strides, (height, width), kernel, strict=True)]
    full = np.zeros([*sizes, channels])
    for y, x in np.ndindex(height, width):
        patch = np.einsum("c,oklc->klo", data[0, y, x].astype(float), weights.astype(float))
        top, left = y * strides[0], x * strides[1]
        full[top : top + kernel[0], left : left + kernel[1]] += patch
    rows, columns = (slice(pad // 2, pad // 2 + n - pad) for pad, n in zip(pads, sizes, strict=True))
    return full[None, rows, columns] + bias


SIZES = st.integers(1, 5)


@settings(max_examples=60, deadline=None)
@given(
    height=SIZES,
    width=SIZES,
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    strides=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    channels=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    same=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_lowered_operator_computes_the_formula_or_is_refused(
    height: int,
    width: int,
    kernel: tuple[int, int],
    strides: tuple[int, int],
    channels: tuple[int, int],
    same: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    data = rng.standard_normal((1, height, width, channels[0])).astype(np.float32)
    weights = rng.standard_normal((channels[1], *kernel, channels[0])).astype(np.float32)
    bias = rng.standard_normal(channels[1]).astype(np.float32)
    expected = reference(data, weights, bias, same=same, strides=strides)
    model = transposed_convolution(
        data.shape,
        weights,
        bias,
        expected.shape,
        padding=SAME if same else VALID,
        stride_height=strides[0],
        stride_width=strides[1],
    )
    fits = all(
        -(-out // stride) == size
        for out, stride, size in zip(expected.shape[1:3], strides, (height, width), strict=True)
    )
    if same and not fits:
        with pytest.raises(ModelError, match="cannot be replaced"):
            lowering.lower(model)
        return
    engine = litert.create(lowering.lower(model), Delegate.NONE, 1)
    np.testing.assert_allclose(engine.run([data])[0], expected, rtol=1e-4, atol=1e-5)


def test_selfie_kernel_is_lowered() -> None:
    """Kernel 2x2, stride 2, SAME is the selfie models' own; it must never be refused."""
    model = two_by_two(padding=SAME)
    engine = litert.create(lowering.lower(model), Delegate.NONE, 1)
    assert (engine.run([np.ones((1, 4, 6, 3), np.float32)])[0] == 10).all()


def test_model_without_the_operator_is_left_alone() -> None:
    model = addition()
    assert lowering.lower(model) is model


def test_unknown_padding_is_refused() -> None:
    with pytest.raises(ModelError, match="padding 0"):
        lowering.lower(two_by_two(padding=0))


def two_by_two(*, padding: int) -> bytes:
    weights, bias = np.ones((1, 2, 2, 3), np.float32), np.full(1, 7, np.float32)
    shapes = (1, 4, 6, 3), (1, 8, 12, 1)
    return transposed_convolution(
        shapes[0], weights, bias, shapes[1], padding=padding, stride_height=2, stride_width=2
    )


@pytest.mark.parametrize("name", SELFIE)
def test_old_body_is_kept_byte_by_byte_and_aligned(name: str) -> None:
    model = model_bytes(name)
    lowered = lowering.lower(model)
    grown = len(lowered) - len(model)
    assert grown % 64 == 0
    assert 0 < grown < 8192
    assert lowered[4:8] == b"TFL3"
    assert lowered[8 + grown :] == model[8:]
    assert model_file.custom_ops(lowered) == frozenset()


@pytest.mark.parametrize("name", SELFIE)
def test_selfie_masks_are_the_same(name: str) -> None:
    """Under XNNPACK the lowered model equals the original; the built-in kernels differ a little."""
    model = model_bytes(name)
    original = litert.create(model, Delegate.XNNPACK, 1)
    image = person(*original.inputs[0].shape[1:3])
    expected = original.run([image])[0]
    assert expected.max() > 0.9
    assert expected.min() < 0.1
    under_xnnpack = litert.create(lowering.lower(model), Delegate.XNNPACK, 1).run([image])[0]
    np.testing.assert_allclose(under_xnnpack, expected, rtol=0, atol=1e-5)
    builtin = litert.create(lowering.lower(model), Delegate.NONE, 1).run([image])[0]
    np.testing.assert_allclose(builtin, expected, rtol=0, atol=5e-3)
    assert np.abs(builtin - expected).mean() < 1e-5


def person(height: int, width: int) -> NDArray[np.float32]:
    """A drawn head and shoulders, as the tensor of an image."""
    y, x = np.mgrid[:height, :width]
    image = np.random.default_rng(0).random((height, width, 3), dtype=np.float32) * 0.2
    head = (x - width / 2) ** 2 + (y - height * 0.35) ** 2 < (height * 0.18) ** 2
    body = ((x - width / 2) / (width * 0.2)) ** 2 + ((y - height * 1.1) / (height * 0.7)) ** 2 < 1
    image[head | body] = [0.8, 0.6, 0.5]
    return image[None]
