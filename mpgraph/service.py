"""Graph services: objects that a graph's calculators share (spec SV-1 to SV-4)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from mpgraph.formats.protos.framework.calculator_profile_pb2 import GraphProfile

__all__ = ["PROFILER", "GraphService", "ProfileSource", "ServiceRequest"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GraphService(Generic[T]):
    """What is known of a service: a constant beside the class that it hands out.

    Attributes:
        key: Its name; unique.
        type: The class of its object.
        make: Makes an object where the application gives none; None if the application must.
    """

    key: str
    type: type[T]
    make: Callable[[], T] | None = None

    def check(self, value: object) -> None:
        """Refuses an object of another class.

        Raises:
            TypeError: It is none of `type`.
        """
        if not isinstance(value, self.type):
            msg = f'service "{self.key}" takes a {self.type.__name__}, got {type(value).__name__}'
            raise TypeError(msg)


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """That a node uses a service, and whether it can do without."""

    service: GraphService[Any]
    optional: bool


class ProfileSource(ABC):
    """Who knows how long the calls of a graph take."""

    @abstractmethod
    def capture(self, *, with_config: bool = True) -> GraphProfile:
        """What was measured since the last time (X-5).

        Args:
            with_config: Whether the graph's expanded config is in it, each node with its canonical name.
        """


PROFILER: Final = GraphService("profiler", ProfileSource)  # type: ignore[type-abstract]  # for isinstance
"""The graph's own profiler; every graph has one."""
