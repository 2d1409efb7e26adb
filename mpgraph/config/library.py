"""What the names in a graph mean: calculators, and subgraphs of every kind (spec 6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar

from mpgraph import registry
from mpgraph.calculator import CalculatorBase
from mpgraph.errors import ConfigError, UnknownCalculatorError

from .hints import Hints
from .schema import GraphConfig, NodeConfig
from .template import GraphTemplate, load_graph

__all__ = ["Library", "Meaning", "Subgraph", "SubgraphContext"]

T = TypeVar("T")

Meaning: TypeAlias = "type[CalculatorBase] | type[Subgraph] | GraphConfig | GraphTemplate"
"""What a name in a graph may mean."""

_TYPE = re.compile(r"""\btype\s*:\s*["']([^"']*)["']""")


@dataclass(frozen=True)
class SubgraphContext:
    """What a subgraph made by code sees of the node that it stands for (SG-4).

    Attributes:
        node: The node, with its ports and options.
        services: The services of the graph by key.
    """

    node: NodeConfig
    services: Mapping[str, Any] = field(default_factory=dict)

    def has_options(self, cls: type) -> bool:
        """Whether the node has options of this class."""
        return self.node.has_options(cls)

    def get_options(self, cls: type[T]) -> T:
        """The node's options of this class, the defaults if it has none.

        Raises:
            ConfigError: They do not fit the class.
        """
        return self.node.get_options(cls)


class Subgraph:
    """A node type that stands for a graph made by code; ``name=`` registers it like a calculator."""

    registered_name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is not None:
            cls.registered_name = name
            registry.register(name, cls)

    @classmethod
    def get_config(cls, context: SubgraphContext) -> GraphConfig:
        """The graph that replaces the node; its interface is connected to the node's ports by TAG:index.

        Raises:
            ConfigError: The node's options or ports do not fit.
        """
        raise NotImplementedError


class Library:
    """What the names in a graph mean: graphs given directly, calculators and code subgraphs, graph files.

    What is given directly comes before all else (SG-2). Files are looked for among the given ones, beside the
    given graph, then in the given folders, then in the packages that offer graphs; the first whose graph or
    template has the ``type:`` is it.

    Args:
        paths: ``.pbtxt`` files, and folders with such, searched with their subfolders.
        beside: Folders searched without their subfolders, first.
        graphs: Graphs and templates with a ``type``.

    Raises:
        ConfigError: One of `paths` is neither file nor folder, or two graphs have one type.
    """

    def __init__(
        self,
        paths: Sequence[Path] = (),
        *,
        beside: Sequence[Path] = (),
        graphs: Iterable[GraphConfig | GraphTemplate] = (),
    ) -> None:
        self._alone = tuple(path for path in paths if path.suffix == ".pbtxt" and path.is_file())
        self._folders = tuple(path for path in paths if path.is_dir())
        missing = [f'"{path}"' for path in paths if path not in (*self._alone, *self._folders)]
        if missing:
            msg = (
                f"graphs are to be found in {', '.join(missing)}, which is neither a folder nor a .pbtxt file"
            )
            raise ConfigError(msg)
        self.hint = Hints()
        self._beside = tuple(beside)
        self._given: dict[str, GraphConfig | GraphTemplate] = {}
        for graph in graphs:
            if self._given.setdefault(graph.type, graph) is not graph:
                what = f'the type "{graph.type}"' if graph.type else "no type"
                msg = f"two graphs have {what}"
                raise ConfigError(msg)
        self._loaded: dict[str, GraphConfig | GraphTemplate] = {}
        self._mentions: dict[str, list[Path]] | None = None

    def find(self, name: str, package: str = "") -> Meaning | None:
        """The calculator or subgraph of that name; None if there is none.

        Raises:
            ConfigError: Its class cannot be imported, or its file is not a graph.
        """
        candidates = list(registry.candidates(name, package))
        for candidate in candidates:
            if candidate and candidate in self._given:
                return self._given[candidate]
        for candidate in candidates:
            found = self._loaded.get(candidate) or registry.find(candidate) or self._load(candidate)
            if found is not None:
                return found
        return None

    def main(self) -> GraphConfig | GraphTemplate | None:
        """The graph given without a type, which is the one to run (SG-3)."""
        return self._given.get("")

    def given(self) -> list[str]:
        """The types of the graphs given directly."""
        return sorted(name for name in self._given if name)

    def names(self) -> list[str]:
        """All names that can be found, sorted."""
        return sorted({*registry.names(), *self._given, *self._types_in_files()} - {""})

    def unknown(self, node: NodeConfig, name: str, kind: str = "Calculator") -> UnknownCalculatorError:
        """The error for a node whose calculator is not found; `name` is the node's canonical name."""
        wanted = node.calculator
        where = ", ".join(f'"{path}"' for path in (*self._alone, *self._beside, *self._folders))
        files = f" nor the type of a .pbtxt file{' in ' + where if where else ''}"
        msg = (
            f'No registered object with name: {wanted}; Unable to find {kind} "{wanted}": it is not '
            f"registered{files if kind == 'Calculator' else ''}{self.hint(wanted, self.names())}"
            if wanted
            else f'No registered object with name: ; Unable to find {kind} "": the node names none'
        )
        return UnknownCalculatorError(msg, name=wanted, location=node.location, node=name or None)

    def _load(self, name: str) -> GraphConfig | GraphTemplate | None:
        """The first graph or template of that type in a file."""
        broken: ConfigError | None = None
        for path in self._types_in_files().get(name, ()):
            try:
                graph = load_graph(path)
            except ConfigError as error:
                broken = broken or error
            else:
                if graph.type == name:
                    self._loaded[name] = graph
                    return graph
        if broken is not None:
            raise broken
        return None

    def _types_in_files(self) -> dict[str, list[Path]]:
        """The files that mention a type, be it that of an executor: only parsing tells."""
        if self._mentions is None:
            self._mentions = {}
            for path in self._files():
                text = path.read_text(encoding="utf-8", errors="replace")
                for name in dict.fromkeys(_TYPE.findall(text)):
                    self._mentions.setdefault(name, []).append(path)
        return self._mentions

    def _files(self) -> Iterator[Path]:
        yield from self._alone
        for folder in self._beside:
            yield from sorted(folder.glob("*.pbtxt"))
        for folder in self._folders:
            yield from sorted(folder.rglob("*.pbtxt"))
        for package in registry.graph_packages():
            import importlib.resources

            yield from sorted(Path(str(importlib.resources.files(package))).rglob("*.pbtxt"))
