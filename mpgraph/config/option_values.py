"""Wiring of options: ``option_value`` copies from a graph's options to its nodes' (spec SG-20 to SG-23).

Options are wired as trees, which needs no class: a field is known by its name. The class, where it is
loaded, tells what exists, what repeats, and what merges how. Without it a field that both sides give is
refused rather than guessed at, and options that came as bytes can only be copied as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NoReturn

from mpgraph.errors import ConfigError, Location, OptionsError
from mpgraph.options import from_tree, is_options_class
from mpgraph.options.fields import OptionField, hint
from mpgraph.options.schema import schema_of
from mpgraph.tree import Field, Scalar, Tree

from .entries import TYPE_URL, OptionsEntry, find_message
from .schema import GraphConfig, NodeConfig

__all__ = ["wire_options"]

_SINGLE_COLON: Final = re.compile(r"(?<!:):(?!:)")
_EXTENSION: Final = "ext::"


def wire_options(
    graph: GraphConfig,
    given: Sequence[Sequence[OptionsEntry]],
    load: Callable[[NodeConfig], object],
    failed: Callable[[ConfigError, NodeConfig], None],
) -> GraphConfig:
    """The graph with the values of its options in those of its nodes, and no ``option_value`` left.

    Args:
        graph: The graph, whose own options are the source.
        given: Options that are merged over the graph's: those of the node that stands for it, or those
            that the application gave; the ones to look in first at the front.
        load: Called with each node that is wired, so that its calculator's options are known.
        failed: Called with what is wrong with a node, which then keeps its ``option_value``.
    """
    if not any(node.option_value for node in graph.node):
        return graph
    nodes = []
    for node in graph.node:
        wired = node
        if node.option_value:
            load(node)
            try:
                for value in node.option_value:
                    wired = _wire(wired, value, graph, given)
                wired = replace(wired, option_value=())
            except ConfigError as error:
                failed(error, node)
                wired = node
        nodes.append(wired)
    return replace(graph, node=tuple(nodes))


def _wire(
    node: NodeConfig, value: str, graph: GraphConfig, given: Sequence[Sequence[OptionsEntry]]
) -> NodeConfig:
    where: Location | None = getattr(value, "location", None)
    try:
        sides = _SINGLE_COLON.split(value)
        if len(sides) != 2:
            msg = (
                f'option_value "{value}" is not of the form "field of the node:field of the graph\'s options"'
            )
            raise OptionsError(msg)
        target, source = _Path.parse(sides[0]), _Path.parse(sides[1])
        entry = target.find(node.options, node.node_options)
        if entry is None:
            msg = (
                f"Option extension not found: {target.type or '*'} for node (name='{node.name}', "
                f"calculator='{node.calculator}'); say which options are meant, if only by empty ones: "
                f"node_options {{ [{TYPE_URL}{target.type or '…'}] {{}} }}"
            )
            raise OptionsError(msg)
        own = source.find(graph.options, graph.graph_options)
        over = source.find(*given)
        if own is None and over is None:
            return node
        values = _Message.merged(own, over).values(source.steps)
        return _with_options(node, _Message.of(entry).assign(target.steps, values).entry())
    except ConfigError as error:
        error.location = error.location or where
        raise


def _with_options(node: NodeConfig, entry: OptionsEntry) -> NodeConfig:
    """The node with its options where wiring leaves them, in ``node_options`` (SG-22)."""
    entries = list(node.node_options)
    same = [index for index, other in enumerate(entries) if other.name == entry.name]
    if same:
        entries[same[-1]] = entry
    else:
        entries.append(entry)
    return replace(node, options=None, node_options=tuple(entries))  # type: ignore[arg-type]  # unset


@dataclass(frozen=True, slots=True)
class _Step:
    """A field, and which of its values; None for all of them."""

    name: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class _Path:
    """One side of an ``option_value``: which options ("" for the first there are), and a field in them."""

    type: str
    steps: tuple[_Step, ...]

    @classmethod
    def parse(cls, text: str) -> _Path:
        """From ``[OPTIONS/][options/][Ext::type/]field[/index]/…`` (SG-20)."""
        parts = text.split("/")
        for prefix in ("OPTIONS", "options"):
            if parts[:1] == [prefix]:
                del parts[0]
        chosen = ""
        steps: list[_Step] = []
        for part in filter(None, parts):
            if part.lower().startswith(_EXTENSION):
                if steps or chosen:
                    msg = f'"{text}": {part} can only stand at the beginning'
                    raise OptionsError(msg)
                chosen = part[len(_EXTENSION) :].lstrip(":").replace("::", ".")
            elif part.isdecimal():
                if not steps or steps[-1].index is not None:
                    msg = f'"{text}": the index {part} does not follow a field'
                    raise OptionsError(msg)
                steps[-1] = _Step(steps[-1].name, int(part[:10]))
            else:
                steps.append(_Step(part))
        return cls(chosen, tuple(steps))

    def find(self, *sets: Sequence[OptionsEntry]) -> OptionsEntry | None:
        """The options that the path is in."""
        return next(
            (entry for entries in sets for entry in entries if self.type in ("", entry.message)), None
        )


@dataclass(frozen=True, slots=True)
class _Message:
    """Options on their way: their type, their class where it is loaded, and what they say.

    `body` is a tree, or the bytes of options whose class is not loaded.
    """

    name: str
    cls: type[Any] | None
    body: Tree | bytes
    location: Location | None = None

    @classmethod
    def of(cls, entry: OptionsEntry) -> _Message:
        """Those of an entry."""
        if entry.message is None:
            msg = f"extension {entry.name} belongs to no class that is loaded, so it cannot be wired"
            raise OptionsError(msg, location=entry.location)
        body = entry.body()
        return cls(entry.message, entry.options_class, entry.data() if body is None else body, entry.location)

    @classmethod
    def merged(cls, own: OptionsEntry | None, over: OptionsEntry | None) -> _Message:
        """The graph's own options under those that it was given (SG-21)."""
        if own is None or over is None:
            present = over if own is None else own
            assert present is not None
            return cls.of(present)
        base, top = cls.of(own), cls.of(over)
        if base.name != top.name:
            msg = f"Cannot merge field data with message types: {base.name}, {top.name}"
            raise OptionsError(msg, location=over.location)
        return base.under(top)

    def under(self, top: _Message) -> _Message:
        """These options with what `top`, of the same type, says instead or besides."""
        if isinstance(self.body, Tree) and isinstance(top.body, Tree):
            return replace(self, body=_merge(self.cls, self.body, top.body))
        if isinstance(self.body, bytes) and isinstance(top.body, bytes):
            return replace(self, body=self.body + top.body)
        if _is_empty(self.body) or _is_empty(top.body):
            return self if _is_empty(top.body) else top
        self._unknown("merged, one being text and one bytes")

    def _unknown(self, what: str) -> NoReturn:
        msg = f"options {self.name} cannot be {what}: no loaded class declares them; load their calculator"
        raise OptionsError(msg)

    def values(self, steps: Sequence[_Step]) -> list[Any]:
        """The values of a field; the message itself for no field."""
        if not steps:
            return [self]
        if not isinstance(self.body, Tree):
            self._unknown(f'wired by the field "{steps[0].name}"')
        tree, cls = self.body, self.cls
        for depth, step in enumerate(steps):
            field = _field(cls, step, tree)
            found: list[Scalar | Tree] = [entry.value for entry in tree.fields if entry.name == step.name]
            last = depth == len(steps) - 1
            if last and step.index is None:
                return found
            index = step.index or 0
            if index >= len(found):
                msg = f"Missing field value: {step.name} at index: {index}"
                raise OptionsError(msg, location=self.location)
            if last:
                return [found[index]]
            tree, cls = _inside(found[index], step), _class_of(field)
        raise AssertionError

    def assign(self, steps: Sequence[_Step], values: Sequence[Any]) -> _Message:
        """These options with the values in a field (SG-23)."""
        if not steps:
            (value,) = (
                other if isinstance(other, _Message) else _Message(self.name, self.cls, _inside(other, None))
                for other in _one(values)
            )
            if value.name != self.name:
                msg = f"Cannot merge field data with message types: {self.name}, {value.name}"
                raise OptionsError(msg)
            return self.under(value)
        if not isinstance(self.body, Tree):
            self._unknown(f'wired at the field "{steps[0].name}"')
        plain = [value.tree() if isinstance(value, _Message) else value for value in values]
        return replace(self, body=_assign(self.cls, self.body, steps, plain))

    def tree(self) -> Tree:
        """What they say, to be the value of a field."""
        if not isinstance(self.body, Tree):
            self._unknown("wired into a field")
        return self.body

    def entry(self) -> OptionsEntry:
        """The entry of ``node_options`` that holds them."""
        payload: Any = self.body
        if self.cls is not None and isinstance(payload, Tree):
            payload = from_tree(self.cls, replace(payload, location=payload.location or self.location))
        return OptionsEntry(TYPE_URL + self.name, payload, "any", self.location)


