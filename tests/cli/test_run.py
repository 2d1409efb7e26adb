"""``mpgraph run``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from cli_graphs import PASS, TINY, one_node, write
from model_files import model_path
from numpy.typing import NDArray

from mpgraph import inference
from mpgraph.cli import main
from mpgraph.media import testsrc
from mpgraph.media.source import open_source

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared test data")
CLOSING = re.compile(r"(\d+) frames in, (\d+) out, \d+\.\d\d s, \d+\.\d frames/s: (.*)\n")

# Undecodable or not what their names say; the others are sound but unusual.
BROKEN = {
    *("empty.mp4", "empty.png", "text.mp4", "text.jpg", "truncated.mp4", "audio_only.mp4"),
    *("huge_header.png", "zero_width.png"),
}
MAY_BE_EITHER = {"truncated.jpg"}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """And no thread is left behind."""
    monkeypatch.chdir(tmp_path)
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


@pytest.fixture
def graph(tmp_path: Path) -> str:
    return write(tmp_path, PASS)


def frames(path: str | Path) -> list[NDArray[np.uint8]]:
    with open_source(str(path)) as source:
        return [frame.image for frame in source]


def closing_line(capsys: pytest.CaptureFixture[str]) -> tuple[int, int, str]:
    captured = capsys.readouterr()
    match = CLOSING.fullmatch(captured.out)
    assert match, captured
    return int(match[1]), int(match[2]), match[3]


def fails(arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One error, nothing on stdout, no traceback, and no file that was not there."""
    before = sorted(Path.cwd().rglob("*"))
    assert main(["run", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("error: ") == 1
    assert message in captured.err
    assert "Traceback" not in captured.err
    assert sorted(Path.cwd().rglob("*")) == before


def test_the_main_job(capsys: pytest.CaptureFixture[str]) -> None:
    """The README's command, on a short clip."""
    model_path("selfie_segmentation")
    spec = "testsrc:320x240@30x0.5"
    assert main(["run", "graphs/selfie_segmentation/selfie_segmentation_cpu.pbtxt", "-i", spec]) == 0
    assert closing_line(capsys) == (15, 15, "selfie_segmentation_cpu.mp4")
    painted = frames("selfie_segmentation_cpu.mp4")
    assert len(painted) == 15
    source = testsrc.TestSource.parse(spec)
    for index in (0, 14):
        background = source.alpha(index) == 0
        assert np.median(painted[index][background], axis=0)[2] > 200  # blue
        person = source.alpha(index) == 1
        assert np.abs(painted[index][person].astype(int) - source.frame(index)[person]).mean() < 10


def test_a_mask_can_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Any stream of the graph may be the output; 0 to 1 becomes black to white."""
    model_path("selfie_segmentation")
    arguments = ["run", "selfie_segmentation_cpu", "-i", "testsrc:320x240", "--limit", "1"]
    assert main([*arguments, "--output-stream", "segmentation_mask", "-o", "mask.png"]) == 0
    (mask,) = frames("mask.png")
    assert mask.shape == (240, 320)
    alpha = testsrc.TestSource(320, 240).alpha(0)
    assert np.mean((mask > 127) == (alpha > 0.5)) > 0.97


def test_the_default_output_is_named_after_the_graph(graph: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", graph, "-i", TINY]) == 0
    assert closing_line(capsys) == (10, 10, "graph.mp4")
    cv2.imwrite("one.png", np.full((20, 30, 3), 7, np.uint8))
    assert main(["run", graph, "-i", "one.png"]) == 0
    assert closing_line(capsys) == (1, 1, "graph.png")
    Path("many").mkdir()
    for name in ("a", "b"):
        cv2.imwrite(f"many/{name}.png", np.full((20, 30, 3), 7, np.uint8))
    assert main(["run", graph, "-i", "many"]) == 0
    assert closing_line(capsys)[:2] == (2, 2)
    assert sorted(path.name for path in Path("graph").iterdir()) == ["a.png", "b.png"]


def test_frames_are_fed_as_srgb(tmp_path: Path) -> None:
    """Gray and transparent images too, as upstream's tools do."""
    picture = np.random.default_rng(1).integers(0, 256, (20, 30, 4), np.uint8)
    cv2.imwrite("rgba.png", picture)
    cv2.imwrite("gray.png", picture[..., 0])
    graph = write(tmp_path, PASS)
    for name, bgr in (("rgba", picture[..., :3]), ("gray", picture[..., [0, 0, 0]])):
        assert main(["run", graph, "-i", f"{name}.png", "-o", "out.png", "-q"]) == 0
        np.testing.assert_array_equal(cv2.imread("out.png", cv2.IMREAD_UNCHANGED), bgr)


def test_a_graph_of_type_image(tmp_path: Path) -> None:
    text = one_node("CliImageOnly", tag="IMAGE:")
    cv2.imwrite("in.png", np.full((20, 30, 3), 7, np.uint8))
    assert main(["run", write(tmp_path, text), "-i", "in.png", "-o", "out.png"]) == 0
    assert set(frames("out.png")[0].flat) == {7}


def test_upstreams_flags(graph: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                *("run", "--calculator_graph_config_file", graph),
                *("--input_video_path", TINY, "--output_video_path", "out.mkv"),
            ]
        )
        == 0
    )
    assert closing_line(capsys) == (10, 10, "out.mkv")
    assert main(["run", graph, "--input-video-path", TINY, "--output-video-path", "out.webm"]) == 0


