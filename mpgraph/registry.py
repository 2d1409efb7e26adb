"""Which calculator a name in a graph means: classes that were imported, then entry points.

A package offers calculators in the entry point group ``mpgraph.calculators`` (registered name = class),
folders of ``.pbtxt`` subgraphs in the group ``mpgraph.graphs`` (any name = package), and options that
belong to graphs rather than calculators in the group ``mpgraph.options`` (message name = class). The
standard calculators and graphs take the same way. Only what a graph names is imported.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .errors import ConfigError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "CALCULATORS",
    "GRAPHS",
    "OPTIONS",
    "candidates",
    "find",
    "graph_packages",
    "load_options",
    "names",
    "register",
]

CALCULATORS = "mpgraph.calculators"
GRAPHS = "mpgraph.graphs"
OPTIONS = "mpgraph.options"

_CLASSES: dict[str, type[Any]] = {}


def register(name: str, cls: type[Any]) -> None:
    """Registers a class under a name; defining a `Calculator` with ``name=`` does it.

    Loading the same class once more replaces it.

    Raises:
        ConfigError: Another class has the name.
    """
    other = _CLASSES.get(name)
    if other is not None and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
        msg = (
            f'"{name}" is registered twice: by {other.__module__}.{other.__qualname__} '
            f"and by {cls.__module__}.{cls.__qualname__}; give one of them another name"
        )
        raise ConfigError(msg)
    _CLASSES[name] = cls


def find(name: str) -> type[Any] | None:
    """The class registered under exactly this name, loaded from an entry point if need be.

    Raises:
        ConfigError: Two packages offer the name, or its entry point cannot be loaded; the cause says why.
    """
    cls = _CLASSES.get(name)
    if cls is not None:
        return cls
    entries = _entries(CALCULATORS).get(name)
    if entries is None:
        return None
    if len(entries) > 1:
        both = " and ".join(entry.value for entry in entries)
        msg = f'"{name}" is offered by several installed packages, as {both}; uninstall or rename one'
        raise ConfigError(msg)
    return _CLASSES.setdefault(name, _load(entries[0]))


def _load(entry: EntryPoint) -> type[Any]:
    what = f'the entry point of "{entry.name}" ({entry.value})'
    try:
        loaded: type[Any] = entry.load()
    except Exception as error:
        msg = f"{what} cannot be loaded: {type(error).__name__}: {error}"
        raise ConfigError(msg) from error
    if not isinstance(loaded, type):
        msg = f"{what} is no class but {loaded!r}"
        raise ConfigError(msg)
    return loaded


def candidates(name: str, package: str = "") -> Iterator[str]:
    """The registered names that a name in a graph may mean, nearest namespace first (N-16)."""
    if name.startswith("."):
        yield name[1:]
        return
    while package:
        yield f"{package}.{name}"
        package = package.rpartition(".")[0]
    yield name


def names() -> list[str]:
    """Every name that is registered or offered by an entry point, sorted."""
    return sorted({*_CLASSES, *_entries(CALCULATORS)})


@functools.cache
def _entries(group: str) -> Mapping[str, Sequence[EntryPoint]]:
    """The entry points by name; several of one name only if they differ."""
    from importlib.metadata import entry_points  # it takes as long to load as all of mpgraph's core

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=group):
        same_name = found.setdefault(entry.name, [])
        if entry.value not in [other.value for other in same_name]:
            same_name.append(entry)
    return found


def graph_packages() -> list[str]:
    """The packages that offer subgraphs."""
    return [entry.value for entries in _entries(GRAPHS).values() for entry in entries]


def load_options(message: str | None = None) -> None:
    """Imports the options class that a package offers for a message; without a name, all that are offered.

    Importing the class is what makes it known.

    Raises:
        ConfigError: An entry point cannot be loaded; the cause says why.
    """
    offered = _entries(OPTIONS)
    for name in offered if message is None else (message,):
        for entry in offered.get(name, ()):
            _load(entry)
