"""ResourceProviderCalculator: spec calculators.md 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpgraph import Graph
from mpgraph.errors import ConfigError, RunError
from mpgraph.formats.model import Resource

OPTIONS = "type.googleapis.com/mediapipe.ResourceProviderCalculatorOptions"


def graph(ids: list[str], *, by_option: bool, outputs: int | None = None) -> str:
    count = len(ids) if outputs is None else outputs
    names = "".join(f'output_side_packet: "r{i}" ' for i in range(count))
    ports = "".join(f'output_side_packet: "RESOURCE:{i}:r{i}" ' for i in range(count))
    sides = "" if by_option else "".join(f'input_side_packet: "id{i}" ' for i in range(len(ids)))
    side_ports = (
        "" if by_option else "".join(f'input_side_packet: "RESOURCE_ID:{i}:id{i}" ' for i in range(len(ids)))
    )
    listed = "".join(f'resource_id: "{resource}" ' for resource in ids) if by_option else ""
    return f"""{names} {sides}
        node {{
          calculator: "ResourceProviderCalculator" {side_ports} {ports}
          node_options {{ [{OPTIONS}] {{ {listed} read_mode: READ_MODE_BINARY }} }}
        }}"""


@pytest.mark.parametrize("by_option", [True, False])
def test_reads_each_resource(tmp_path: Path, by_option: bool) -> None:
    ids = []
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(name.encode())
        ids.append(str(tmp_path / name))
    with Graph(graph(ids, by_option=by_option)) as running:
        running.run({} if by_option else {f"id{i}": resource for i, resource in enumerate(ids)})
        found = [running.output_side_packet(f"r{i}").value for i in range(2)]
    assert found == [Resource(b"one", ids[0]), Resource(b"two", ids[1])]


def test_missing_resource(tmp_path: Path) -> None:
    """The error says where it was looked for."""
    missing = str(tmp_path / "missing.txt")
    with Graph(graph([missing], by_option=True)) as running, pytest.raises(RunError, match="was not found"):
        running.run()


def test_contract() -> None:
    with pytest.raises(ConfigError, match="one id for each of 1 outputs RESOURCE, got 2"):
        Graph(graph(["a", "b"], by_option=True, outputs=1))
    with pytest.raises(ConfigError, match="either by side packets RESOURCE_ID or by the option"):
        Graph(graph([], by_option=True, outputs=1))
    with pytest.raises(ConfigError, match="one id for each of 0 outputs RESOURCE, got 1"):
        Graph('node { calculator: "ResourceProviderCalculator" input_side_packet: "RESOURCE_ID:x" }')
