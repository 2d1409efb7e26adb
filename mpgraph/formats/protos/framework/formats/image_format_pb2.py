"""Messages of mediapipe/framework/formats/image_format.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n.mediapipe/framework/formats/image_format.proto\x12\tmediapipe"\xc6\x01\n\x0bImageFormat"\xb6\x01\n\x06Format\x12\x0b\n\x07UNKNOWN\x10\x00\x12\x08\n\x04SRGB\x10\x01\x12\t\n\x05SRGBA\x10\x02\x12\t\n\x05GRAY8\x10\x03\x12\n\n\x06GRAY16\x10\x04\x12\r\n\tYCBCR420P\x10\x05\x12\x0f\n\x0bYCBCR420P10\x10\x06\x12\n\n\x06SRGB48\x10\x07\x12\x0b\n\x07SRGBA64\x10\x08\x12\x0b\n\x07VEC32F1\x10\t\x12\x0b\n\x07VEC32F2\x10\x0c\x12\x0b\n\x07VEC32F4\x10\r\x12\x08\n\x04LAB8\x10\n\x12\t\n\x05SBGRA\x10\x0b', globals())
