"""``mpgraph devices`` and ``--device``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from model_files import model_path

from mpgraph.cli import main


@pytest.mark.gpu
def test_adapters_and_accelerators_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["devices"]) == 0
    out, err = capfd.readouterr()
    lines = out.splitlines()
    assert lines[0] == "images on a GPU (--device gpu:N):"
    assert lines[1].startswith("  0: ")
    assert lines[1].endswith(": works")
    assert "  CPU (XNNPACK): works" in lines
    assert any(line.startswith("  GPU (") for line in lines)
    assert err == ""


@pytest.mark.gpu
def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["devices", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["images"][0]["number"] == 0
    assert found["images"][0]["problem"] == ""
    assert [each["name"].split()[0] for each in found["models"]] == ["CPU", "GPU"]


def test_what_is_missing_is_told_and_is_no_failure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mpgraph.gpu import device

    device.adapters.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "wgpu", None)
    assert main(["devices"]) == 0
    assert "none: does not work: images on the GPU need the package wgpu" in capsys.readouterr().out


def test_a_device_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "selfie_segmentation_cpu", "--device", "tpu"]) == 2
    assert 'the device "tpu" is none of auto, cpu, gpu, gpu:NUMBER and gpu:NAME' in capsys.readouterr().err


@pytest.mark.gpu
def test_a_gpu_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    args = [
        "run",
        "selfie_segmentation_gpu",
        "--device",
        "gpu:99",
        "-i",
        "testsrc:64x48@5x1",
        "-o",
        str(output),
    ]
    assert main(args) == 2
    assert 'there is no GPU "99"; there are [0] ' in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.gpu
@pytest.mark.parametrize("size", ["64x48", "61x47"])
def test_images_on_the_gpu_and_models_on_the_cpu(
    size: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model_path("selfie_segmentation")
    output = tmp_path / "out.mp4"
    args = [
        "run",
        "selfie_segmentation_gpu",
        "--device",
        "cpu",
        "-i",
        f"testsrc:{size}@5x1",
        "-o",
        str(output),
    ]
    assert main(args) == 0
    assert "5 frames in, 5 out" in capsys.readouterr().out
    assert output.stat().st_size > 0


@pytest.mark.gpu("inference")
@pytest.mark.slow
def test_all_on_the_gpu(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    model_path("selfie_segmentation")
    output = tmp_path / "out.mp4"
    args = [
        "run",
        "selfie_segmentation_gpu",
        "--device",
        "gpu",
        "-i",
        "testsrc:64x48@5x1",
        "-o",
        str(output),
        "-v",
    ]
    assert main(args) == 0
    assert "inference on GPU" in capsys.readouterr().err
    assert output.stat().st_size > 0
