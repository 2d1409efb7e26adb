"""Checks of arguments as upstream's bindings make them (PY-0)."""

from __future__ import annotations

from typing import NoReturn

__all__ = ["incompatible"]


def incompatible(signature: str, *got: object) -> NoReturn:
    """Raises the TypeError for arguments of a wrong type.

    Args:
        signature: What is expected: ``name(argument: type) -> type``.
        got: The arguments that came.
    """
    function = signature.partition("(")[0]
    what = "constructor" if function[:1].isupper() else "function"
    name = "__init__" if what == "constructor" else function
    msg = (
        f"{name}(): incompatible {what} arguments. The following argument types are supported:\n"
        f"    1. {signature.removeprefix(name)}\n\nInvoked with: {', '.join(map(repr, got))}"
    )
    raise TypeError(msg)
