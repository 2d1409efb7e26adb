"""PacketGeneratorWrapperCalculator (spec PG-1)."""

from __future__ import annotations

import pytest

from mpgraph import Context, Graph, SideInput, SideOutput, option, options
from mpgraph.errors import ConfigError
from mpgraph.packet_generator import PacketGenerator


@options(message="wrappertest.Times", extension=31_501, extends="mediapipe.PacketGeneratorOptions")
class TimesOptions:
    """The factor."""

    factor: int = option(1, default=2)


class Times(PacketGenerator, name="wrappertest.inner.PgTimes"):
    """Multiplies."""

    options: TimesOptions
    number = SideInput[int]("IN")
    result = SideOutput[int]("OUT")

    def generate(self, cc: Context) -> None:
        cc.send(self.result, cc[self.number] * self.options.factor)


def node(opts: str, source: str = "IN:a") -> str:
    return f"""node {{
        calculator: "PacketGeneratorWrapperCalculator" input_side_packet: "{source}" output_side_packet: "OUT:b"
        options {{ [mediapipe.PacketGeneratorWrapperCalculatorOptions.ext] {{ {opts} }} }}
    }}"""


@pytest.mark.parametrize(
    ("opts", "result"),
    [
        ('packet_generator: "wrappertest.inner.PgTimes"', 6),
        ('packet_generator: "PgTimes" package: "wrappertest.inner.more"', 6),
        (
            'packet_generator: "inner.PgTimes" package: "wrappertest" '
            "options { [wrappertest.Times.ext] { factor: 5 } }",
            15,
        ),
    ],
)
def test_a_generator_as_a_node(opts: str, result: int) -> None:
    graph = Graph(node(opts))
    graph.run({"a": 3})
    assert graph.output_side_packet("b").value == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (node('packet_generator: "PgTimes"'), 'Unable to find PacketGenerator "PgTimes"'),
        (node('packet_generator: "PassThroughCalculator"'), '"PassThroughCalculator" is PassThrough, not a'),
        (node('packet_generator: "wrappertest.inner.PgTimes"', "NI:a"), "input side packet NI"),
    ],
)
def test_what_cannot_be_wrapped(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Graph(text)
