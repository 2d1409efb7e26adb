"""What is chosen to compute on, and what is said where it is not there."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mpgraph.formats.image_frame import ImageFrame
from mpgraph.gpu import Device, GpuBuffer, GpuError, adapters


@pytest.mark.gpu
def test_several_devices_share_an_adapter() -> None:
    first, second = Device("gpu").gpu, Device("gpu:0").gpu
    assert first is not second
    frame = ImageFrame.adopt(np.arange(9, dtype=np.uint8).reshape(3, 3))
    assert isinstance(first.upload(frame), GpuBuffer)
    np.testing.assert_array_equal(second.upload(frame).download().numpy_view(), frame.numpy_view())


def run(code: str, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


ASK = "from mpgraph.gpu import Device, GpuError\ntry:\n    Device('gpu').gpu\nexcept GpuError as e:\n    print(e)"


def test_without_wgpu_the_error_says_what_to_type() -> None:
    found = run(f"import sys\nsys.modules['wgpu'] = None\n{ASK}")
    assert "need the package wgpu" in found
    assert 'type `pip install "mpgraph[gpu]"`' in found


@pytest.mark.gpu
@pytest.mark.skipif(sys.platform != "linux", reason="drivers are found otherwise")
def test_without_an_adapter_the_error_says_what_is_missing() -> None:
    found = run(ASK, VK_DRIVER_FILES="/nowhere.json")
    assert "there is no GPU that Vulkan, Metal or Direct3D 12 could use; install its driver" in found


@pytest.mark.gpu
def test_adapters_are_chosen_by_number_or_name() -> None:
    first = adapters()[0]
    assert Device("gpu:0").adapter().summary == first.summary
    assert Device(f"gpu:{first.info['device'][:8].upper()}").adapter().summary == first.summary
    with pytest.raises(GpuError, match=r'there is no GPU "99"; there are \[0\] '):
        Device("gpu:99").adapter()
    with pytest.raises(GpuError, match='there is no GPU "GeForce 256"'):
        Device("gpu:GeForce 256").adapter()


@pytest.mark.parametrize("choice", ["tpu", "cpu:1", "auto:x"])
def test_choices_that_are_none(choice: str) -> None:
    with pytest.raises(ValueError, match="is none of auto, cpu, gpu, gpu:NUMBER and gpu:NAME"):
        Device(choice)


@pytest.mark.parametrize(
    ("variable", "kind", "name"),
    [
        ("", "auto", ""),
        ("cpu", "cpu", ""),
        ("gpu:1", "gpu", "1"),
        ("1", "gpu", "1"),
        ("NVIDIA", "gpu", "NVIDIA"),
    ],
)
def test_the_environment_chooses(
    variable: str, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPGRAPH_GPU", variable)
    assert (Device().kind, Device().name) == (kind, name)
    assert Device("auto").kind == "auto"
