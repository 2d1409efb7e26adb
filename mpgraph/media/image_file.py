"""Reading an image file or its bytes: the header first, so that nothing it claims is believed unbounded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mpgraph.errors import MediaError
from mpgraph.media.quiet import quiet_cv2
from mpgraph.media.source import MAX_PIXELS, Image, os_reason

__all__ = ["BadImageError", "decode_image", "read_image"]

MAX_BYTES = 1 << 30

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_TO_RGB = {3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}


class BadImageError(ValueError):
    """What is wrong with the bytes of an image."""


def read_image(path: Path) -> Image:
    """Reads an image file, upright as its EXIF orientation says (JPEG only).

    Returns:
        uint8: ``(h, w)`` of a gray file, ``(h, w, 4)`` RGBA of one with transparency, else ``(h, w, 3)`` RGB.
        Of 16 bits a sample the upper 8 are taken, as OpenCV does when it reads 8 bits.

    Raises:
        MediaError: It is no image, broken, cut short (what is there of it is not shown), or too large:
            more than 2**28 pixels by its header or 2**30 bytes.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        return _as_rgb(decode_image(data))
    except OSError as error:
        reason = os_reason(error)
    except BadImageError as error:
        reason = str(error)
    msg = f"{path}: cannot be read as an image: {reason}"
    raise MediaError(msg)


def decode_image(data: bytes, flags: int | None = None) -> NDArray[Any]:
    """The pixels of an image file's bytes as OpenCV gives them: (height, width[, channels]), blue first.

    Args:
        data: The whole file.
        flags: OpenCV's ``IMREAD`` flags; by default all channels and bits, upright as the EXIF orientation
            of a JPEG says.

    Raises:
        BadImageError: As `read_image` says.
    """
    if not data:
        msg = "the file is empty"
        raise BadImageError(msg)
    if len(data) > MAX_BYTES:
        msg = f"it has more than {MAX_BYTES} bytes"
        raise BadImageError(msg)
    upright = cv2.IMREAD_UNCHANGED
    if data.startswith(_PNG):
        data = _clean_png(data)
    elif data.startswith(_JPEG):
        _check_jpeg(data)
        upright = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH  # unlike UNCHANGED, this honours EXIF
    try:
        with quiet_cv2():
            image = cv2.imdecode(np.frombuffer(data, np.uint8), upright if flags is None else flags)
    except cv2.error as error:
        raise BadImageError(" ".join(error.err.split())) from error
    if image is None:
        msg = "it is broken, or of a kind that OpenCV does not read"
        raise BadImageError(msg)
    return image


def _as_rgb(image: NDArray[Any]) -> Image:
    if image.dtype == np.uint16:
        image = np.right_shift(image, 8).astype(np.uint8)
    if image.dtype != np.uint8:
        msg = f"its samples are {image.dtype}, not of 8 or 16 bits"
        raise BadImageError(msg)
    if image.ndim == 3 and image.shape[2] in _TO_RGB:
        image = cv2.cvtColor(image, _TO_RGB[image.shape[2]])
    return np.ascontiguousarray(image, np.uint8)


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        msg = f"its header says {width}x{height} pixels"
        raise BadImageError(msg)
    if width * height > MAX_PIXELS:
        msg = f"its header says {width}x{height} pixels, more than {MAX_PIXELS}"
        raise BadImageError(msg)


def _clean_png(data: bytes) -> bytes:
    """The PNG with only those chunks that make the picture: libpng writes to stderr about the others."""
    kept = [_PNG]
    for kind, chunk in _png_chunks(data):
        if kind == b"IHDR":
            _check_size(*struct.unpack(">II", chunk[8:16]))
        if kind in (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"):
            kept.append(chunk)
    return b"".join(kept)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and bytes of each chunk up to IEND."""
    at = len(_PNG)
    while True:
        size = int.from_bytes(data[at : at + 4], "big")
        kind, chunk = data[at + 4 : at + 8], data[at : at + size + 12]
        if len(chunk) < size + 12 or (at == len(_PNG) and (kind, size) != (b"IHDR", 13)):
            msg = "it is cut short" if at > len(_PNG) else "its header is broken"
            raise BadImageError(msg)
        if kind.isupper() and zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            msg = f"it is damaged at byte {at}"
            raise BadImageError(msg)
        yield kind, chunk
        if kind == b"IEND":
            return
        at += len(chunk)


def _check_jpeg(data: bytes) -> None:
    """Checks the size in the header, and that there is an end: OpenCV fills in what is missing with gray."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 1 < len(data):
        marker = data[at + 1]
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9].ljust(4, b"\0"))
            _check_size(width, height)
        if marker == 0xDA:  # the scan: after it, the end marker cannot occur by chance
            break
        at += 1 if marker == 0xFF else 2 + size
    if data.find(b"\xff\xd9", at) < 0:
        msg = "it is cut short"
        raise BadImageError(msg)
