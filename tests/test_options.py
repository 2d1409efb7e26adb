"""Options classes: declaration, presence, ranges, merging, text, wire and descriptors (G-5, G-7, G-8)."""

from __future__ import annotations

import copy
import dataclasses
import importlib.metadata
import math
import pickle
import struct
import subprocess
import sys
from enum import IntEnum
from typing import Any

import pytest
from google.protobuf import text_format
from hypothesis import given
from hypothesis import strategies as st

from mpgraph.config import pbtxt
from mpgraph.config.schema import GraphConfig, NodeConfig
from mpgraph.errors import Location, OptionsError
from mpgraph.formats.protos import pool
from mpgraph.formats.protos.framework.calculator_pb2 import CalculatorGraphConfig
from mpgraph.options import (
    Positioned,
    descriptor,
    extension_number,
    find_extension,
    find_options,
    from_tree,
    from_wire,
    has,
    location,
    merge,
    message_class,
    message_name,
    option,
    options,
    to_tree,
    to_wire,
    which_oneof,
)
from mpgraph.options.schema import find_nested


class Colour(IntEnum):
    """An enum, whose first member is the default."""

    RED = 3
    GREEN = 1
    NEGATIVE = -1


@options(message="optest.Everything.Part")
class Part:
    """A nested message."""

    low: float = option(1, default=0.25)
    high: float = option(2)


@options(message="optest.Everything", extension=20_001)
class Everything:
    """A field of every kind."""

    count: int = option(1, default=7)
    total: int = option(2, wire="int64")
    unsigned: int = option(3, wire="uint32")
    large: int = option(4, wire="uint64")
    zigzag: int = option(5, wire="sint32")
    zigzag_large: int = option(6, wire="sint64")
    fixed: int = option(7, wire="fixed32")
    fixed_large: int = option(8, wire="fixed64")
    signed_fixed: int = option(9, wire="sfixed32")
    signed_fixed_large: int = option(10, wire="sfixed64")
    single: float = option(11, default=0.1)
    precise: float = option(12, default=0.1, wire="double")
    flag: bool = option(13, default=True)
    text: str = option(14, default='a "b"\n')
    data: bytes = option(15, default=b"\x00\xff")
    colour: Colour = option(16)
    part: Part | None = option(17, default=None, oneof="range")
    other: Part | None = option(18, name="other_part", oneof="range")
    numbers: tuple[int, ...] = option(19)
    texts: tuple[str, ...] = option(20)
    parts: tuple[Part, ...] = option(21)
    colours: tuple[Colour, ...] = option(22)
    inner: Everything | None = option(100)


def ints(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high) | st.sampled_from([low, high, 0 if low <= 0 else low])


int32 = ints(-(1 << 31), (1 << 31) - 1)
int64 = ints(-(1 << 63), (1 << 63) - 1)
uint32 = ints(0, (1 << 32) - 1)
uint64 = ints(0, (1 << 64) - 1)
# A NaN is unequal to itself, so that objects with one could not be compared; it has a test of its own.
floats = st.floats(width=32, allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
part_objects = st.builds(
    lambda values: Part(**values), st.fixed_dictionaries({}, optional={"low": floats, "high": floats})
)


def everything(depth: int = 1) -> st.SearchStrategy[Everything]:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "count": int32,
        "total": int64,
        "unsigned": uint32,
        "large": uint64,
        "zigzag": int32,
        "zigzag_large": int64,
        "fixed": uint32,
        "fixed_large": uint64,
        "signed_fixed": int32,
        "signed_fixed_large": int64,
        "single": floats,
        "precise": st.floats(allow_nan=False),
        "flag": st.booleans(),
        "text": texts,
        "data": st.binary(max_size=8),
        "colour": st.sampled_from(Colour),
        "numbers": st.lists(int32, max_size=3),
        "texts": st.lists(texts, max_size=3),
        "parts": st.lists(part_objects, max_size=3),
        "colours": st.lists(st.sampled_from(Colour), max_size=3),
    }
    if depth:
        fields["inner"] = everything(depth - 1)
    chosen = st.sampled_from(["part", "other", None])
    return st.builds(
        lambda values, oneof, part: Everything(**values, **({oneof: part} if oneof else {})),
        st.fixed_dictionaries({}, optional=fields),
        chosen,
        part_objects,
    )


