"""``mpgraph devices``: the GPUs of this machine, and what works on them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mpgraph.errors import RunError

from .exits import Exit, say

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]


def add_parser(subparsers: Subparsers) -> None:
    """Adds ``devices`` to the commands; `run` carries it out."""
    parser = subparsers.add_parser(
        "devices",
        help="list GPUs and what works on them",
        description="Lists what images can be on and models can run on; if something does not work, why.",
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="show all messages")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carries out ``mpgraph devices``; what does not work is no failure of the command."""
    images, models = _images(), _models()
    if args.json:
        say(json.dumps({"images": images, "models": models}, indent=2))
        return Exit.OK
    say("images on a GPU (--device gpu:N):")
    for device in images:
        say(f"  {_line(device)}")
    say("models:")
    for device in models:
        say(f"  {_line(device)}")
    return Exit.OK


def _line(device: dict[str, Any]) -> str:
    number = f"{device['number']}: " if "number" in device else ""
    name = ", ".join(filter(None, (device["name"], device.get("device"), device.get("backend"))))
    software = " (software, slower than the CPU)" if device.get("is_software") else ""
    problem = f"does not work: {device['problem']}" if device["problem"] else "works"
    return f"{number}{name}{software}: {problem}"


def _images() -> list[dict[str, Any]]:
    """The adapters, each tried out."""
    import numpy as np

    from mpgraph.formats.image_frame import ImageFrame
    from mpgraph.gpu import Device, GpuDevice, adapters
    from mpgraph.gpu.device import is_software

    try:
        Device("gpu").adapter()
        found = adapters()
    except RunError as error:
        return [{"name": "none", "problem": str(error)}]
    devices = []
    for number, adapter in enumerate(found):
        problem = ""
        try:
            GpuDevice(adapter).upload(ImageFrame.adopt(np.zeros((2, 2), np.uint8))).download()
        except RunError as error:
            problem = str(error)
        devices.append(
            {
                "number": number,
                "name": adapter.info["device"] or adapter.info["description"],
                "backend": adapter.info["backend_type"],
                "is_software": is_software(adapter),
                "problem": problem,
            }
        )
    return devices


def _models() -> list[dict[str, Any]]:
    """LiteRT's accelerators."""
    from dataclasses import asdict

    from mpgraph.inference.accelerators import accelerators

    return [asdict(accelerator) for accelerator in accelerators()]
