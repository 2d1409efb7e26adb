"""The engine on LiteRT."""

from __future__ import annotations

import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from model_files import model_bytes, model_path
from numpy.typing import NDArray
from tiny_models import SAME, addition, model, operator, tensor, transposed_convolution

from mpgraph.errors import ModelError
from mpgraph.inference import litert
from mpgraph.inference.protocol import Delegate, Engine, Signature, TensorSpec, create_engine


def left_right() -> list[NDArray[np.float32]]:
    return [np.array([[1, 2, 3, 4]], np.float32), np.array([[10, 20, 30, 40]], np.float32)]


@pytest.mark.parametrize("delegate", [Delegate.NONE, Delegate.XNNPACK])
def test_run(delegate: Delegate) -> None:
    engine = create_engine(addition(), delegate=delegate)
    assert engine.inputs == (
        TensorSpec("left", (1, 4), np.dtype(np.float32)),
        TensorSpec("right", (1, 4), np.dtype(np.float32)),
    )
    assert engine.outputs == (TensorSpec("sum", (1, 4), np.dtype(np.float32)),)
    assert engine.signatures == (Signature("serving", {"l": 0, "r": 1}, {"s": 0}),)
    (result,) = engine.run(left_right())
    assert result.tolist() == [[11, 22, 33, 44]]


def test_outputs_belong_to_the_caller() -> None:
    engine = create_engine(addition())
    first = engine.run(left_right())[0]
    kept = first.copy()
    engine.run([np.zeros((1, 4), np.float32)] * 2)
    engine.close()
    assert (first == kept).all()
    first[:] = 0  # and may be written


def test_shapes_are_not_compared_but_sizes_are() -> None:
    """Upstream compares the bytes of an input tensor, not its dimensions."""
    engine = create_engine(addition((1, 4)))
    left, right = left_right()
    assert engine.run([left.reshape(2, 2), right.ravel()])[0].tolist() == [[11, 22, 33, 44]]
    with pytest.raises(ValueError, match=r'input "right" is float32 \(1, 4\), got float32 \(1, 3\)'):
        engine.run([left, right[:, :3]])


def test_dtype_and_count_are_compared() -> None:
    engine = create_engine(addition())
    left, right = left_right()
    with pytest.raises(ValueError, match=r'input "left" is float32 .* got float64'):
        engine.run([left.astype(float), right])
    with pytest.raises(ValueError, match="2 inputs, got 1"):
        engine.run([left])


def test_a_view_is_as_good_as_an_array() -> None:
    engine = create_engine(addition())
    wide = np.arange(8, dtype=np.float32).reshape(1, 8)
    assert engine.run([wide[:, ::2], wide[:, ::-2]])[0].tolist() == [[7, 7, 7, 7]]


def test_resize_open_dimensions() -> None:
    engine = create_engine(addition((1, 4), open_shape=(-1, 4)))
    engine.resize([(3, 4), (3, 4)])
    assert [spec.shape for spec in engine.inputs] == [(3, 4), (3, 4)]
    assert engine.outputs[0].shape == (3, 4)
    assert engine.run([np.ones((3, 4), np.float32)] * 2)[0].tolist() == [[2] * 4] * 3


def test_resize_fixed_dimensions() -> None:
    engine = create_engine(addition())
    with pytest.raises(ModelError, match=r"cannot have the shapes \[\(3, 4\), \(3, 4\)\]"):
        engine.resize([(3, 4), (3, 4)])
    with pytest.raises(ValueError, match="2 inputs, got 1 shapes"):
        engine.resize([(3, 4)])


def test_quantisation() -> None:
    tensors = [
        tensor(name, (2,), kind=schema.TensorType.UINT8, quantization=(0.5, 128)) for name in ("a", "b", "c")
    ]
    add = operator([0, 1], [2], options=schema.AddOptionsT(), kind=schema.BuiltinOptions.AddOptions)
    engine = create_engine(model(tensors, [add], [0, 1], [2]))
    assert engine.inputs[0] == TensorSpec("a", (2,), np.dtype(np.uint8), 0.5, 128)
    given = [np.array([130, 128], np.uint8), np.array([128, 131], np.uint8)]
    assert engine.run(given)[0].tolist() == [130, 131]


@pytest.mark.parametrize("delegate", [Delegate.NONE, Delegate.XNNPACK])
@pytest.mark.parametrize("threads", [-1, 1, 2])
def test_selfie_model_runs_with_and_without_xnnpack(delegate: Delegate, threads: int) -> None:
    engine = create_engine(model_bytes("selfie_segmentation"), delegate=delegate, num_threads=threads)
    assert engine.inputs[0].shape == (1, 256, 256, 3)
    (mask,) = engine.run([np.zeros((1, 256, 256, 3), np.float32)])
    assert mask.shape == (1, 256, 256, 1)
    assert 0 <= mask.min() <= mask.max() <= 1


def test_an_operator_that_the_graph_does_not_allow() -> None:
    data = transposed_convolution(
        (1, 2, 2, 1),
        np.ones((1, 2, 2, 1), np.float32),
        np.zeros(1, np.float32),
        (1, 4, 4, 1),
        padding=SAME,
        stride_height=2,
        stride_width=2,
    )
    with pytest.raises(ModelError, match=r"Convolution2DTransposeBias.*op resolver"):
        create_engine(data, custom_ops=frozenset())
    create_engine(data, custom_ops=frozenset({"Convolution2DTransposeBias", "Resampler"}))


def test_an_operator_that_nothing_computes() -> None:
    node = operator([0], [1])
    data = model([tensor("a", (1,)), tensor("b", (1,))], [node], [0], [1], custom="Mystery")
    with pytest.raises(ModelError, match=r"cannot be loaded: .*Mystery"):
        create_engine(data)


def test_close_frees_the_model_and_may_be_repeated() -> None:
    engine = litert.create(addition(), Delegate.NONE, 1)
    interpreter = weakref.ref(engine._interpreter)
    engine.close()
    engine.close()
    assert interpreter() is None


def test_no_runtime_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ai_edge_litert.interpreter", "tflite_runtime.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in ("mpgraph.inference.litert", "mpgraph.inference.tflite_runtime"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ModelError, match="pip install ai-edge-litert"):
        create_engine(addition())


def test_engine_follows_the_protocol() -> None:
    """The type checker checks the assignment; at run time nothing of the protocol may be missing."""
    engine: Engine = litert.create(addition(), Delegate.NONE, 1)
    assert {name for name in dir(Engine) if not name.startswith("_")} <= set(dir(engine)) | set(vars(engine))


LOAD_DAMAGED = """
import sys
from mpgraph.errors import ModelError
from mpgraph.inference.protocol import Delegate, create_engine
data = open(sys.argv[1], "rb").read()
good = bad = 0
for size in [*range(0, 64, 7), 100, 5000, 100_000, 200_000, 240_000, 249_000, 249_400, len(data)]:
    for delegate in (Delegate.NONE, Delegate.XNNPACK):
        try:
            create_engine(data[:size], delegate=delegate)
            good += 1
        except ModelError:
            bad += 1
print(good, bad)
"""


def test_truncated_models_end_in_an_error_and_not_in_a_crash(tmp_path: Path) -> None:
    """In a process of its own, which a crash of native code would end."""
    path = model_path("selfie_segmentation")
    result = subprocess.run(
        [sys.executable, "-c", LOAD_DAMAGED, str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    good, bad = map(int, result.stdout.split())
    assert good >= 2, "the whole model loads"
    assert bad >= 28
    assert result.stderr == "", "and nothing is printed on stderr"
