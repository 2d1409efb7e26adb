"""Messages of mediapipe/gpu/scale_mode.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n\x1emediapipe/gpu/scale_mode.proto\x12\tmediapipe"I\n\tScaleMode"<\n\x04Mode\x12\x0b\n\x07DEFAULT\x10\x00\x12\x0b\n\x07STRETCH\x10\x01\x12\x07\n\x03FIT\x10\x02\x12\x11\n\rFILL_AND_CROP\x10\x03', globals())
