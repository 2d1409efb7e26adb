"""Calls of packet creators and getters, with what comes of each: run by mpgraph's Python and by upstream's.

As a script it runs them with ``mediapipe`` and prints a JSON object: each call's result as text, or the class
and text of its exception.
"""

from __future__ import annotations

import collections
import decimal
import fractions
import functools
import importlib
import json
import subprocess
import sys
import warnings
from typing import Any

import numpy as np

U8 = "np.arange(18, dtype=np.uint8)"
RGB = f"{U8}.reshape(2, 3, 3)"
GRAY = "np.arange(6, dtype=np.uint8).reshape(2, 3)"

NUMBERS = (
    "0", "1", "-1", "True", "127", "128", "-128", "-129", "255", "256", "2**15", "-2**15 - 1", "2**16", "2**31 - 1",
    "2**31", "-2**31 - 1", "2**32", "2**63 - 1", "2**63", "-2**63", "-2**63 - 1", "2**64 - 1", "2**64", "10**400",
    "1.0", "1.5", "float('nan')", "float('inf')", "1e300", "0.1", "-0.0", "'1'", "b'1'", "None", "1j", "[1]", "(1,)",
    "np.int8(3)", "np.uint64(2**64 - 1)", "np.int64(-5)", "np.float32(1.5)", "np.float64(0.1)", "np.bool_(True)",
    "np.array(3)", "np.array(2.5)", "np.array([1., 2.])", "np.str_('1')", "decimal.Decimal('2.5')",
    "fractions.Fraction(5, 2)", "object()", "mp.Packet()",
)  # fmt: skip
TEXTS = (
    "''",
    "'a'",
    "'ä\\0'",
    "b'\\xff'",
    "bytearray(b'a')",
    "np.str_('a')",
    "'\\ud800'",
    "3",
    "None",
    "['a']",
)
SEQUENCES = (
    "[]", "()", "[1, 2]", "(1, 2)", "range(3)", "[1.0]", "[1, 0.1]", "[0.1, 1e300, float('nan')]", "[True, False]",
    "[2**31]", "[-2**31]", "[np.int64(3)]", "[np.float32(1)]", "[np.float64(1)]", "[np.bool_(True)]", "[None]",
    "['a', b'b']", "'abc'", "b'abc'", "bytearray(b'ab')", "{1, 2}", "{1: 2}", "3", "None", "(x for x in [1])",
    "np.array([1, 2])", "np.array([[1, 2]])", "np.array([1.5])", "np.array([1.5], np.float32)", "np.array([True])",
    "np.array(['a'])", "collections.deque([1])", "['ä', bytearray(b'b')]", "[b'\\xff']", "[[1]]", "[mp.Packet()]",
    "[c.create_int(1), mp.Packet()]", "(c.create_int(1),)",
    f"[mp.Image(F.SRGB, {RGB})]", f"[mp.ImageFrame(F.SRGB, {RGB})]",
)  # fmt: skip
MAPS = ("{}", "{'a': c.create_int(1)}", "{b'a': c.create_int(1)}", "{1: c.create_int(1)}", "{'a': 1}",
        "[('a', c.create_int(1))]", "None", "{'b': mp.Packet(), 'a': mp.Packet(), 'ä': mp.Packet(), 'Z': mp.Packet()}",
        "collections.UserDict(a=c.create_int(1))")  # fmt: skip