def parse(text: str) -> Everything:
    return from_tree(Everything, pbtxt.parse(text, "g.pbtxt"))


def test_unset_fields_read_as_their_defaults() -> None:
    opts = Everything()
    assert (opts.count, opts.total, opts.flag, opts.text) == (7, 0, True, 'a "b"\n')
    assert opts.colour is Colour.RED
    assert (opts.part, opts.numbers, opts.parts) == (None, (), ())
    assert repr(opts) == "Everything()"


def test_presence_tells_a_default_that_was_given_from_none() -> None:
    """Presence is proto2's."""
    assert has(Everything(count=7), "count")
    assert not has(Everything(), "count")
    assert Everything(count=7) != Everything()
    assert not has(Everything(numbers=()), "numbers")
    assert not has(Everything(part=None), "part")
    with pytest.raises(AttributeError, match='did you mean "count"'):
        has(Everything(), "cont")


def test_a_oneof_has_at_most_one_field() -> None:
    assert which_oneof(Everything(), "range") is None
    assert which_oneof(Everything(other=Part()), "range") == "other"
    with pytest.raises(OptionsError, match="only one of the oneof range"):
        Everything(part=Part(), other=Part())
    with pytest.raises(AttributeError, match="no oneof"):
        which_oneof(Everything(), "rang")


