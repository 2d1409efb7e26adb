"""Messages of mediapipe/util/color.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n\x1amediapipe/util/color.proto\x12\tmediapipe"(\n\x05Color\x12\t\n\x01r\x18\x01 \x01(\x05\x12\t\n\x01g\x18\x02 \x01(\x05\x12\t\n\x01b\x18\x03 \x01(\x05"\x90\x01\n\x08ColorMap\x12=\n\x0elabel_to_color\x18\x01 \x03(\x0b2%.mediapipe.ColorMap.LabelToColorEntry\x1aE\n\x11LabelToColorEntry\x12\x0b\n\x03key\x18\x01 \x01(\t\x12\x1f\n\x05value\x18\x02 \x01(\x0b2\x10.mediapipe.Color:\x028\x01', globals())
