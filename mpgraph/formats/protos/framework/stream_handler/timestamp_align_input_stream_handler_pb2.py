"""Messages of mediapipe/framework/stream_handler/timestamp_align_input_stream_handler.proto. Made by generate_protos.py; do not edit."""

from ...framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nMmediapipe/framework/stream_handler/timestamp_align_input_stream_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\xac\x01\n\'TimestampAlignInputStreamHandlerOptions\x12 \n\x18timestamp_base_tag_index\x18\x01 \x01(\t2_\n\x03ext\x12\x1b.mediapipe.MediaPipeOptions\x18\x93\x8b\xd3Z \x01(\x0b22.mediapipe.TimestampAlignInputStreamHandlerOptions', globals())
