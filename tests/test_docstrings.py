"""Every public class and function says what it is, and every calculator shows a node that works."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import example_generator  # noqa: F401 - registers what an example names
import pytest

from mpgraph.calculator import CalculatorBase
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.config.subgraph import Library, Subgraph
from mpgraph.config.validate import make_plan
from mpgraph.port_map import PortMap
from mpgraph.runtime.policies import POLICIES

ROOT: Final = Path(__file__).parents[1]
FILES: Final = sorted(path for folder in ("mpgraph", "calculators") for path in (ROOT / folder).rglob("*.py"))


Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """The public classes, functions and methods, by their qualified names."""
    for node in body:
        if not isinstance(node, Definition) or node.name.startswith("_") or says_elsewhere(node):
            continue
        yield f"{prefix}{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from public(node.body, f"{prefix}{node.name}.")


def says_elsewhere(node: Definition) -> bool:
    """Whether another definition of the same name has the docstring: of a setter, the getter."""
    return any(ast.unparse(part).endswith(("overload", ".setter")) for part in node.decorator_list)


def overrides(name: str, path: Path) -> bool:
    """Whether a method says what it does where its base declares it: the life cycle of a calculator."""
    return path.is_relative_to(ROOT / "calculators") and name.rpartition(".")[2] in (
        "open",
        "process",
        "close",
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_everything_public_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    missing = [] if ast.get_docstring(tree) or not tree.body else [f"{path.name} itself"]
    missing += [
        f"{path.name}:{node.lineno} {name}"
        for name, node in public(tree.body)
        if not ast.get_docstring(node) and not overrides(name, path)
    ]
    assert missing == []


def calculators() -> dict[str, type[Any]]:
    """The registered classes of calculators/ by name."""
    found = {}
    for path in (ROOT / "calculators").rglob("*.py"):
        parts = path.relative_to(ROOT / "calculators").with_suffix("").parts
        module = importlib.import_module(".".join(("mpgraph.calculators", *parts)).removesuffix(".__init__"))
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, CalculatorBase | Subgraph):
                name = vars(value).get("registered_name")
                if name:
                    found[name] = value
    return dict(sorted(found.items()))


CALCULATORS: Final = calculators()


def example(cls: type[Any]) -> str:
    """The literal block after ``Example::``, which ends the docstring."""
    doc = inspect.cleandoc(cls.__doc__ or "")
    match = re.search(r"^Examples?::\n\n((?:(?: {4}.*)?\n?)+)\Z", doc, re.MULTILINE)
    assert match is not None, f"the docstring of {cls.__qualname__} does not end with an Example:: block"
    return inspect.cleandoc(match[1])


def graph_of(nodes: tuple[NodeConfig, ...]) -> GraphConfig:
    """A graph around nodes, with what nobody makes as graph inputs."""
    made = {name for node in nodes for name in PortMap(node.output_stream).names}
    taken = [name for node in nodes for name in PortMap(node.input_stream).names]
    return GraphConfig(
        node=nodes, input_stream=tuple(dict.fromkeys(name for name in taken if name not in made))
    )


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_example_of_a_calculator_is_a_node_that_works(name: str) -> None:
    """It parses, and its ports and options fit the calculator's own contract."""
    config = GraphConfig.from_text(example(CALCULATORS[name]), f"{name}'s example")
    assert name in [node.calculator for node in config.node]
    graph = config if config.input_stream else graph_of(config.node)
    make_plan(graph, Library(), POLICIES)


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_calculator_names_its_source(name: str) -> None:
    """Upstream's file or the rule that it follows."""
    assert re.search(r"Upstream: |[Ss]pec |upstream's", CALCULATORS[name].__doc__ or "")
