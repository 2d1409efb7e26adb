"""``mpgraph models``: lists, fetches, verifies and locates model files."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mpgraph import model_store
from mpgraph.errors import ModelError
from mpgraph.model_store import Model

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]

_OK, _MISSING = 0, 3  # exit codes
_NAME = "name, file name or upstream path"


def add_parser(subparsers: Subparsers) -> None:
    """Adds ``models`` to the commands; `run` carries it out."""
    parser = subparsers.add_parser(
        "models",
        help="list, fetch, verify and locate model files",
        description="Lists, fetches, verifies and locates the model files that graphs name.",
    )
    commands = parser.add_subparsers(dest="models_command", required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="show the known models and where each one is")
    listing.add_argument("--json", action="store_true", help="print everything that is known, as JSON")
    fetch = commands.add_parser("fetch", help="get models that are not on this machine")
    wanted = fetch.add_mutually_exclusive_group(required=True)
    wanted.add_argument("names", nargs="*", default=[], metavar="NAME", help=_NAME)
    wanted.add_argument("--all", action="store_true", help="every known model")
    verify = commands.add_parser("verify", help="compare the files on this machine with their SHA-256")
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: every model that is here")
    path = commands.add_parser("path", help="print where a model is, without fetching it")
    path.add_argument("name", metavar="NAME", help=_NAME)
    for command in (listing, fetch, verify, path):
        command.add_argument(
            "--folder", type=Path, help="look here first (default: the environment's MPGRAPH_MODELS)"
        )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carries out ``mpgraph models``; 0, or 3 if a model is missing or not what it should be."""
    commands = {"list": _list, "fetch": _fetch, "verify": _verify, "path": _path}
    try:
        return commands[args.models_command](args)
    except ModelError as error:
        _complain(error)
        return _MISSING


def _list(args: argparse.Namespace) -> int:
    rows = [(model, _state(model, args.folder)) for model in model_store.manifest().values()]
    if args.json:
        _say(json.dumps([{**asdict(model), **state} for model, state in rows], indent=2))
        return _OK
    width = max(len(model.name) for model, _ in rows)
    for model, state in rows:
        size = f"{model.size / 1024:8.0f} KiB" if model.size else " " * 12
        _say(f"{model.name:{width}}  {size}  {state['place'] or '-':9}  {model.path}")
    return _OK


def _state(model: Model, folder: Path | None) -> dict[str, str | None]:
    """Where the first intact copy is."""
    for copy in model_store.copies(model, folder=folder):
        if copy.intact:
            return {"place": copy.place, "file": str(copy.path)}
    return {"place": None, "file": None}


def _fetch(args: argparse.Namespace) -> int:
    names = list(model_store.manifest()) if args.all else args.names
    code = _OK
    for model, result in model_store.fetch(names, folder=args.folder, progress=_progress()):
        if isinstance(result, ModelError):
            _complain(result)
            code = _MISSING
        else:
            _say(f"{model.name}  {result}")
    return code


def _verify(args: argparse.Namespace) -> int:
    models = [model_store.get(name) for name in args.names] or model_store.manifest().values()
    code = _OK
    for model in models:
        copies = model_store.copies(model, folder=args.folder)
        if args.names and not copies:
            _say(f"missing  {model.name}")
            code = _MISSING
        for copy in copies:
            _say(f"{'ok     ' if copy.intact else 'BROKEN '}  {model.name}  {copy.path}")
            code = code if copy.intact else _MISSING
    return code


def _path(args: argparse.Namespace) -> int:
    _say(model_store.find(args.name, folder=args.folder, download=False))
    return _OK


def _progress() -> model_store.Progress | None:
    """Shows how far a file is, on a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(name: str, done: int, total: int | None) -> None:
        share = f"{100 * done // total:3d} %" if total else f"{done / 1024:.0f} KiB"
        sys.stderr.write(f"\r{name}  {share}" + "\n" * (done == total))
        sys.stderr.flush()

    return show


def _complain(error: ModelError) -> None:
    sys.stderr.write(f"error: {error}\n")


def _say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
