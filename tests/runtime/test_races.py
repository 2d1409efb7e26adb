"""Races: threads that change places at any instruction, in many short runs."""

from __future__ import annotations

import itertools
import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mpgraph import Calculator, Context, Graph, Input, Output, Packet, SideInput, StopGraph
from mpgraph.errors import CancelledError, GraphClosedError, RunError
from mpgraph.status_handler import StatusHandler

DESCRIPTORS = Path("/proc/self/fd")
NEVER = threading.Event()


@pytest.fixture(autouse=True)
def _switch_often() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def give_way(rng: random.Random) -> None:
    """Now and then lets another thread go on here."""
    choice = rng.random()
    if choice < 0.15:
        NEVER.wait(0)
    elif choice < 0.3 and hasattr(os, "sched_yield"):
        os.sched_yield()


class Yielding(Calculator, name="RacesYielding"):
    """Forwards its packet, giving way before and after."""

    packet = Input[object]()
    passed = Output[object]()

    def open(self, cc: Context) -> None:
        self.rng = random.Random(cc.node_name)

    def process(self, cc: Context) -> None:
        give_way(self.rng)
        cc.send_packet(self.passed, cc.packet(self.packet))
        give_way(self.rng)


class Holds(Calculator, name="RacesHolds"):
    """Holds an open file from open to close, and tells its life to a list."""

    packet = Input[object]()
    passed = Output[object]()
    lives = SideInput[object]("LIVES")

    def open(self, cc: Context) -> None:
        self.file = open(__file__, "rb")  # noqa: SIM115
        cc[self.lives].append(("open", cc.node_name))  # type: ignore[attr-defined]

    def process(self, cc: Context) -> None:
        self.file.seek(0)
        cc.send_packet(self.passed, cc.packet(self.packet))

    def close(self, cc: Context) -> None:
        self.file.close()
        cc[self.lives].append(("close", cc.node_name))  # type: ignore[attr-defined]


class Endless(Calculator, name="RacesEndless", timestamp_offset=None):
    """A source that never stops by itself."""

    number = Output[object]()
    lives = SideInput[object]("LIVES")

    def open(self, cc: Context) -> None:
        self.next = 0
        cc[self.lives].append(("open", cc.node_name))  # type: ignore[attr-defined]

    def process(self, cc: Context) -> None:
        cc.send(self.number, self.next, self.next)
        self.next += 1

    def close(self, cc: Context) -> None:
        cc[self.lives].append(("close", cc.node_name))  # type: ignore[attr-defined]


def lattice(rng: random.Random) -> tuple[str, list[str]]:
    """Chains of random length side by side, which meet with a second input; and what comes out."""
    width, length = rng.randint(1, 4), rng.randint(1, 4)
    text = 'input_stream: "s" input_stream: "z"\n'
    for row in range(width):
        names = ["s", *(f"b{row}_{i}" for i in range(length))]
        for before, after in itertools.pairwise(names):
            flight = rng.choice(["", "", " max_in_flight: 3"])
            text += f'node {{ calculator: "RacesYielding" input_stream: "{before}" output_stream: "{after}"{flight} }}\n'
    ends = [*(f"b{row}_{length - 1}" for row in range(width)), "z"]
    outputs = [f"o{i}" for i in range(len(ends))]
    text += f"""node {{ calculator: "PassThroughCalculator" {" ".join(f'input_stream: "{n}"' for n in ends)}
      {" ".join(f'output_stream: "{n}"' for n in outputs)} }}"""
    return text, outputs


def side_by_side(*functions: Callable[[], object]) -> None:
    """Calls the functions at the same time, each in a thread; raises what they raise."""
    errors: list[BaseException] = []

    def call(function: Callable[[], object]) -> None:
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def graph_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("mpgraph")]


def feed_from_two_threads(seed: int) -> None:
    """All packets come out once and in order, whoever feeds, waits and works at the same time."""
    rng = random.Random(seed)
    text, outputs = lattice(rng)
    count = rng.randint(1, 120)
    found: dict[str, list[tuple[int, Any]]] = {name: [] for name in outputs}
    with Graph(text, num_threads=rng.choice([0, 1, 2, 4])) as graph:
        for name, packets in found.items():
            graph.observe(name, lambda p, packets=packets: packets.append((p.time, p.value)))  # type: ignore[misc]
        graph.start()

        def feed(stream: str) -> None:
            own = random.Random(f"{seed} {stream}")
            for time in range(count):
                graph.add_packet(stream, time, time)
                give_way(own)
                if own.random() < 0.03:
                    graph.wait_until_idle()
            graph.close_input(stream)

        side_by_side(lambda: feed("s"), lambda: feed("z"))
    assert found == {name: [(t, t) for t in range(count)] for name in outputs}, seed
    assert graph_threads() == []


CANCELLED = """input_stream: "in"
node { calculator: "RacesHolds" input_stream: "in" output_stream: "a" input_side_packet: "LIVES:lives" }
node { calculator: "RacesYielding" input_stream: "a" output_stream: "b" max_in_flight: 2 }
node { calculator: "RacesHolds" input_stream: "b" output_stream: "c" input_side_packet: "LIVES:lives" }
node { calculator: "RacesEndless" output_stream: "e" input_side_packet: "LIVES:lives" }
node { calculator: "RacesHolds" input_stream: "e" output_stream: "f" input_side_packet: "LIVES:lives" }"""


