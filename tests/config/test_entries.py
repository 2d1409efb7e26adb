"""Options inside a config: spellings, lookup, classes that are not loaded (G-1, G-5, G-8, G-9)."""

from __future__ import annotations

import pytest
from config_samples import Mode, Pool, Switch, Thin

from mpgraph.config.entries import CalculatorOptions, MediaPipeOptions, OptionsEntry, find_entry
from mpgraph.config.schema import ExecutorConfig, GraphConfig, NodeConfig
from mpgraph.errors import ConfigError, Location, OptionsError, PbtxtSyntaxError
from mpgraph.options import to_wire

EXTENSION = "options { [configtest.Thin.ext] { period: 1 } }"
ANY = "node_options { [type.googleapis.com/configtest.Thin] { period: 2 } }"
OTHER = "node_options { [type.googleapis.com/configtest.Switch] { } }"


def node_of(text: str) -> NodeConfig:
    return GraphConfig.from_text(f"node {{ {text} }}", "g.pbtxt").node[0]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        (EXTENSION, 1),
        (ANY, 2),
        (f"{ANY} {EXTENSION}", 1),
        (f"{OTHER} {ANY}", 2),
        (OTHER, 3),
        ("options {}", 3),
        ("", 3),
    ],
)
def test_an_extension_wins_over_node_options_over_the_defaults(text: str, period: int) -> None:
    """G-8 (options_map_test PrefersOptionsOverNodeOptions, QueryNotFound)."""
    node = node_of(text)
    binary = GraphConfig.from_binary(GraphConfig(node=(node,)).to_binary()).node[0]
    for each in (node, binary):
        assert each.get_options(Thin).period == period
        assert each.has_options(Thin) is (period != 3)


def test_options_may_be_given_as_objects() -> None:
    node = NodeConfig(
        options=CalculatorOptions((OptionsEntry.of(Thin(period=5), "extension"),)),
        node_options=(OptionsEntry.of(Switch()),),
    )
    assert node.get_options(Thin) == Thin(period=5)
    assert node_of("options { [configtest.Thin.ext] { period: 5 } } " + OTHER).get_options(Thin) == Thin(
        period=5
    )
    assert ExecutorConfig(
        options=MediaPipeOptions((OptionsEntry.of(Pool(size=2), "extension"),))
    ).get_options(Pool) == Pool(size=2)


def test_node_options_of_one_type_twice_are_refused() -> None:
    """G-9."""
    node = node_of(f"{ANY} {ANY}")
    message = (
        "Options type: 'type.googleapis.com/configtest.Thin' specified more than once for a single calculator"
    )
    for call in (lambda: node.get_options(Thin), lambda: node.get_options(Switch), node.check_options):
        with pytest.raises(OptionsError, match=message) as caught:
            call()
        assert caught.value.location == Location("g.pbtxt", 1, 92)


def test_an_extension_twice_is_refused() -> None:
    with pytest.raises(PbtxtSyntaxError, match=r"\[a\.B\.ext\] is given twice"):
        node_of("options { [a.B.ext] {} [a.B.ext] {} }")


def test_checking_finds_all_wrong_options_of_loaded_classes() -> None:
    node = node_of(
        "options { [configtest.Thin.ext] { periot: 1 mode: 7 } [a.B.ext] { any: 1 } }\n"
        "node_options { [type.googleapis.com/configtest.Switch] { contained_node { nome: 'a' } } }"
    )
    with pytest.raises(ConfigError) as caught:
        node.check_options()
    assert [str(error).split(": ", 1) for error in caught.value.errors] == [
        ["g.pbtxt:1:42", 'configtest.Thin has no field "periot"; did you mean "period"?'],
        ["g.pbtxt:1:58", 'field "mode" of configtest.Thin: expected one of OFF, ON, got 7'],
        ["g.pbtxt:2:75", 'mediapipe.CalculatorGraphConfig.Node has no field "nome"; did you mean "name"?'],
    ]
    node_of(f"{EXTENSION} {OTHER}").check_options()


