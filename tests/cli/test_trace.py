"""``mpgraph trace report|convert``, from graph to screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trace_files import call, profile, write

from mpgraph import Calculator, Context, Graph, Inputs, Outputs
from mpgraph.cli import main
from mpgraph.testing import ManualClock

CLOCK = ManualClock(1_000)


class Slow(Calculator, name="TraceCommandSlow"):
    """Takes as long as the number that comes."""

    numbers = Inputs[int]()
    passed = Outputs[int]()

    def process(self, cc: Context) -> None:
        CLOCK.now += cc.inputs[0].value
        cc.outputs[0].send_packet(cc.inputs[0])


@pytest.mark.parametrize("instant", ["false", "true"])
def test_a_graph_and_its_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str], instant: str) -> None:
    """X-18: the same from both forms of trace files."""
    graph = Graph(
        f"""input_stream: "in"
        node {{ calculator: "TraceCommandSlow" name: "slow" input_stream: "in" output_stream: "out" }}
        node {{ calculator: "TraceCommandSlow" name: "as slow" input_stream: "out" output_stream: "end" }}
        profiler_config {{ trace_enabled: true trace_log_path: "{tmp_path}/t_" trace_log_interval_usec: -1
          trace_log_instant_events: {instant} }}""",
        num_threads=0,
    )
    graph.profiler.clock = CLOCK
    with graph:
        graph.start()
        graph.process({"in": 10}, 0)
        graph.process({"in": 30}, 1)
    columns = "counter,time_mean,input_latency_total"
    assert main(["trace", "report", "--columns", columns, str(tmp_path / "t_0.binarypb")]) == 0
    assert capsys.readouterr().out == (
        "calculator counter time_mean input_latency_total\n"
        "as slow    2       20.00     40\n"
        "slow       2       20.00     0\n"
    )


def test_compact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "t.binarypb", profile([call(0, 0, 5, 9, takes=[(1, 0)])]))
    assert main(["trace", "report", "--compact", "--columns", "time_total,counter", str(path)]) == 0
    assert capsys.readouterr().out == "calculator time_total counter\nfirst 4 1\n"


def test_files_become_one_for_a_viewer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """X-40: in the order of time, whatever the order of files, which are written in turn."""
    older = write(tmp_path / "1.binarypb", profile([call(0, 0, 5, takes=[(1, 0)])]))
    newer = write(tmp_path / "0.binarypb", profile([call(0, 0, None, 9)], base=1_000_100))
    assert main(["trace", "convert", "--by", "calculator", str(newer), str(older)]) == 0
    *_, bar = json.loads(capsys.readouterr().out)["traceEvents"]
    assert (bar["name"], bar["ph"], bar["dur"], bar["tid"]) == ("first", "X", 104, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["report", "--columns", "nope", "FILE"], 2, 'no column is like "nope"'),
        (["report", "missing.binarypb"], 1, "missing.binarypb"),
        (["convert", "EMPTY"], 2, "not a trace file"),
        (["report"], 2, "FILE"),
        ([], 2, "COMMAND"),
    ],
)
def test_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    places = {
        "FILE": str(write(tmp_path / "t.binarypb", profile([]))),
        "EMPTY": str(tmp_path / "empty.binarypb"),
    }
    Path(places["EMPTY"]).touch()
    assert main(["trace", *(places.get(word, word) for word in arguments)]) == code
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""
