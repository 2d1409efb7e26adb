"""Resizing without IPP: spec calculators.md 2.5."""

import cv2
import numpy as np
import pytest
from mpgraph.calculators.image.resize import resize


@pytest.mark.parametrize("used", [True, False])
def test_leaves_the_threads_setting_as_it_was(used: bool) -> None:
    before = cv2.ipp.useIPP()
    cv2.ipp.setUseIPP(used)
    try:
        expected = cv2.ipp.useIPP()  # False in an OpenCV without IPP
        resize(np.zeros((2, 2), np.float32), 5, 5)
        assert cv2.ipp.useIPP() == expected
        with pytest.raises(cv2.error):
            resize(np.zeros((2, 2), np.float32), 0, 5)
        assert cv2.ipp.useIPP() == expected
    finally:
        cv2.ipp.setUseIPP(before)


def test_interpolations() -> None:
    image = np.arange(16, dtype=np.uint8).reshape(4, 4)
    assert resize(image, 2, 2, cv2.INTER_NEAREST).tolist() == [[0, 2], [8, 10]]
    assert resize(image, 2, 2, cv2.INTER_AREA).tolist() == [[3, 5], [11, 13]]  # 2.5 goes up
    assert resize(image, 4, 4).tolist() == image.tolist()
