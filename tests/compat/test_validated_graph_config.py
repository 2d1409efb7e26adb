"""`ValidatedGraphConfig` (PY-V1); its texts are compared with upstream's in test_side_by_side.py."""

from __future__ import annotations

import pytest

from mpgraph.compat.validated_graph_config import ValidatedGraphConfig

SIZES = """
input_stream: "im" input_side_packet: "allow" output_stream: "size"
node { calculator: "ImagePropertiesCalculator" input_stream: "IMAGE:im" output_stream: "SIZE:size" }
node { calculator: "GateCalculator" input_stream: "size" input_side_packet: "ALLOW:allow" output_stream: "on" }
"""


def test_types_are_told() -> None:
    config = ValidatedGraphConfig()
    assert (config.initialized(), config.text_config, config.binary_config) == (False, "", b"")
    config.initialize(graph_config=SIZES)
    assert config.initialized()
    assert "ImagePropertiesCalculator" in config.text_config
    assert config.binary_config
    assert config.registered_stream_type_name("im") == "OneOf<::mediapipe::Image, ::mediapipe::ImageFrame>"
    assert config.registered_side_packet_type_name("allow") == "bool"
    with pytest.raises(ValueError, match=r'Stream "zz" is not defined in the config.'):
        config.registered_stream_type_name("zz")


def test_a_failure_leaves_it_as_it_was() -> None:
    config = ValidatedGraphConfig()
    with pytest.raises(RuntimeError, match='Unable to find Calculator "Nope"'):
        config.initialize(graph_config='node { calculator: "Nope" }')
    assert not config.initialized()
    with pytest.raises(ValueError, match=r'Stream "im" is not defined in the config.'):
        config.registered_stream_type_name("im")
    config.initialize(graph_config=SIZES)
    with pytest.raises(RuntimeError, match="can be initialized only once"):
        config.initialize(graph_config=SIZES)
