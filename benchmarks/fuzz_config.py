"""Do hostile graphs raise anything but the project's own errors? Coverage-guided, with atheris.

::

    pip install atheris
    python benchmarks/fuzz_config.py [SECONDS]

Each input is read as text, as a template and as bytes; what can be read is checked, printed and read again.
The budget, 60 seconds unless given, is for all of it; a crash stops it, and the input is printed and saved.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from mpgraph.config.library import Library
from mpgraph.config.schema import GraphConfig
from mpgraph.config.template import GraphTemplate, parse_graph
from mpgraph.config.validate import make_plan
from mpgraph.errors import ConfigError
from mpgraph.runtime.policies import POLICIES

SEEDS = (
    b'input_stream: "a" node { calculator: "PassThroughCalculator" input_stream: "a" output_stream: "b" }',
    b'%param n: 2% %for (i : list(1, n))% node { name: %i% calculator: "FlowLimiterCalculator" } %end%',
    b"graph_options { [type.googleapis.com/mediapipe.FaceDetectionOptions] { strides: [8, 16] } } node {"
    b' calculator: "ImageToTensorCalculator" options { [mediapipe.ImageToTensorCalculatorOptions.ext] { } }'
    b' option_value: "output_tensor_width:options/strides/1" }',
    b'node { calculator: "SwitchContainer" input_stream: "ENABLE:e" options {'
    b' [mediapipe.SwitchContainerOptions.ext] { contained_node { calculator: "PassThroughCalculator" } } } }',
)


def check(config: GraphConfig) -> None:
    """Checks a config, prints it, and reads what was printed."""
    plan = make_plan(config, Library(), POLICIES)
    text = plan.config.to_text()
    if GraphConfig.from_text(text).to_text() != text:
        msg = f"what is printed reads otherwise:\n{text}"
        raise AssertionError(msg)


def one_input(data: bytes) -> None:
    """Tries an input in every way that a graph may come."""
    with suppress(ConfigError):
        check(GraphConfig.from_binary(data))
    with suppress(ConfigError):
        check(GraphTemplate.from_binary(data).expand({"n": 2.0}))
    with suppress(ConfigError, UnicodeDecodeError):
        graph = parse_graph(data.decode())
        check(graph if isinstance(graph, GraphConfig) else graph.expand({"n": 2.0}))


def main() -> None:
    """Fuzzes for as long as the first argument says."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris")
    for seed in SEEDS:
        one_input(seed)
        one_input(seed[: len(seed) // 2])
    corpus = Path(tempfile.mkdtemp())
    for index, seed in enumerate(SEEDS):
        (corpus / str(index)).write_bytes(seed)
        with suppress(ConfigError):
            (corpus / f"{index}b").write_bytes(GraphConfig.from_text(seed.decode()).to_binary())
    limits = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=600"]
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], *limits, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
