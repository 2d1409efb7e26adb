"""Messages of mediapipe/util/label_map.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n\x1emediapipe/util/label_map.proto\x12\tmediapipe"F\n\x0cLabelMapItem\x12\x0c\n\x04name\x18\x01 \x01(\t\x12\x14\n\x0cdisplay_name\x18\x02 \x01(\t\x12\x12\n\nchild_name\x18\x03 \x03(\t', globals())
