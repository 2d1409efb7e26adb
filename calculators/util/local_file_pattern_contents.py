"""LocalFilePatternContentsCalculator: the files of a folder on a stream."""

from __future__ import annotations

from pathlib import Path

from mpgraph.calculator import Calculator
from mpgraph.context import Context
from mpgraph.errors import StopGraph
from mpgraph.ports import Output, SideInput

__all__ = ["LocalFilePatternContents"]


class LocalFilePatternContents(Calculator, name="LocalFilePatternContentsCalculator"):
    """Sends what is in the files of a folder whose names end as given, in the order of their names.

    Side inputs: FILE_DIRECTORY (str), the folder, without those below it; FILE_SUFFIX (str), the end of the
    names, ``.jpg`` for one. Output: CONTENTS (bytes), one file per packet, at timestamps 1, 2, 3 and so on.

    Raises:
        OSError: The folder is not there, or a file cannot be read.

    Upstream: calculators/util/local_file_pattern_contents_calculator.cc; spec calculators.md 3.

    Example::

        node {
          calculator: "LocalFilePatternContentsCalculator"
          input_side_packet: "FILE_DIRECTORY:folder"
          input_side_packet: "FILE_SUFFIX:suffix"
          output_stream: "CONTENTS:encoded_images"
        }
    """

    directory = SideInput[str]("FILE_DIRECTORY")
    suffix = SideInput[str]("FILE_SUFFIX")
    contents = Output[bytes]("CONTENTS")

    def open(self, cc: Context) -> None:
        """Lists the files."""
        suffix = cc[self.suffix]
        self._files = sorted(
            path
            for path in Path(cc[self.directory]).iterdir()
            if path.name.endswith(suffix) and path.is_file()
        )
        self._next = 0

    def process(self, cc: Context) -> None:
        """Sends a file."""
        if self._next == len(self._files):
            raise StopGraph
        data = self._files[self._next].read_bytes()
        self._next += 1
        cc.send(self.contents, data, self._next)
