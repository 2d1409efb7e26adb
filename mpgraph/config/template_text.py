"""Graph templates as text: a graph's text with directives between percent signs (spec TP-1, TP-6).

A parsed template is a tree in which a directive is a field named ``%`` that holds a `Directive`, and a
value to be computed is a `Computed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn, TypeVar

from mpgraph.errors import ConfigError, LimitError, OptionsError
from mpgraph.tree import Field, Scalar, Tree

from .pbtxt import MAX_DEPTH, MAX_SIZE, Frame, Parser, tokens
from .template_expression import (
    FUNCTIONS,
    PRECEDENCE,
    Environment,
    Expression,
    Value,
    as_bool,
    as_field_text,
)

__all__ = ["Budget", "Computed", "Directive", "expand_tree", "is_template", "parse_template", "value_tree"]

T = TypeVar("T")

MAX_FIELDS: Final = 1_000_000
_STRINGS: Final = re.compile(r"""\#[^\n]*|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'""")
_END: Final = "%end%"


@dataclass(frozen=True, slots=True)
class Directive(Tree):
    """``%if%`` or ``%for%`` with the one field that it governs, or ``%param%`` with none."""

    rule: Expression = field(default_factory=Expression)


@dataclass(frozen=True, slots=True)
class Computed(Scalar):
    """A value that an expression computes."""

    expression: Expression = field(default_factory=Expression)


def is_template(text: str) -> bool:
    """Whether a text has directives: a percent sign outside of strings and comments."""
    return "%" in text and "%" in _STRINGS.sub("", text)


def parse_template(text: str, file: str = "<string>") -> Tree:
    """The tree of a template.

    Raises:
        PbtxtSyntaxError: Bad syntax, with the place of the first error.
        LimitError: More than 64 MiB, or nested more than 100 deep.
    """
    if len(text) > MAX_SIZE:
        msg = f"{file}: the text is longer than {MAX_SIZE >> 20} MiB"
        raise LimitError(msg)
    return _TemplateParser(text, file).parse()


@dataclass(slots=True)
class _Scope(Frame):
    """An open ``%if%`` or ``%for%``."""

    rule: Expression = field(default_factory=Expression)


