"""What a command is given: the graph's file, and files or modules with calculators."""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.resources
import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING

from mpgraph import registry
from mpgraph.errors import ConfigError, PbtxtSyntaxError

from .exits import UsageError

if TYPE_CHECKING:
    from mpgraph.config.schema import GraphConfig

__all__ = ["add_arguments", "check_nodes", "find_graph", "load_calculators", "reading"]

_SUFFIXES = (".pbtxt", ".binarypb")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of every command that reads graphs."""
    parser.add_argument(
        "--calculators",
        action="append",
        default=[],
        metavar="MODULE|FILE.py",
        help="a module or file with calculators; may be repeated",
    )
    parser.add_argument(
        "--graph-path",
        action="append",
        type=Path,
        default=[],
        metavar="PATH",
        help="a folder with more subgraphs, searched with its subfolders, or the .pbtxt file of one, to be "
        "found before others; may be repeated",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log what happens; show tracebacks")


def find_graph(name: str) -> Path:
    """The file of a graph: of that path, else a packaged graph of that name or end of its path.

    A packaged graph may be written with or without ``graphs/`` in front and without the suffix; of
    several the one with the shortest path is meant.

    Raises:
        UsageError: There is none, or there are several with paths of one length.
    """
    path = Path(name)
    if "\0" in name or not name.strip():
        msg = "a graph needs a name: a .pbtxt or .binarypb file, or a packaged graph"
        raise UsageError(msg)
    with suppress(OSError):  # a name that is too long
        if path.exists() and not path.is_dir():
            return path
    packaged = dict(_packaged())
    parts = PurePath(name.removesuffix(path.suffix) if path.suffix in _SUFFIXES else name).parts
    wanted = parts[1:] if parts[:1] == ("graphs",) else parts
    if wanted:
        found = sorted((key for key in packaged if key[-len(wanted) :] == wanted), key=len)
        if found and (len(found) == 1 or len(found[0]) < len(found[1])):
            return packaged[found[0]]
        if found:
            msg = f"{name}: several packaged graphs have this name: {', '.join(map(_spelt, found))}"
            raise UsageError(msg)
    names = {key[-1]: _spelt(key) for key in packaged}
    close = difflib.get_close_matches(wanted[-1] if wanted else "", names, n=3)
    hint = f"; did you mean {' or '.join(names[key] for key in close)}?" if close else ""
    problem = "a folder, not a graph" if os.path.isdir(name) else "no such file or packaged graph"
    msg = f"{name}: {problem}{hint}"
    raise UsageError(msg)


def _packaged() -> Iterator[tuple[tuple[str, ...], Path]]:
    """The packaged graphs: the parts of their names without suffix, and their files."""
    for package in registry.graph_packages():
        root = Path(str(importlib.resources.files(package)))
        for path in sorted(root.rglob("*.pbtxt")):
            yield path.relative_to(root).with_suffix("").parts, path


def _spelt(key: Iterable[str]) -> str:
    return "/".join(key) + ".pbtxt"


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """While a graph is read: tells by one error, not by one for each line, that a file is something else.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        yield
    except OSError as error:
        msg = f"{error.filename or path}: cannot be read: {(error.strerror or str(error)).lower()}"
        raise UsageError(msg) from error
    except ConfigError as error:
        if path.suffix in _SUFFIXES or type(error) not in (ConfigError, PbtxtSyntaxError):
            raise
        first = error.errors[0]
        why = f", as line {first.location.line} shows: {first.message}" if first.location else ""
        msg = f"{path}: this is not a graph{why}"
        raise ConfigError(msg) from error


def check_nodes(graph: GraphConfig, path: Path) -> None:
    """Raises ConfigError if the graph is empty, as an empty file is."""
    if not graph.node:
        msg = f"{path}: the graph is empty: it has no node"
        raise ConfigError(msg)


def load_calculators(names: Iterable[str]) -> None:
    """Imports modules by name and ``.py`` files by path, so that their calculators are registered.

    Raises:
        UsageError: There is no such module or file, or its code fails; says the line.
    """
    for name in names:
        if name.endswith(".py") or Path(name).is_file():
            _load_file(Path(name))
        else:
            _load_module(name)


def _load_module(name: str) -> None:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            msg = f"--calculators {name}: there is no such module (a file is given with its suffix .py)"
            raise UsageError(msg) from error
        raise _failure(name, error) from error


def _load_file(path: Path) -> None:
    if not path.is_file():
        msg = f"--calculators {path}: {'it is a folder' if path.is_dir() else 'there is no such file'}"
        raise UsageError(msg)
    path = path.resolve()
    module = _module_for(path)
    if (folder := str(path.parent)) not in sys.path:
        sys.path.append(folder)  # for the modules beside it
    sys.modules[module.__name__] = module
    try:
        assert module.__spec__ is not None
        assert module.__spec__.loader is not None
        module.__spec__.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise _failure(str(path), error) from error


def _module_for(path: Path) -> ModuleType:
    """A new module named after the file, or by its path if another module has that name."""
    other = sys.modules.get(path.stem)
    taken = other is not None and getattr(other, "__file__", None) != str(path)
    spec = importlib.util.spec_from_file_location(path.as_posix() if taken else path.stem, path)
    if spec is None:
        msg = f"--calculators {path}: it is not a Python file"
        raise UsageError(msg)
    return importlib.util.module_from_spec(spec)


def _failure(name: str, error: BaseException) -> UsageError:
    """Says where the author's code failed: the innermost line that is not a library's."""
    if isinstance(error, SyntaxError) and error.filename:
        where, line = f"{error.filename}:{error.lineno}", error.text
        what = f"{type(error).__name__}: {error.msg}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        frame = next((f for f in reversed(frames) if _is_the_authors(f.filename)), frames[-1])
        where, line = f"{frame.filename}:{frame.lineno}", frame.line
        what = f"{type(error).__name__}: {error}"
    shown = f"\n    {line.strip()}" if line and line.strip() else ""
    return UsageError(f"--calculators {name}: {where}: {what}{shown}")


def _is_the_authors(file: str) -> bool:
    """Whether the file is neither of Python, nor installed, nor of mpgraph."""
    libraries = [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]
    folders = Path(file).parents
    return not file.startswith("<") and not any(
        library in folders for library in (*libraries, Path(__file__).parents[1])
    )
