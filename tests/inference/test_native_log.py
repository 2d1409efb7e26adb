"""What the runtimes print on stderr becomes log records."""

from __future__ import annotations

import logging
import os

import pytest

from mpgraph.inference import native_log


def test_lines_of_the_runtime_become_records_and_the_rest_stays(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="mpgraph"), native_log.captured():
        os.write(2, b"INFO: Created a delegate.\nsomebody else\nWARNING: hm\nERROR: no\nhalf a line")
    assert capfd.readouterr().err == "somebody else\nhalf a line"
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "Created a delegate."),
        ("WARNING", "hm"),
        ("ERROR", "no"),
    ]


def test_stderr_is_back_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="oops"), native_log.captured():
        raise ValueError("oops")
    os.write(2, b"INFO: seen\n")
    assert capfd.readouterr().err == "INFO: seen\n"


def test_without_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "dup", closed)
    with native_log.captured():
        pass


SAID = """INFO: [gpu_registry.cc:130] Attempting to load GPU accelerator.
└ Could not load shared library
error: XDG_RUNTIME_DIR is invalid or not set in the environment.
somebody else
Warning: Vulkan shaders required.
 - While initializing adapter (backend=BackendType::Vulkan)
    at Initialize (somewhere.cpp:256)

I0000 00:00:1795597342.665355    1991 environment.cc:532] Selected adapter: One, arch=x, adapterType=CPU
=== Source Location Trace: ===
third_party/somewhere.cc:432
ERROR: Following operations are not supported by GPU delegate:
MATRIX_DIAG: Operation is not supported.
No operations will run on the GPU, and all 1 operations will run on the CPU.
some body: else
  somebody else
"""


def test_what_the_gpu_accelerator_says_is_kept(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Each with what goes on with it, logged for debugging; the rest stays."""
    with caplog.at_level(logging.DEBUG, logger="mpgraph"), native_log.captured_gpu() as said:
        os.write(2, SAID.encode())
        os.write(1, b"INFO: on stdout\n")
    assert capfd.readouterr() == ("INFO: on stdout\n", "somebody else\nsome body: else\n  somebody else\n")
    assert [each.splitlines()[0] for each in said] == [
        "Attempting to load GPU accelerator.",
        "XDG_RUNTIME_DIR is invalid or not set in the environment.",
        "Vulkan shaders required.",
        "Selected adapter: One, arch=x, adapterType=CPU",
        "Following operations are not supported by GPU delegate:",
    ]
    assert said[-1].splitlines()[1:] == SAID.splitlines()[-4:-2]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("DEBUG", each) for each in said
    ]


def test_stdout_on_demand(capfd: pytest.CaptureFixture[str]) -> None:
    with native_log.captured_gpu(stdout=True) as said:
        os.write(1, b"INFO: Failed to load OpenCL library.\n{}\n")
        os.write(2, b"oops\n")
    assert said == ["Failed to load OpenCL library."]
    assert capfd.readouterr() == ("{}\n", "oops\n")
