"""Messages of mediapipe/framework/formats/affine_transform_data.proto. Made by generate_protos.py; do not edit."""

from ... import pool as _pool

DESCRIPTOR = _pool.add_file(b'\n7mediapipe/framework/formats/affine_transform_data.proto\x12\tmediapipe"#\n\x0bVector2Data\x12\t\n\x01x\x18\x01 \x01(\x02\x12\t\n\x01y\x18\x02 \x01(\x02"\xa2\x01\n\x13AffineTransformData\x12+\n\x0btranslation\x18\x01 \x01(\x0b2\x16.mediapipe.Vector2Data\x12%\n\x05scale\x18\x02 \x01(\x0b2\x16.mediapipe.Vector2Data\x12%\n\x05shear\x18\x03 \x01(\x0b2\x16.mediapipe.Vector2Data\x12\x10\n\x08rotation\x18\x04 \x01(\x02', globals())
