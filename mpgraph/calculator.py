"""What an author writes: a class with ports, or a decorated function.

`CalculatorBase` is all that the runtime knows: ``get_contract``, ``open``, ``process``, ``close``.
`Calculator` derives the contract from class attributes; `calculator` turns a function into a class.
"""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from . import registry
from .context import Context
from .contract import Contract
from .options.fields import hint
from .port_map import PortId
from .ports import Input, Output, Port, Ports, SideInput
from .service import GraphService

__all__ = ["Calculator", "CalculatorBase", "calculator"]

F = TypeVar("F", bound=Callable[..., Any])


class CalculatorBase:
    """The interface between the runtime and a calculator.

    Each run of a graph makes a new instance per node, without arguments, and calls ``open`` once,
    ``process`` any number of times and ``close`` once if ``open`` returned (C-1). The node's options
    are in `options` before ``open``.

    The class argument ``name`` registers the class for graphs.
    """

    options: Any = None
    registered_name: ClassVar[str] = ""

    def __init_subclass__(cls, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if name is not None:
            cls.registered_name = name
            registry.register(name, cls)

    @classmethod
    def options_class(cls) -> type[Any] | None:
        """The options class: what the class annotates `options` with; None if it takes none."""
        for base in cls.__mro__:
            if "options" in inspect.get_annotations(base) and base is not CalculatorBase:
                hint = typing.get_type_hints(base)["options"]
                return hint if isinstance(hint, type) else None
        return None

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the node's ports and how it wants to be called."""
        raise NotImplementedError

    def open(self, cc: Context) -> None:
        """Called once before any input, when all side packets are there (C-2)."""

    def process(self, cc: Context) -> None:
        """Called for each set of inputs that the input policy makes; of a source, again and again (C-4)."""

    def close(self, cc: Context) -> None:
        """Called once after the last input, and at the end of a failed run (C-6)."""


class Calculator(CalculatorBase):
    """A calculator whose ports are class attributes.

    Class arguments:
        name: The name that graphs use.
        timestamp_offset: 0 (the default): outputs are settled as far as the inputs are, and packets go
            out at the input timestamp; None: only packets and explicit bounds move the outputs.
        input_policy: The input policy, ``"ImmediateInputStreamHandler"`` for one; the default is
            ``DefaultInputStreamHandler``, which waits until all inputs are settled at a timestamp.
        process_timestamp_bounds: Whether ``process`` is also called where an input is merely settled.
        services: Graph services without which it cannot run; `get_contract` asks for optional ones (SV-1).

    A class whose ports depend on the node extends `get_contract`.
    """

    timestamp_offset: ClassVar[int | None] = 0
    input_policy: ClassVar[str | None] = None
    process_timestamp_bounds: ClassVar[bool] = False
    services: ClassVar[tuple[GraphService[Any], ...]] = ()
    _ports: ClassVar[tuple[Port[Any] | Ports[Any], ...]] = ()

    def __init_subclass__(cls, name: str | None = None, **arguments: Any) -> None:
        for argument in ("timestamp_offset", "input_policy", "process_timestamp_bounds", "services"):
            if argument in arguments:
                setattr(cls, argument, arguments.pop(argument))
        names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
        found = (getattr(cls, name, None) for name in names)
        cls._ports = tuple(port for port in found if isinstance(port, Port | Ports))
        cls._check_ports()
        super().__init_subclass__(name=name, **arguments)

    @classmethod
    def _check_ports(cls) -> None:
        """Refuses two attributes for one port, of which a call could see but one type."""
        seen: dict[tuple[str, str, int], str] = {}
        for port in cls._ports:
            if isinstance(port, Port):
                key = (port.kind, port.tag, port.index)
                other = seen.setdefault(key, port.attribute)
                if other != port.attribute:
                    what = f"{port.kind.replace('_', ' ')} {PortId(port.tag, port.index)}"
                    msg = f"{cls.__qualname__}: {other} and {port.attribute} are the same {what}"
                    raise TypeError(msg)

    @classmethod
    def ports(cls) -> Iterator[Port[Any] | Ports[Any]]:
        """The ports that the class and its bases declare."""
        return iter(cls._ports)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports of the class attributes."""
        for port in cls.ports():
            contract.declare(port)
        contract.timestamp_offset = cls.timestamp_offset
        contract.input_policy = cls.input_policy
        contract.process_timestamp_bounds = cls.process_timestamp_bounds
        for service in cls.services:
            contract.use_service(service)


def calculator(name: str, *, output: str = "", side_inputs: tuple[str, ...] = ()) -> Callable[[F], F]:
    """Makes a calculator of a function without state; the function itself stays as it is.

    Each parameter is an input whose tag is the parameter's name in upper case and whose packet type is
    its annotation; one with a default is optional. A parameter named ``options`` gets the node's
    options, one named ``timestamp`` the input timestamp, and those in `side_inputs` side packets. The
    function is called when every input without a default has a packet; what it returns is sent,
    unless it is None. A function that is annotated to return None has no output.

    Args:
        name: The name that graphs use.
        output: The tag of the output; its packet type is the return annotation.
        side_inputs: Names of parameters that are side packets.

    Raises:
        TypeError: A parameter cannot be a port, `side_inputs` names none, or no parameter is an input
            stream.
    """

    def decorate(function: F) -> F:
        where = function.__qualname__
        around = sys._getframe(1).f_locals  # annotations may name what is local to an enclosing function
        hints = typing.get_type_hints(function, localns=around)
        ports: dict[str, Input[Any] | SideInput[Any]] = {}
        required: list[Input[Any] | SideInput[Any]] = []
        extras = set()
        parameters = inspect.signature(function).parameters
        for side_input in side_inputs:
            if side_input not in parameters:
                near = hint(side_input, parameters)
                msg = f'{where}: side_inputs names "{side_input}", which is no parameter{near}'
                raise TypeError(msg)
        for parameter in parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                msg = f'{where}: parameter "{parameter}" cannot be a port'
                raise TypeError(msg)
            if parameter.name in ("options", "timestamp"):
                extras.add(parameter.name)
                continue
            make: Any = SideInput if parameter.name in side_inputs else Input
            optional = parameter.default is not parameter.empty
            annotation = hints.get(parameter.name, object)
            if optional:
                annotation = _without_none(annotation)
            port = ports[parameter.name] = make[annotation](parameter.name.upper(), optional=optional)
            if not optional:
                required.append(port)
        if not any(isinstance(port, Input) for port in ports.values()):
            msg = f"{where} has no parameter that is an input stream: write a source as a class, a Calculator"
            raise TypeError(msg)
        if "options" in extras and "options" not in hints:
            msg = f"{where}: annotate the parameter options with the options class"
            raise TypeError(msg)
        returned = _without_none(hints.get("return", object))
        make_output: Any = Output
        result = None if returned is type(None) else make_output[returned](output)

        def process(self: Calculator, cc: Context) -> None:
            if not all(port in cc for port in required):
                return
            arguments = {key: cc[port] for key, port in ports.items() if port in cc}
            if "options" in extras:
                arguments["options"] = self.options
            if "timestamp" in extras:
                arguments["timestamp"] = cc.timestamp
            value = function(**arguments)
            if result is not None and value is not None:
                cc.send(result, value)

        body: dict[str, Any] = {
            "__doc__": function.__doc__,
            "__module__": function.__module__,
            "__qualname__": f"{function.__qualname__}.Calculator",
            **{f"{key}_port": port for key, port in ports.items()},
            "returned": result,
            "process": process,
        }
        if "options" in extras:
            body["__annotations__"] = {"options": hints["options"]}
        type(name, (Calculator,), body, name=name)
        return function

    return decorate


def _without_none(annotation: Any) -> Any:
    members = [member for member in typing.get_args(annotation) if member is not type(None)]
    if type(None) not in typing.get_args(annotation):
        return annotation
    return typing.Union[tuple(members)]  # noqa: UP007 - built at run time
