"""Calculators for the tests of the config layer, which take whatever ports a node has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from mpgraph import registry
from mpgraph.calculator import CalculatorBase
from mpgraph.contract import Contract

__all__ = ["Anything", "registered"]


class Anything(CalculatorBase):
    """Any ports of any types."""

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares what the node has."""
        for ports in (contract.inputs, contract.outputs, contract.side_inputs, contract.side_outputs):
            for tag in ports.tags():
                ports.declare_all(tag)


@contextmanager
def registered(names: Iterable[str]) -> Iterator[None]:
    """Registers stubs under the names that nothing has, and takes them back."""
    added = [name for name in names if registry.find(name) is None]
    for name in added:
        registry.register(name, Anything)
    try:
        yield
    finally:
        for name in added:
            del registry._CLASSES[name]
