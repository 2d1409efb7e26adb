"""Every exception that mpgraph raises, as one tree.

::

    MpgraphError
    ├─ ConfigError (ValueError)              a graph that cannot be built: file, line, column, node
    │   ├─ PbtxtSyntaxError                  text that is not a graph config
    │   ├─ OptionsError                      options of a calculator that do not fit
    │   ├─ ContractError                     ports or packet types that do not fit together
    │   ├─ UnknownCalculatorError (LookupError)
    │   └─ LimitError                        nested too deeply, too large, too many nodes, recursive
    ├─ RunError (RuntimeError)               a graph that failed while running
    │   ├─ CalculatorError                   node, calculator, phase, timestamp; __cause__ is the author's
    │   ├─ TimestampError (ValueError)       ├─ PacketTypeError (TypeError)
    │   ├─ EmptyPacketError (LookupError)    ├─ SidePacketError (ValueError)
    │   ├─ GraphClosedError                  ├─ CancelledError
    │   └─ ThrottledError                    queues are full, and the caller would not wait
    ├─ MediaError (OSError)                  a file or camera that cannot be read or written
    ├─ ModelError (OSError)
    │   ├─ ModelHashError                    a file that is not the model that it should be
    │   └─ ModelUnavailableError             a model found nowhere, with each place that was tried
    └─ InternalError                         a bug in mpgraph

`StopGraph` is not an error: a calculator raises it to say that it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "CalculatorError",
    "CancelledError",
    "ConfigError",
    "ContractError",
    "EmptyPacketError",
    "GraphClosedError",
    "InternalError",
    "LimitError",
    "Location",
    "MediaError",
    "ModelError",
    "ModelHashError",
    "ModelUnavailableError",
    "MpgraphError",
    "OptionsError",
    "PacketTypeError",
    "PbtxtSyntaxError",
    "RunError",
    "SidePacketError",
    "StopGraph",
    "ThrottledError",
    "TimestampError",
    "UnknownCalculatorError",
    "raise_all",
]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a graph's text: ``file:line:column``, line and column counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class MpgraphError(Exception):
    """Base of all errors that mpgraph raises."""


class ConfigError(MpgraphError, ValueError):
    """A graph that cannot be built.

    `location` is the place in the graph's text, if there is one; `node` names the node concerned;
    `errors` holds every single error when several were found at once (otherwise just this one).
    """

    def __init__(
        self,
        message: str,
        *,
        location: Location | None = None,
        node: str | None = None,
        errors: Sequence[ConfigError] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.node = node
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[ConfigError, ...]:
        """The single errors; this one alone when it is not a collection."""
        return self._errors or (self,)

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        node = f'node "{self.node}": ' if self.node else ""
        return f"{where}{node}{self.message}"


class PbtxtSyntaxError(ConfigError):
    """Text that is not a graph config: bad syntax, an unknown field or a value of the wrong type."""


class OptionsError(ConfigError):
    """Options of a calculator that do not fit its options message."""


class ContractError(ConfigError):
    """Ports, streams, side packets or packet types that do not fit together."""


class UnknownCalculatorError(ConfigError, LookupError):
    """A node whose calculator is neither registered nor a known subgraph. `name` is what was asked for."""

    def __init__(
        self,
        message: str,
        *,
        name: str,
        location: Location | None = None,
        node: str | None = None,
    ) -> None:
        super().__init__(message, location=location, node=node)
        self.name = name


class LimitError(ConfigError):
    """A config beyond a limit: nested too deeply, too large, too many nodes, or a recursive subgraph."""


def raise_all(errors: Sequence[ConfigError]) -> None:
    """Raises the errors as one: alone if there is one, joined line by line if there are several.

    The joined one is of the class that all share, if they do, and lists them in `errors`
    (UnknownCalculatorErrors, each of which has one name, are joined to a ConfigError).
    """
    single = [part for error in errors for part in error.errors]
    if not single:
        return
    if len(single) == 1:
        raise single[0]
    kinds = {type(error) for error in single}
    kind = kinds.pop() if len(kinds) == 1 else ConfigError
    if kind is UnknownCalculatorError:
        kind = ConfigError
    raise kind("\n".join(str(error) for error in single), errors=single)


class RunError(MpgraphError, RuntimeError):
    """A graph that failed while running, or a call that does not fit its state.

    `errors` holds every error that was recorded in the run, in order; otherwise just this one.
    """

    def __init__(self, message: str, *, errors: Sequence[BaseException] = ()) -> None:
        super().__init__(message)
        self._errors = tuple(errors)

    @property
    def errors(self) -> tuple[BaseException, ...]:
        """The errors of the run, in the order in which they were recorded."""
        return self._errors or (self,)


class CalculatorError(RunError):
    """A calculator that failed. `__cause__` is the exception that its code raised.

    `node` is the canonical node name, `calculator` its type, `phase` one of ``contract``, ``open``,
    ``process`` and ``close`` (of a packet generator ``generate``, of a status handler
    ``handle_pre_run_status`` or ``handle_status``), and `timestamp` the input timestamp in microseconds
    (None outside ``process``).
    """

    def __init__(
        self, message: str, *, node: str, calculator: str, phase: str, timestamp: int | None = None
    ) -> None:
        super().__init__(message)
        self.node = node
        self.calculator = calculator
        self.phase = phase
        self.timestamp = timestamp


class TimestampError(RunError, ValueError):
    """A packet or bound with a timestamp that its stream does not allow."""


class PacketTypeError(RunError, TypeError):
    """A packet of another type than its stream or side packet declares."""


class EmptyPacketError(RunError, LookupError):
    """The value of an empty packet was asked for."""


class SidePacketError(RunError, ValueError):
    """A side packet that is missing, given twice, or not there yet."""


class GraphClosedError(RunError):
    """A call that needs a running graph was made before its start or after its end."""


class ThrottledError(RunError):
    """A packet was not taken because queues are full, by a call that would not wait."""


class CancelledError(RunError):
    """The run was cancelled."""


class MediaError(MpgraphError, OSError):
    """A file, folder or camera that cannot be read or written as asked."""


class ModelError(MpgraphError, OSError):
    """A model that cannot be used."""


class ModelHashError(ModelError):
    """A model file whose SHA-256 is not the manifest's."""


class ModelUnavailableError(ModelError):
    """A model that was found nowhere; the message lists each place tried and what to do."""


class InternalError(MpgraphError):
    """A bug in mpgraph. Please report it with its text."""


class StopGraph(Exception):
    """Raised by a calculator's ``process`` to say that it is done (upstream's ``StatusStop``).

    From a source: what it sent in this call is delivered and the node is closed. From another node:
    likewise delivered, and all sources are closed instead of being called again (spec rule C-10).
    """