def test_a_part_of_the_input(graph: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", graph, "-i", TINY, "-o", "out/", "--start", "0.2", "--duration", "0.5"]
    assert main(arguments) == 0
    assert closing_line(capsys)[:2] == (5, 5)
    expected = testsrc.TestSource.parse(TINY)
    for index, path in enumerate(sorted(Path("out").iterdir())):
        np.testing.assert_array_equal(frames(path)[0], expected.frame(index + 2))
    assert main([*arguments, "--limit", "3"]) == 0
    assert closing_line(capsys)[:2] == (3, 3)


def test_no_frame_is_dropped_although_the_flow_is_limited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Section 6: a file is processed offline."""
    limited = """
        input_stream: "input_video" output_stream: "output_video"
        node {{
          calculator: "FlowLimiterCalculator"
          input_stream: "input_video" input_stream: "FINISHED:output_video"
          input_stream_info {{ tag_index: "FINISHED" back_edge: true }}
          output_stream: "limited"
          options {{ [mediapipe.FlowLimiterCalculatorOptions.ext] {{ {options} }} }}
        }}
        node {{ calculator: "PassThroughCalculator" input_stream: "limited" output_stream: "output_video" }}
    """
    for options in ("", "max_in_flight: 3", "max_in_flight: 2 max_in_queue: 2"):
        for threads in ("1", "4"):
            graph = write(tmp_path, limited.format(options=options))
            assert main(["run", graph, "-i", "testsrc:16x16@100x1", "-o", "null:", "--threads", threads]) == 0
            assert closing_line(capsys)[:2] == (100, 100)


def test_frames_that_nothing_comes_out_for_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = write(tmp_path, one_node("CliEveryOther"))
    assert main(["run", graph, "-i", TINY, "-o", "out.mp4"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("10 frames in, 5 out, ")
    assert captured.err == "note: nothing came out for 5 frames\n"
    with av.open("out.mp4") as video:
        times = [frame.time for frame in video.decode(video=0)]
    assert times == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_a_graph_that_emits_nothing_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write(tmp_path, one_node("CliSilent"))
    fails([graph, "-i", TINY, "-o", "out.mp4"], 1, "no frame", capsys)
    assert main(["run", graph, "-i", TINY, "-o", "null:"]) == 0
    assert closing_line(capsys)[:2] == (10, 0)


def test_side_packets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write(tmp_path, one_node("CliScaled", 'input_side_packet: "FACTOR:factor"'))
    fails([graph, "-i", TINY], 2, 'the graph needs the side packet "factor"; give -s factor=INT', capsys)
    fails([graph, "-i", TINY, "-s", "factr=2"], 2, 'did you mean "factor"?', capsys)
    fails([graph, "-i", TINY, "-s", "factor:float=2"], 2, "is of type int, not float", capsys)
    cv2.imwrite("in.png", np.full((20, 30, 3), 30, np.uint8))
    for given in (["-s", "factor=3"], ["--side", "factor:int=3"], ["--input_side_packets", "factor=3"]):
        assert main(["run", graph, "-i", "in.png", "-o", "out.png", *given]) == 0
        assert set(frames("out.png")[0].flat) == {10}


def test_numbers_are_printed_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write(tmp_path, one_node("CliWidth", tag="FRAME:"))
    assert main(["run", graph, "-i", TINY, "--limit", "2"]) == 0
    captured = capsys.readouterr()
    assert [json.loads(line) for line in captured.out.splitlines()] == [
        {"timestamp": 0, "value": 64},
        {"timestamp": 100_000, "value": 64},
    ]
    assert CLOSING.fullmatch(captured.err)
    assert main(["run", graph, "-i", TINY, "--limit", "2", "-o", "out.jsonl"]) == 0
    assert closing_line(capsys) == (2, 2, "out.jsonl")
    assert Path("out.jsonl").read_text(encoding="utf-8") == captured.out
    assert main(["run", graph, "-i", TINY, "-o", "null:"]) == 0
    capsys.readouterr()
    fails(
        [graph, "-i", TINY, "-o", "out.mp4"], 2, "carries int, which is no image: give -o NAME.jsonl", capsys
    )


def test_what_turns_out_to_be_no_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A stream of any type is taken for one of images until something else comes."""
    text = (
        'input_stream: "input_video" output_stream: "output_video"'
        'node { calculator: "CliAnything" input_stream: "FRAME:input_video" output_stream: "output_video" }'
    )
    write(
        tmp_path,
        "from mpgraph import calculator\n@calculator('CliAnything')\ndef f(frame: object) -> object:\n    return 1\n",
        "any.py",
    )
    fails(
        [write(tmp_path, text), "-i", TINY, "--calculators", "any.py"],
        1,
        'the stream "output_video" carries int, which is no image; give -o NAME.jsonl',
        capsys,
    )


def test_streams_of_other_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = PASS.replace("input_video", "a").replace("output_video", "b")
    assert main(["run", write(tmp_path, text), "-i", TINY]) == 0
    capsys.readouterr()
    two = text + (
        'input_stream: "c" output_stream: "d"'
        'node { calculator: "PassThroughCalculator" input_stream: "c" output_stream: "d" }'
    )
    graph = write(tmp_path, two)
    fails(
        [graph, "-i", TINY],
        2,
        "the graph has several input streams: a, c; say which with --input-stream",
        capsys,
    )
    fails([graph, "-i", TINY, "--input-stream", "c"], 2, "several output streams: b, d", capsys)
    fails([graph, "-i", TINY, "--input-stream", "x"], 2, 'no input stream "x" (it has: a, c)', capsys)
    assert main(["run", graph, "-i", TINY, "-o", "null:", "--input-stream", "c", "--output-stream", "d"]) == 0
    assert closing_line(capsys)[:2] == (10, 10)


PAINTER = """node { calculator: "CliPainter" input_side_packet: "MANY:many" output_stream: "painted" }
             node { calculator: "PassThroughCalculator" input_stream: "painted" output_stream: "passed" } """


def test_a_graph_with_sources_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write(tmp_path, PAINTER)
    assert main(["run", graph, "-s", "many=4"]) == 0
    captured = capsys.readouterr()
    assert re.fullmatch(r"done in \d+\.\d\d s\n", captured.out)
    assert captured.err == ""
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.parametrize(
    ("streams", "arguments", "name"),
    [
        ('output_stream: "passed"', [], "graph.mp4"),
        ("", ["--output-stream", "painted", "-o", "out.mkv"], "out.mkv"),
        ('output_stream: ["painted", "passed"]', ["--output-stream", "passed"], "graph.mp4"),
    ],
)
def test_the_pictures_of_a_graph_with_sources_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], streams: str, arguments: list[str], name: str
) -> None:
    graph = write(tmp_path, PAINTER + streams)
    assert main(["run", graph, "-s", "many=4", *arguments]) == 0
    line = rf"4 out, \d+\.\d\d s, \d+\.\d frames/s: {re.escape(name)}\n"
    assert re.fullmatch(line, capsys.readouterr().out)
    with open_source(name) as video:
        assert [frame.timestamp for frame in video] == pytest.approx(
            [0, 50_000, 100_000, 150_000], abs=20_000
        )


