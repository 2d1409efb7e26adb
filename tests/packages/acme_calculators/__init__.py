"""What a third party's package looks like: calculators and graphs, offered by entry points."""

from __future__ import annotations

from mpgraph import Calculator, Context, Input, Output, calculator, option, options


@options(message="acme.ScaleOptions")
class ScaleOptions:
    """By how much to scale."""

    factor: int = option(1, default=2)


class Scale(Calculator, name="AcmeScaleCalculator"):
    """Multiplies each number."""

    options: ScaleOptions
    number = Input[int]("NUMBER")
    scaled = Output[int]("NUMBER")

    def process(self, cc: Context) -> None:
        cc.send(self.scaled, cc[self.number] * self.options.factor)


@calculator("AcmeHalveCalculator", output="NUMBER")
def halve(number: int) -> int:
    """Halves each number, and cannot halve odd ones."""
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number // 2
