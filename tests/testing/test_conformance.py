"""`check_calculator`: good calculators pass, and each rule finds the calculator that breaks it."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from mpgraph import (
    Calculator,
    Context,
    Input,
    Inputs,
    Output,
    Outputs,
    Packet,
    SideInput,
    SideOutput,
    option,
    options,
)
from mpgraph.errors import ConfigError
from mpgraph.testing import ConformanceError, StreamData, check_calculator, docstring_example


@options("mpgraph.testing_test.ScaleOptions")
class ScaleOptions:
    factor: int = option(1, default=2)


class Scale(Calculator, name="ConformScale"):
    """Scales numbers.

    Example::

        node {
          calculator: "ConformScale"
          input_stream: "A:a"
          output_stream: "A:b"
          node_options { [type.googleapis.com/mpgraph.testing_test.ScaleOptions] { factor: 3 } }
        }
    """

    options: ScaleOptions
    number = Input[int]("A")
    scaled = Output[int]("A")

    def process(self, cc: Context) -> None:
        cc.send(self.scaled, cc[self.number] * self.options.factor)


ITEMS = [(t * 10, t) for t in range(30)]


def test_a_good_calculator_passes_with_its_own_example() -> None:
    outputs = check_calculator("ConformScale", inputs={"A": ITEMS})
    assert outputs["A"] == [(t, value * 3) for t, value in ITEMS]
    assert check_calculator(Scale, inputs={"A": ITEMS})["A"] == outputs["A"]


def problems(cls: type[Any], ports: str, inputs: Any = None, side_packets: Any = None) -> str:
    """What is wrong with the calculator, in a node with these ports."""
    with pytest.raises(ConformanceError) as caught:
        check_calculator(cls, f'calculator: "{cls.registered_name}" {ports}', inputs, side_packets)
    assert caught.value.problems
    return "\n".join(caught.value.problems)


ONE = 'input_stream: "A:a" output_stream: "A:b"'
TWO = 'input_stream: "A:a" input_stream: "B:b" output_stream: "A:c"'


class _OneToOne(Calculator):
    number = Input[int]("A")
    made = Output[object]("A")


def test_state_of_the_class() -> None:
    """What one run leaves is seen by the next."""

    class Total(_OneToOne, name="ConformTotal"):
        seen: ClassVar[list[int]] = []

        def process(self, cc: Context) -> None:
            self.seen.append(cc[self.number])
            cc.send(self.made, sum(self.seen))

    found = problems(Total, ONE, {"A": ITEMS})
    for run in ("in a second run", "inline", "on 4 threads", "step by step"):
        assert f'{run}, output stream "A" differs: the packet at 0 is' in found


def test_state_that_two_nodes_share_at_the_same_time() -> None:
    """It is cleared at each start, so that runs one after the other are alike."""

    class Shared(_OneToOne, name="ConformShared"):
        count: ClassVar[list[int]] = []

        def open(self, cc: Context) -> None:
            self.count.clear()

        def process(self, cc: Context) -> None:
            self.count.append(1)
            cc.send(self.made, len(self.count))

    found = problems(Shared, ONE, {"A": ITEMS})
    assert "in a second run" not in found
    assert 'with a second node beside it, output stream "A" differs' in found


def test_an_offset_that_is_not_kept() -> None:
    class Silent(_OneToOne, name="ConformSilent"):
        def open(self, cc: Context) -> None:
            cc.outputs[0].set_offset(None)

    found = problems(Silent, ONE, {"A": ITEMS})
    assert 'when 0 is done, output stream "b" is settled only up to' in found
    assert "the offset promises 0" in found


def test_an_output_that_is_closed_early_is_settled() -> None:
    class First(_OneToOne, name="ConformFirst"):
        def process(self, cc: Context) -> None:
            if not cc.outputs[0].closed and cc.timestamp < 50:
                cc.send(self.made, 1)
                if cc.timestamp == 40:
                    cc.close(self.made)

    node = f'calculator: "ConformFirst" {ONE}'
    assert len(check_calculator(First, node, {"A": ITEMS})["A"]) == 5


def test_a_close_that_is_called_by_the_calculator_itself() -> None:
    class Closes(_OneToOne, name="ConformCloses"):
        def process(self, cc: Context) -> None:
            self.close(cc)

    assert "an instance was closed 31 times" in problems(Closes, ONE, {"A": ITEMS})


def test_a_close_that_fails_after_a_failed_run() -> None:
    class Fragile(_OneToOne, name="ConformFragile"):
        def open(self, cc: Context) -> None:
            self.calls = 0

        def process(self, cc: Context) -> None:
            self.calls += 1

        def close(self, cc: Context) -> None:
            assert self.calls in (0, 30), "expected all"

    found = problems(Fragile, ONE, {"A": ITEMS})
    assert "after a failure in process, close fails: AssertionError: expected all" in found


def test_a_run_without_packets() -> None:
    class Mean(_OneToOne, name="ConformMean"):
        def open(self, cc: Context) -> None:
            self.values: list[int] = []

        def process(self, cc: Context) -> None:
            self.values.append(cc[self.number])

        def close(self, cc: Context) -> None:
            cc.send(self.made, sum(self.values) / len(self.values), 10**9)

    assert "a run without packets fails: " in problems(Mean, ONE, {"A": ITEMS})


class Both(Calculator):
    a = Input[object]("A")
    b = Input[object]("B")
    made = Output[object]("A")


def test_a_stream_without_packets() -> None:
    """An accident is found; an error that says what is missing is the author's right."""

    class Joins(Both, name="ConformJoins"):
        def process(self, cc: Context) -> None:
            cc.send(self.made, cc.get(self.a, None) + cc.get(self.b, None))  # type: ignore[operator]

    class Demands(Both, name="ConformDemands"):
        def process(self, cc: Context) -> None:
            cc.send(self.made, cc[self.a] + cc[self.b])  # type: ignore[operator]

    inputs = {"A": ITEMS, "B": ITEMS}
    found = problems(Joins, TWO, inputs)
    assert 'without packets on input stream "A"' in found
    assert 'without packets on input stream "B"' in found
    check_calculator(Demands, f'calculator: "ConformDemands" {TWO}', inputs)


