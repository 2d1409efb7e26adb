"""Messages of mediapipe/framework/status_handler.proto. Made by generate_protos.py; do not edit."""

from ..framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n(mediapipe/framework/status_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\x8f\x01\n\x13StatusHandlerConfig\x12\x16\n\x0estatus_handler\x18\x01 \x01(\t\x12\x19\n\x11input_side_packet\x18\x02 \x03(\t\x12\x17\n\x0eexternal_input\x18\xea\x07 \x03(\t\x12,\n\x07options\x18\x03 \x01(\x0b2\x1b.mediapipe.MediaPipeOptions', globals())
