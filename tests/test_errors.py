"""The tree of exceptions, places, and several errors as one."""

from __future__ import annotations

import pytest

from mpgraph import errors
from mpgraph.errors import (
    ConfigError,
    ContractError,
    Location,
    MpgraphError,
    OptionsError,
    UnknownCalculatorError,
    raise_all,
)

HERE = Location("g.pbtxt", 3, 7)


def test_every_error_is_in_the_tree() -> None:
    """StopGraph is none."""
    found = [getattr(errors, name) for name in errors.__all__]
    exceptions = [cls for cls in found if isinstance(cls, type) and issubclass(cls, Exception)]
    assert {cls for cls in exceptions if not issubclass(cls, MpgraphError)} == {errors.StopGraph}
    drawn = errors.__doc__ or ""
    assert [cls.__name__ for cls in exceptions if cls.__name__ not in drawn] == []


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ConfigError", ValueError),
        ("UnknownCalculatorError", LookupError),
        ("RunError", RuntimeError),
        ("TimestampError", ValueError),
        ("PacketTypeError", TypeError),
        ("EmptyPacketError", LookupError),
        ("SidePacketError", ValueError),
        ("MediaError", OSError),
        ("ModelError", OSError),
    ],
)
def test_errors_are_those_of_python_too(name: str, builtin: type[Exception]) -> None:
    assert issubclass(getattr(errors, name), builtin)


@pytest.mark.parametrize(
    ("location", "node", "text"),
    [
        (None, None, "wrong"),
        (HERE, None, "g.pbtxt:3:7: wrong"),
        (None, "n", 'node "n": wrong'),
        (HERE, "n", 'g.pbtxt:3:7: node "n": wrong'),
    ],
)
def test_a_config_error_says_where(location: Location | None, node: str | None, text: str) -> None:
    error = ConfigError("wrong", location=location, node=node)
    assert str(error) == text
    assert error.message == "wrong"
    assert error.errors == (error,)


def test_no_error_raises_nothing() -> None:
    raise_all([])


def test_one_error_is_raised_as_it_is() -> None:
    error = OptionsError("a", location=HERE)
    with pytest.raises(OptionsError) as failure:
        raise_all([error])
    assert failure.value is error


def test_several_errors_are_one_that_holds_them() -> None:
    parts = [OptionsError("a", location=HERE), ContractError("b", node="n"), OptionsError("c")]
    with pytest.raises(ConfigError) as failure:
        raise_all(parts)
    assert type(failure.value) is ConfigError
    assert failure.value.errors == tuple(parts)
    assert str(failure.value) == 'g.pbtxt:3:7: a\nnode "n": b\nc'


def test_several_errors_of_one_class_are_one_of_it() -> None:
    with pytest.raises(OptionsError):
        raise_all([OptionsError("a"), OptionsError("b")])
    unknown = [UnknownCalculatorError("a", name="A"), UnknownCalculatorError("b", name="B")]
    with pytest.raises(ConfigError) as failure:
        raise_all(unknown)
    assert type(failure.value) is ConfigError


def test_collections_are_taken_apart() -> None:
    inner = ConfigError("x", errors=[OptionsError("a"), OptionsError("b")])
    with pytest.raises(ConfigError) as failure:
        raise_all([inner, ContractError("c")])
    assert [error.message for error in failure.value.errors] == ["a", "b", "c"]