def _is_empty(body: Tree | bytes) -> bool:
    return not (body.fields if isinstance(body, Tree) else body)


def _one(values: Sequence[Any]) -> Sequence[Any]:
    if len(values) != 1:
        msg = f"expected one message for the whole options, got {len(values)} values"
        raise OptionsError(msg)
    return values


def _field(cls: type[Any] | None, step: _Step, tree: Tree) -> OptionField | None:
    """The field of a class that is loaded."""
    if cls is None:
        return None
    schema = schema_of(cls)
    field = schema.by_name.get(step.name)
    if field is None:
        near = hint(step.name, schema.by_name)
        msg = f'Field not found: {schema.message} has no field "{step.name}"{near}'
        raise OptionsError(msg)
    return field


def _class_of(field: OptionField | None) -> type[Any] | None:
    return field.type if field is not None and is_options_class(field.type) else None


def _inside(value: Scalar | Tree, step: _Step | None) -> Tree:
    if isinstance(value, Tree):
        return value
    msg = (
        f'"{step.name}" is no message and has no fields' if step else "expected a message, got a single value"
    )
    raise OptionsError(msg)


def _assign(
    cls: type[Any] | None, tree: Tree, steps: Sequence[_Step], values: Sequence[Scalar | Tree]
) -> Tree:
    step, rest = steps[0], steps[1:]
    field = _field(cls, step, tree)
    old = [entry for entry in tree.fields if entry.name == step.name]
    index = step.index if step.index is not None or not rest else 0
    if index is not None and index > len(old) - bool(rest):
        what = (
            "Missing field value: {} at index: {}" if rest else "Option field index out of range: {1} of {0}"
        )
        msg = f"{what.format(step.name, index)} (it has {len(old)} values)"
        raise OptionsError(msg)
    inner = _class_of(field)
    if rest:
        assert index is not None
        new: list[Scalar | Tree] = [_assign(inner, _inside(old[index].value, step), rest, values)]
    else:
        before = old if index is None else old[index : index + 1]
        new = [
            _merge(inner, before[at].value, value)  # type: ignore[arg-type]
            if at < len(before) and isinstance(value, Tree) and isinstance(before[at].value, Tree)
            else value
            for at, value in enumerate(values)
        ]
    made = [Field(step.name, value) for value in new]
    if index is not None:
        made = [*old[:index], *made, *old[index + 1 :]]
    place = tree.fields.index(old[0]) if old else len(tree.fields)
    kept = [entry for entry in tree.fields if entry.name != step.name]
    before_it = sum(entry.name != step.name for entry in tree.fields[:place])
    return replace(tree, fields=(*kept[:before_it], *made, *kept[before_it:]))