MATRICES = (
    "[[1, 2], [3, 4]]", "[1, 2]", "[]", "np.zeros((2, 3))", "np.arange(6.).reshape(2, 3)[:, ::2]", "np.zeros((0, 3))",
    "np.zeros((1, 2, 3))", "3.0", "'a'", "[['a']]", "None", "[[1, 2], [3]]", "np.zeros((2, 2), bool)", "[True, False]",
    "np.array([[1e300]])", "np.zeros((2, 2), np.int32)", "np.zeros((2, 2), object)", "((1, 2), (3, 4))",
    "np.zeros((2, 3)), True", "np.arange(6.).reshape(2, 3), transpose=True", "[1, 2], transpose=1",
    "[1, 2], transpose=None", "[1, 2], transpose='a'", "[1, 2], transpose=[]", "matrix=[1, 2]",
)  # fmt: skip
PIXELS = (
    *(f"{data}, image_format=F.{name}{copy}" for data, name in (
        (RGB, "SRGB"), (GRAY, "GRAY8"), (f"{GRAY}.astype(np.uint16)", "GRAY16"), (f"{RGB}.astype(np.uint16)", "SRGB48"),
        ("np.zeros((2, 3, 4), np.uint16)", "SRGBA64"), ("np.zeros((2, 3, 4), np.uint8)", "SRGBA"),
        (f"{GRAY}.astype(np.float32)", "VEC32F1"), ("np.ones((2, 3, 2), np.float32)", "VEC32F2"),
        ("frozen", "SRGB"), (f"{RGB}[:, ::2]", "SRGB"), (GRAY, "GRAY16"), (GRAY, "VEC32F1"),
        (f"{GRAY}.astype(bool)", "GRAY8"), (f"{GRAY}.astype(float)", "VEC32F1"), (f"{GRAY}.astype(np.float32)", "GRAY8"),
        (f"{GRAY}.astype(np.int64)", "GRAY8"), (f"{GRAY}.astype(np.int8)", "GRAY8"),
        ("np.zeros((2, 3, 4), np.uint8)", "SBGRA"), ("[1]", "SRGB"), ("'abc'", "SRGB"), ("None", "SRGB"),
    ) for copy in ("", ", copy=True", ", copy=False")),
    RGB, "'abc'", "[1]", f"{RGB}, F.SRGB", f"{RGB}, image_format=1", f"{RGB}, image_format='SRGB'",
    f"{RGB}, image_format=F.SRGB, copy=1", f"{RGB}, image_format=F.SRGB, copy='a'",
    *(f"mp.{cls}(F.SRGB, {RGB}){more}" for cls in ("Image", "ImageFrame") for more in (
        "", ", image_format=F.SRGB", ", image_format=F.SRGBA", ", copy=True", ", copy=False")),
)  # fmt: skip
PROTOS = (
    "detection_pb2.Detection()", "detection_pb2.Detection(label=['a'], score=[0.5])", "rect_pb2.Rect()",
    "rect_pb2.NormalizedRect(x_center=0.5, y_center=0.5, width=1, height=1)", "empty_pb2.Empty()", "'a'", "None",
    "landmark_pb2.NormalizedLandmarkList(landmark=[landmark_pb2.NormalizedLandmark(x=0.25)])",
)  # fmt: skip

