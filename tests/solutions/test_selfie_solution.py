"""`SelfieSegmentation` (PY-S10): the masks of the real MediaPipe."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from model_files import model_path
from oracle_client import SHARED, needs_shared

from mpgraph.solutions.selfie_segmentation import SelfieSegmentation

NAMES = ("half_body_suit.png", "portrait_plain.jpg", "two_people.jpg", "none_lake.jpg", "cameraman_grey.png")


@pytest.fixture(autouse=True)
def models() -> None:
    """Skips where the models are not on this machine."""
    for name in ("selfie_segmentation", "selfie_segmentation_landscape"):
        model_path(name)


@needs_shared
@pytest.mark.parametrize(("selection", "model"), [(0, "general"), (1, "landscape")])
def test_masks_are_the_real_ones(selection: int, model: str) -> None:
    with SelfieSegmentation(model_selection=selection) as segmentation:
        for name in NAMES:
            bgr = cv2.imread(str(SHARED / "data" / "images" / name))
            assert bgr is not None
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            mask = segmentation.process(rgb).segmentation_mask
            with np.load(SHARED / "data" / "goldens" / f"{name.rpartition('.')[0]}.npz") as golden:
                rounded = np.rint(mask.astype(np.float64) * 65535)  # as the goldens are
                difference = np.abs(rounded - golden[model]) / 65535
            assert mask.dtype == np.float32
            assert not mask.flags.writeable
            assert difference.max() <= 1e-4, name
            assert difference.mean() <= 1e-6, name


def test_each_mask_stays_as_it_was() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (61, 83, 3), dtype=np.uint8)
    with SelfieSegmentation() as segmentation:
        first = segmentation.process(rgb).segmentation_mask
        copy = first.copy()
        segmentation.process(rgb[:, ::-1].copy())
        np.testing.assert_array_equal(first, copy)
        np.testing.assert_array_equal(segmentation.process(rgb).segmentation_mask, copy)
        with pytest.raises(ValueError, match=r"Input image must contain three channel rgb data."):
            segmentation.process(np.zeros((4, 4, 4), np.uint8))
        with pytest.raises(IndexError):
            segmentation.process(np.zeros((4, 4), np.uint8))
        segmentation.reset()
        np.testing.assert_array_equal(segmentation.process(rgb).segmentation_mask, copy)
    with pytest.raises(ValueError, match="_graph is None in SolutionBase"):
        segmentation.process(rgb)
