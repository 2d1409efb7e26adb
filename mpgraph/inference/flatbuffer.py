"""Reads tables of a FlatBuffer, and writes a block of new ones in front of it.

Only what TensorFlow Lite models need. Reading beyond the end raises `struct.error`; nothing here
trusts a length that the data claims.

In a FlatBuffer a reference is the unsigned distance to an object further on. So new objects that
point into an existing buffer must stand before it: `Block` is put between the file's header and its
body, and the body keeps every byte, as distances within it do not change.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["HEADER_SIZE", "Block", "Ref", "Scalar", "Table", "root"]

HEADER_SIZE = 8  # the reference to the root table, and the file identifier
_ALIGNMENT = 64  # more than any object needs, so that the body stays aligned


@dataclass(frozen=True, slots=True)
class Table:
    """A table at a position of the data; fields go by their number in the schema."""

    data: bytes
    position: int

    def _at(self, number: int) -> int | None:
        vtable = self.position - struct.unpack_from("<i", self.data, self.position)[0]
        (size,) = _unpack("<H", self.data, vtable)
        offset = _unpack("<H", self.data, vtable + 4 + 2 * number)[0] if 6 + 2 * number <= size else 0
        return self.position + offset if offset else None

    def scalar(self, number: int, form: str, default: int = 0) -> int:
        """The number in a field; `form` is a format character of `struct`."""
        at = self._at(number)
        return default if at is None else int(_unpack(f"<{form}", self.data, at)[0])

    def target(self, number: int) -> int | None:
        """The position of the object that a field refers to."""
        at = self._at(number)
        return None if at is None else at + _unpack("<I", self.data, at)[0]

    def raw(self, number: int) -> bytes:
        """The bytes of a string or of a vector of bytes."""
        start = self.target(number)
        if start is None:
            return b""
        (length,) = _unpack("<I", self.data, start)
        return bytes(_unpack(f"<{length}s", self.data, start + 4)[0])

    def text(self, number: int) -> str:
        """A string."""
        return self.raw(number).decode()

    def ints(self, number: int) -> tuple[int, ...]:
        """A vector of int32."""
        start = self.target(number)
        if start is None:
            return ()
        (length,) = _unpack("<I", self.data, start)
        return _unpack(f"<{_bounded(length, self.data)}i", self.data, start + 4)

    def tables(self, number: int) -> list[Table]:
        """A vector of tables."""
        start = self.target(number)
        if start is None:
            return []
        (length,) = _unpack("<I", self.data, start)
        offsets = _unpack(f"<{_bounded(length, self.data)}I", self.data, start + 4)
        return [Table(self.data, start + 4 + 4 * i + offset) for i, offset in enumerate(offsets)]

    @property
    def ref(self) -> Ref:
        """A reference to the table where it is."""
        return Ref(position=self.position)

    def references(self, numbers: Iterable[int]) -> dict[int, Scalar | Ref]:
        """Those of the fields, all of them references, that the table has, to the objects where they are."""
        targets = {number: self.target(number) for number in numbers}
        return {number: Ref(position=at) for number, at in targets.items() if at is not None}


def root(data: bytes) -> Table:
    """The table that the file is about."""
    return Table(data, _unpack("<I", data, 0)[0])


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number in a field of a new table; `form` is a format character of `struct`."""

    form: str
    value: int


@dataclass(frozen=True, slots=True)
class Ref:
    """An object to refer to: one of the block (`label`), or the position of one in the old data."""

    label: int | None = None
    position: int = 0


@dataclass(slots=True)
class Block:
    """New objects, to be put in front of a body. Write an object before those that it refers to."""

    _bytes: bytearray = field(default_factory=bytearray)
    _labels: list[int | None] = field(default_factory=list)
    _references: list[tuple[int, Ref]] = field(default_factory=list)

    def label(self) -> Ref:
        """A reference to an object that is not written yet."""
        self._labels.append(None)
        return Ref(len(self._labels) - 1)

    def table(self, at: Ref, fields: Mapping[int, Scalar | Ref]) -> None:
        """Writes a table of the given fields, with its vtable before it."""
        count = max(fields, default=-1) + 1
        vtable = [0] * count
        body = bytearray(4)
        references = []
        for number, value in fields.items():
            form = value.form if isinstance(value, Scalar) else "I"
            body.extend(bytes(-len(body) % struct.calcsize(f"<{form}")))
            vtable[number] = len(body)
            if isinstance(value, Ref):
                references.append((len(body), value))
            body.extend(struct.pack(f"<{form}", value.value if isinstance(value, Scalar) else 0))
        vtable_size = 4 + 2 * count
        self._align(4)
        self._bytes.extend(bytes(-vtable_size % 4))
        self._bytes.extend(struct.pack(f"<{2 + count}H", vtable_size, len(body), *vtable))
        struct.pack_into("<i", body, 0, vtable_size)
        self._place(at)
        self._references.extend((len(self._bytes) + offset, value) for offset, value in references)
        self._bytes.extend(body)

    def references(self, at: Ref, targets: Sequence[Ref]) -> None:
        """Writes a vector of references."""
        self._align(4)
        self._place(at)
        self._bytes.extend(struct.pack("<I", len(targets)))
        for target in targets:
            self._references.append((len(self._bytes), target))
            self._bytes.extend(bytes(4))

    def ints(self, at: Ref, values: Sequence[int]) -> None:
        """Writes a vector of int32."""
        self._align(4)
        self._place(at)
        self._bytes.extend(struct.pack(f"<I{len(values)}i", len(values), *values))

    def raw(self, at: Ref, data: bytes, *, alignment: int = 4) -> None:
        """Writes a vector of bytes, the first of them aligned; also fit for a string."""
        self._align(alignment, ahead=4)
        self._place(at)
        self._bytes.extend(struct.pack("<I", len(data)) + data + b"\0")

    def before(self, data: bytes, root: Ref) -> bytes:
        """The data with the block behind its header and another root."""
        self._align(_ALIGNMENT, ahead=_ALIGNMENT - HEADER_SIZE)
        shift = len(self._bytes)
        result = bytearray(data[:HEADER_SIZE] + self._bytes + data[HEADER_SIZE:])
        for at, target in [(-HEADER_SIZE, root), *self._references]:
            place = HEADER_SIZE + at
            struct.pack_into("<I", result, place, self._resolve(target, shift) - place)
        return bytes(result)

    def _resolve(self, target: Ref, shift: int) -> int:
        """The position in the finished data."""
        if target.label is None:
            return target.position + shift
        offset = self._labels[target.label]
        if offset is None:
            message = "a label was referred to and never written"
            raise AssertionError(message)
        return HEADER_SIZE + offset

    def _place(self, at: Ref) -> None:
        if at.label is not None:
            self._labels[at.label] = len(self._bytes)

    def _align(self, alignment: int, *, ahead: int = 0) -> None:
        """Fills up so that the place `ahead` bytes further on is aligned in the finished data."""
        self._bytes.extend(bytes(-(HEADER_SIZE + len(self._bytes) + ahead) % alignment))


def _bounded(length: int, data: bytes) -> int:
    if length > len(data) // 4:
        message = "a vector is longer than the data"
        raise struct.error(message)
    return length


def _unpack(form: str, data: bytes, at: int) -> tuple[int, ...]:
    if at < 0:
        message = "a position before the data"
        raise struct.error(message)
    return struct.unpack_from(form, data, at)