def test_several_outputs_of_a_graph_with_sources_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They need not be taken, but then it must be clear which."""
    graph = write(tmp_path, PAINTER + 'output_stream: ["painted", "passed"]')
    assert main(["run", graph, "-s", "many=1"]) == 0
    assert capsys.readouterr().out.startswith("done in ")
    fails([graph, "-s", "many=1", "-o", "out.mp4"], 2, "several output streams: painted, passed", capsys)


@pytest.mark.parametrize("option", ["--input", "--start", "--duration", "--limit"])
def test_what_has_nothing_to_act_on(tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    message = f"the graph has no input stream: {option} has nothing to act on"
    fails([write(tmp_path, PAINTER), "-s", "many=1", option, "3"], 2, message, capsys)


def test_nothing_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    graph = write(tmp_path, PAINTER)
    fails([graph, "-s", "many=1", "-o", "out.mp4"], 2, "the graph declares no output stream", capsys)
    assert main(["run", graph, "-s", "many=1", "-o", "null:"]) == 0


def test_quiet_says_nothing(graph: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", graph, "-i", TINY, "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_threads_are_those_of_inference_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And of OpenCV, and only while the command runs."""
    code = (
        "import cv2\nfrom mpgraph import ImageFrame, calculator, inference\nseen = []\n"
        "@calculator('CliThreads')\ndef f(frame: ImageFrame) -> ImageFrame:\n"
        "    seen.append((inference.default_threads(), cv2.getNumThreads()))\n    return frame\n"
    )
    before = inference.default_threads(), cv2.getNumThreads()
    module = write(tmp_path, code, "cli_threads.py")
    graph = write(tmp_path, one_node("CliThreads", tag="FRAME:"))
    assert main(["run", graph, "-i", TINY, "-o", "null:", "--threads", "3", "--calculators", module]) == 0
    assert set(sys.modules["cli_threads"].seen) == {(3, 3)}
    assert (inference.default_threads(), cv2.getNumThreads()) == before


