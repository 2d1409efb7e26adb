"""Calculators and graphs of a package that is merely installed: found by entry points, loaded when named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PACKAGES = Path(__file__).parent / "packages"
GRAPH = """
input_stream: "in"
node { calculator: "AcmeScaleAndHalve" input_stream: "NUMBER:in" output_stream: "NUMBER:out" }
"""


def python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(PACKAGES)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_graph_and_calculators_are_found() -> None:
    result = python(f"""
import sys
from mpgraph import Graph
assert "acme_calculators" not in sys.modules
with Graph({GRAPH!r}) as graph:
    graph.observe("out", lambda packet: print(packet.time, packet.value))
    graph.start()
    graph.add_packet("in", 4, 1)
    graph.add_packet("in", 10, 2)
""")
    assert result.stdout == "1 6\n2 15\n", result.stderr


def test_an_error_shows_the_authors_line() -> None:
    result = python(f"""
from mpgraph import Graph
graph = Graph({GRAPH!r})
graph.start()
graph.add_packet("in", 3, 7)
try:
    graph.close()
except Exception as error:
    print(error)
""")
    line = next(
        number
        for number, text in enumerate(
            (PACKAGES / "acme_calculators" / "__init__.py").read_text().splitlines(), 1
        )
        if "is odd" in text
    )
    assert 'node "acmescaleandhalve__AcmeHalveCalculator"' in result.stdout, result.stderr
    assert "failed in process at timestamp 7: ValueError: 9 is odd" in result.stdout
    assert f"__init__.py:{line}]" in result.stdout
