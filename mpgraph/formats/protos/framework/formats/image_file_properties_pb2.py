"""Messages of mediapipe/framework/formats/image_file_properties.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n7mediapipe/framework/formats/image_file_properties.proto\x12\tmediapipe"\x91\x01\n\x13ImageFileProperties\x12\x13\n\x0bimage_width\x18\x01 \x01(\r\x12\x14\n\x0cimage_height\x18\x02 \x01(\r\x12\x17\n\x0ffocal_length_mm\x18\x03 \x01(\x01\x12\x19\n\x11focal_length_35mm\x18\x04 \x01(\x01\x12\x1b\n\x13focal_length_pixels\x18\x05 \x01(\x01', globals())
