"""The arrows of the architecture: which part may import which, and where threads are started."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
FOLDERS: Final = {"mpgraph": ROOT / "mpgraph", "mpgraph.calculators": ROOT / "calculators"}

AUTHOR: Final = (
    "calculator context contract options packet_generator port_map ports registry service status_handler"
)
VALUES: Final = "errors formats lazy packet packet_type timestamp tree"
MODELS: Final = "model_download model_store models resources"

LAYERS: Final = {
    **dict.fromkeys(VALUES.split(), "values"),
    **dict.fromkeys(MODELS.split(), "models"),
    **dict.fromkeys(AUTHOR.split(), "author"),
    "inference": "inference",
    "gpu": "gpu",
    "config": "config",
    "runtime": "runtime",
    "media": "media",
    "building": "building",
    "compat": "compat",
    "solutions": "compat",
    "cli": "cli",
    "testing": "testing",
    "__main__": "cli",
    "calculators": "calculators",
    "": "facade",  # `mpgraph` itself
}
"""The layer of each module or folder of mpgraph."""

MAY_IMPORT: Final = {
    "building": set(),
    "values": {"values"},
    "models": {"values", "models"},
    "inference": {"values", "models", "inference"},
    "gpu": {"values", "author", "inference", "gpu"},
    "author": {"values", "models", "author"},
    "config": {"values", "models", "author", "config"},
    "runtime": {"values", "models", "author", "config", "runtime"},
    "compat": {"values", "models", "author", "config", "runtime", "compat"},
    "facade": {"values", "author", "config", "runtime", "compat", "facade"},
    "media": {"values", "media"},
    "cli": {"values", "models", "inference", "gpu", "author", "config", "runtime", "media", "facade", "cli"},
    "testing": {"values", "author", "config", "runtime", "testing"},
    "calculators": {"values", "models", "inference", "gpu", "author", "config", "media", "calculators"},
}
"""What a layer may import, also for annotations alone. Calculators read and write files by media's means."""

THREADS: Final = (
    "mpgraph/runtime/executor.py",
    "mpgraph/media/",
    "mpgraph/cli/job.py",  # keeps the main thread free for Ctrl-C
    "mpgraph/testing/clock.py",  # an executor for tests
)


def modules() -> dict[str, Path]:
    """Every module of the package by its name."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *parts)).removesuffix(".__init__")
            found[name] = path
    return found


MODULES: Final = modules()


def imports(name: str) -> Iterator[tuple[int, str]]:
    """Every module of mpgraph that the module imports, with the line, wherever in it."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
                base = f"{above}.{base}".rstrip(".")
            targets = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            argument = ast.unparse(node.args[0]).strip("f'\"")
            targets = [argument.partition("{")[0].rstrip(".")]
        else:
            continue
        for target in targets:
            while target not in MODULES and "." in target:
                target = target.rpartition(".")[0]
            if target in MODULES:
                yield node.lineno, target


def layer(name: str) -> str:
    inner = name.removeprefix("mpgraph").removeprefix(".")
    return LAYERS[inner.partition(".")[0]]


@pytest.mark.parametrize("name", MODULES)
def test_arrows_point_one_way(name: str) -> None:
    """cli -> runtime -> config -> author API -> values; nothing in mpgraph/ knows the standard calculators."""
    allowed = MAY_IMPORT[layer(name)]
    wrong = [
        f"{MODULES[name].relative_to(ROOT)}:{line} imports {target} ({layer(target)})"
        for line, target in imports(name)
        if layer(target) not in allowed
    ]
    assert wrong == []


def test_every_module_has_a_layer() -> None:
    unknown = {name.removeprefix("mpgraph").removeprefix(".").partition(".")[0] for name in MODULES} - {
        *LAYERS
    }
    assert unknown == set()


def test_the_search_for_imports_finds_them() -> None:
    """So that the tests above can fail."""
    found = {target for _, target in imports("mpgraph.runtime.graph")}
    assert {"mpgraph.config.plan", "mpgraph.errors", "mpgraph.runtime.scheduler"} <= found
    assert "mpgraph.runtime.graph" in {target for _, target in imports("mpgraph")}
    assert "mpgraph.resources" in {target for _, target in imports("mpgraph.context")}  # for annotations


def test_nothing_names_the_standard_calculators() -> None:
    """Not even as text that is imported later."""
    wrong = [
        f"{path.relative_to(ROOT)}: {node.value}"
        for name, path in MODULES.items()
        if layer(name) != "calculators"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("mpgraph.calculators.")
    ]
    assert wrong == []


def starts_threads(path: Path) -> list[int]:
    """The lines that make a thread, a timer or a pool of them."""
    makers = {"Thread", "Timer", "ThreadPoolExecutor", "ThreadPool", "start_new_thread"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in makers
        and _is_standard(path, ast.unparse(node.func))
    ]


def _is_standard(path: Path, name: str) -> bool:
    """Whether the name comes from the standard library rather than from mpgraph."""
    first = name.partition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and first in {alias.asname or alias.name for alias in node.names}:
            return not node.level and not (node.module or "").startswith("mpgraph")
        if isinstance(node, ast.ClassDef) and node.name == first:
            return False
    return True


def test_threads_are_started_in_few_places() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in MODULES.values()
        if not path.relative_to(ROOT).as_posix().startswith(THREADS)
        for line in starts_threads(path)
    ]
    assert wrong == []


def test_the_search_for_threads_finds_them() -> None:
    assert starts_threads(ROOT / "mpgraph/runtime/executor.py")
