"""Which accelerators LiteRT has, why not, and that it keeps quiet about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mpgraph.errors import ModelError
from mpgraph.inference import accelerators
from mpgraph.inference.accelerators import Accelerator

GPU = "GPU (Metal)" if sys.platform == "darwin" else "GPU (WebGPU)"
ASK = """
import os
from mpgraph.inference.accelerators import accelerators
for each in accelerators():
    print(each)
files = len(os.listdir("/proc/self/fd"))
again = {accelerators()[1].problem for _ in range(5)}
assert len(again) == 1 and "No adapters found" in again.pop()
assert len(os.listdir("/proc/self/fd")) == files
"""


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.gpu("inference")
def test_both_work() -> None:
    cpu, gpu = accelerators.accelerators()
    assert cpu == Accelerator("CPU (XNNPACK)")
    assert (gpu.name, gpu.problem) == (GPU, "")
    assert gpu.device == accelerators.gpu_environment().adapter
    assert gpu.is_software == accelerators.gpu_environment().is_software
    if "swiftshader" in os.environ.get("VK_DRIVER_FILES", ""):
        assert gpu.device.startswith("SwiftShader")
        assert gpu.is_software


@pytest.mark.gpu("inference")
def test_the_environment_is_shared_until_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    first = accelerators.gpu_environment()
    monkeypatch.setattr(accelerators, "_shared", first)  # and again afterwards
    assert accelerators.gpu_environment() is first
    accelerators.forget(first)
    second = accelerators.gpu_environment()
    assert second is not first
    accelerators.forget(first)  # long forgotten
    assert accelerators.gpu_environment() is second


def test_without_litert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accelerators, "_shared", None)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.compiled_model", None)
    found = accelerators.accelerators()
    assert [each.name for each in found] == ["CPU (XNNPACK)", GPU]
    for each in found:
        assert "LiteRT is not installed" in each.problem
        assert "type `pip install ai-edge-litert`" in each.problem
    with pytest.raises(ModelError, match="inference on the GPU needs LiteRT"):
        accelerators.gpu_environment()


@pytest.mark.skipif(sys.platform != "linux", reason="drivers are found otherwise")
@pytest.mark.parametrize("driver", ["missing", "broken"])
def test_without_a_driver(driver: str, tmp_path: Path) -> None:
    """It says what is missing, and nothing else on the screen."""
    manifest = tmp_path / "driver.json"
    if driver == "broken":
        (tmp_path / "driver.so").write_bytes(b"no library")
        manifest.write_text(
            '{"file_format_version": "1.0.0", '
            f'"ICD": {{"library_path": "{tmp_path}/driver.so", "api_version": "1.1.0"}}}}'
        )
    found = run(ASK, VK_DRIVER_FILES=str(manifest))
    assert found.stderr == ""
    cpu, gpu = found.stdout.splitlines()
    assert cpu == repr(Accelerator("CPU (XNNPACK)"))
    assert "name='GPU (WebGPU)', device='', is_software=False" in gpu
    assert "LiteRT finds no GPU that it can use (" in gpu
    assert "No adapters found" in gpu
    assert "install its driver" in gpu
    assert "`--device cpu`" in gpu


QUIET = """
import atexit, sys
from mpgraph.inference.protocol import Delegate, create_engine
import numpy as np
atexit.register(lambda: print("the end", file=sys.stderr))
engine = create_engine(open(sys.argv[1], "rb").read(), delegate=Delegate.GPU)
print(engine.run([np.ones(each.shape, each.dtype) for each in engine.inputs])[0].ravel().tolist())
engine.close()
"""


@pytest.mark.gpu("inference")
def test_nothing_native_reaches_the_screen(tmp_path: Path) -> None:
    """From loading to the destructors after Python's end; what Python prints does."""
    from tiny_models import addition

    model = tmp_path / "addition.tflite"
    model.write_bytes(addition())
    found = run(QUIET, str(model))
    assert found.stdout == "[2.0, 2.0, 2.0, 2.0]\n"
    assert found.stderr == "the end\n"
