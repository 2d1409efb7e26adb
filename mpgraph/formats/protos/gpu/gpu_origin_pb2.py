"""Messages of mediapipe/gpu/gpu_origin.proto. Made by generate_protos.py; do not edit."""

from .. import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n\x1emediapipe/gpu/gpu_origin.proto\x12\tmediapipe"@\n\tGpuOrigin"3\n\x04Mode\x12\x0b\n\x07DEFAULT\x10\x00\x12\x10\n\x0cCONVENTIONAL\x10\x01\x12\x0c\n\x08TOP_LEFT\x10\x02b\x06proto3', globals())
