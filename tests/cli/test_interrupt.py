"""Ctrl-C, once and twice."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cli_graphs import one_node, write

from mpgraph.cli.interrupt import Interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

# A test source that would take hours, so that only the signal can be what ends the run.
ENDLESS = "testsrc:64x48@30x86400"
CALCULATOR = """
import os, signal, threading
from mpgraph import ImageFrame, calculator

count = 0

@calculator("Interrupting")
def interrupting(frame: ImageFrame) -> ImageFrame:
    global count
    count += 1
    if count == 5:
        {act}
    return frame
"""
ONCE = "os.kill(os.getpid(), signal.SIGINT)"
# The second signal is sent once the first was taken; sent together they might be one.
TWICE_AND_STUCK = f"from noting import noted; {ONCE}; noted.wait(); {ONCE}; threading.Event().wait()"


def run(folder: Path, act: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    write(folder, CALCULATOR.format(act=act), "interrupting.py")
    graph = write(folder, one_node("Interrupting", tag="FRAME:"))
    command = [
        sys.executable,
        "-m",
        "mpgraph",
        "run",
        graph,
        "-i",
        ENDLESS,
        "--calculators",
        "interrupting.py",
    ]
    return subprocess.run(
        [*command, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=100
    )


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv"])
def test_once_the_file_is_finished_and_plays(name: str, tmp_path: Path) -> None:
    import av

    result = run(tmp_path, ONCE, "-o", name)
    assert result.returncode == 130, result.stderr
    match = re.fullmatch(rf"(\d+) frames in, (\d+) out, .*: {name}\n", result.stdout)
    assert match
    assert int(match[1]) >= 5
    assert match[1] == match[2]
    assert result.stderr.startswith("note: finishing the frames under way")
    with av.open(str(tmp_path / name)) as video:
        assert sum(1 for _ in video.decode(video=0)) == int(match[2])
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith((".", "out"))) == [name]


def test_twice_it_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    """Even though the calculator never returns."""
    (tmp_path / "out.mp4").write_text("what was there before")
    write(
        tmp_path,
        "import threading\nfrom mpgraph.cli.job import Job\nnoted = threading.Event()\nfinish = Job.finish\n"
        "def noting(self):\n    finish(self)\n    noted.set()\nJob.finish = noting\n",
        "noting.py",
    )
    result = run(tmp_path, TWICE_AND_STUCK, "-o", "out.mp4")
    assert result.returncode == 130, result.stderr
    assert result.stdout == ""
    assert result.stderr.endswith("note: stopped; the output was dropped\n")
    assert (tmp_path / "out.mp4").read_text() == "what was there before"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_handler_holds_only_meanwhile() -> None:
    before = signal.getsignal(signal.SIGINT)
    calls: list[str] = []
    with Interrupts(lambda: calls.append("finish"), lambda: calls.append("stop")) as interrupts:
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)
    assert calls == ["finish", "stop", "stop"]
    assert interrupts.count == 3
    assert signal.getsignal(signal.SIGINT) is before


def test_elsewhere_than_on_the_main_thread_nothing_is_changed() -> None:
    seen = []

    def enter() -> None:
        with Interrupts(lambda: None, lambda: None):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_a_second_one_during_the_first_is_not_lost() -> None:
    calls: list[str] = []

    def finish() -> None:
        signal.raise_signal(signal.SIGINT)
        calls.append("finish")

    with Interrupts(finish, lambda: calls.append("stop")):
        signal.raise_signal(signal.SIGINT)
    assert calls == ["finish", "stop"]
