"""Inference on the GPU: the same numbers, all of the model there, or an error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from model_files import model_path

from mpgraph.inference.protocol import Delegate, Engine, create_engine

pytestmark = [pytest.mark.gpu("inference"), pytest.mark.slow]


@pytest.fixture(scope="module")
def selfie() -> Iterator[tuple[Engine, Engine]]:
    """The engine, and one on the CPU."""
    content = model_path("selfie_segmentation").read_bytes()
    engine = create_engine(content, delegate=Delegate.GPU)
    yield engine, create_engine(content, delegate=Delegate.XNNPACK)
    engine.close()


def test_the_mask_is_that_of_the_cpu(selfie: tuple[Engine, Engine]) -> None:
    """With full precision within 1e-4."""
    on_gpu, on_cpu = selfie
    rng = np.random.default_rng(0)
    picture = np.repeat(np.repeat(rng.random((1, 8, 8, 3), np.float32), 32, 1), 32, 2)
    (found,), (expected,) = on_gpu.run([picture]), on_cpu.run([picture])
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 1e-4
    again = on_gpu.run([picture * 0])[0]
    assert not np.shares_memory(again, found)
    np.testing.assert_array_equal(on_gpu.run([picture])[0], found)


def test_it_says_what_it_is(selfie: tuple[Engine, Engine]) -> None:
    on_gpu, on_cpu = selfie
    assert on_gpu.device == "GPU (LiteRT, WebGPU)"
    assert on_cpu.device == "CPU (XNNPACK, 1 thread)"
    assert (on_gpu.inputs, on_gpu.outputs) == (on_cpu.inputs, on_cpu.outputs)
    assert on_gpu.signatures == on_cpu.signatures


def test_wrong_inputs(selfie: tuple[Engine, Engine]) -> None:
    engine, _ = selfie
    with pytest.raises(ValueError, match="the model has 1 inputs, got 0"):
        engine.run([])
    with pytest.raises(ValueError, match=r"is float32 \(1, 256, 256, 3\), got float32 \(1, 2, 2, 3\)"):
        engine.run([np.zeros((1, 2, 2, 3), np.float32)])
    engine.resize([(1, 256, 256, 3)])
    with pytest.raises(OSError, match="keeps its shapes"):
        engine.resize([(1, 128, 128, 3)])


LOAD = """
import sys
from mpgraph.inference.protocol import Delegate, create_engine
from mpgraph.errors import ModelError
try:
    create_engine(open(sys.argv[1], "rb").read(), delegate=Delegate.GPU)
except ModelError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="drivers are found otherwise")
def test_without_a_gpu_there_is_an_error_and_no_silent_cpu() -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOAD, str(model_path("selfie_segmentation"))],
        env={"PATH": "", "VK_DRIVER_FILES": "/nowhere.json"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "the model cannot be run on the GPU" in result.stdout
    assert "`--device cpu`" in result.stdout
