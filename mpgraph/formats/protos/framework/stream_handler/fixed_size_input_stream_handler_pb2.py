"""Messages of mediapipe/framework/stream_handler/fixed_size_input_stream_handler.proto. Made by generate_protos.py; do not edit."""

from ...framework import mediapipe_options_pb2 as _mediapipe_options_pb2
from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\nHmediapipe/framework/stream_handler/fixed_size_input_stream_handler.proto\x12\tmediapipe\x1a+mediapipe/framework/mediapipe_options.proto"\xdc\x01\n"FixedSizeInputStreamHandlerOptions\x12\x1d\n\x12trigger_queue_size\x18\x01 \x01(\x05:\x012\x12\x1c\n\x11target_queue_size\x18\x02 \x01(\x05:\x011\x12\x1d\n\x0efixed_min_size\x18\x03 \x01(\x08:\x05false2Z\n\x03ext\x12\x1b.mediapipe.MediaPipeOptions\x18\xbf\xe9\xfa; \x01(\x0b2-.mediapipe.FixedSizeInputStreamHandlerOptions', globals())
