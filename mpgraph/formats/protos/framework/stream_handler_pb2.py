"""Messages of mediapipe/framework/stream_handler.proto. Made by generate_protos.py; do not edit."""

from ..framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n(mediapipe/framework/stream_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\x81\x01\n\x18InputStreamHandlerConfig\x127\n\x14input_stream_handler\x18\x01 \x01(\t:\x19DefaultInputStreamHandler\x12,\n\x07options\x18\x03 \x01(\x0b2\x1b.mediapipe.MediaPipeOptions"\x9f\x01\n\x19OutputStreamHandlerConfig\x129\n\x15output_stream_handler\x18\x01 \x01(\t:\x1aInOrderOutputStreamHandler\x12\x19\n\x11input_side_packet\x18\x02 \x03(\t\x12,\n\x07options\x18\x03 \x01(\x0b2\x1b.mediapipe.MediaPipeOptions', globals())