CREATORS = {
    **dict.fromkeys(
        ("bool", "int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"),
        NUMBERS,
    ),
    "string": TEXTS,
    **dict.fromkeys(
        ("int_array", "float_array", "int_vector", "bool_vector", "float_vector", "string_vector", "image_vector",
         "packet_vector"),
        SEQUENCES,
    ),
    "string_to_packet_map": MAPS,
    "matrix": MATRICES,
    "image_frame": PIXELS,
    "image": PIXELS,
    "proto": PROTOS,
    "proto_vector": ("[]", "None"),
}  # fmt: skip
GETTERS = (
    "str", "bytes", "bool", "int", "uint", "float", "int_list", "bool_list", "float_list", "str_list", "image_list",
    "packet_list", "str_to_packet_dict", "image_frame", "image", "matrix", "proto_list",
)  # fmt: skip
PACKETS = (
    "mp.Packet()", "3", "None", "c.create_string('ä')", "c.create_string(b'\\xff')", "c.create_bool(True)",
    *(f"c.create_{kind}({number})" for kind, number in (
        ("int", 1), ("int8", -1), ("int16", 1), ("int32", 1), ("int64", -2**63), ("uint8", 1), ("uint16", 1),
        ("uint32", 1), ("uint64", 2**64 - 1), ("float", 0.1), ("double", 0.1), ("double", 1e300))),
    "c.create_int_array([1])", "c.create_float_array([0.1])", "c.create_int_vector([1, 2])", "c.create_int_vector([])",
    "c.create_bool_vector([True, False])", "c.create_float_vector([0.1])", "c.create_string_vector(['ä', b'b'])",
    "c.create_string_vector([b'\\xff'])", f"c.create_image_vector([mp.Image(F.SRGB, {RGB})])",
    "c.create_packet_vector([c.create_int(1).at(3)])", "c.create_string_to_packet_map({'a': c.create_int(1).at(3)})",
    "c.create_matrix(np.arange(6.).reshape(2, 3))", f"c.create_image_frame({RGB}, image_format=F.SRGB)",
    f"c.create_image({RGB}, image_format=F.SRGB)", "c.create_proto(detection_pb2.Detection(label=['a']))",
)  # fmt: skip
FRAMES = (
    *(f"mp.{cls}({arguments})" for cls in ("Image", "ImageFrame") for arguments in (
        f"F.SRGB, {RGB}", f"image_format=F.SRGB, data={RGB}", f"F.GRAY8, {GRAY}", f"1, {RGB}", "F.SRGB, [[1]]",
        f"F.SRGB, {RGB}.astype(float)", f"F.SRGB, {RGB}[:, ::2]", f"F.GRAY16, {GRAY}",
        f"F.SRGB, {RGB}.astype(np.uint16)", "F.GRAY8, np.zeros((2, 3, 1), np.uint8)", "F.SRGB", "")),
    *(f"{make}{call}" for make in (f"mp.Image(F.SRGB, {RGB})", f"mp.ImageFrame(F.GRAY8, {GRAY})") for call in (
        ".width", ".height", ".channels", ".image_format", ".is_contiguous()", ".is_empty()", ".is_aligned(4)",
        ".is_aligned(1)", ".numpy_view()", ".numpy_view().flags.writeable", ".numpy_view().fill(3)", "[0, 0]",
        "[1, 2]", "[1, 2, 2]", "[0, 0, 3]", "[2, 0]", "[0, 3]", "[0]", "['a', 0]", "[0.5, 1]", "[0, 0, 0, 0]", "[()]",
        "[np.int64(1), 1]", "[[1, 1]]")),
    *(f"mp.Image(F.GRAY8, np.zeros((2, {width}), np.uint8)).step" for width in range(1, 9)),
    f"mp.Image(F.SRGB, {RGB}).uses_gpu()", "mp.Image.create_from_file('/no such file')",
    *(f"F.{name}.value" for name in ("SRGB", "SRGBA", "GRAY8", "GRAY16", "SRGB48", "SRGBA64", "VEC32F1", "VEC32F2",
                                     "SBGRA")),
    "F(1)", "F.SRGB", "str(F.SRGB)", "f'{F.SRGB}'", "F.SRGB.name", "int(F.SRGB)", "F.SRGB == 1", "F.SRGB == 'SRGB'",
    "hash(F.SRGB)", "F.SRGB != 2", "F.SRGB == None", "{F.SRGB: 1}[1]",
    *(f"sys.getrefcount(frozen) - (lambda packet: sys.getrefcount(frozen))(c.create_{kind}(frozen, image_format=F.SRGB))"
      for kind in ("image", "image_frame")),
    "g.get_matrix(c.create_matrix([[1, 2], [3, 4]])).flags.f_contiguous",
    "g.get_matrix(c.create_matrix([[1, 2], [3, 4]])).flags.writeable",
    "g.get_matrix(c.create_matrix([[1, 2], [3, 4]])).dtype",
    "g.get_proto_list(c.create_int(1))",
)  # fmt: skip