def cancel_anywhere(seed: int) -> None:
    """However far a run came: no thread is left, no file is open, what was opened is closed once."""
    rng = random.Random(seed)
    files = len(os.listdir(DESCRIPTORS)) if DESCRIPTORS.exists() else 0
    lives: list[tuple[str, str]] = []
    graph = Graph(CANCELLED, num_threads=rng.choice([0, 1, 2, 4]))
    graph.start({"lives": Packet(lives)})

    def feed() -> None:
        with suppress(RunError):
            for time in range(10_000):
                graph.add_packet("in", time, time)

    def cancel() -> None:
        for _ in range(rng.randint(0, 60)):
            give_way(rng)
        if rng.random() < 0.3:
            graph.pause()
        graph.cancel()

    def wait() -> None:
        with pytest.raises(CancelledError):
            graph.wait_until_done()

    side_by_side(feed, cancel, wait)
    with suppress(CancelledError):
        graph.close()
    assert graph_threads() == []
    counts = Counter(lives)
    assert all(counts["open", name] == counts["close", name] == 1 for _, name in lives), seed
    if files:
        assert len(os.listdir(DESCRIPTORS)) == files, seed


def pause_resume_and_ask(seed: int) -> None:
    """Calls that only ask, pause or wait change no packet."""
    rng = random.Random(seed)
    text, outputs = lattice(rng)
    poller_name = rng.choice(outputs)
    graph = Graph(text, num_threads=rng.choice([1, 2, 4]))
    poller = graph.poll(poller_name)
    graph.start()
    count = 60
    got: list[tuple[int, Any]] = []

    def feed() -> None:
        for time in range(count):
            graph.add_packet("s", time, time)
            graph.add_packet("z", time, time)
        graph.close_all_inputs()

    def disturb() -> None:
        own = random.Random(seed + 1)
        for _ in range(30):
            graph.pause()
            give_way(own)
            graph.resume()
            assert graph.errors == ()
            poller.queue_size()

    def take() -> None:
        got.extend((packet.time, packet.value) for packet in poller)

    side_by_side(feed, disturb, take)
    graph.wait_until_done()
    assert got == [(t, t) for t in range(count)], seed


def end_from_all_sides(seed: int) -> None:
    """`close`, `cancel`, `wait_until_done` and `close_input` at the same time end the run, once."""
    rng = random.Random(seed)
    text, _ = lattice(rng)
    graph = Graph(text, num_threads=rng.choice([0, 1, 4]))
    graph.start()
    for time in range(rng.randint(0, 20)):
        graph.add_packet("s", time, time)

    def quietly(function: Callable[[], object]) -> Callable[[], None]:
        def call() -> None:
            give_way(random.Random(seed))
            with suppress(CancelledError, GraphClosedError):
                function()

        return call

    calls: list[Callable[[], object]] = [graph.close, graph.wait_until_done, lambda: graph.close_input("s")]
    if rng.random() < 0.5:
        calls.append(graph.cancel)
    rng.shuffle(calls)
    side_by_side(*map(quietly, calls))
    assert not graph.is_running()
    assert graph_threads() == []


class Told(StatusHandler, name="RacesTold"):
    """Counts how often a run's end is told."""

    ends = SideInput[list[int]]("ENDS")

    def handle_status(self, cc: Context, error: Exception | None) -> None:
        give_way(random.Random(len(cc[self.ends])))
        cc[self.ends].append(1)


def tell_the_end_once(seed: int) -> None:
    """Status handlers hear of the end once, however many threads wait for it."""
    ends: list[int] = []
    text = """input_stream: "in"
    node { calculator: "RacesYielding" input_stream: "in" output_stream: "out" }
    status_handler { status_handler: "RacesTold" input_side_packet: "ENDS:ends" }"""
    graph = Graph(text, num_threads=random.Random(seed).choice([0, 1, 2]))
    graph.start({"ends": Packet(ends)})
    graph.add_packet("in", 1, 1)
    graph.close_input("in")
    side_by_side(graph.wait_until_done, graph.close, graph.wait_until_done)
    assert len(ends) == 1, seed


RACES = [tell_the_end_once, feed_from_two_threads, cancel_anywhere, pause_resume_and_ask, end_from_all_sides]


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_a_few_runs(race: Callable[[int], None]) -> None:
    for seed in range(40):
        race(seed)


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get("MPGRAPH_LONG_TESTS"), reason="takes minutes; set MPGRAPH_LONG_TESTS")
@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_many_runs(race: Callable[[int], None]) -> None:
    for seed in range(1000, 3000):
        race(seed)


def test_a_source_that_stops_while_it_is_cancelled() -> None:
    class Short(Calculator, name="RacesShort", timestamp_offset=None):
        number = Output[int]()

        def open(self, cc: Context) -> None:
            self.left = 3

        def process(self, cc: Context) -> None:
            if not self.left:
                raise StopGraph
            self.left -= 1
            cc.send(self.number, 0, 10 - self.left)

    graph = Graph('node { calculator: "RacesShort" output_stream: "a" }', num_threads=2)
    for _ in range(200):
        graph.start()
        graph.cancel()
        with suppress(CancelledError):
            graph.wait_until_done()
        assert graph_threads() == []
