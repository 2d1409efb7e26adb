"""Nothing but `mpgraph.model_download` uses the network or starts another program."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_files import model_path

ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ("mpgraph", "calculators") for path in (ROOT / folder).rglob("*.py")]
FORBIDDEN = {
    *("aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "multiprocessing", "requests", "smtplib"),
    *(
        "socket",
        "socketserver",
        "ssl",
        "subprocess",
        "telnetlib",
        "urllib.error",
        "urllib.request",
        "urllib3",
    ),
    *("webbrowser", "xmlrpc"),
}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses_network(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in FORBIDDEN)


def test_no_other_module_imports_what_opens_connections() -> None:
    users = {path.name for path in SOURCES if any(map(uses_network, imported(path)))}
    assert users == {"model_download.py"}


DENIED = """
import importlib, pkgutil, sys

def deny(event, args):
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn")):
        raise PermissionError(f"denied: {event} {args!r}")

sys.addaudithook(deny)
import mpgraph
for module in pkgutil.walk_packages(mpgraph.__path__, "mpgraph."):
    if module.name.rpartition(".")[2] not in ("__main__", "backend", "tflite_runtime"):
        importlib.import_module(module.name)
"""
USE = """
import numpy as np
from mpgraph.inference.protocol import Delegate, create_engine
from mpgraph.resources import Resources
resources = Resources(download=False)
for delegate in (Delegate.NONE, Delegate.XNNPACK):
    engine = create_engine(resources.read(sys.argv[1]), delegate=delegate, num_threads=2)
    engine.run([np.zeros(spec.shape, spec.dtype) for spec in engine.inputs])
"""
JOB = """
from mpgraph.cli import main
sys.exit(main(["run", "selfie_segmentation_cpu", "-i", "testsrc:64x48@10x0.5", "-o", sys.argv[1], "-q"]))
"""
CONTROL = """
from mpgraph import model_store
model_store.find("hair_segmentation")
"""


def denied(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DENIED + script, *arguments], capture_output=True, text=True, check=False
    )


def test_with_sockets_and_processes_denied_all_else_works() -> None:
    model_path("selfie_segmentation")
    result = denied(USE, "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite")
    assert result.returncode == 0, result.stderr


def test_the_main_job_opens_no_connection(tmp_path: Path) -> None:
    for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
        model_path(name)
    output = tmp_path / "out.mp4"
    result = denied(JOB, str(output))
    assert result.returncode == 0, result.stderr
    assert output.stat().st_size


def test_the_denial_is_effective(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download is stopped by it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("MPGRAPH_MODELS", raising=False)
    monkeypatch.delenv("MPGRAPH_OFFLINE", raising=False)
    result = denied(CONTROL)
    assert result.returncode == 1
    assert "denied: socket." in result.stderr
