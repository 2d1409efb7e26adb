"""The test source: what it draws, that its alpha is exact, and that the selfie models see a person."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest

from mpgraph import model_store
from mpgraph.errors import MediaError, ModelUnavailableError
from mpgraph.media import testsrc
from mpgraph.media.source import SECOND, Span, open_source


@pytest.mark.parametrize(
    ("spec", "size", "rate", "count"),
    [
        ("testsrc", (1280, 720), Fraction(30), 150),
        ("testsrc:64x48", (64, 48), Fraction(30), 150),
        ("testsrc:64x48@10", (64, 48), Fraction(10), 50),
        ("testsrc:64x48@29.97x2", (64, 48), Fraction(2997, 100), 60),
        ("testsrc:17x16@10x0.5", (17, 16), Fraction(10), 5),
    ],
)
def test_the_spec_says_size_rate_and_length(
    spec: str, size: tuple[int, int], rate: Fraction, count: int
) -> None:
    with open_source(spec) as source:
        assert (source.width, source.height) == size
        assert source.frame_rate == rate
        assert source.frame_count == count
        assert not source.live


@pytest.mark.parametrize(
    "spec",
    [
        "testsrc:",
        "testsrc:64",
        "testsrc:64x48@",
        "testsrc:64x48@30x",
        "testsrc:-1x48",
        "testsrc:64x48@30x5x5",
    ],
)
def test_a_malformed_spec_says_the_form(spec: str) -> None:
    with pytest.raises(MediaError, match=r"expected testsrc\[:WxH\[@FPS\[xSECONDS\]\]\]"):
        open_source(spec)


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ("testsrc:15x16", "width must be 16 to 7680; got 15"),
        ("testsrc:7681x16", "width must be 16 to 7680; got 7681"),
        ("testsrc:16x4321", "height must be 16 to 4320; got 4321"),
        ("testsrc:16x16@0", "frames per second must be 0.001 to 1000; got 0"),
        ("testsrc:16x16@30x0", "seconds must be 0.001 to 86400; got 0"),
    ],
)
def test_a_parameter_out_of_range_says_the_range(spec: str, what: str) -> None:
    with pytest.raises(MediaError, match=what):
        open_source(spec)


@pytest.mark.parametrize("size", [(16, 16), (17, 301), (400, 16), (7680, 16)])
def test_extreme_sizes_are_drawn(size: tuple[int, int]) -> None:
    source = testsrc.TestSource(*size)
    assert source.frame(7).shape == (size[1], size[0], 3)
    assert source.alpha(7).shape == (size[1], size[0])


def test_frames_are_read_only_rgb_at_the_times_of_the_rate() -> None:
    frames = list(open_source("testsrc:32x24@30x1", limit=4))
    assert [frame.timestamp for frame in frames] == [0, 33333, 66667, 100000]
    assert all(frame.image.shape == (24, 32, 3) and frame.image.dtype == np.uint8 for frame in frames)
    assert all(frame.image.flags.c_contiguous and not frame.image.flags.writeable for frame in frames)


def test_start_and_duration_pick_the_frames_of_that_time() -> None:
    source = open_source("testsrc:32x24@10x5", start=1.05, duration=0.5)
    assert source.frame_count == 5
    frames = list(source)
    assert [frame.timestamp for frame in frames] == [1_100_000, 1_200_000, 1_300_000, 1_400_000, 1_500_000]
    np.testing.assert_array_equal(frames[0].image, testsrc.TestSource(32, 24, 10).frame(11))
    assert (source.start, source.end) == (1_050_000, 1_550_000)


def test_a_frame_depends_on_its_index_alone() -> None:
    first, second = testsrc.TestSource(96, 64), testsrc.TestSource(96, 64)
    expected = first.frame(31)
    second.frame(5)
    np.testing.assert_array_equal(second.frame(31), expected)
    np.testing.assert_array_equal(first.frame(31), expected)


def test_the_person_moves_and_blinks() -> None:
    source = testsrc.TestSource(320, 240)
    outlines = [source.alpha(index) > 0.5 for index in range(0, 150, 30)]
    assert all((a != b).any() for a, b in pairwise(outlines))
    face = slice(0, 130)
    whites = [
        int(((source.frame(index)[face].min(axis=-1) > 190) & (source.alpha(index)[face] == 1)).sum())
        for index in range(0, 150, 2)
    ]
    assert 0 in whites
    assert max(whites) > 10


@pytest.mark.parametrize("size", [(320, 240), (180, 320)])
def test_alpha_says_exactly_which_pixels_are_the_person(size: tuple[int, int]) -> None:
    """Where alpha is 0 the room is seen in every frame; where it is 1, nothing of the room."""
    source = testsrc.TestSource(*size)
    frames = [source.frame(index).astype(int) for index in range(0, 90, 9)]
    alphas = [source.alpha(index) for index in range(0, 90, 9)]
    for alpha in alphas:
        assert alpha.dtype == np.float32
        assert (alpha.min(), alpha.max()) == (0, 1)
    for a, b in pairwise(zip(frames, alphas, strict=True)):
        both = (a[1] == 0) & (b[1] == 0)
        np.testing.assert_array_equal(a[0][both], b[0][both])
    other = testsrc.TestSource(*size)
    other._stage.room = 255 - other._stage.room
    for index, alpha in zip(range(0, 90, 9), alphas, strict=True):
        changed = np.abs(other.frame(index).astype(int) - source.frame(index)).max(axis=-1)
        assert not changed[alpha == 1].any()
        room = np.abs(255 - 2 * source._stage.room.astype(int)).max(axis=-1)
        np.testing.assert_allclose(changed, room * (1 - alpha), atol=1.5)


@pytest.mark.parametrize("model", ["selfie_segmentation", "selfie_segmentation_landscape"])
@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (480, 640)])
def test_the_selfie_models_see_the_person(model: str, size: tuple[int, int]) -> None:
    """The drawn alpha is the truth that the main job's masks are held to: IoU at least 0.95."""
    interpreter = _interpreter(model)
    inputs, outputs = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    height, width = inputs["shape"][1:3]
    source = testsrc.TestSource(*size)
    for index in (0, 40, 77, 120):
        small = cv2.resize(source.frame(index), (int(width), int(height)))
        interpreter.set_tensor(inputs["index"], small[None].astype(np.float32) / 255)
        interpreter.invoke()
        mask = cv2.resize(interpreter.get_tensor(outputs["index"])[0, ..., 0], size) > 0.5
        person = source.alpha(index) > 0.5
        assert (mask & person).sum() / (mask | person).sum() >= 0.95


