"""Messages of mediapipe/framework/formats/annotation/rasterization.proto. Made by generate_protos.py; do not edit."""

from .... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n:mediapipe/framework/formats/annotation/rasterization.proto\x12\tmediapipe"|\n\rRasterization\x123\n\x08interval\x18\x01 \x03(\x0b2!.mediapipe.Rasterization.Interval\x1a6\n\x08Interval\x12\t\n\x01y\x18\x01 \x02(\x05\x12\x0e\n\x06left_x\x18\x02 \x02(\x05\x12\x0f\n\x07right_x\x18\x03 \x02(\x05', globals())
