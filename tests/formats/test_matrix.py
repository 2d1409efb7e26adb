"""Matrices (P-8, PY-I7)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mpgraph.formats.matrix import Matrix
from mpgraph.packet import Packet
from mpgraph.packet_type import packet_type


@given(arrays.arrays(np.float64, arrays.array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32)))
def test_it_holds_the_numbers_column_by_column(data: Any) -> None:
    matrix = Matrix(data)
    np.testing.assert_array_equal(matrix.data, data.astype(np.float32))
    assert matrix.data.flags.f_contiguous
    assert (matrix.rows, matrix.cols) == data.shape


def test_it_copies_and_is_read_only() -> None:
    data = np.zeros((2, 3), np.float32, order="F")
    matrix = Matrix(data)
    data[0, 0] = 1
    assert matrix.data[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        matrix.data[0, 0] = 1


@pytest.mark.parametrize("data", [[1, 2, 3], np.arange(1, 4), (1.0, 2.0, 3.0)])
def test_one_dimension_is_a_column(data: Any) -> None:
    assert Matrix(data).data.tolist() == [[1], [2], [3]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [([[1, 2], [3, 4]], [[1, 2], [3, 4]]), ([], np.zeros((0, 1))), (np.zeros((0, 3)), np.zeros((0, 3)))],
)
def test_what_numpy_makes_an_array_of_is_taken(data: Any, expected: Any) -> None:
    np.testing.assert_array_equal(Matrix(data).data, expected)


def test_beyond_float32_is_infinite() -> None:
    assert Matrix([[1e300, -1e300]]).data.tolist() == [[np.inf, -np.inf]]


@pytest.mark.parametrize("data", [3.0, None, "a", np.zeros((1, 2, 3)), [[1, 2], [3]], [["a"]]])
def test_other_data_are_refused(data: Any) -> None:
    with pytest.raises(TypeError, match="a matrix is an array of one or two dimensions of numbers, got "):
        Matrix(data)


def test_adopt_shares_and_locks_what_is_stored_by_columns() -> None:
    data = np.zeros((2, 3), np.float32, order="F")
    assert np.shares_memory(Matrix.adopt(data).data, data)
    with pytest.raises(ValueError, match="read-only"):
        data[0, 0] = 1
    row = np.zeros((1, 480), np.float32)  # one channel of audio
    assert np.shares_memory(Matrix.adopt(row).data, row)
    by_rows = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert not np.shares_memory(Matrix.adopt(by_rows).data, by_rows)
    assert by_rows.flags.writeable
    np.testing.assert_array_equal(Matrix.adopt(by_rows).data, by_rows)


@pytest.mark.parametrize("data", [[[1.0]], np.zeros((2, 2)), np.zeros((1, 1, 1), np.float32)])
def test_adopt_converts_nothing(data: Any) -> None:
    with pytest.raises(TypeError, match="expected a float32 array of one or two dimensions, got "):
        Matrix.adopt(data)


def test_it_is_an_array_for_numpy() -> None:
    matrix = Matrix([[1, 2], [3, 4]])
    assert np.shares_memory(np.asarray(matrix), matrix.data)
    assert not np.shares_memory(np.array(matrix), matrix.data)
    assert np.asarray(matrix, np.float64).dtype == np.float64
    assert (np.array(matrix) @ [1, 1]).tolist() == [3, 7]


def test_its_type_has_upstreams_name() -> None:
    """P-8: what a packet shows that was made in Python; upstream registers no other name."""
    assert Packet(Matrix([1])).type == packet_type(Matrix)
    assert packet_type(Matrix).name == "Eigen::Matrix<float, -1, -1, 0, -1, -1>"
    assert repr(Matrix([[1, 2]])) == "<Matrix 1x2>"