def test_a_side_packet_that_is_not_made() -> None:
    class Forgets(_OneToOne, name="ConformForgets"):
        side = SideOutput[int]("S")

    found = problems(Forgets, ONE + ' output_side_packet: "S:s"', {"A": ITEMS})
    assert found == "the output side packet S is not made"


def test_an_example_with_errors() -> None:
    class Misspelt(_OneToOne, name="ConformMisspelt"):
        """Says what its ports are, wrongly.

        Example::

            node { calculator: "ConformMisspelt" input_stream: "IMAGE:a" output_stream: "A:b" }
        """

    class Other(_OneToOne, name="ConformOther"):
        """Shows another calculator.

        Example::

            node { calculator: "ConformScale" input_stream: "A:a" output_stream: "A:b" }
        """

    assert "the example in the docstring has errors: ContractError" in problems(Misspelt, ONE)
    assert "the example in the docstring has no node of the calculator" in problems(Other, ONE)


def test_options_that_do_not_survive() -> None:
    """Here, since their class compares by more than their content."""

    @options("mpgraph.testing_test.OddOptions")
    class OddOptions:
        factor: int = option(1, default=2)

        def __eq__(self, other: object) -> bool:
            return self is other

        __hash__ = None  # type: ignore[assignment]

    class Odd(_OneToOne, name="ConformOdd"):
        options: OddOptions

        @classmethod
        def options_class(cls) -> type[Any]:
            return OddOptions

    assert "the options are others after text" in problems(Odd, ONE)


def test_a_run_that_fails() -> None:
    class Fails(_OneToOne, name="ConformFails"):
        def process(self, cc: Context) -> None:
            raise ValueError("never")

    assert "a run fails: CalculatorError" in problems(Fails, ONE, {"A": ITEMS})