@pytest.mark.parametrize(("processors", "threads"), [(1, (1, 1)), (2, (1, 1)), (4, (2, 2)), (16, (2, 14))])
def test_threads_are_what_reading_and_writing_leave(
    graph: str, monkeypatch: pytest.MonkeyPatch, processors: int, threads: tuple[int, int]
) -> None:
    """Of each inference, and of OpenCV."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(cv2, "getNumThreads", lambda: processors)
    monkeypatch.setattr(
        cv2, "setNumThreads", lambda count: asked.append((inference.default_threads(), count))
    )
    before = inference.default_threads()
    assert main(["run", graph, "-i", TINY, "-q"]) == 0
    assert asked == [threads, (before, processors)]


# What can go wrong (section 10).


def test_an_error_in_a_calculator_shows_the_authors_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = write(tmp_path, one_node("CliFails"))
    fails(
        [graph, "-i", TINY, "-o", "out.mp4"],
        1,
        'node "CliFails" failed in process at timestamp 200000: ValueError: the third frame is one too many [',
        capsys,
    )
    assert main(["run", graph, "-i", TINY, "-o", "out.mp4", "-v"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert "raise ValueError(msg)" in error
    assert "cli_graphs.py" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-i", "nothing.mp4"], "nothing.mp4: no such file or folder"),
        (["-i", ""], "an input needs a name"),
        (["-i", "."], "no image in this folder"),
        (["-i", "*.png"], "no image fits this pattern"),
        (["-i", "testsrc:fast"], "expected testsrc[:WxH[@FPS[xSECONDS]]]"),
        (["-i", "camera:x"], "a camera is given by its number"),
        (["-i", TINY, "-o", "nowhere/out.mp4"], "there is no folder nowhere"),
        (["-i", TINY, "-o", "nowhere/out.jsonl"], "there is no folder nowhere"),
        (["-i", TINY, "-o", "out.doc"], "cannot tell what to write"),
        (["-i", TINY, "-o", ""], "an output needs a name"),
        (["-i", TINY, "-o", "out.png"], "an image holds one frame"),
    ],
)
def test_wrong_input_and_output(
    arguments: list[str], message: str, graph: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fails([graph, *arguments], 2, message, capsys)


def test_input_and_output_the_same(graph: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", graph, "-i", TINY, "-o", "clip.mp4", "-q"]) == 0
    content = Path("clip.mp4").read_bytes()
    Path("alias.mp4").symlink_to("clip.mp4")
    for name in ("clip.mp4", "./clip.mp4", "alias.mp4"):
        fails([graph, "-i", "clip.mp4", "-o", name], 2, "this is the input itself", capsys)
    assert Path("clip.mp4").read_bytes() == content


def test_a_full_disk(graph: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """One error, and what had the name before is as it was."""
    Path("out.jsonl").write_text("before", encoding="utf-8")
    numbers = write(Path(), one_node("CliWidth", tag="FRAME:"), "numbers.pbtxt")

    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    from mpgraph.media.atomic import AtomicFile

    made = AtomicFile.__init__

    def full(self: AtomicFile, path: Path) -> None:
        made(self, path)
        self.file.close()
        self.file = Full()  # type: ignore[assignment]

    monkeypatch.setattr(AtomicFile, "__init__", full)
    fails(
        [numbers, "-i", TINY, "-o", "out.jsonl"],
        1,
        "out.jsonl: cannot be written: no space left on device",
        capsys,
    )
    assert Path("out.jsonl").read_text(encoding="utf-8") == "before"


@pytest.mark.skipif(os.name != "posix", reason="needs a limit of file sizes")
def test_a_full_disk_for_a_video(graph: str) -> None:
    """The process may write no more than 1000 bytes into a file."""
    script = (
        "import resource, sys; from mpgraph.cli import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); sys.exit(main(sys.argv[1:]))"
    )
    before = sorted(Path.cwd().iterdir())
    for name in ("out.mp4", "out.mkv"):
        result = subprocess.run(
            [sys.executable, "-c", script, "run", graph, "-i", TINY, "-o", name],
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 1
        assert re.fullmatch(rf"error: {name}: cannot be written: .*\n", result.stderr)
        assert sorted(Path.cwd().iterdir()) == before


def test_an_unwritable_folder(
    graph: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mpgraph.media.atomic.open", denied, raising=False)
    fails([graph, "-i", TINY, "-o", "out.mp4"], 2, "out.mp4: cannot be written: permission denied", capsys)


def test_a_model_with_another_content(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3; the video that was there stays."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "selfie_segmentation.tflite").write_bytes(b"truncated")
    monkeypatch.setenv("MPGRAPH_MODELS", str(models))
    fails(["selfie_segmentation_cpu", "-i", TINY], 3, "so it is not selfie_segmentation as published", capsys)


def test_a_missing_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPGRAPH_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("MPGRAPH_MODELS", raising=False)
    monkeypatch.setattr("mpgraph.model_store._installed_mediapipe", lambda: None)
    fails(
        ["selfie_segmentation_cpu", "-i", TINY], 3, "Type `mpgraph models fetch selfie_segmentation`", capsys
    )


@needs_data
@pytest.mark.parametrize("path", sorted((DATA / "hostile").glob("*")), ids=lambda path: path.name)
def test_hostile_files(path: Path, graph: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Either it is processed, or there is one clear error; libraries print nothing on their own."""
    code = main(["run", graph, "-i", str(path), "-o", "out/"])
    captured = capfd.readouterr()
    assert code in ((1,) if path.name in BROKEN else (0, 1) if path.name in MAY_BE_EITHER else (0,))
    if code:
        assert captured.out == ""
        assert re.fullmatch(rf"error: .*{re.escape(path.name)}: .*\n", captured.err)
        assert not Path("out").exists()
    else:
        assert CLOSING.fullmatch(captured.out)
        assert re.fullmatch(r"(warning: .*\n)*", captured.err)
        assert list(Path("out").iterdir())


@needs_data
def test_a_real_video_keeps_its_times(graph: str) -> None:
    path = DATA / "videos" / "walk_768x432_vfr.mp4"
    assert main(["run", graph, "-i", str(path), "-o", "out.mp4", "-q"]) == 0

    def times(name: str) -> list[float]:
        with av.open(name) as video:
            found = [frame.time or 0.0 for frame in video.decode(video=0)]
        return [time - found[0] for time in found]

    assert times("out.mp4") == pytest.approx(times(str(path)), abs=1e-4)