def _interpreter(model: str):  # type: ignore[no-untyped-def]
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    try:
        path = model_store.find(model, download=False)
    except ModelUnavailableError:
        pytest.skip(f"the model {model} is not on this machine")
    interpreter = litert.Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def test_the_span_counts_the_frames_it_will_give() -> None:
    rate = Fraction(10)
    assert Span.of(1.05, 0.5).count(50, rate) == 5
    assert Span.of(4.95, 2).count(50, rate) == 0
    assert Span.of(limit=7).count(None, None) == 7
    assert Span.of(0, 2).count(None, rate) == 20
    assert Span.of(1).count(None, rate) is None
    assert Span.of(1, 1).stop == 2 * SECOND


@pytest.mark.parametrize(
    ("part", "what"), [({"start": -1}, "start"), ({"duration": 0}, "duration"), ({"limit": 0}, "limit")]
)
def test_a_span_that_cannot_be_is_refused(part: dict[str, int], what: str) -> None:
    with pytest.raises(MediaError, match=f"{what} must be"):
        open_source("testsrc:32x24", **part)


def test_a_span_with_no_frame_in_it_is_an_error() -> None:
    with pytest.raises(MediaError, match=r"testsrc: there is no frame at or after second 9\b"):
        list(open_source("testsrc:32x24@10x1", start=9))
