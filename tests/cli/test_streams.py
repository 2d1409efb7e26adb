"""Which streams a run feeds and takes from."""

from __future__ import annotations

import pytest
from cli_graphs import PASS

from mpgraph import Graph
from mpgraph.cli.exits import UsageError
from mpgraph.cli.streams import choose_input, choose_output
from mpgraph.config.plan import Plan


def plan(*pairs: tuple[str, str]) -> Plan:
    """A graph that passes each input to an output."""
    return Graph(
        "\n".join(PASS.replace("input_video", given).replace("output_video", out) for given, out in pairs)
    ).plan


def test_the_only_one_whatever_its_name() -> None:
    graph = plan(("a", "b"))
    assert (choose_input(graph, None), choose_output(graph, None)) == ("a", "b")


def test_the_usual_one_of_several() -> None:
    graph = plan(("a", "b"), ("input_video", "output_video"))
    assert (choose_input(graph, None), choose_output(graph, None)) == ("input_video", "output_video")


def test_the_one_that_was_asked_for() -> None:
    graph = plan(("a", "b"), ("c", "d"))
    assert (choose_input(graph, "c"), choose_output(graph, "d")) == ("c", "d")
    assert choose_output(graph, "a") == "a"  # any stream can be looked at
    with pytest.raises(UsageError, match=r'^the graph has no input stream "b" \(it has: a, c\)$'):
        choose_input(graph, "b")


def test_errors() -> None:
    with pytest.raises(UsageError, match=r"several input streams: a, c; say which with --input-stream NAME$"):
        choose_input(plan(("a", "b"), ("c", "d")), None)
    with pytest.raises(UsageError, match=r"; did you mean frames\?$"):
        choose_input(plan(("frames", "b")), "frame")
    inner = 'node { calculator: "CliSilent" input_stream: "a" output_stream: "b" } input_stream: "a"'
    with pytest.raises(
        UsageError, match=r'^the graph declares no output stream; .* output_stream: "output_video"$'
    ):
        choose_output(Graph(inner).plan, None)
    assert choose_output(Graph(inner).plan, "b") == "b"
