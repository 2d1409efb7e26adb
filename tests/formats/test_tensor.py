"""Tensors."""

import numpy as np
import pytest

from mpgraph.formats.tensor import Quantization, Tensor
from mpgraph.packet_type import packet_type


def test_wraps_without_copying_and_locks() -> None:
    data = np.zeros((1, 2, 3), np.float32)
    tensor = Tensor(data)
    assert np.shares_memory(tensor.data, data)
    assert tensor.shape == (1, 2, 3)
    assert tensor.dtype == np.float32
    assert (tensor.quantization, tensor.is_dynamic) == (Quantization(1.0, 0), False)
    with pytest.raises(ValueError, match="read-only"):
        data[0] = 1


def test_is_contiguous() -> None:
    data = np.arange(6, dtype=np.int32).reshape(2, 3).T
    tensor = Tensor(data)
    assert tensor.data.flags.c_contiguous
    np.testing.assert_array_equal(tensor.data, data)


def test_scalar() -> None:
    assert Tensor(np.array(3.0, np.float32)).shape == ()


@pytest.mark.parametrize("data", [[1.0], np.zeros(3), np.array(["a"])])
def test_refuses_other_data(data: object) -> None:
    with pytest.raises(TypeError, match=r"a tensor is an array of bool, float32, .*; got"):
        Tensor(data)  # type: ignore[arg-type]


def test_packet_type_name() -> None:
    assert str(packet_type(list[Tensor])) == "::std::vector<mediapipe::Tensor>"
