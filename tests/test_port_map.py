"""Port entries and port maps (spec rules N-1 to N-9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_client import needs_oracle, oracle

from mpgraph.errors import ContractError, Location
from mpgraph.options import Positioned
from mpgraph.port_map import PortId, PortMap, parse_entry, parse_reference

names = st.from_regex(r"[a-z_][a-z0-9_]{0,4}", fullmatch=True)
tags = st.from_regex(r"[A-Z_][A-Z0-9_]{0,3}", fullmatch=True)


@st.composite
def entry_lists(draw: st.DrawFn) -> list[str]:
    """Entries of a whole node: every tag has all its indexes, in any order."""
    counts = draw(st.dictionaries(tags, st.integers(1, 3), max_size=3))
    entries = [
        f"{tag}:{draw(names)}" if count == 1 and draw(st.booleans()) else f"{tag}:{index}:{draw(names)}"
        for tag, count in counts.items()
        for index in range(count)
    ]
    return draw(st.permutations(entries + draw(st.lists(names, max_size=3))))


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        ("in", ("", None, "in")),
        ("_", ("", None, "_")),
        ("IMAGE:frames", ("IMAGE", None, "frames")),
        ("IMAGE:0:frames", ("IMAGE", 0, "frames")),
        ("_:_", ("_", None, "_")),
        ("A1_:10000:b2_", ("A1_", 10000, "b2_")),
    ],
)
def test_entries(entry: str, parts: tuple[str, int | None, str]) -> None:
    """N-1, N-2."""
    assert parse_entry(entry) == parts


BAD_ENTRIES = [
    "",
    "A",
    "a b",
    "1a",
    "é",
    "a\n",
    "A:",
    ":a",
    ":0:a",
    "A:01:a",
    "A:-1:a",
    "A::a",
    "a:b",
    "A:0:",
    "A:0:b:c",
    "Ab:c",
    "A:B",
    " A:b",
]


@pytest.mark.parametrize("entry", BAD_ENTRIES)
def test_malformed_entries_say_the_form_and_the_place(entry: str) -> None:
    """N-2, N-4."""
    where = Location("g.pbtxt", 3, 7)
    with pytest.raises(ContractError, match="TAG:index:name is invalid") as failure:
        parse_entry(Positioned(entry, where))
    assert str(failure.value).startswith(f'g.pbtxt:3:7: TAG:index:name is invalid, "{entry}"')


@pytest.mark.parametrize("entry", ["A:10001:b", "A:99999999999999999999:b"])
def test_an_index_has_a_limit(entry: str) -> None:
    """N-1, N-2."""
    with pytest.raises(ContractError, match="the index is over 10000"):
        parse_entry(entry)


@pytest.mark.parametrize(
    ("reference", "port"),
    [("", PortId("")), (":3", PortId("", 3)), ("TAG", PortId("TAG")), ("TAG:3", PortId("TAG", 3))],
)
def test_references(reference: str, port: PortId) -> None:
    """N-3."""
    assert parse_reference(reference) == port


@pytest.mark.parametrize("reference", ["a", "3", "TAG:", ":", "TAG:03", "TAG:a", "TAG:3:a", "TAG:10001"])
def test_malformed_references(reference: str) -> None:
    """N-3, N-4."""
    with pytest.raises(ContractError) as failure:
        parse_reference(Positioned(reference, Location("g.pbtxt", 1, 2)))
    assert str(failure.value).startswith("g.pbtxt:1:2: ")
    assert f'"{reference}"' in str(failure.value)


def test_ports_are_in_order_of_tag_then_index() -> None:
    """N-5, N-7."""
    ports = PortMap(["B:b", "x", "A:1:a1", "y", "A:0:a0"])
    assert ports.ids == (PortId(""), PortId("", 1), PortId("A"), PortId("A", 1), PortId("B"))
    assert ports.names == ("x", "y", "a0", "a1", "b")
    assert ports.entries() == ("x", "y", "A:0:a0", "A:1:a1", "B:b")
    assert [str(port) for port in ports] == ['""', ":1", "A", "A:1", "B"]


def test_what_can_be_asked_of_a_map() -> None:
    """N-9."""
    ports = PortMap(["x", "A:0:a0", "A:1:a1"])
    assert len(ports) == 3
    assert ports.tags() == ("", "A")
    assert (ports.count(), ports.count("A"), ports.count("B")) == (1, 2, 0)
    assert ports.slots("A") == (1, 2)
    assert ports.slots("B") == ()
    assert (ports.slot(""), ports.slot("A", 1), ports.slot("A", 2), ports.slot("B")) == (0, 2, None, None)
    assert repr(ports) == "PortMap(['x', 'A:0:a0', 'A:1:a1'])"


def test_an_empty_map() -> None:
    ports = PortMap()
    assert (len(ports), ports.entries(), ports.tags()) == (0, (), ())
    assert not ports


def test_the_same_ports_whatever_is_connected() -> None:
    """N-8."""
    assert PortMap(["A:x", "y"]).same_ports(PortMap(["z", "A:0:w"]))
    assert not PortMap(["A:x"]).same_ports(PortMap(["B:x"]))
    assert not PortMap(["A:x"]).same_ports(PortMap(["A:0:x", "A:1:y"]))


@given(entry_lists())
def test_canonical_entries_make_the_same_map(entries: list[str]) -> None:
    """N-8: and they stay as they are."""
    ports = PortMap(entries)
    again = PortMap(ports.entries())
    assert again.ids == ports.ids
    assert again.names == ports.names
    assert again.entries() == ports.entries()


@given(entry_lists())
def test_slots_and_ports_are_two_sides_of_one_map(entries: list[str]) -> None:
    """N-7, N-9."""
    ports = PortMap(entries)
    assert list(ports.ids) == sorted(ports.ids)
    assert [ports.slot(port.tag, port.index) for port in ports] == list(range(len(entries)))
    assert [slot for tag in ports.tags() for slot in ports.slots(tag)] == list(range(len(entries)))
    assert sum(ports.count(tag) for tag in ports.tags()) == len(entries)


@given(entry_lists(), st.randoms())
def test_the_order_of_tagged_entries_does_not_matter(entries: list[str], random: object) -> None:
    """N-6, N-7."""
    tagged = [entry for entry in entries if ":" in entry]
    assert PortMap(sorted(tagged)).entries() == PortMap(tagged).entries()


BAD_MAPS = [
    (["A:a", "A:b"], 1, 'tag "A" index 0 already had a name "a" but is being reassigned a name "b"'),
    (["A:a", "A:a"], 1, 'tag "A" index 0 already had a name "a" but is being reassigned a name "a"'),
    (["A:0:a", "x", "A:0:b"], 2, 'tag "A" index 0 already had a name "a"'),
    (["A:1:a"], 0, 'Not all indexes were assigned names.  Tag "A" has no index 0; it has: 1 (a)'),
    (
        ["A:0:a", "A:2:c"],
        1,
        'Not all indexes were assigned names.  Tag "A" has no index 1; it has: 0 (a), 2 (c)',
    ),
]


@pytest.mark.parametrize(("entries", "wrong", "message"), BAD_MAPS)
def test_maps_that_are_refused(entries: list[str], wrong: int, message: str) -> None:
    """N-5, N-6: the message names the port, the location is that of the entry."""
    placed = [Positioned(entry, Location("g", 1 + index, 1)) for index, entry in enumerate(entries)]
    with pytest.raises(ContractError) as failure:
        PortMap(placed)
    assert message in failure.value.message
    assert failure.value.location == Location("g", 1 + wrong, 1)


def test_a_port_named_twice_shows_how_to_write_both() -> None:
    with pytest.raises(ContractError, match='write an index for each: "A:0:a", "A:1:b"'):
        PortMap(["A:a", "A:b"])


def _upstream_accepts(entries: list[str]) -> bool:
    """Whether upstream makes a port map of a node's output entries (its names then all have a producer)."""
    listed = " ".join(f"output_stream: {_quoted(entry)}" for entry in entries)
    try:
        oracle.expand(f'node {{ calculator: "ConstantSidePacketCalculator" {listed} }}')
    except oracle.OracleError as error:
        return "Unable to initialize TagMaps for node." not in error.message
    return True


def _quoted(entry: str) -> str:
    return '"' + "".join(f"\\{byte:03o}" for byte in entry.encode()) + '"'


@needs_oracle
@pytest.mark.parametrize("entry", [*BAD_ENTRIES, "A:10001:b"])
def test_upstream_refuses_these_entries_too(entry: str) -> None:
    assert not _upstream_accepts([entry])


@needs_oracle
@pytest.mark.parametrize("entries", [entries for entries, _, _ in BAD_MAPS])
def test_upstream_refuses_these_maps_too(entries: list[str]) -> None:
    assert not _upstream_accepts(entries)


@needs_oracle
@pytest.mark.parametrize("entries", [["_:_"], [], ["B:1:x", "B:0:y", "z"]])
def test_upstream_accepts_these_maps_too(entries: list[str]) -> None:
    PortMap(entries)
    assert _upstream_accepts(entries)
