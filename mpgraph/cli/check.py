"""``mpgraph check``: parses, expands and validates graphs, and names what they need and is not there."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpgraph.errors import ConfigError, ModelError, ModelHashError, MpgraphError, UnknownCalculatorError

from .exits import Exit, UsageError, complain, exit_code, report, say
from .graph_file import add_arguments, check_nodes, find_graph, load_calculators, reading

if TYPE_CHECKING:
    from mpgraph.config.plan import Plan
    from mpgraph.config.schema import GraphConfig
    from mpgraph.tree import Tree

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]

_MODEL_SUFFIXES = (".tflite", ".task")


def add_parser(subparsers: Subparsers) -> None:
    """Adds ``check`` to the commands; `run` carries it out."""
    parser = subparsers.add_parser(
        "check",
        help="parse, expand and validate graphs",
        description="Parses, expands and validates graphs; names every missing calculator and model.",
    )
    parser.add_argument(
        "graphs", nargs="+", metavar="GRAPH", help="a .pbtxt or .binarypb file, or a packaged graph"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print everything as JSON")
    form.add_argument("--expand", action="store_true", help="print the graph with its subgraphs expanded")
    add_arguments(parser)
    parser.set_defaults(run=run)


@dataclass(slots=True)
class _Finding:
    """What there is to say of one graph."""

    graph: str
    config: GraphConfig | None = None
    plan: Plan | None = None
    error: MpgraphError | None = None
    models: list[_ModelState] = field(default_factory=list)

    @property
    def code(self) -> Exit:
        """The exit code that this graph alone would give."""
        found = Exit.OK if self.error is None else exit_code(self.error)
        missing = any(model.error is not None for model in self.models)
        return max(found, Exit.MISSING if missing else Exit.OK)

    @property
    def errors(self) -> Sequence[MpgraphError]:
        """Every single error of the graph."""
        if isinstance(self.error, ConfigError):
            return self.error.errors
        return () if self.error is None else (self.error,)


@dataclass(frozen=True, slots=True)
class _ModelState:
    """A model that a graph names, and where it is on this machine."""

    id: str
    path: Path | None = None
    error: ModelError | None = None

    @property
    def status(self) -> str:
        """``found``, ``missing`` or ``broken`` (another file under its name)."""
        if self.error is None:
            return "found"
        return "broken" if isinstance(self.error, ModelHashError) else "missing"


def run(args: argparse.Namespace) -> int:
    """Carries out ``mpgraph check``; the worst of the graphs' exit codes."""
    load_calculators(args.calculators)
    findings = [_check(name, args.graph_path) for name in args.graphs]
    for finding in findings:
        if finding.error is not None:
            report(finding.error, verbose=args.verbose)
        for model in finding.models:
            if model.error is not None:
                complain(f"{finding.graph}: {model.error}")
        if args.expand and finding.config is not None:
            say(finding.config.to_text().rstrip("\n"))
        elif not args.json:
            say(_line(finding))
    if args.json:
        say(json.dumps([_as_json(finding) for finding in findings], indent=2))
    return max(finding.code for finding in findings)


def _check(name: str, graph_path: list[Path]) -> _Finding:
    from mpgraph.config.schema import GraphConfig
    from mpgraph.config.subgraph import Library, expand
    from mpgraph.config.validate import make_plan
    from mpgraph.runtime.policies import POLICIES

    finding = _Finding(name)
    try:
        path = find_graph(name)
        with reading(path):
            finding.config = GraphConfig.load(path)
        check_nodes(finding.config, path)
        library = Library(graph_path, beside=(path.parent,))
        finding.config = expand(finding.config, library)
        finding.plan = make_plan(finding.config, library, POLICIES)
        finding.config = finding.plan.config
    except (ConfigError, UsageError) as error:
        finding.error = error
    if finding.config is not None:
        finding.models = _models(finding.config, path.parent)
    return finding


def _models(graph: GraphConfig, folder: Path) -> list[_ModelState]:
    from mpgraph.resources import Resources

    resources = Resources(folders=(folder,), download=False)
    states = []
    for name in sorted(set(_model_ids(graph))):
        try:
            states.append(_ModelState(name, resources.path(name)))
        except ModelError as error:
            states.append(_ModelState(name, error=error))
    return states


def _model_ids(graph: GraphConfig) -> Iterator[str]:
    """Every string in a node's options that names a model."""
    from mpgraph import model_store

    for node in graph.node:
        for entry in (*node.options, *node.node_options):
            try:
                body = entry.body()
            except ConfigError:
                continue  # told by the validation
            for text in _strings(body) if body is not None else ():
                if text.endswith(_MODEL_SUFFIXES) or model_store.lookup(text):
                    yield text


def _strings(tree: Tree) -> Iterator[str]:
    from mpgraph.tree import Scalar

    for item in tree.fields:
        if not isinstance(item.value, Scalar):
            yield from _strings(item.value)
        elif isinstance(item.value.value, bytes):
            yield item.value.value.decode(errors="replace")


def _line(finding: _Finding) -> str:
    missing = sum(model.error is not None for model in finding.models)
    if finding.plan is None:
        return f"{finding.graph}: {_count(len(finding.errors), 'error')}"
    if missing:
        return f"{finding.graph}: valid, but {_count(missing, 'model')} missing"
    counts = [_count(len(finding.plan.nodes), "node"), _count(len(finding.plan.streams), "stream")]
    if finding.models:
        counts.append(_count(len(finding.models), "model"))
    return f"{finding.graph}: ok ({', '.join(counts)})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _as_json(finding: _Finding) -> dict[str, Any]:
    plan, config = finding.plan, finding.config
    return {
        "graph": finding.graph,
        "ok": finding.code is Exit.OK,
        "nodes": None if plan is None else len(plan.nodes),
        "streams": None if plan is None else len(plan.streams),
        "errors": [_error_as_json(error) for error in finding.errors],
        "calculators": [] if config is None else sorted({node.calculator for node in config.node}),
        "missing_calculators": sorted(
            {error.name for error in finding.errors if isinstance(error, UnknownCalculatorError)}
        ),
        "models": [
            {"id": model.id, "status": model.status, "path": None if model.path is None else str(model.path)}
            for model in finding.models
        ],
    }


def _error_as_json(error: MpgraphError) -> dict[str, Any]:
    location = error.location if isinstance(error, ConfigError) else None
    return {
        "file": location and location.file,
        "line": location and location.line,
        "column": location and location.column,
        "node": error.node if isinstance(error, ConfigError) else None,
        "message": error.message if isinstance(error, ConfigError) else str(error),
        "kind": type(error).__name__,
    }