def _merge(cls: type[Any] | None, base: Tree, top: Tree) -> Tree:
    """`base` with what `top` says, as protobuf merges: scalars replace, messages merge, lists join."""
    fields = list(base.fields)
    for name in dict.fromkeys(entry.name for entry in top.fields):
        new = [entry for entry in top.fields if entry.name == name]
        old = [entry for entry in fields if entry.name == name]
        field = None if cls is None else schema_of(cls).by_name.get(name)
        if field is not None and field.oneof is not None:
            others = {item.name for item in schema_of(cls).fields if item.oneof == field.oneof} - {name}  # type: ignore[arg-type]
            fields = [entry for entry in fields if entry.name not in others]
        if not old or _repeats(cls, field, old, new):
            fields += new
            continue
        (was, now) = old[0], new[0]
        if isinstance(was.value, Tree) and isinstance(now.value, Tree):
            inner = (
                find_message(name.strip("[]").removesuffix(".ext")) if name[0] == "[" else _class_of(field)
            )
            now = replace(now, value=_merge(inner, was.value, now.value))
        fields[fields.index(was)] = now
    return replace(base, fields=tuple(fields))


def _repeats(cls: type[Any] | None, field: OptionField | None, *sides: Sequence[Field]) -> bool:
    """Whether a field that both sides give holds a list."""
    if field is not None:
        return field.repeated
    if any(len(side) != 1 or side[0].listed for side in sides):
        return True
    name = sides[0][0].name
    if cls is not None or name.startswith("["):
        return False
    msg = (
        f'"{name}" is given twice, and no loaded class tells whether the one replaces the other or joins it; '
        "load the calculator that the options belong to"
    )
    raise OptionsError(msg, location=sides[-1][0].location)
