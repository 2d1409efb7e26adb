"""LocalFileContentsCalculator: files as side packets."""

from __future__ import annotations

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.contract import Contract
from mpgraph.errors import ContractError
from mpgraph.options import option, options
from mpgraph.ports import SideInputs, SideOutputs

__all__ = ["LocalFileContents", "LocalFileContentsOptions"]


@options(message="mediapipe.LocalFileContentsCalculatorOptions", extension=346849340)
class LocalFileContentsOptions:
    """How the files are read.

    Attributes:
        text_mode: Whether as UTF-8 text, with a line feed at each line's end.
    """

    text_mode: bool = option(1)


class LocalFileContents(Calculator, name="LocalFileContentsCalculator"):
    """Reads files.

    Side inputs: FILE_PATH (str), one or more, paths or resource ids. Side outputs: CONTENTS, one per path:
    bytes, or str with text_mode.

    Raises:
        ContractError: Another number of outputs than paths.
        ModelUnavailableError: A file is nowhere, or is not text; the message lists each place that was tried.

    Upstream: calculators/util/local_file_contents_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "LocalFileContentsCalculator"
          input_side_packet: "FILE_PATH:labels_path"
          output_side_packet: "CONTENTS:labels"
        }
    """

    options: LocalFileContentsOptions
    paths = SideInputs[str]("FILE_PATH", at_least=1)
    contents = SideOutputs[str | bytes]("CONTENTS", at_least=1)

    @classmethod
    def get_contract(cls, contract: Contract) -> None:
        """Declares the ports and counts them."""
        super().get_contract(contract)
        paths, outputs = contract.side_inputs.count("FILE_PATH"), contract.side_outputs.count("CONTENTS")
        if paths != outputs:
            msg = f"{paths} side packets FILE_PATH need as many outputs CONTENTS, got {outputs}"
            raise ContractError(msg)

    def open(self, cc: Context) -> None:
        """Reads the files."""
        read = cc.resources.read_text if self.options.text_mode else cc.resources.read
        for index in range(cc.count(self.paths)):
            cc.send(self.contents[index], read(cc[self.paths[index]]))

    def process(self, cc: Context) -> None:
        """Never called: there are no streams."""
