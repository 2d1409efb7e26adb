"""`ManualClock`: time goes on only when it is told to; `SimulationClock`: when all sleep (spec OB-6)."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpgraph import Calculator, Context, Graph, Input, Output, Packet
from mpgraph.service import GraphService
from mpgraph.testing import ManualClock, SimulationClock


def test_it_stands_still_between_steps() -> None:
    clock = ManualClock(5)
    assert (clock(), clock(), clock.nanoseconds()) == (5, 5, 5000)
    assert clock.advance(10) == 15
    assert (clock(), clock.now) == (15, 15)
    assert clock.advance(0) == 15


def test_it_does_not_go_back() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="goes forward, but the step is -1 us"):
        clock.advance(-1)
    assert clock() == 0


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_sleepers_wake_by_time_and_then_in_the_order_of_sleep(naps: list[list[int]]) -> None:
    """OB-6: as a plain event loop would do it."""
    clock = SimulationClock(100)
    woken: list[tuple[int, int]] = []

    def sleeper(index: int) -> None:
        clock.sleep(index)  # so that the order of the first sleeps does not matter
        for nap in naps[index]:
            clock.sleep(nap * 10)
            woken.append((clock(), index))

    with clock.executor(len(naps)) as executor:
        with clock.thread():
            for index in range(len(naps)):
                executor.submit(sleeper, index)
        executor.shutdown()
    expected = []
    for index, lasting in enumerate(naps):
        expected += [(100 + index + 10 * sum(lasting[: count + 1]), index) for count in range(len(lasting))]
    assert woken == sorted(expected)


def test_of_one_time_the_first_to_sleep_wakes_first() -> None:
    clock = SimulationClock()
    woken: list[str] = []

    def sleeper(name: str, first: int) -> None:
        clock.sleep_until(first)
        clock.sleep_until(10)
        woken.append(name)

    with clock.executor(3) as executor:
        with clock.thread():
            for name, first in (("a", 3), ("b", 1), ("c", 2)):
                executor.submit(sleeper, name, first)
        executor.shutdown()
    assert woken == ["b", "c", "a"]
    assert (clock(), clock.nanoseconds()) == (10, 10_000)


def test_time_stands_still_while_a_thread_runs() -> None:
    clock = SimulationClock()
    with clock.executor(1) as executor:
        with clock.thread():
            nap = executor.submit(clock.sleep, 1_000_000)
            assert clock() == 0
            clock.sleep(500)
            assert (clock(), nap.done()) == (500, False)
            clock.sleep(-1)
            assert clock() == 500
        nap.result()
    assert clock() == 1_000_000


def test_tasks_wait_for_a_thread_of_the_executor() -> None:
    clock = SimulationClock()
    with clock.executor(2) as executor, clock.thread():
        naps = [executor.submit(clock.sleep, 100) for _ in range(5)]
        clock.sleep(250)
        assert [nap.done() for nap in naps] == [True] * 4 + [False]
    assert clock() == 300


def test_results_errors_and_the_end_of_an_executor() -> None:
    clock = SimulationClock()
    executor = clock.executor(1)
    with clock.thread():
        nap = executor.submit(clock.sleep, 1)
        dropped = executor.submit(int, "2")
        clock.sleep(0)
        executor.shutdown(wait=False, cancel_futures=True)
    nap.result()
    with pytest.raises(CancelledError):
        dropped.result()
    with pytest.raises(RuntimeError, match="shut down"):
        executor.submit(int)
    with clock.executor(1) as another:
        assert another.submit(int, "7").result() == 7
        with pytest.raises(ValueError, match="invalid literal"):
            another.submit(int, "seven").result()


def test_other_threads_do_not_sleep_by_the_clock() -> None:
    clock = SimulationClock()
    with pytest.raises(RuntimeError, match="only threads of a clock's executors"):
        clock.sleep(1)
    with clock.thread(), pytest.raises(RuntimeError, match="already"), clock.thread():
        pass
    with pytest.raises(ValueError, match="num_threads is 0"):
        clock.executor(0)


SIMULATION = GraphService("clocktest.simulation", SimulationClock)


class Slow(Calculator, name="ClockTestSlow", services=(SIMULATION,)):
    """Takes as long as its input says."""

    time = Input[int]()
    done = Output[int]()

    def process(self, cc: Context) -> None:
        clock: Any = cc.service(SIMULATION)
        clock.sleep(cc[self.time])
        cc.send(self.done, clock())


def test_nodes_of_a_graph_in_simulated_time() -> None:
    """Two nodes side by side: each needs its own time, and none of the test's."""
    text = """input_stream: "in" input_stream: "in2" output_stream: "a" output_stream: "b"
    executor { name: "simulated" }
    node { calculator: "ClockTestSlow" input_stream: "in" output_stream: "a" executor: "simulated" }
    node { calculator: "ClockTestSlow" input_stream: "in2" output_stream: "b" executor: "simulated" }"""
    clock = SimulationClock()
    found: dict[str, list[Packet]] = {"a": [], "b": []}
    with (
        clock.executor(2) as executor,
        Graph(text, executors={"simulated": executor}, services={SIMULATION.key: clock}) as graph,
    ):
        for name, packets in found.items():
            graph.observe(name, packets.append)
        graph.start()
        with clock.thread():
            for time in range(3):
                graph.add_packet("in", 1_000_000, time)
                graph.add_packet("in2", 1_600_000, time)
        graph.wait_until_idle()
    times = {name: [packet.value for packet in packets] for name, packets in found.items()}
    assert times == {"a": [1_000_000, 2_000_000, 3_000_000], "b": [1_600_000, 3_200_000, 4_800_000]}
    assert not [thread for thread in threading.enumerate() if thread.name == "simulated"]
