"""Where packets go."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpgraph import ImageFrame, Packet, Tensor
from mpgraph.cli.outputs import JsonFile, JsonScreen, Nowhere, Output, Pictures, json_line
from mpgraph.errors import MediaError
from mpgraph.media.source import Frame, open_source

IMAGE = np.zeros((20, 30, 3), np.uint8)


@dataclass
class Point:
    x: float
    y: float


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1, 1),
        (True, True),
        (None, None),
        (0.5, 0.5),
        (float("nan"), None),
        (float("-inf"), None),
        ("é\n", "é\n"),
        (b"\xff", "/w=="),
        ((1, [2.0, "3"]), [1, [2.0, "3"]]),
        ({1: Point(1, float("inf"))}, {"1": {"x": 1, "y": None}}),
        (np.float32(0.5), 0.5),
        (np.array([[1, 2]]), [[1, 2]]),
        (np.array([np.nan]), [None]),
        (Tensor(np.ones((1, 2), np.float32)), {"shape": [1, 2], "data": [[1.0, 1.0]]}),
        (ImageFrame.adopt(IMAGE.copy()), "<ImageFrame SRGB 30x20>"),
    ],
)
def test_json_lines(value: Any, said: Any) -> None:
    """One line each that every JSON parser reads."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    line = json_line(Packet(value, 7))
    assert "\n" not in line
    assert json.loads(line, parse_constant=refuse) == {"timestamp": 7, "value": said}


def test_a_json_file_is_there_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with JsonFile(path) as output:
        output.take(Packet(1, 5))
        assert not path.exists()
    output.abort()
    assert path.read_text() == '{"timestamp": 5, "value": 1}\n'


def test_after_an_error_nothing_is_there(tmp_path: Path) -> None:
    def fail(output: Output) -> None:
        with output:
            output.take(Packet(1, 5))
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        fail(JsonFile(tmp_path / "out.jsonl"))
    assert not list(tmp_path.iterdir())


def test_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    with JsonScreen() as output:
        output.take(Packet("x", 5))
        output.abort()
    assert capsys.readouterr().out == '{"timestamp": 5, "value": "x"}\n'


def test_nowhere() -> None:
    with Nowhere() as output:
        output.take(Packet(object(), 5))
        output.abort()


def test_results_have_the_names_of_their_frames(tmp_path: Path) -> None:
    """Also when some frames give nothing, and a result without a frame gets a number."""
    with open_source("testsrc:30x20@1x1") as source, Pictures(f"{tmp_path}/", source, "out") as output:
        for timestamp, name in ((0, "a"), (10, "b"), (20, "c"), (30, None)):
            output.expect(Frame(IMAGE, timestamp, name=name))
        for timestamp in (0, 15, 20, 30):
            output.take(Packet(ImageFrame.adopt(IMAGE), timestamp))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000001.png", "000003.png", "a.png", "c.png"]


def test_what_is_no_image(tmp_path: Path) -> None:
    with (
        open_source("testsrc:30x20@1x1") as source,
        Pictures(f"{tmp_path}/", source, "out") as output,
        pytest.raises(MediaError, match=r'^the stream "out" carries string, which is no image'),
    ):
        output.take(Packet("text", 0))
