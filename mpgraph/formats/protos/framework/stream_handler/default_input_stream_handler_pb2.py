"""Messages of mediapipe/framework/stream_handler/default_input_stream_handler.proto. Made by generate_protos.py; do not edit."""

from ...framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nEmediapipe/framework/stream_handler/default_input_stream_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\x93\x01\n DefaultInputStreamHandlerOptions\x12\x15\n\nbatch_size\x18\x01 \x01(\x05:\x0112X\n\x03ext\x12\x1b.mediapipe.MediaPipeOptions\x18\xf5\xed\xacN \x01(\x0b2+.mediapipe.DefaultInputStreamHandlerOptions', globals())
