"""Keeps what the runtimes print off the screen."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterator

__all__ = ["captured", "captured_gpu", "quiet_at_exit"]

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_quiet = False
_LINE = re.compile(rb"(VERBOSE|INFO|WARNING|ERROR): (.*)")
_LEVELS = {b"VERBOSE": logging.DEBUG, b"INFO": logging.INFO, b"WARNING": logging.WARNING}
# LiteRT's accelerator, the Dawn that it holds, the Vulkan loader, Mesa; and lines that go on with what one of
# them said.
_GPU_LINE = re.compile(
    rb"(?:(?:VERBOSE|INFO|WARNING|ERROR|Warning|error|MESA|MESA-LOADER|libEGL warning): "
    rb"|[IWEF]\d{4} [\d:.]+ +\d+ )(?:\[?[\w/.]+\.(?:cc|h):\d+\]:? )?(.*)"
)
_GPU_MORE = re.compile(rb"[ \t]+\S.*|\xe2\x94\x94.*|===.*=== *|third_party/.*|See instructions: .*|")
_OPERATIONS = re.compile(r"Following operations are not supported by GPU delegate", re.IGNORECASE)
_OPERATION = re.compile(rb"\w+: .*|(No|\d+) operations will run on the GPU.*")


@contextlib.contextmanager
def captured() -> Iterator[None]:
    """Turns lines that TensorFlow Lite prints meanwhile into log records of this module.

    The runtimes write to file descriptor 2 itself, and LiteRT has no setting for it. So the descriptor
    leads to a file for the few milliseconds in which a model is loaded. What anyone else writes there
    meanwhile appears on stderr right afterwards, unchanged. One thread at a time.
    """
    lines: list[bytes] = []
    try:
        with _lock, _diverted(2, lines):
            yield
    finally:
        for line in lines:
            if match := _LINE.fullmatch(line.rstrip(b"\r\n")):
                _log.log(_LEVELS.get(match[1], logging.ERROR), "%s", match[2].decode(errors="replace"))
            else:
                os.write(2, line)


@contextlib.contextmanager
def captured_gpu(*, stdout: bool = False) -> Iterator[list[str]]:
    """Keeps what LiteRT's GPU accelerator and the drivers below it print in a list; otherwise `captured`.

    All of it is logged for debugging only: what matters of it is for the caller to tell.

    Args:
        stdout: Also what goes to file descriptor 1, as one line does when the accelerator is loaded.

    Yields:
        What they said, each with the lines that go on with it; filled when the block is left.
    """
    said: list[str] = []
    errors: list[bytes] = []
    outputs: list[bytes] = []
    try:
        with _lock, _diverted(2, errors), _diverted(1, outputs) if stdout else contextlib.nullcontext():
            yield said
    finally:
        for descriptor, lines in ((1, outputs), (2, errors)):
            taken = False
            for line in lines:
                taken = _take(line.rstrip(b"\r\n"), said, taken)
                if not taken:
                    os.write(descriptor, line)
        for text in said:
            _log.debug("%s", text)


@contextlib.contextmanager
def quiet_at_exit() -> Iterator[None]:
    """Keeps what native destructors print on stderr off the screen, if they are registered meanwhile.

    LiteRT has one that runs when Python has ended. Handlers of the C library run in reverse order: the one
    registered afterwards closes stderr before it, the one registered first opens it again after it. Only
    the first time; and not on Windows.
    """
    global _quiet
    if _quiet:
        yield
        return
    _quiet = True
    try:
        library = ctypes.CDLL(None)
        register, duplicate, close = (getattr(library, name) for name in ("__cxa_atexit", "dup", "close"))
        screen = os.dup(2)
    except (AttributeError, TypeError, OSError):
        yield
        return
    register(duplicate, ctypes.c_void_p(screen), None)
    try:
        yield
    finally:
        register(close, ctypes.c_void_p(2), None)


def _take(line: bytes, said: list[str], goes_on: bool) -> bool:
    """Adds a line to what the accelerator said, if it is of it; `goes_on`: the line before was."""
    if match := _GPU_LINE.fullmatch(line):
        said.append(match[1].decode(errors="replace"))
        return True
    if goes_on and (
        _GPU_MORE.fullmatch(line) or (_OPERATIONS.match(said[-1]) and _OPERATION.fullmatch(line))
    ):
        said[-1] += "\n" + line.decode(errors="replace")
        return True
    return False


@contextlib.contextmanager
def _diverted(descriptor: int, lines: list[bytes]) -> Iterator[None]:
    """Adds what is written to a file descriptor meanwhile to `lines`, each with its end."""
    with contextlib.ExitStack() as stack:
        try:
            screen = os.dup(descriptor)
        except OSError:  # It is closed.
            yield
            return
        stack.callback(os.close, screen)
        file = stack.enter_context(tempfile.TemporaryFile(buffering=0))
        os.dup2(file.fileno(), descriptor)
        try:
            yield
        finally:
            os.dup2(screen, descriptor)
            file.seek(0)
            lines += file.read().splitlines(keepends=True)
