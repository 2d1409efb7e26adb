"""Messages of mediapipe/framework/stream_handler/sync_set_input_stream_handler.proto. Made by generate_protos.py; do not edit."""

from ...framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nFmediapipe/framework/stream_handler/sync_set_input_stream_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\xe1\x01\n SyncSetInputStreamHandlerOptions\x12E\n\x08sync_set\x18\x01 \x03(\x0b23.mediapipe.SyncSetInputStreamHandlerOptions.SyncSet\x1a\x1c\n\x07SyncSet\x12\x11\n\ttag_index\x18\x01 \x03(\t2X\n\x03ext\x12\x1b.mediapipe.MediaPipeOptions\x18\xd1\xa2\xa6J \x01(\x0b2+.mediapipe.SyncSetInputStreamHandlerOptions', globals())
