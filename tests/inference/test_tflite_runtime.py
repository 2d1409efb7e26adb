"""The fallback runtime, where it is installed (Python 3.11 and numpy < 2); .ci/tflite_runtime runs this."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from model_files import model_bytes
from numpy.typing import NDArray
from tiny_models import addition

from mpgraph.errors import ModelError
from mpgraph.inference import litert
from mpgraph.inference.protocol import Delegate, create_engine

pytest.importorskip("tflite_runtime.interpreter", exc_type=ImportError)
from mpgraph.inference import tflite_runtime


def person(height: int, width: int) -> NDArray[np.float32]:
    """A drawn head, as the tensor of an image."""
    y, x = np.mgrid[:height, :width]
    image = np.random.default_rng(0).random((1, height, width, 3), dtype=np.float32) * 0.2
    image[0, (x - width / 2) ** 2 + (y - height * 0.45) ** 2 < (height * 0.25) ** 2] = [0.8, 0.6, 0.5]
    return image


@pytest.mark.parametrize("name", ["selfie_segmentation", "selfie_segmentation_landscape"])
@pytest.mark.parametrize("delegate", [Delegate.NONE, Delegate.XNNPACK])
def test_selfie_masks_are_litert_s(name: str, delegate: Delegate) -> None:
    model = model_bytes(name)
    expected = litert.create(model, delegate, 1)
    image = person(*expected.inputs[0].shape[1:3])
    engine = tflite_runtime.create(model, delegate, 1)
    assert engine.inputs == expected.inputs
    assert engine.outputs == expected.outputs
    np.testing.assert_allclose(engine.run([image])[0], expected.run([image])[0], rtol=0, atol=1e-3)


def test_it_is_chosen_where_litert_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    monkeypatch.delitem(sys.modules, "mpgraph.inference.litert")
    engine = create_engine(addition())
    assert engine.run([np.ones((1, 4), np.float32)] * 2)[0].tolist() == [[2, 2, 2, 2]]
    assert engine.signatures[0].key == "serving"


def test_a_damaged_model_is_an_error() -> None:
    with pytest.raises(ModelError, match=r"cannot be loaded|damaged"):
        tflite_runtime.create(model_bytes("selfie_segmentation")[:200_000], Delegate.XNNPACK, 1)
