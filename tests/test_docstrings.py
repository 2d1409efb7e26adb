"""Every public class and function says what it is, and every calculator shows a node that works."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import example_generator  # noqa: F401 - registers what an example names
import pytest

from mpgraph.calculator import CalculatorBase
from mpgraph.config.subgraph import Library, Subgraph
from mpgraph.config.validate import make_plan
from mpgraph.runtime.policies import POLICIES
from mpgraph.testing import docstring_example

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


@pytest.mark.parametrize("name", CALCULATORS)
def test_the_example_of_a_calculator_is_a_node_that_works(name: str) -> None:
    """It parses, and its ports and options fit the calculator's own contract."""
    config = docstring_example(CALCULATORS[name])
    assert config is not None, "its docstring does not end with an Example:: block"
    assert name in [node.calculator for node in config.node]
    make_plan(config, Library(), POLICIES)


@pytest.mark.parametrize("name", CALCULATORS)
def test_a_calculator_names_its_source(name: str) -> None:
    """Upstream's file or the rule that it follows."""
    assert re.search(r"Upstream: |[Ss]pec |upstream's", CALCULATORS[name].__doc__ or "")
