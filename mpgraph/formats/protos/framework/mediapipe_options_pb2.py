"""Messages of mediapipe/framework/mediapipe_options.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n+mediapipe/framework/mediapipe_options.proto\x12\tmediapipe"\x1e\n\x10MediaPipeOptions*\n\x08\xa0\x9c\x01\x10\x80\x80\x80\x80\x02', globals())