def calls() -> list[str]:
    """Every call, as a Python expression."""
    return [
        *(f"c.create_{name}({value})" for name, values in CREATORS.items() for value in values),
        *(f"g.get_{name}({packet})" for name in GETTERS for packet in PACKETS),
        *(
            f"g.get_proto({packet})"
            for packet in ("c.create_proto(detection_pb2.Detection(label=['a']))", "3")
        ),
        *FRAMES,
    ]


def outcome(call: str, names: dict[str, Any]) -> list[str]:
    """What comes of a call: what it is, and its text."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", RuntimeWarning)
            value = eval(call, names)
    except Exception as error:  # compared, whatever it is
        return [type(error).__name__, str(error)]
    said = [str(warning.message) for warning in caught if "writeable" in str(warning.message)]
    return ["value", described(value), *said]


def described(value: Any) -> str:
    """The value in words that both sides have."""
    if isinstance(value, list):
        return f"[{', '.join(map(described, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {described(item)}' for key, item in value.items())}}}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.tolist()}"
    if hasattr(value, "numpy_view"):
        return f"{type(value).__name__} {value.image_format!r} {described(value.numpy_view())}"
    return f"{type(value).__name__.rpartition('.')[2]} {value!r}"


def names_of(package: str) -> dict[str, Any]:
    """What the calls refer to, of ``mediapipe`` or ``mpgraph``."""
    where = {
        "mediapipe": ("mediapipe.python", "mediapipe"),
        "mpgraph": ("mpgraph.compat", "mpgraph.formats.protos"),
    }
    python, protos = where[package]
    frozen = np.zeros((2, 3, 3), np.uint8)
    frozen.flags.writeable = False
    mp = importlib.import_module(package)
    return {
        "c": importlib.import_module(f"{python}.packet_creator"),
        "g": importlib.import_module(f"{python}.packet_getter"),
        "mp": mp,
        "F": mp.ImageFormat,
        "np": np,
        "frozen": frozen,
        "sys": sys,
        "collections": collections,
        "decimal": decimal,
        "fractions": fractions,
        "empty_pb2": importlib.import_module("google.protobuf.empty_pb2"),
        **{
            name: importlib.import_module(f"{protos}.framework.formats.{name}")
            for name in ("detection_pb2", "landmark_pb2", "rect_pb2")
        },
    }


def outcomes(package: str) -> dict[str, list[str]]:
    """What comes of each call."""
    names = names_of(package)
    return {call: outcome(call, names) for call in calls()}


@functools.cache
def upstream(python: str) -> dict[str, list[str]]:
    """What comes of each call with the real MediaPipe that a Python has."""
    command = [python, __file__]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def comparable(call: str, found: list[str]) -> list[str]:
    """What of an outcome both sides share."""
    kind, text, *more = found
    if kind == "TypeError" and "incompatible" in text:
        text = text.partition(".")[0]  # what precedes the list of signatures
    elif kind == "AttributeError":
        text = text.partition("object has no")[2]
    if call in ("mp.Image()", "mp.ImageFrame()", "mp.Image(F.SRGB)", "mp.ImageFrame(F.SRGB)"):
        text = ""  # arguments are missing: Python says it
    if "which is not convertible" in text:
        text = text.partition("which")[2]  # upstream has C++'s names of types here (P-6)
    return [kind, text, *more]


def differences(python: str, prefix: str) -> dict[str, tuple[list[str], list[str]]]:
    """The calls beginning so of which something else comes than upstream's: what comes there, and here.

    Args:
        python: The Python that has the real MediaPipe.
        prefix: ``c.create_int(``, say.
    """
    theirs = upstream(python)
    names = names_of("mpgraph")
    ours = {call: outcome(call, names) for call in theirs if call.startswith(prefix)}
    if not ours:
        msg = f"no call begins with {prefix}"
        raise ValueError(msg)
    return {
        call: (theirs[call], found)
        for call, found in ours.items()
        if comparable(call, found) != comparable(call, theirs[call])
    }


if __name__ == "__main__":
    json.dump(outcomes("mediapipe"), sys.stdout)
