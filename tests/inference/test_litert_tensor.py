"""Tensors of LiteRT are read without the GIL."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import numpy as np
import pytest
from model_files import model_path
from tiny_models import addition

from mpgraph.errors import ModelError
from mpgraph.inference import accelerators, litert_tensor
from mpgraph.inference.protocol import Delegate, create_engine

pytestmark = [pytest.mark.gpu("inference"), pytest.mark.slow]


@pytest.mark.skipif(sys.platform == "win32", reason="LiteRT's own Python part reads them there")
def test_other_threads_go_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads are never made to take turns here: the other one runs just where the GIL is let go."""
    functions = litert_tensor._functions()
    assert functions is not None
    lock, unlock = functions
    rounds = 0
    over = threading.Event()
    within: list[int] = []

    def count() -> None:
        nonlocal rounds
        while not over.is_set():
            rounds += 1
            time.sleep(0)  # noqa: TID251  it waits for nothing, it lets the GIL go

    def counted_lock(*arguments: Any) -> int:
        before = rounds
        status = lock(*arguments)
        within.append(rounds - before)
        return status

    monkeypatch.setattr(litert_tensor, "_functions", lambda: (counted_lock, unlock))
    engine = create_engine(model_path("selfie_segmentation_landscape").read_bytes(), delegate=Delegate.GPU)
    given = [np.zeros(spec.shape, spec.dtype) for spec in engine.inputs]
    interval = sys.getswitchinterval()
    thread = threading.Thread(target=count)
    sys.setswitchinterval(60)
    try:
        thread.start()
        for _ in range(3):
            engine.run(given)
    finally:
        over.set()
        thread.join()
        sys.setswitchinterval(interval)
        engine.close()
    assert len(within) == 3
    assert min(within) > 0


def test_the_public_way_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(addition(), delegate=Delegate.GPU)
    given = [np.arange(4, dtype=np.float32).reshape(1, 4)] * 2
    (found,) = engine.run(given)
    monkeypatch.setattr(litert_tensor, "_functions", lambda: None)
    (expected,) = engine.run(given)
    engine.close()
    assert found.tolist() == expected.tolist() == [[0, 2, 4, 6]]
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)


def test_what_cannot_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = create_engine(addition(), delegate=Delegate.GPU)
    monkeypatch.setattr(accelerators, "_shared", accelerators.gpu_environment())  # and again afterwards
    monkeypatch.setattr(litert_tensor, "_functions", lambda: (lambda *_: 3, lambda *_: 0))
    with pytest.raises(ModelError, match=r"inference on GPU .* failed: a tensor cannot be read: .* status 3"):
        engine.run([np.ones((1, 4), np.float32)] * 2)
    engine.close()
