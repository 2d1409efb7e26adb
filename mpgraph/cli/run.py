"""``mpgraph run``: a video, images or a camera through a graph."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

from mpgraph.errors import MediaError

from .exits import Exit, UsageError, say
from .graph_file import add_arguments, check_nodes, find_graph, load_calculators, reading
from .heap import keep_freed_memory
from .side_packets import make_side_packets, split_list

if TYPE_CHECKING:
    from mpgraph.config.plan import StreamPlan
    from mpgraph.gpu import Device
    from mpgraph.media.source import Source
    from mpgraph.runtime.graph import Graph

    from .job import Ports, Totals
    from .outputs import Output

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

__all__ = ["add_parser", "run"]

_N = TypeVar("_N", int, float)
_JSON = (".jsonl", ".json")
_EXAMPLES = """\
examples:
  mpgraph run selfie_segmentation_cpu
  mpgraph run selfie_segmentation_cpu -i holiday.mp4 -o painted.mp4
  mpgraph run my_graph.pbtxt --calculators my_calculators.py -i photos/ -o results/
"""


def add_parser(subparsers: Subparsers) -> None:
    """Adds ``run`` to the commands; `run` carries it out."""
    parser = subparsers.add_parser(
        "run",
        help="run a graph on a video, images, a camera or the test source",
        description="Runs each frame of a video, of images or of a camera through a graph. A graph without "
        "input streams, which has its own sources, is run until they are at their end.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("graph", nargs="?", metavar="GRAPH", help="a .pbtxt or .binarypb file, or a packaged graph")
    add("--calculator_graph_config_file", dest="graph_option", metavar="GRAPH", help="the same as GRAPH")
    add(
        *("-i", "--input", "--input-video-path", "--input_video_path"),
        dest="input",
        help="a video, an image, a folder or glob of images, camera:0, or testsrc[:WxH[@FPS[xSECONDS]]], "
        "the drawn test video (default)",
    )
    add(
        *("-o", "--output", "--output-video-path", "--output_video_path"),
        dest="output",
        help="a video, an image, a folder/, null:, or a .jsonl file for what is not an image; "
        "default: a file named after the graph in the current folder",
    )
    add(
        *("-s", "--side"),
        dest="side",
        action="append",
        default=[],
        metavar="NAME[:TYPE]=VALUE",
        help="a side packet; TYPE is bool, int, int64, uint64, float, double, string or file; repeatable",
    )
    add(
        *("--input_side_packets", "--input-side-packets"),
        dest="side",
        action="extend",
        type=split_list,
        metavar="A=B,C=D",
        help="several side packets",
    )
    add("--input-stream", metavar="NAME", help="the stream to feed; default: input_video, or the only one")
    add("--output-stream", metavar="NAME", help="the stream to write; default: output_video or the only one")
    add("--limit", type=_count, metavar="N", help="stop after N frames")
    add("--start", type=_seconds, metavar="SECONDS", help="leave out the beginning of the input")
    add("--duration", type=_some_seconds, metavar="SECONDS", help="how much of the input to take")
    add(
        "--device",
        type=_device,
        metavar="auto|cpu|gpu[:N|:NAME]",
        help="where models run, and which GPU; `mpgraph devices` lists them (default: MPGRAPH_GPU, else "
        "auto: where the graph says, on the CPU if there is no GPU)",
    )
    add("--threads", type=_count, metavar="N", help="threads of the graph, and of each inference")
    add_arguments(parser)
    add("-q", "--quiet", action="store_true", help="show errors only")
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    return _number(text, int, lambda value: value >= 1, "a whole number, at least 1")


def _seconds(text: str) -> float:
    return _number(text, float, lambda value: 0 <= value < math.inf, "a number of seconds, at least 0")


def _some_seconds(text: str) -> float:
    return _number(text, float, lambda value: 0 < value < math.inf, "a number of seconds above 0")


def _device(text: str) -> Device:
    from mpgraph.gpu import Device

    try:
        return Device(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number(text: str, kind: Callable[[str], _N], fits: Callable[[_N], bool], wanted: str) -> _N:
    try:
        if fits(value := kind(text)):
            return value
    except ValueError:
        pass
    msg = f'expected {wanted}, got "{text}"'
    raise argparse.ArgumentTypeError(msg)


def run(args: argparse.Namespace) -> int:
    """Carries out ``mpgraph run``."""
    given = [name for name in (args.graph, args.graph_option) if name is not None]
    if len(given) != 1:
        msg = "give one graph: mpgraph run GRAPH (mpgraph run --help says more)"
        raise UsageError(msg)
    path = find_graph(given[0])
    keep_freed_memory()
    load_calculators(args.calculators)
    if not args.verbose and "cv2" not in sys.modules:
        os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    from mpgraph.gpu import DEVICE, Device
    from mpgraph.runtime.graph import Graph

    device = args.device or Device()
    with reading(path):
        graph = Graph(
            path, graph_path=args.graph_path, num_threads=args.threads, services={DEVICE.key: device}
        )
    check_nodes(graph.config, path)
    with _threads(args.threads):
        return _run(args, path, graph, device)


def _run(args: argparse.Namespace, path: Path, graph: Graph, device: Device) -> int:
    from .interrupt import Interrupts
    from .job import Job, Ports, frames_in_flight
    from .pictures import make_feed
    from .progress import make_progress
    from .streams import choose_input, choose_output

    plan = graph.plan
    name = choose_input(plan, args.input_stream) if plan.graph_inputs or args.input_stream else None
    feed = None if name is None else make_feed(plan.streams[name], device)
    asked = args.output_stream is not None or args.output not in (None, "null:")
    is_taken = name is not None or asked or len(plan.graph_outputs) == 1
    ports = Ports(name, feed, choose_output(plan, args.output_stream) if is_taken else None)
    side_packets = make_side_packets(args.side, plan.side_packets)
    with ExitStack() as stack:
        source = stack.enter_context(_no_source(args) if name is None else _open_source(args))
        stream = None if ports.output is None else plan.streams[ports.output]
        output = _open_output(args.output, stream, source, path.stem)
        stack.callback(output.abort)
        progress = make_progress(path.stem, source.frame_count, quiet=args.quiet)
        stack.callback(progress.stop)

        def finish() -> None:
            job.finish()
            _note("finishing the frames under way; Ctrl-C again stops at once", args)

        def stop() -> NoReturn:
            try:
                progress.stop()
                output.abort()
                _note("stopped; the output was dropped", args)
            finally:
                os._exit(
                    Exit.INTERRUPTED
                )  # since a calculator that never returns would hold up any other end

        job = Job(
            graph,
            side_packets,
            ports,
            source=source,
            output=output,
            in_flight=frames_in_flight(plan, args.threads or os.cpu_count() or 1),
            progress=progress,
        )
        progress.start()
        with Interrupts(finish, stop) as interrupts:
            job.run()
        progress.stop()
        _conclude(job.totals, ports, output, args)
    return Exit.INTERRUPTED if interrupts.count else Exit.OK


@contextmanager
def _threads(threads: int | None) -> Iterator[None]:
    """Sets the number of threads of each inference and of OpenCV.

    It is the wanted one, or what reading and writing leave, which run beside the graph and take two
    processors; for inference no more than two.
    """
    import cv2

    from mpgraph import inference

    cv2_before = cv2.getNumThreads()
    left = max(1, cv2_before - 2)
    inference_before = inference.set_default_threads(threads or min(2, left))
    cv2.setNumThreads(threads or left)
    try:
        yield
    finally:
        inference.set_default_threads(inference_before)
        cv2.setNumThreads(cv2_before)


def _no_source(args: argparse.Namespace) -> Source:
    from .job import NoFrames

    for option in ("input", "start", "duration", "limit"):
        if getattr(args, option) is not None:
            msg = f"the graph has no input stream: --{option} has nothing to act on"
            raise UsageError(msg)
    return NoFrames()


def _open_source(args: argparse.Namespace) -> Source:
    """The input, read by a thread of its own.

    A name that stands for nothing is a usage error, a file that cannot be read is not.
    """
    from mpgraph.media.overlap import ReadAhead
    from mpgraph.media.source import open_source

    spec = "testsrc" if args.input is None else args.input
    try:
        return ReadAhead(open_source(spec, start=args.start or 0.0, duration=args.duration, limit=args.limit))
    except MediaError as error:
        if "\0" not in spec and Path(spec).is_file():
            raise
        raise UsageError(str(error)) from error


def _open_output(spec: str | None, stream: StreamPlan | None, source: Source, stem: str) -> Output:
    """The output that `spec` names, or the default one; every reason why it cannot be is a usage error."""
    from .outputs import JsonFile, JsonScreen, Nowhere, Pictures
    from .pictures import carries_images

    if stream is None or spec == "null:":
        return Nowhere()
    images = carries_images(stream)
    try:
        if spec is None and not images:
            return JsonScreen()
        if spec is not None and Path(spec).suffix.lower() in _JSON:
            return JsonFile(Path(spec))
        if images:
            return Pictures(_default_output(source, stem) if spec is None else spec, source, stream.name)
    except MediaError as error:
        raise UsageError(str(error)) from error
    msg = (
        f'the stream "{stream.name}" carries {stream.type}, which is no image: give -o NAME.jsonl, or leave '
        "-o out to have it printed"
    )
    raise UsageError(msg)


def _default_output(source: Source, stem: str) -> str:
    """What is named after the graph in the current folder: an image for an image, and so on."""
    from mpgraph.media.source import IMAGE_SUFFIXES

    if not any(file.suffix.lower() in IMAGE_SUFFIXES for file in source.files()):
        return f"{stem}.mp4"
    return f"{stem}.png" if source.frame_count == 1 else f"{stem}/"


def _conclude(totals: Totals, ports: Ports, output: Output, args: argparse.Namespace) -> None:
    """The closing line, on stdout unless packets were printed there; and what may be a surprise."""
    if args.quiet:
        return
    if ports.output is None:
        line = f"done in {totals.seconds:.2f} s"
    else:
        frames = totals.frames_out if ports.input is None else totals.frames_in
        rate = frames / totals.seconds if totals.seconds else 0
        fed = "" if ports.input is None else f"{totals.frames_in} frames in, "
        line = f"{fed}{totals.frames_out} out, {totals.seconds:.2f} s, {rate:.1f} frames/s: {output.name}"
    if output.name == "stdout":
        sys.stderr.write(f"{line}\n")
    else:
        say(line)
    if totals.frames_out < totals.frames_in:
        _note(f"nothing came out for {totals.frames_in - totals.frames_out} frames", args)


def _note(text: str, args: argparse.Namespace) -> None:
    if not args.quiet:
        sys.stderr.write(f"note: {text}\n")
        sys.stderr.flush()
