"""Messages of mediapipe/framework/formats/object_detection/anchor.proto. Made by generate_protos.py; do not edit."""

from .... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n9mediapipe/framework/formats/object_detection/anchor.proto\x12\tmediapipe"B\n\x06Anchor\x12\x10\n\x08x_center\x18\x01 \x02(\x02\x12\x10\n\x08y_center\x18\x02 \x02(\x02\x12\t\n\x01h\x18\x03 \x02(\x02\x12\t\n\x01w\x18\x04 \x02(\x02', globals())
