"""LocalFileContentsCalculator (spec calculators.md 3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from graph_steps import node

from mpgraph import Graph
from mpgraph.errors import ContractError, ModelUnavailableError


def contents(paths: list[Path], options: str = "", outputs: int | None = None) -> list[Any]:
    count = len(paths) if outputs is None else outputs
    text = "".join(f'input_side_packet: "p{index}" ' for index in range(len(paths)))
    text += node(
        "LocalFileContents",
        side_inputs=[f"FILE_PATH:{index}:p{index}" for index in range(len(paths))],
        side_outputs=[f"CONTENTS:{index}:c{index}" for index in range(count)],
        options=options,
    )
    with Graph(text) as graph:
        graph.start({f"p{index}": str(path) for index, path in enumerate(paths)})
        graph.wait_until_idle()
        return [graph.output_side_packet(f"c{index}").value for index in range(count)]


def test_bytes_and_text(tmp_path: Path) -> None:
    one, other = tmp_path / "ä b.txt", tmp_path / "empty"
    one.write_bytes(b"caf\xc3\xa9\r\n")
    other.write_bytes(b"")
    assert contents([one, other]) == [b"caf\xc3\xa9\r\n", b""]
    assert contents([one, other], "text_mode: true") == ["caf\u00e9\n", ""]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="was not found") as raised:
        contents([tmp_path / "none"])
    assert isinstance(raised.value.__cause__ or raised.value, ModelUnavailableError)


@pytest.mark.parametrize("outputs", [1, 3])
def test_each_path_needs_an_output(tmp_path: Path, outputs: int) -> None:
    with pytest.raises(ContractError, match=f"2 side packets FILE_PATH need as many .* got {outputs}"):
        contents([tmp_path, tmp_path], outputs=outputs)
