"""Upstream's status codes and messages for what mpgraph raises (spec section 0).

Each text begins with upstream's words and goes on, in parentheses, with mpgraph's own, which name the place
in the graph, the node, the timestamp and the author's line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mpgraph.errors import (
    CalculatorError,
    CancelledError,
    ConfigError,
    PacketTypeError,
    RunError,
    SidePacketError,
    ThrottledError,
    TimestampError,
)

__all__ = ["GraphConfigError", "code_of", "combined", "config_failure", "exception_of", "start_failure"]

_CLASSES: Final[dict[str, type[Exception]]] = {
    "INVALID_ARGUMENT": ValueError,
    "ALREADY_EXISTS": FileExistsError,
    "UNIMPLEMENTED": NotImplementedError,
}  # every other code is a RuntimeError (E-2)
_CAUSES: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (FileExistsError, "ALREADY_EXISTS"),
    (NotImplementedError, "UNIMPLEMENTED"),
    (ValueError, "INVALID_ARGUMENT"),
    (LookupError, "NOT_FOUND"),
    (FileNotFoundError, "NOT_FOUND"),
)
_NODES: Final = "ValidatedGraphConfig Initialization failed."
_HANDLERS: Final = "CalculatorGraph::InitializeCalculatorNodes failed: "


class GraphConfigError(RuntimeError, ValueError):
    """A graph that cannot be built, where it is not known which of the two upstream would raise."""


_RULES: Final[tuple[tuple[str, str, str, str], ...]] = (
    (r"Unable to find Calculator", "NOT_FOUND", _NODES, ""),
    (r"defined twice", "UNKNOWN", "", "; "),
    (r"does not have a corresponding output stream", "UNKNOWN", "", "; "),
    (r"calculator stream cycle detected", "UNKNOWN", "", "; "),
    (r"expects packets of type .* but the connected", "UNKNOWN", "", ""),
    (r"ExecutorConfig|is a reserved executor name", "INVALID_ARGUMENT", "", "; "),
    (
        r"^num_threads must be positive",
        "INVALID_ARGUMENT",
        "",
        "; The num_threads field in ThreadPoolExecutorOptions should be positive: ",
    ),
    (r"is not a registered (input|output) stream handler", "NOT_FOUND", _HANDLERS, ""),
    (r"No registered object with name", "NOT_FOUND", "", ""),
    (r"InputStreamInfo", "INVALID_ARGUMENT", _NODES, "; "),
    (r"TAG:index:name is invalid", "UNKNOWN", _NODES, "; Unable to initialize TagMaps for node.\n"),
    (
        r"is not a port of this calculator|is required but not connected",
        "INVALID_ARGUMENT",
        _NODES,
        "{calculator}::GetContract failed to validate: \n",
    ),
    (r"must use matching tags and indexes", "INVALID_ARGUMENT", _NODES, "{calculator}: "),
)
"""What a mistake in a graph says, its status code, and what stands before all and before this message."""


def code_of(error: BaseException) -> str:
    """The status code that upstream would give the error of a run (E-1)."""
    if isinstance(error, CancelledError):
        return "CANCELLED"
    if isinstance(error, ThrottledError):
        return "UNAVAILABLE"
    if isinstance(error, CalculatorError):
        cause = error.__cause__
        return next((code for kind, code in _CAUSES if isinstance(cause, kind)), "UNKNOWN")
    if isinstance(error, TimestampError):
        return "INVALID_ARGUMENT" if "Packet timestamp mismatch" in str(error) else "UNKNOWN"
    if isinstance(error, PacketTypeError | SidePacketError):
        return "INVALID_ARGUMENT"
    return "UNAVAILABLE" if "deadlock" in str(error) else "UNKNOWN"


def _text_of(error: BaseException) -> str:
    """The error of a run in upstream's words (C-8), which its own text follows."""
    if isinstance(error, PacketTypeError):
        return re.sub(r'"OneOf<(.*?)>" was', lambda found: f"{_one_of(found.group(1))} was", str(error))
    if not isinstance(error, CalculatorError):
        return f"; {error}"
    cause = error.__cause__
    said = f"{cause}" if cause is not None and str(cause) else type(cause).__name__
    return f'Calculator::{error.phase.capitalize()}() for node "{error.node}" failed: {said} ({error})'


def _one_of(names: str) -> str:
    return "one of " + ", ".join(f'"{name}"' for name in names.split(", "))


def combined(comment: str, errors: Sequence[BaseException]) -> tuple[str, str]:
    """Code and text of several errors: the code that all share, else UNKNOWN (E-6)."""
    return _shared([code_of(error) for error in errors]), "\n".join((comment, *map(_text_of, errors)))


def _shared(codes: Sequence[str]) -> str:
    return codes[0] if len(set(codes)) == 1 else "UNKNOWN"


def exception_of(comment: str, errors: Sequence[BaseException]) -> Exception:
    """The exception that upstream's Python raises for the errors of a run; the first is its cause."""
    code, text = combined(comment, errors)
    exception = _CLASSES.get(code, RuntimeError)(text)
    exception.__cause__ = errors[0]
    return exception


def config_failure(error: ConfigError) -> Exception:
    """The exception for a graph that cannot be built (V-1 to V-27): a RuntimeError, a ValueError, or both."""
    found = [_mistake(part) for part in error.errors]
    comments = dict.fromkeys(comment for _, comment, _ in found if comment)
    text = "\n".join((*list(comments)[:1], *(text for _, _, text in found)))
    codes = [code for code, _, _ in found if code]
    kind = _CLASSES.get(_shared(codes), RuntimeError) if len(codes) == len(found) else GraphConfigError
    return kind(text)


def _mistake(error: ConfigError) -> tuple[str, str, str]:
    """Code, comment and text of one mistake in a graph; an empty code if it is not known."""
    place = ", ".join(f"{part}" for part in (error.location, error.node and f'node "{error.node}"') if part)
    text = error.message + (f" ({place})" if place else "")
    for pattern, code, comment, before in _RULES:
        if re.search(pattern, error.message):
            calculator = re.sub(r"_\d+$", "", error.node or "")
            return code, comment, before.format(calculator=calculator) + text
    return "", _NODES, f"; {text}"


def start_failure(error: RunError) -> Exception:
    """The exception for side packets that do not fit (V-31 to V-33)."""
    text = str(error)
    if "produces it" in text or "both provided and generated" in text:
        name = re.search(r'[Ss]ide packet "(.*?)"', text)
        what = name.group(1) if name else ""
        told = f'; Side packet "{what}" is both provided and generated by a PacketGenerator. ({error})'
        return RuntimeError(told)
    lines = [
        re.sub(
            r'side packet "(.*?)" (stores ".*?"), but (.*?) is required',
            r'Side packet "\1" failed validation: The Packet \2, but \3 was requested.',
            re.sub(
                r'side packet "(.*?)" is required but was not provided',
                r'; Side packet "\1" is required but was not provided.',
                line,
            ),
        )
        for line in text.splitlines()
    ]
    return ValueError("\n".join(("ValidateRequiredSidePackets failed to validate: ", *lines)))
