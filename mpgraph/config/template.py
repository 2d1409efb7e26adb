"""Graph templates: graphs with parameters, as text or as bytes (spec 6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mpgraph.errors import ConfigError, LimitError
from mpgraph.options import from_wire
from mpgraph.tree import Scalar, Tree

from .pbtxt import MAX_SIZE
from .schema import GraphConfig, read_graph
from .template_expression import Value
from .template_text import expand_tree, is_template, parse_template
from .template_wire import CalculatorGraphTemplate, TemplateSubgraphOptions, expand_wire

__all__ = ["GraphTemplate", "TemplateSubgraphOptions", "load_graph", "parse_graph"]


@dataclass(frozen=True, slots=True)
class GraphTemplate:
    """A graph with parameters; a node of its `type` gives them in `TemplateSubgraphOptions` (TP-8).

    Attributes:
        type: The name under which nodes find it; empty if an expression computes it.
        source: The parsed text, or the message.
        file: Where it comes from, for errors.
    """

    type: str
    source: Tree | CalculatorGraphTemplate
    file: str = "<string>"

    @classmethod
    def from_text(cls, text: str, file: str = "<string>") -> Self:
        """From a graph's text with directives between percent signs (TP-1).

        Raises:
            PbtxtSyntaxError: Bad syntax.
            LimitError: Too long or nested too deeply.
        """
        tree = parse_template(text, file)
        given = [entry.value for entry in tree.fields if entry.name == "type"]
        known = given and isinstance(given[0], Scalar) and isinstance(given[0].value, bytes)
        return cls(given[0].value.decode(errors="replace") if known else "", tree, file)  # type: ignore[union-attr]

    @classmethod
    def from_binary(cls, data: bytes, file: str = "<bytes>") -> Self:
        """From a serialised ``mediapipe.CalculatorGraphTemplate`` (TP-7).

        Raises:
            ConfigError: Not such a message; LimitError beyond 64 MiB.
        """
        if len(data) > MAX_SIZE:
            msg = f"{file}: the template is larger than {MAX_SIZE >> 20} MiB"
            raise LimitError(msg)
        template = from_wire(CalculatorGraphTemplate, data)
        return cls(GraphConfig.from_binary(template.config.data, file).type, template, file)

    def expand(self, arguments: Mapping[str, Value] | None = None) -> GraphConfig:
        """The graph that the template comes to with these arguments: floats, strings, dicts and tuples.

        Raises:
            ConfigError: An argument is missing or does not fit, or what comes out is no graph.
        """
        environment = dict(arguments or {})
        if isinstance(self.source, Tree):
            return GraphConfig.from_tree(expand_tree(self.source, environment))
        try:
            data = expand_wire(self.source, environment)
        except ConfigError as error:
            msg = f"{self.file}: {error.message}"
            raise type(error)(msg) from error
        return GraphConfig.from_binary(data, self.file)


def load_graph(path: str | Path) -> GraphConfig | GraphTemplate:
    """The graph in a file, or the template, if it is text with directives.

    Raises:
        ConfigError: Its content is neither.
        OSError: The file cannot be read; FileNotFoundError if there is none.
    """
    content = read_graph(path)
    if isinstance(content, bytes):
        return GraphConfig.from_binary(content, str(path))
    return parse_graph(content, str(path))


def parse_graph(text: str, file: str = "<string>") -> GraphConfig | GraphTemplate:
    """The graph that a text says, or the template, if it has directives.

    Raises:
        ConfigError: It is neither.
    """
    return GraphTemplate.from_text(text, file) if is_template(text) else GraphConfig.from_text(text, file)
