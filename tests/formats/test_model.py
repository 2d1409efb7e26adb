"""Models and op resolvers."""

import hashlib

import pytest

from mpgraph.formats.model import OpResolver, Resource, TfLiteModel
from mpgraph.packet_type import packet_type


def test_model_knows_its_digest() -> None:
    data = b"\x1c\0\0\0TFL3rest"
    assert TfLiteModel(data).sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", [b"", b"TFL3", b"<html>not a model</html>"])
def test_other_bytes_are_no_model(data: bytes) -> None:
    with pytest.raises(ValueError, match=f"not a TensorFlow Lite model: {len(data)} bytes"):
        TfLiteModel(data)


def test_packet_type_names() -> None:
    """P-8: types that upstream does not register have the compiler's names."""
    assert str(packet_type(OpResolver)) == "tflite::OpResolver"
    assert str(packet_type(Resource)) == "mediapipe::Resource"
    assert str(packet_type(TfLiteModel)).startswith("std::unique_ptr<tflite::impl::FlatBufferModel")