class _TemplateParser(Parser):
    """Takes directives where a field may stand, and expressions where a value may."""

    _pattern = tokens(r"[<>=!]=|&&|\|\||[][{}<>:,;/.%()+*!-]")

    def _skip_line(self) -> None:
        """Gives up after the first error: what follows depends on which directives are open."""
        self._kind = "end"
        del self._stack[1:]

    def _at(self, mark: str) -> bool:
        return self._kind == "mark" and self._token == mark

    def _require(self, mark: str, what: str) -> None:
        if not self._take(mark):
            self._expected(what)

    def _statement(self) -> None:
        scope = self._stack[-1]
        if isinstance(scope, _Scope) and scope.fields:
            self._end_of(scope)
        elif self._at("%"):
            self._directive()
        else:
            super()._statement()

    def _mismatched(self, frame: Frame) -> NoReturn:
        if isinstance(frame, _Scope):
            self._expected(f"one field and {_END} for the %{frame.rule.op}% at {frame.location}")
        super()._mismatched(frame)

    def _finish(self) -> None:
        scope = self._stack[-1]
        if isinstance(scope, _Scope):
            self._expected(f"one field and {_END} for the %{scope.rule.op}% at {scope.location}")
        super()._finish()

    def _directive(self) -> None:
        location = self._locate(self._start)
        self._advance()
        if self._kind == "name" and self._token == "end":
            scope = self._stack[-1]
            what = "a field before %end%" if isinstance(scope, _Scope) else "%if%, %for% or %param%"
            self._expected(what)
        begin = self._start
        rule = self._declaration() if self._token == "param" else self._expression(0)
        if rule.op not in ("param", "if", "for"):
            self._fail("expected if (…), for (… : …) or param …", begin)
        if rule.op == "if" and len(rule.args) != 1:
            self._fail("if takes one condition: %if (a > b)%")
        if rule.op == "for" and (len(rule.args) != 2 or rule.args[0].op):
            self._fail("for takes a name and a list: %for (name : names)%")
        self._require("%", "% at the end of the directive")
        if rule.op == "param":
            if isinstance(self._stack[-1], _Scope):
                self._fail("expected the field that the directive governs, got a param")
            self._stack[-1].fields.append(Field("%", Directive((), location, rule), location))
            return
        if len(self._stack) > MAX_DEPTH:
            msg = f"messages and directives are nested more than {MAX_DEPTH} deep"
            raise LimitError(msg, location=location)
        self._stack.append(_Scope(_END, location, "%", location, rule=rule))

    def _end_of(self, scope: _Scope) -> None:
        """``%end%``."""
        what = f"{_END} after the one field of the %{scope.rule.op}% at {scope.location}"
        self._require("%", what)
        if self._kind != "name" or self._token != "end":
            self._expected(what)
        self._advance()
        self._require("%", what)
        self._stack.pop()
        made = Directive(tuple(scope.fields), scope.location, scope.rule)
        self._stack[-1].fields.append(Field("%", made, scope.location))

    def _scalar(self, name: str) -> Scalar:
        if not self._at("%"):
            return super()._scalar(name)
        location = self._locate(self._start)
        self._advance()
        expression = self._expression(0)
        self._require("%", "% at the end of the expression")
        return Computed("loose", "", location, "", expression)

    # Expressions.

    def _declaration(self) -> Expression:
        location = self._locate(self._start)
        self._advance()
        if self._kind != "name":
            self._expected("the name of a parameter")
        args = [Expression("", self._token, (), location)]
        self._advance()
        if self._take(":"):
            args.append(self._expression(0))
        return Expression("param", "", tuple(args), location)

    def _expression(self, depth: int, loosest: int = 99) -> Expression:
        """An expression whose operators are not looser than `loosest`; equal ones group to the left."""
        if depth > MAX_DEPTH:
            msg = f"an expression is nested more than {MAX_DEPTH} deep"
            raise LimitError(msg, location=self._locate(self._start))
        left = self._operand(depth)
        count = 0
        while self._kind == "mark" and (level := PRECEDENCE.get(self._token, 100)) <= loosest:
            count += 1
            if count > MAX_DEPTH - depth:
                self._fail(f"an expression has more than {MAX_DEPTH} operators in a row")
            location, op = self._locate(self._start), self._token
            self._advance()
            left = Expression(op, "", (left, self._expression(depth + 1, level - 1)), location)
        return left

    def _operand(self, depth: int) -> Expression:
        location = self._locate(self._start)
        token = self._token
        if self._take("("):
            inner = self._expression(depth + 1)
            self._require(")", '")"')
            return Expression("paren", "", (inner,), location)
        if token in FUNCTIONS and self._kind in ("name", "mark"):
            self._advance()
            return Expression(token, "", self._arguments(token, depth), location)
        if self._kind == "string":
            return Expression("literal", self._strings().decode(errors="replace"), (), location)
        if self._kind in ("int", "float"):
            self._end_of_number()
            self._advance()
            return Expression("literal", token, (), location)
        if self._kind != "name":
            self._expected("an expression")
        self._advance()
        return Expression("", token, (), location)

    def _arguments(self, function: str, depth: int) -> tuple[Expression, ...]:
        self._require("(", f'"(" after {function}')
        args: list[Expression] = []
        while not self._take(")"):
            if args and not self._take(","):
                self._require(":", '"," or ")"')
            args.append(self._expression(depth + 1))
        return tuple(args)