def test_objects_are_frozen_take_keywords_only_and_can_be_replaced_copied_and_pickled() -> None:
    opts = Everything(count=1, numbers=[1, 2])  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        opts.count = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        Everything(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="did you mean"):
        Everything(contu=1)  # type: ignore[call-arg]
    assert dataclasses.replace(opts, total=5) == Everything(count=1, numbers=(1, 2), total=5)
    assert dataclasses.replace(opts, numbers=()) == Everything(count=1)
    assert pickle.loads(pickle.dumps(opts)) == copy.deepcopy(opts) == opts
    assert hash(opts) == hash(copy.copy(opts))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 1 << 31}, "count: expected an integer from -2147483648 to 2147483647"),
        ({"unsigned": -1}, "unsigned: expected an integer from 0"),
        ({"count": 1.0}, "expected an integer, got 1.0"),
        ({"single": "1"}, "expected a number"),
        ({"text": b"x"}, "expected str"),
        ({"flag": 1}, "expected bool"),
        ({"colour": 9}, "expected one of RED, GREEN, NEGATIVE"),
        ({"part": Everything()}, "expected Part"),
        ({"numbers": 5}, "expected a sequence"),
        ({"texts": "abc"}, "expected a sequence"),
        ({"numbers": [1, "2"]}, "expected an integer"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        Everything(**values)


@given(st.floats(allow_nan=False))
def test_a_float_holds_single_precision(value: float) -> None:
    held = Everything(single=value).single
    assert held in (struct.unpack("<f", struct.pack("<f", held))[0], math.inf, -math.inf)
    message = message_class(Everything)(single=value)
    assert held == message.single


@given(everything())
def test_text_and_wire_give_back_what_they_were_given(opts: Everything) -> None:
    assert from_tree(Everything, to_tree(opts)) == opts
    assert parse(pbtxt.print_tree(to_tree(opts))) == opts
    assert from_wire(Everything, to_wire(opts)) == opts


@given(everything())
def test_text_and_wire_agree_with_protobuf(opts: Everything) -> None:
    """Our text read by protobuf, and protobuf's read by us, are the same message (G-1)."""
    message = message_class(Everything).FromString(to_wire(opts))
    assert message.SerializeToString(deterministic=True) == to_wire(opts)
    ours = text_format.Parse(pbtxt.print_tree(to_tree(opts)), message_class(Everything)())
    assert ours == message
    for text in (
        text_format.MessageToString(message),
        text_format.MessageToString(message, as_one_line=True, use_short_repeated_primitives=True),
        text_format.MessageToString(message, pointy_brackets=True, as_utf8=True),
    ):
        assert parse(text) == opts


@given(everything(), everything())
def test_merging_agrees_with_protobuf(base: Everything, over: Everything) -> None:
    message = message_class(Everything).FromString(to_wire(base))
    message.MergeFrom(message_class(Everything).FromString(to_wire(over)))
    assert merge(base, over) == from_wire(Everything, message.SerializeToString())


def test_nan_travels() -> None:
    opts = parse("single: nan precise: -NaN")
    assert math.isnan(opts.single)
    assert math.isnan(from_wire(Everything, to_wire(opts)).precise)
    assert math.isnan(from_tree(Everything, to_tree(opts)).precise)


def test_merging_needs_one_class() -> None:
    with pytest.raises(TypeError, match="cannot merge"):
        merge(Everything(), Part())


def test_all_errors_of_a_text_come_at_once_with_their_places() -> None:
    with pytest.raises(OptionsError) as caught:
        parse(
            'cuont: 5\ncount: "x"\ncolour: GREN\npart { lo: 1\n high: x }\nother_part {}\nflag: 2\ntotal { }'
        )
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "g.pbtxt:1:1", "g.pbtxt:2:8", "g.pbtxt:3:9", "g.pbtxt:4:8", "g.pbtxt:5:8", "g.pbtxt:6:1",
        "g.pbtxt:7:7", "g.pbtxt:8:7",
    ]  # fmt: skip
    assert 'no field "cuont"; did you mean "count"?' in lines[0]
    assert 'expected an integer, got the string "x"' in lines[1]
    assert 'expected one of RED, GREEN, NEGATIVE, got GREN; did you mean "GREEN"?' in lines[2]
    assert 'no field "lo"; did you mean "low"?' in lines[3]
    assert "expected a number, got x" in lines[4]
    assert 'only one of the oneof "range" can be' in lines[5]
    assert "expected true or false, got 2" in lines[6]
    assert "expected an integer, got a message" in lines[7]
    assert len(caught.value.errors) == 8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("count: 1 count: 2", "is given twice"),
        ("part {} part {}", "is given twice"),
        ("count: [1]", "takes no list"),
        ("part: 5", "expected a message: part {"),
        ("count: 2147483648", "to 2147483647"),
        ("single: 0x10", "expected a number"),
        ("single: 017", "expected a number"),
        ("text: unquoted", "expected a quoted string, got unquoted"),
        ('text: "\\377"', "expected a string in UTF-8"),
        ("colour: 2", "expected one of RED"),
        ("flag: TRUE", "expected true or false"),
    ],
)
def test_text_that_does_not_fit_is_refused(text: str, message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        parse(text)


def test_an_authors_own_check_gets_the_place() -> None:
    @options(message="optest.Checked")
    class Checked:
        period: int = option(1, default=1)

        def __post_init__(self) -> None:
            if self.period < 1:
                raise ValueError("period must be positive")

    @options(message="optest.Holder")
    class Holder:
        checked: Checked = option(1)

    assert Holder().checked.period == 1
    with pytest.raises(
        OptionsError, match=r"g\.pbtxt:2:9: optest\.Checked: period must be positive"
    ) as caught:
        from_tree(Holder, pbtxt.parse("\nchecked { period: 0 }", "g.pbtxt"))
    assert caught.value.location == Location("g.pbtxt", 2, 9)
    with pytest.raises(ValueError, match="must be positive"):
        Checked(period=0)
    with pytest.raises(OptionsError, match="must be positive"):
        from_wire(Checked, b"\x08\x00")


def test_options_know_their_place() -> None:
    opts = parse("\n part { low: 1 }")
    assert opts.part is not None
    assert location(opts.part) == Location("g.pbtxt", 2, 7)
    assert location(Everything()) is None


def test_positioned_strings_are_strings() -> None:
    text = Positioned("a", Location("f", 1, 2))
    assert text == "a"
    assert hash(text) == hash("a")
    assert pickle.loads(pickle.dumps(text)).location == Location("f", 1, 2)


def test_malformed_wire_data_are_refused() -> None:
    for data in (b"\x08", b"\xff", b"\x72\x05a", b"\x0b"):
        with pytest.raises(OptionsError, match=r"optest\.Everything"):
            from_wire(Everything, data)


def test_nesting_on_the_wire_is_limited() -> None:
    def nested(depth: int) -> bytes:
        data = b""
        for _ in range(depth):
            size = len(data)
            data = (
                b"\xa2\x06"
                + (bytes([size & 0x7F | 0x80, size >> 7]) if size > 0x7F else bytes([size]))
                + data
            )
        return data

    assert has(from_wire(Everything, nested(90)), "inner")
    with pytest.raises(OptionsError, match="no such message"):
        from_wire(Everything, nested(2000))


def test_proto3_has_no_presence_of_scalars_and_packs_numbers() -> None:
    @options(message="optest.Three", proto3=True)
    class Three:
        count: int = option(1)
        maybe: int | None = option(2)
        numbers: tuple[int, ...] = option(3)

    assert Three(count=0) == Three()
    assert has(Three(maybe=0), "maybe")
    assert to_wire(Three(numbers=(1, 2))) == b"\x1a\x02\x01\x02"
    assert from_wire(Three, b"\x18\x01\x18\x02") == Three(numbers=(1, 2))


def test_classes_are_found_by_message_and_by_extension() -> None:
    assert find_options("optest.Everything") is Everything
    assert find_extension(20_001) is Everything
    assert find_options("optest.Nothing") is None
    assert find_extension(20_002) is None
    assert (message_name(Part), extension_number(Part)) == ("optest.Everything.Part", None)
    with pytest.raises(TypeError, match="is no options class"):
        message_name(int)


def test_a_message_or_extension_belongs_to_one_class() -> None:
    with pytest.raises(TypeError, match=r"optest\.Everything is declared by"):

        @options(message="optest.Everything")
        class Thief:
            pass

    with pytest.raises(TypeError, match="20001 is declared by"):

        @options(message="optest.Other", extension=20_001)
        class Other:
            pass


def test_declarations_that_make_no_sense_are_refused() -> None:
    with pytest.raises(TypeError, match="no field number"):
        option(0)
    with pytest.raises(TypeError, match="no field number"):
        option(19_500)
    for name, annotation, marker, message in [
        ("Twice", int, option(1), "is declared twice"),
        ("Wire", int, option(2, wire="string"), "wire must be one of"),
        ("Type", list, option(2), "is no type of a field"),
        ("Union", int | str, option(2), "T, T | None or tuple"),
        ("Tuple", tuple[int, int], option(2), "annotated tuple"),
        ("Default", int, option(2, default=1 << 40), "bad default"),
        ("Missing", int, 5, "expected option"),
    ]:
        body = {"__annotations__": {"first": int, "second": annotation}, "first": option(1), "second": marker}
        with pytest.raises(TypeError, match=message):
            options(message=f"optest.Bad{name}")(type(name, (), body))


def test_a_class_may_name_one_further_down() -> None:
    text = "tree { leaf { tree { } } leaf { } }"
    tree = from_tree(Tree, pbtxt.parse(text))
    assert tree == Tree(tree=Branch(leaf=(Leaf(tree=Branch()), Leaf())))
    assert from_wire(Tree, to_wire(tree)) == tree


@options(message="optest.Tree")
class Tree:
    """Declared before what it holds, which holds itself again."""

    tree: Branch | None = option(1)


@options(message="optest.Branch")
class Branch:
    """See `Tree`."""

    leaf: tuple[Leaf, ...] = option(1)


@options(message="optest.Leaf")
class Leaf:
    """See `Tree`."""

    tree: Branch | None = option(1)


def test_the_descriptor_says_what_was_declared() -> None:
    made: Any = descriptor(Everything)
    assert made.full_name == "optest.Everything"
    assert made.fields_by_name["other_part"].message_type.full_name == "optest.Everything.Part"
    assert made.fields_by_name["text"].default_value == 'a "b"\n'
    assert made.fields_by_name["data"].default_value == b"\x00\xff"
    assert made.fields_by_name["colour"].enum_type.values_by_name["GREEN"].number == 1
    assert [field.name for field in made.oneofs_by_name["range"].fields] == ["part", "other_part"]
    extension = made.extensions_by_name["ext"]
    assert (extension.number, extension.containing_type.full_name) == (20_001, "mediapipe.CalculatorOptions")
    message = message_class(Everything)()
    assert message.single == Everything().single


def test_declaring_options_does_not_load_protobuf() -> None:
    code = (
        "import sys; from mpgraph.options import option, options\n"
        "@options(message='x.Y')\nclass Y:\n    a: int = option(1)\n"
        "Y(a=1); assert not any(name.startswith('google') for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_enums_of_one_message_may_share_names() -> None:
    """protobuf's do not: their values are names of the message around them."""

    class Near(IntEnum):
        DEFAULT = 0
        HERE = 1

    class Far(IntEnum):
        DEFAULT = 0
        THERE = 1

    @options(message="optest.Places")
    class Places:
        near: Near = option(1)
        far: Far = option(2)
        farthest: Far = option(3, default=Far.THERE)

    places = Places(near=Near.HERE, far=Far.THERE)
    assert from_wire(Places, to_wire(places)) == places
    message = message_class(Places)(far=1)
    assert (message.near, message.far, message.farthest) == (0, 1, 1)


def test_an_options_class_extends_mpgraphs_own_messages() -> None:
    """``Extensions[SomeOptions.ext]`` of a config in protobuf reads what the class wrote, and back (G-8)."""
    options_of = message_class(Everything)
    node = CalculatorGraphConfig.Node()
    node.options.Extensions[options_of.ext].single = 2.5
    node.node_options.add().Pack(options_of(single=3.5))
    config = GraphConfig.from_binary(CalculatorGraphConfig(node=[node]).SerializeToString())
    assert config.node[0].get_options(Everything).single == 2.5
    assert config.node[0].node_options[0].get(Everything).single == 3.5
    back = CalculatorGraphConfig.FromString(config.to_binary())
    assert back.node[0].options.Extensions[options_of.ext].single == 2.5
    assert message_class(GraphConfig) is CalculatorGraphConfig


def test_a_class_declared_anew_has_a_pool_of_its_own_if_it_differs() -> None:
    """A notebook's cell that runs again: the same class, or one with other fields."""

    def declare(number: int) -> type:
        @options(message="optest.Anew", extension=20_077)
        class Anew:
            a: int = option(number)

        return Anew

    first, same, other = declare(1), declare(1), declare(2)
    assert descriptor(first) is descriptor(same)
    assert descriptor(first).file.pool is pool.POOL
    assert descriptor(other).file.pool is not pool.POOL
    for cls in (first, same, other):
        assert from_wire(cls, to_wire(cls(a=5))) == cls(a=5)


def test_standard_options_are_in_mpgraphs_pool() -> None:
    """Also those that a .proto file describes: class and file say the same."""
    for entry in importlib.metadata.entry_points(group="mpgraph.calculators"):
        entry.load()
    classes = [cls for cls in find_nested("mediapipe") if cls.__module__.startswith("mpgraph.")]
    assert {NodeConfig, GraphConfig} < set(classes)
    elsewhere = [cls.__qualname__ for cls in classes if descriptor(cls).file.pool is not pool.POOL]
    assert elsewhere == []
    for cls in classes:
        from_wire(cls, b"")
