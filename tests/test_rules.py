"""Every rule of the framework's semantics is cited by a test, or the table of differences says what holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

TESTS: Final = Path(__file__).parent
RULES: Final = {
    "E-": "1-9",
    "T-": "1-13",
    "P-": "1-12 20-22",
    "PT-": "1-7",
    "N-": "1-18",
    "G-": "1-11",
    "V-": "1-34",
    "SG-": "1-15 20-23",
    "TP-": "1-8",
    "SW-": "1-10",
    "C-": "1-13 30-41 50-53",
    "I-": "1-14 20-30 40-42",
    "I-V": "1-6",
    "S-": "1-7 10-26",
    "Q-": "1-10",
    "OB-": "1-7",
    "SV-": "1-5",
    "SH-": "1-1",
    "PG-": "1-3",
    "X-": "1-6 10-18 30-30 40-40",
    "PY-": "0-0",
    "PY-T": "1-2",
    "PY-G": "1-4",
    "PY-V": "1-1",
    "PY-C": "1-1 10-13",
    "PY-P": "1-2",
    "PY-I": "1-7",
    "PY-R": "1-2",
    "PY-K": "1-3",
    "PY-S": "1-10",
    "A-": "1-15",
}
"""The numbers of the rules by their letters."""

# A citation such as "S-3", "I-V1 to I-V5" or "PG-1 to PG-3".
CITATION: Final = re.compile(
    r"\b(PY-[A-Z]?|I-V|[A-Z]{1,2}-)(\d+)b?(?:\s*(?:to|-|\u2013)\s*(?:PY-[A-Z]?|I-V|[A-Z]{1,2}-)?(\d+))?"
)


def rules() -> list[str]:
    found = []
    for letters, ranges in RULES.items():
        for part in ranges.split():
            first, last = map(int, part.split("-"))
            found += [f"{letters}{number}" for number in range(first, last + 1)]
    return found


def cited(text: str) -> Iterator[str]:
    for letters, first, last in CITATION.findall(text):
        for number in range(int(first), max(int(first), int(last or 0)) + 1):
            yield f"{letters}{number}"


def table() -> dict[str, str]:
    """What the table of differences says of each rule that it names."""
    found: dict[str, str] = {}
    for line in (TESTS / "DIFFERENCES.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 3 and not cells[0].startswith(("rule", "---")):
            for rule in cells[0].split(", "):
                found[rule] = found.get(rule, "") + cells[1]
    return found


def test_every_rule_is_pinned_or_told() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py") if path.name != "test_rules.py"
    )
    missing = set(rules()) - set(cited(text)) - set(table())
    assert sorted(missing) == []


def test_the_table_names_rules_that_there_are() -> None:
    assert sorted(set(table()) - set(rules())) == []
    assert len(table()) > 30


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S-3, and I-V1 to I-V3", ["S-3", "I-V1", "I-V2", "I-V3"]),
        ("PG-1 to PG-3; PY-S2", ["PG-1", "PG-2", "PG-3", "PY-S2"]),
        ("A-8b, PY-0: UTF-8", ["A-8", "PY-0"]),
        ("nothing", []),
    ],
)
def test_citations_are_found(text: str, expected: list[str]) -> None:
    assert [rule for rule in cited(text) if rule in rules()] == expected