def test_options_without_a_class_survive_from_text_to_text() -> None:
    text = (
        "node {\n"
        "  options {\n    merge_fields: false\n    [a.B.ext] {\n      x: 0x10\n      y {\n        z: ON\n      }\n    }\n"
        '    33333: "\\001"\n  }\n'
        '  node_options {\n    [type.googleapis.com/a.C] {\n      s: "é"\n    }\n  }\n'
        '  node_options {\n    type_url: "example.com/a.D"\n    value: "\\010\\001"\n  }\n'
        "}\n"
    )
    config = GraphConfig.from_text(text)
    assert config.to_text() == text
    with pytest.raises(OptionsError, match=r"\[a\.B\.ext\] cannot be serialised, since no loaded class"):
        config.to_binary()


def test_options_without_a_class_survive_from_binary_to_binary_through_text() -> None:
    extension = b"\xaa\xd2\x0f\x02\x08\x05"  # number 32037, bytes 08 05
    any_ = b"\x0a\x07x.y/a.B\x12\x02\x08\x01"
    data = b"\x0a\x17\x3a\x06" + extension + b"\x42\x0d" + any_
    config = GraphConfig.from_binary(data)
    assert config.to_binary() == data
    assert config.node[0].options[0] == OptionsEntry("32037", b"\x08\x05", "extension")
    assert config.node[0].node_options[0] == OptionsEntry("x.y/a.B", b"\x08\x01", "any")
    again = GraphConfig.from_text(config.to_text())
    assert again == config
    assert again.to_binary() == data


def test_bytes_of_a_loaded_class_print_as_text() -> None:
    thin = Thin(period=4, mode=Mode.ON)
    entry = OptionsEntry("30001", to_wire(thin), "extension")
    node = NodeConfig(options=CalculatorOptions((entry,)))
    assert node.get_options(Thin) == thin
    assert "[configtest.Thin.ext] {\n      period: 4\n      mode: ON\n" in GraphConfig(node=(node,)).to_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "options { period: 1 }",
            r"1:18: expected an extension: \[package\.Message\.ext\] \{ … \}, got period",
        ),
        ("options { [type.googleapis.com/a.B] {} }", "1:18: .* is a type, which belongs into node_options"),
        ("options { [a.B.ext]: 5 }", r"1:18: expected a message: \[a\.B\.ext\]"),
        ("options { 33333: 5 }", "1:18: expected extension 33333 as a quoted string"),
        ("options { 5: 'x' }", "1:18: expected an extension"),
        ("options { merge_fields: 5 }", "expected true or false"),
        ("options: 5", "expected a message"),
        ("node_options { [a.B.ext] {} }", r"1:23: expected a type, as in \[type\.googleapis\.com/a\.B\]"),
        ("node_options { period: 1 }", r"1:23: expected \[type\.googleapis\.com/…\]"),
        ("node_options { [x/a.B]: 5 }", r"1:32: expected a message after \[x/a\.B\]"),
        ("node_options { type_url: 5 }", "1:23: expected"),
        ("executor { }\n} executor { options { merge_fields: true }", "expected"),
    ],
)
def test_misplaced_options_are_refused(text: str, message: str) -> None:
    with pytest.raises(PbtxtSyntaxError, match=message):
        node_of(text)


def test_an_extension_that_no_class_numbers_cannot_be_serialised() -> None:
    with pytest.raises(OptionsError, match=r"\[configtest\.Switch\.ext\] cannot be serialised") as caught:
        GraphConfig(node=(node_of("options { [configtest.Switch.ext] {} }"),)).to_binary()
    assert caught.value.location == Location("g.pbtxt", 1, 18)


def test_a_set_of_extensions_is_a_sequence() -> None:
    entries = (OptionsEntry("a.B.ext"), OptionsEntry.of(Thin(), "extension"))
    held = CalculatorOptions(entries)
    assert (len(held), held[1], held[:1], tuple(held)) == (2, entries[1], entries[:1], entries)
    assert find_entry(Thin, held) is entries[1]
    assert find_entry(Pool, held) is None
    assert not CalculatorOptions()