class Budget:
    """How much a template may still make."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def spend(self, amount: int = 1) -> None:
        """Takes note of fields made or loops gone round. Raises LimitError when there were too many."""
        self._left -= amount
        if self._left < 0:
            msg = f"the template makes more than {MAX_FIELDS} fields"
            raise LimitError(msg)


def expand_tree(tree: Tree, environment: Environment) -> Tree:
    """The plain tree that a template comes to; `environment`, its arguments, takes up its defaults.

    Raises:
        OptionsError: A parameter is missing, or a value does not fit, with the place.
        LimitError: It grows beyond bounds.
    """
    return _Expander(environment).message(tree)


class _Expander:
    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._budget = Budget()

    def message(self, tree: Tree) -> Tree:
        return replace(tree, fields=tuple(made for entry in tree.fields for made in self._fields(entry)))

    def _fields(self, entry: Field) -> Iterator[Field]:
        self._budget.spend()
        value = entry.value
        if isinstance(value, Directive):
            yield from self._directive(value)
        elif isinstance(value, Tree):
            yield replace(entry, value=self.message(value))
        elif isinstance(value, Computed):
            yield replace(entry, value=self._value(value))
        else:
            yield entry

    def _directive(self, directive: Directive) -> Iterator[Field]:
        rule, environment = directive.rule, self._environment
        if rule.op == "param":
            if len(rule.args) == 2 and rule.args[0].param not in environment:
                environment[rule.args[0].param] = rule.args[1].evaluate(environment)
        elif rule.op == "if":
            if _placed(lambda: as_bool(rule.args[0].evaluate(environment)), rule):
                yield from self._inner(directive)
        else:
            items = rule.args[1].evaluate(environment)
            if not isinstance(items, tuple):
                msg = "for takes a list"
                raise OptionsError(msg, location=rule.location)
            name = rule.args[0].param
            shadowed = environment.get(name)
            for item in items:
                environment[name] = item
                yield from self._inner(directive)
            environment.pop(name, None)
            if shadowed is not None:
                environment[name] = shadowed

    def _inner(self, directive: Directive) -> Iterator[Field]:
        self._budget.spend()
        for entry in directive.fields:
            yield from self._fields(entry)

    def _value(self, computed: Computed) -> Scalar | Tree:
        value = computed.expression.evaluate(self._environment)
        if isinstance(value, dict):
            return replace(value_tree(value, self._budget), location=computed.location)
        if isinstance(value, tuple):
            msg = "a list is no value of a field; write a %for% around the field"
            raise OptionsError(msg, location=computed.location)
        text = as_field_text(value)
        return Scalar("loose", text, computed.location, text)


def _placed(function: Callable[[], T], rule: Expression) -> T:
    try:
        return function()
    except ConfigError:
        raise
    except ValueError as error:
        raise OptionsError(str(error), location=rule.location) from None


def value_tree(value: dict[str, Value], budget: Budget, depth: int = 0) -> Tree:
    """A dict as the message ``mediapipe.TemplateDict``, which takes it on to another template."""
    return Tree(
        tuple(
            Field(
                "arg", Tree((Field("key", _string(key)), Field("value", _argument_tree(item, budget, depth))))
            )
            for key, item in value.items()
        )
    )


def _string(text: str) -> Scalar:
    return Scalar("string", text.encode(errors="replace"))


def _argument_tree(value: Value, budget: Budget, depth: int) -> Tree:
    """A value as the message ``mediapipe.TemplateArgument``."""
    budget.spend()
    if depth > MAX_DEPTH // 4:
        msg = f"dicts and lists are nested more than {MAX_DEPTH // 4} deep"
        raise LimitError(msg)
    if isinstance(value, float):
        text = as_field_text(value)
        return Tree((Field("num", Scalar("float", value, text=text)),))
    if isinstance(value, str):
        return Tree((Field("str", _string(value)),))
    if isinstance(value, tuple):
        return Tree(tuple(Field("element", _argument_tree(item, budget, depth + 1)) for item in value))
    return Tree((Field("dict", value_tree(value, budget, depth + 1)),))