def test_headers_and_side_packets_are_compared() -> None:
    class Headed(_OneToOne, name="ConformHeaded"):
        runs: ClassVar[list[int]] = []
        start = SideInput[int]("START")
        side = SideOutput[int]("S")

        def open(self, cc: Context) -> None:
            self.runs.append(1)
            cc.set_header(self.made, Packet(len(self.runs)))
            cc.send(self.side, cc[self.start] + len(self.runs))

    ports = ONE + ' input_side_packet: "START:start" output_side_packet: "S:s"'
    found = problems(Headed, ports, {"A": StreamData(ITEMS, Packet("header"))}, {"START": 5})
    assert 'in a second run, output stream "A" differs: the header' in found
    assert "in a second run, output side packet S differs" in found


def test_arrays_are_compared_and_equality_can_be_given() -> None:
    class Noise(_OneToOne, name="ConformNoise"):
        generator = np.random.default_rng(1)

        def process(self, cc: Context) -> None:
            cc.send(self.made, self.generator.random(3))

    assert "in a second run" in problems(Noise, ONE, {"A": ITEMS})
    node = f'calculator: "ConformNoise" {ONE}'
    check_calculator(Noise, node, {"A": ITEMS}, equal=lambda a, b: type(a) is type(b))


def test_a_node_of_another_calculator_is_refused() -> None:
    with pytest.raises(ConfigError, match="is no node of Scale"):
        check_calculator(Scale, 'calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b"')
    with pytest.raises(ConfigError, match='no calculator is registered as "Nobody"'):
        check_calculator("Nobody")
    with pytest.raises(ConfigError, match="no example of exactly one"):
        check_calculator(_OneToOne)


def test_the_example_gets_the_inputs_that_it_lacks() -> None:
    example = docstring_example(Scale)
    assert example is not None
    assert (example.input_stream, example.input_side_packet) == (("a",), ())
    assert docstring_example(_OneToOne) is None


class Merge(Calculator, name="ConformMerge"):
    packets = Inputs[object]()
    merged = Outputs[object]()

    def process(self, cc: Context) -> None:
        cc.outputs[0].send(tuple(None if p.is_empty() else p.value for p in cc.inputs), cc.timestamp)


STREAMS = {"": ITEMS, ":1": ITEMS[::3]}
STANDARD: list[tuple[str, str, Any, Any]] = [
    ("ConformMerge", 'input_stream: "a" input_stream: "b" output_stream: "c"', STREAMS, {}),
    ("PassThroughCalculator", 'input_stream: "a" input_stream: "b" output_stream: "c" output_stream: "d"', STREAMS, {}),
    ("GateCalculator", 'input_stream: "a" input_stream: "ALLOW:b" output_stream: "c"',
     {"": ITEMS, "ALLOW": [(t, t % 3 == 0) for t, _ in ITEMS]}, {}),
    ("MuxCalculator", 'input_stream: "INPUT:0:a" input_stream: "INPUT:1:b" input_stream: "SELECT:s" output_stream: "OUTPUT:c"',
     {"INPUT:0": ITEMS, "INPUT:1": ITEMS, "SELECT": [(t, t % 20 // 10) for t, _ in ITEMS]}, {}),
    ("MergeCalculator", 'input_stream: "a" input_stream: "b" output_stream: "c"', STREAMS, {}),
    ("PacketThinnerCalculator", 'input_stream: "a" output_stream: "b" input_side_packet: "PERIOD:p"',
     {"": ITEMS}, {"PERIOD": 25}),
    ("PreviousLoopbackCalculator", 'input_stream: "MAIN:a" input_stream: "LOOP:b" output_stream: "PREV_LOOP:c"',
     {"MAIN": ITEMS, "LOOP": ITEMS}, {}),
    ("SidePacketToStreamCalculator", 'output_stream: "AT_PRESTREAM:a" input_side_packet: "s"', {}, {"": "x"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "ports", "inputs", "side"), STANDARD, ids=[case[0] for case in STANDARD])
def test_standard_calculators_conform(name: str, ports: str, inputs: Any, side: Any) -> None:
    check_calculator(name, f'calculator: "{name}" {ports}', inputs, side)
