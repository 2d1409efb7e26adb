"""Which class a name means (spec rule N-16), and what entry points that do not work say."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mpgraph import registry
from mpgraph.errors import ConfigError


class First:
    """Registered in these tests."""


class Second:
    """Another."""


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_CLASSES", {})
    registry._entries.cache_clear()
    yield
    registry._entries.cache_clear()


def offer(
    monkeypatch: pytest.MonkeyPatch, *, offered: str = registry.CALCULATORS, **entries: str | list[str]
) -> None:
    """Has installed packages offer calculators, or what else a group holds, under these names."""
    made = [
        importlib.metadata.EntryPoint(name, value, offered)
        for name, values in entries.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: made if group == offered else [])


def test_a_registered_class_is_found_by_exactly_its_name() -> None:
    registry.register("First", First)
    assert registry.find("First") is First
    assert registry.find("first") is None
    assert registry.find("") is None
    assert "First" in registry.names()


def test_loading_a_class_again_replaces_it() -> None:
    """As when a module is reloaded."""
    again = type("First", (), {"__module__": First.__module__, "__qualname__": First.__qualname__})
    registry.register("X", First)
    registry.register("X", again)
    assert registry.find("X") is again


def test_a_name_for_two_classes_is_an_error_that_names_both() -> None:
    registry.register("X", First)
    with pytest.raises(ConfigError) as failure:
        registry.register("X", Second)
    assert str(failure.value) == (
        f'"X" is registered twice: by {__name__}.First and by {__name__}.Second; give one of them another name'
    )
    assert registry.find("X") is First


@pytest.mark.parametrize(
    ("name", "package", "expected"),
    [
        ("C", "", ["C"]),
        ("C", "a", ["a.C", "C"]),
        ("C", "a.b", ["a.b.C", "a.C", "C"]),
        ("b.C", "a", ["a.b.C", "b.C"]),
        (".C", "a.b", ["C"]),
        (".a.C", "b", ["a.C"]),
    ],
)
def test_the_nearest_namespace_first(name: str, package: str, expected: list[str]) -> None:
    """N-16."""
    assert list(registry.candidates(name, package)) == expected


def test_an_entry_point_is_loaded_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, Offered="fractions:Fraction", Other="no.such.module:Thing")
    assert registry.names() == ["Offered", "Other"]
    assert registry.find("Offered") is __import__("fractions").Fraction
    assert registry.find("Missing") is None


def test_a_class_that_was_imported_comes_before_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, First="no.such.module:Thing")
    registry.register("First", First)
    assert registry.find("First") is First


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("no.such.module:Thing", "cannot be loaded: ModuleNotFoundError: No module named 'no'"),
        ("fractions:NoSuchThing", "cannot be loaded: AttributeError: "),
        ("math:pi", "is no class but 3.14"),
    ],
)
def test_an_entry_point_that_does_not_work(monkeypatch: pytest.MonkeyPatch, value: str, message: str) -> None:
    offer(monkeypatch, Broken=value)
    with pytest.raises(ConfigError) as failure:
        registry.find("Broken")
    assert str(failure.value).startswith(f'the entry point of "Broken" ({value}) {message}')


def test_two_packages_that_offer_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, Both=["fractions:Fraction", "decimal:Decimal"], Same=["fractions:Fraction"] * 2)
    with pytest.raises(ConfigError) as failure:
        registry.find("Both")
    assert str(failure.value) == (
        '"Both" is offered by several installed packages, as fractions:Fraction and decimal:Decimal; '
        "uninstall or rename one"
    )
    assert registry.find("Same") is not None


def test_an_installed_package_offers_calculators_and_graphs(tmp_path: Path) -> None:
    """The way of a third party: metadata of a distribution, in a process of its own."""
    info = tmp_path / "acme-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[mpgraph.calculators]\nAcmeDouble = acme.double:Double\n[mpgraph.graphs]\nacme = acme.graphs\n"
    )
    package = tmp_path / "acme"
    (package / "graphs").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "graphs" / "__init__.py").write_text("")
    (package / "double.py").write_text(
        "from mpgraph import calculator, registry\n"
        "@calculator('AcmeDouble')\n"
        "def double(x: int) -> int:\n"
        "    return 2 * x\n"
        "Double = registry.find('AcmeDouble')\n"
    )
    (package / "graphs" / "acme_twice.pbtxt").write_text(
        'type: "AcmeTwice" input_stream: "X:x" output_stream: "y"\n'
        'node { calculator: "AcmeDouble" input_stream: "X:x" output_stream: "z" }\n'
        'node { calculator: "AcmeDouble" input_stream: "X:z" output_stream: "y" }\n'
    )
    code = (
        "from mpgraph import Graph\n"
        'text = \'input_stream: "a" node { calculator: "AcmeTwice" input_stream: "X:a" output_stream: "b" }\'\n'
        "with Graph(text) as graph:\n"
        "    graph.observe('b', lambda packet: print(packet.value))\n"
        "    graph.start()\n"
        "    graph.add_packet('a', 5, 0)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": os.pathsep.join([str(tmp_path), str(root)]), "PATH": ""},
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("20\n", "")


def test_options_are_imported_when_their_message_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "mpgraph.calculators.tensor.face_detection_options"
    monkeypatch.delitem(sys.modules, name, raising=False)
    offer(
        monkeypatch, offered=registry.OPTIONS, **{"a.B": f"{name}:FaceDetectionOptions", "a.C": "no.such:C"}
    )
    registry.load_options("a.Other")
    assert name not in sys.modules
    registry.load_options("a.B")
    assert name in sys.modules
    with pytest.raises(ConfigError, match=r'the entry point of "a\.C" \(no\.such:C\) cannot be loaded'):
        registry.load_options()
